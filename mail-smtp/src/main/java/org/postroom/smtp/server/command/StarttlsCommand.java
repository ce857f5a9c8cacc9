package org.postroom.smtp.server.command;

import org.postroom.core.wire.TlsContext;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;

/**
 * STARTTLS (RFC 3207). Nothing said in clear survives it: not the greeting, not the login, not the
 * transaction, and no octet that came before the handshake.
 */
record StarttlsCommand() implements Command<SmtpState> {

  static StarttlsCommand parse(SmtpReader in, Dialect dialect) {
    in.end();
    return new StarttlsCommand();
  }

  /** Whether it can be given now. */
  static boolean isThere(SmtpSession session) {
    return session.connection().tls().isEmpty() && session.listening().offersTls();
  }

  @Override
  public void execute(SmtpSession session, SmtpState state) {
    session.onWorker(() -> start(session));
  }

  private static void start(SmtpSession session) {
    if (session.connection().tls().isPresent()) {
      throw new BadCommand(503, "5.5.1", "Error: TLS already active");
    }
    if (!session.listening().offersTls()) {
      throw new BadCommand(502, "5.5.1", "Error: command not implemented");
    }
    TlsContext context =
        session
            .services()
            .tls()
            .orElseThrow(
                () -> new BadCommand(454, "4.7.0", "TLS not available due to local problem"));
    if (!session.connection().in().isEmpty()) {
      // CVE-2011-0411: commands behind STARTTLS would be taken for what came under TLS.
      session.end(554, "5.5.0", "Error: SMTP protocol synchronization");
      return;
    }
    session.forget();
    session.dialogue().endTurn();
    session.connection().deadline(session.settings().get(SmtpParams.STARTTLS_TIMEOUT));
    session.reply(220, "2.0.0", "Ready to start TLS");
    session.connection().startTls(context);
  }
}
