package org.postroom.smtp.server;

import java.util.List;
import java.util.Optional;
import org.postroom.core.arrival.Arriving;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.Entrance;
import org.postroom.core.flow.Intake;
import org.postroom.core.mail.FieldLine;
import org.postroom.core.wire.TlsSession;

/** How the content of a session's mail begins: what is known of the mail by then. */
final class Beginning {
  private Beginning() {}

  /**
   * The mail of a transaction.
   *
   * @param fields what is put in front of its header
   */
  static Intake of(SmtpSession session, Transaction transaction, List<FieldLine> fields) {
    Services services = session.services();
    Settings settings = session.settings();
    Submission.Client client =
        new Submission.Client(
            session.connection().remote().getAddress(),
            session.knownName(),
            session.greeting().map(SmtpSession.Greeting::name).orElse(""),
            session.login().map(login -> login.account().login()),
            session.protocol(),
            new Submission.Session(
                Optional.of(session.connection().remote().getPort()).filter(port -> port > 0),
                session.login().map(SmtpSession.Login::mechanism),
                transaction.parameters().saslSender()));
    Arriving mail =
        new Arriving(
            transaction.id(services.ids()),
            session.listening().origin(),
            client,
            transaction.envelope(),
            services.clock().instant());
    Submission.Client shown = settings.get(SmtpParams.SASL_HEADER) ? client : client.anonymous();
    return session
        .listening()
        .entrance()
        .begin(
            mail, new Entrance.Shown(shown, tls(session), fields), transaction.parameters().size());
  }

  private static Optional<String> tls(SmtpSession session) {
    return session.settings().get(SmtpParams.TLS_RECEIVED)
        ? session.connection().tls().map(Beginning::describe)
        : Optional.empty();
  }

  private static String describe(TlsSession tls) {
    String bits = "(" + tls.bits() + "/" + tls.bits() + " bits)";
    return tls.protocol() + " with cipher " + tls.cipher() + " " + bits;
  }
}
