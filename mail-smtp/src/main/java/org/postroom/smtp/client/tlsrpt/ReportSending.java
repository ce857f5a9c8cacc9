package org.postroom.smtp.client.tlsrpt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.MailDate;
import org.postroom.core.arrival.Submission;
import org.postroom.core.flow.Handover;
import org.postroom.core.log.TlsrptLog;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.smtp.client.https.HttpQuestion;
import org.postroom.smtp.client.https.Https;

/** Sends one report: as a mail of ours, from the null sender, or by HTTPS. On a worker. */
final class ReportSending {
  private static final int HTTPS = 443;
  private static final int LONGEST_ANSWER = 64 * 1024;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Premises premises;
  private final Generation generation;
  private final DayReport report;
  private final Optional<Https> https;
  private final TlsrptLog log = new TlsrptLog();

  ReportSending(Premises premises, Generation generation, DayReport report, Optional<Https> https) {
    this.premises = premises;
    this.generation = generation;
    this.report = report;
    this.https = https;
  }

  /**
   * Sends it there.
   *
   * @return whether it was taken; never completes exceptionally
   */
  CompletionStage<Boolean> to(URI destination) {
    try {
      return "mailto".equalsIgnoreCase(destination.getScheme())
          ? CompletableFuture.completedStage(byMail(destination))
          : post(destination);
    } catch (RuntimeException e) {
      return CompletableFuture.completedStage(failed(destination, String.valueOf(e.getMessage())));
    }
  }

  private boolean failed(URI destination, String reason) {
    log.notSent(report.day() + "/" + report.domain(), destination + ": " + reason);
    return false;
  }

  private boolean byMail(URI destination) {
    String written = destination.getRawSchemeSpecificPart().split("\\?", 2)[0];
    Address to;
    try {
      to = Address.parse(URLDecoder.decode(written.replace("+", "%2B"), UTF_8));
    } catch (IllegalArgumentException e) {
      return failed(destination, "no address");
    }
    if (!to.isAscii()) {
      return failed(destination, "an address that is not written in ASCII");
    }
    Instant now = premises.clock().instant();
    String date = MailDate.format(now.atZone(premises.zone()).toOffsetDateTime());
    QueueId id = premises.commit().newId();
    try (ContentSink sink = premises.staging().open(0)) {
      byte[] mail = report.mail(to, date);
      sink.write(mail, 0, mail.length);
      Envelope envelope =
          Envelope.of(
              ReversePath.NULL,
              List.of(new Recipient(to, Set.of(Recipient.Notify.NEVER), Optional.empty())));
      Submission.Client self =
          new Submission.Client(
              InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "TLSRPT");
      Handover handover =
          generation
              .flow()
              .accept(new Submission(id, Origin.REPORT, self, envelope, sink.finish(), now));
      if (handover instanceof Handover.Refused refused) {
        return failed(destination, refused.reply().toString());
      }
    }
    log.sent(report.domain(), report.day().toString(), destination + " as " + id);
    return true;
  }

  private CompletionStage<Boolean> post(URI destination) {
    Optional<Domain> host = Optional.ofNullable(destination.getHost()).flatMap(Domain::parse);
    if (host.isEmpty() || https.isEmpty() || destination.getRawUserInfo() != null) {
      return CompletableFuture.completedStage(failed(destination, "nowhere to send it"));
    }
    String path = destination.getRawPath().isEmpty() ? "/" : destination.getRawPath();
    String query = destination.getRawQuery();
    HttpQuestion question =
        new HttpQuestion(
            host.get(),
            destination.getPort() < 0 ? HTTPS : destination.getPort(),
            query == null ? path : path + "?" + query,
            "application/tlsrpt+gzip",
            report.gzip(),
            LONGEST_ANSWER,
            LIMIT);
    return https
        .get()
        .ask(question)
        .handle(
            (answer, trouble) -> {
              if (trouble != null) {
                return failed(destination, String.valueOf(trouble.getMessage()));
              }
              if (answer.status() / 100 != 2) {
                return failed(destination, "it answers " + answer.status());
              }
              log.sent(report.domain(), report.day().toString(), destination.toString());
              return true;
            });
  }
}
