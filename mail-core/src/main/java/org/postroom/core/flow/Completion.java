package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.arrival.Arriving;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.MailDate;
import org.postroom.core.arrival.ReceivedHeader;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.Settings;
import org.postroom.core.mail.FieldLine;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.rewrite.Rewriting;

/**
 * The first station on the way of a mail: makes its header whole while its content arrives. Every
 * mail gets its trace line (RFC 5321, 4.4) and loses the fields that nobody else may see; where our
 * own users hand in mail, what is missing is added (RFC 6409, 8).
 */
public final class Completion {
  private final String hostname;
  private final ZoneId zone;
  private final String product;
  private final Set<String> dropped;
  private final boolean always;
  private final long maxSize;
  private final int maxHeader;
  private final Rewriting rewriting;

  /**
   * By settings.
   *
   * @param hostname what we are called
   * @param zone what dates are written in
   * @param rewriting writes addresses anew
   */
  public Completion(Settings settings, String hostname, ZoneId zone, Rewriting rewriting) {
    this.hostname = hostname;
    this.zone = zone;
    this.rewriting = rewriting;
    this.product = settings.get(PolicyParams.MAIL_NAME);
    this.dropped =
        settings.get(FlowParams.MESSAGE_DROP_HEADERS).stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    this.always = settings.get(FlowParams.ADD_MISSING_HEADERS);
    this.maxSize = settings.get(FlowParams.MESSAGE_SIZE);
    this.maxHeader = settings.get(FlowParams.HEADER_SIZE);
  }

  /**
   * Begins to take the content of {@code mail}.
   *
   * @param shown what the trace line says of the client
   * @param tls how it is connected ({@code TLSv1.3 with cipher …}); empty in clear
   * @param fields what stands above the trace line
   * @param sink where the content goes; closed with what is returned
   */
  public ArrivingContent begin(
      Arriving mail,
      Submission.Client shown,
      Optional<String> tls,
      List<FieldLine> fields,
      ContentSink sink) {
    OffsetDateTime date = mail.arrived().atZone(zone).toOffsetDateTime();
    ReceivedHeader trace =
        new ReceivedHeader(shown, tls, hostname, product, mail.id(), only(mail), date);
    return new ArrivingContent(
        sink,
        stamp(fields, trace),
        maxSize,
        maxHeader,
        dropped,
        missing(mail, date),
        rewriting.header(mail.client(), mail.origin().isLocal()));
  }

  private static byte[] stamp(List<FieldLine> fields, ReceivedHeader trace) {
    byte[] line = trace.toString().getBytes(UTF_8);
    if (fields.isEmpty()) {
      return line;
    }
    ByteArrayOutputStream stamp = new ByteArrayOutputStream(512);
    fields.forEach(field -> stamp.writeBytes(field.octets()));
    stamp.writeBytes(line);
    return stamp.toByteArray();
  }

  /** The recipient when there is one only, so that nobody learns of the others. */
  private static Optional<Address> only(Arriving mail) {
    List<Recipient> recipients = mail.envelope().recipients();
    return recipients.size() == 1 ? Optional.of(recipients.get(0).address()) : Optional.empty();
  }

  private ArrivingContent.@Nullable Missing missing(Arriving mail, OffsetDateTime date) {
    if (!mail.origin().isCompleted() && !always) {
      return null;
    }
    String from =
        mail.envelope().sender().address().map(String::valueOf).orElse("MAILER-DAEMON@" + hostname);
    String number = mail.arrived().toEpochMilli() + "." + mail.id();
    return new ArrivingContent.Missing(
        "Date: " + MailDate.format(date),
        "Message-ID: <" + number + "@" + hostname + ">",
        "From: " + from);
  }
}
