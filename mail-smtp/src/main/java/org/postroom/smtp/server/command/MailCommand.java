package org.postroom.smtp.server.command;

import java.util.Optional;
import org.postroom.core.address.ReversePath;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.inquiry.Notes;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.MailParameters;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.Verp;
import org.postroom.smtp.server.ClientLimits;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpParams;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;
import org.postroom.smtp.server.Transaction;

/** MAIL (RFC 5321, 4.1.1.2): a transaction begins. */
record MailCommand(Optional<WrittenAddress> written, MailParameters parameters)
    implements Command<SmtpState.Idle> {

  static MailCommand parse(SmtpReader in, Dialect dialect) {
    Optional<WrittenAddress> written = in.reversePath();
    return new MailCommand(written, MailParameters.parse(in, dialect.offer()));
  }

  @Override
  public void execute(SmtpSession session, SmtpState.Idle state) {
    if (session.greeting().isEmpty() && session.settings().get(SmtpParams.HELO_REQUIRED)) {
      throw new BadCommand(503, "5.5.1", "Error: send HELO/EHLO first");
    }
    if (session.listening().isSubmission() && session.login().isEmpty()) {
      throw new BadCommand(530, "5.7.0", neededFirst(session));
    }
    session.admission().checkClient();
    if (session.overLimit(ClientLimits.Event.MESSAGE, SmtpParams.CLIENT_MESSAGE_RATE)) {
      String address = session.connection().remote().getAddress().getHostAddress();
      throw new BadCommand(450, "4.7.1", "Error: too much mail from " + address);
    }
    ReversePath sender = new ReversePath(written.map(session.services()::whole));
    if (!parameters.smtpUtf8() && !sender.address().map(a -> a.isAscii()).orElse(true)) {
      throw new BadCommand(553, "5.6.7", "Error: an address beyond ASCII needs SMTPUTF8");
    }
    long limit = session.settings().get(FlowParams.MESSAGE_SIZE);
    if (limit > 0 && parameters.size() > limit) {
      throw new BadCommand(552, "5.3.4", "Message size exceeds fixed limit");
    }
    Optional<Verp> verp = parameters.verp().map(said -> verp(said, sender, session));
    Notes notes = new Notes();
    session.inquire(
        notes,
        facts ->
            session
                .admission()
                .sender(sender, parameters.size(), parameters.saslSender().orElse(""), facts),
        decision -> {
          if (session.passes(decision, Optional.empty())) {
            session.begin(new Transaction(sender, parameters, verp, notes, decision.pending()));
            session.reply(250, "2.1.0", "Ok");
          }
        });
  }

  private static Verp verp(String said, ReversePath sender, SmtpSession session) {
    String allowed = session.settings().get(SmtpParams.VERP_FILTER);
    String delimiters = said.isEmpty() ? session.settings().get(SmtpParams.VERP_DELIMITERS) : said;
    if (sender.isNull()) {
      throw new BadCommand(503, "5.5.4", "Error: XVERP requires non-null sender");
    }
    return Verp.parse(delimiters, allowed)
        .orElseThrow(
            () ->
                new BadCommand(501, "5.5.4", "Error: XVERP needs two characters from " + allowed));
  }

  private static String neededFirst(SmtpSession session) {
    boolean tlsFirst =
        session.connection().tls().isEmpty()
            && session.listening().authOnlyUnderTls()
            && session.listening().offersTls();
    return tlsFirst ? "Must issue a STARTTLS command first" : "Authentication required";
  }
}
