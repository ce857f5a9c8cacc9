package org.postroom.smtp.server;

import java.util.List;
import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.ArrivingContent;
import org.postroom.core.mail.Arriving;
import org.postroom.core.mail.ContentSink;
import org.postroom.core.mail.FieldLine;
import org.postroom.core.mail.Submission;
import org.postroom.core.wire.TlsSession;

/**
 * A mail when its content begins to come.
 *
 * @param mail what is known of it by then
 * @param content takes its octets, behind the trace line of this hop
 */
record Beginning(Arriving mail, ArrivingContent content) {

  /**
   * The mail of a transaction.
   *
   * @param fields what is put in front of its header
   */
  static Beginning of(SmtpSession session, Transaction transaction, List<FieldLine> fields) {
    Services services = session.services();
    Settings settings = session.settings();
    Submission.Client client =
        new Submission.Client(
            session.connection().remote().getAddress(),
            session.knownName(),
            session.greeting().map(SmtpSession.Greeting::name).orElse(""),
            session.login().map(login -> login.account().login()),
            session.protocol());
    Arriving mail =
        new Arriving(
            transaction.id(services.ids()),
            session.listening().origin(),
            client,
            transaction.envelope(),
            services.clock().instant());
    ContentSink sink = services.staging().open(transaction.parameters().size());
    try {
      ArrivingContent content =
          session
              .listening()
              .completion()
              .begin(
                  mail,
                  settings.get(SmtpParams.SASL_HEADER) ? client : client.anonymous(),
                  tls(session),
                  fields,
                  sink);
      return new Beginning(mail, content);
    } catch (RuntimeException e) {
      sink.close();
      throw e;
    }
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
