package org.postroom.dist.operation;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.dist.submit.Submitted;

/** Hands in a mail, as a program of this machine does that calls sendmail. */
public final class SubmitOperation {
  public static final Operation<Mail, Handed> SUBMIT =
      new Operation<>("submit", Mail.class, Handed.class, SubmitOperation::submit);

  private SubmitOperation() {}

  /**
   * A mail.
   *
   * @param sender as it is written; empty text for the null sender; whoever asks where it is left
   *     out
   * @param recipients as they are written
   * @param eightBit whether the content is said to have more than ASCII
   * @param reportOn when the sender wants a report, in the words of RFC 3461
   * @param fullReturn whether a report is to have the whole mail in it, where that is said
   * @param envelopeId what reports are to name the mail
   * @param content a message
   */
  public record Mail(
      Optional<String> sender,
      List<String> recipients,
      boolean eightBit,
      List<String> reportOn,
      Optional<Boolean> fullReturn,
      Optional<String> envelopeId,
      InputStream content) {
    public Mail {
      recipients = List.copyOf(recipients);
      reportOn = List.copyOf(reportOn);
    }
  }

  /**
   * What has become of it.
   *
   * @param id by which the log names it, where it is taken
   * @param refusal code, status and text, where it is not; 4xx may pass
   */
  public record Handed(Optional<String> id, Optional<String> refusal) {}

  private static Handed submit(Desk desk, Mail mail) {
    RunningServer server = desk.server();
    String sender = mail.sender().orElseGet(desk::user);
    Set<Notify> notify = mail.reportOn().stream().map(Notify::valueOf).collect(Collectors.toSet());
    Submitted answer =
        server.submit(
            new Envelope(
                sender.isEmpty() ? ReversePath.NULL : ReversePath.of(server.address(sender)),
                mail.recipients().stream()
                    .map(one -> new Recipient(server.address(one), notify, Optional.empty()))
                    .toList(),
                mail.eightBit() ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT,
                false,
                mail.envelopeId(),
                mail.fullReturn(),
                false),
            mail.content());
    return answer instanceof Submitted.Refused refused
        ? new Handed(Optional.empty(), Optional.of(refused.reply().toString()))
        : new Handed(Optional.of(answer.orThrow().value()), Optional.empty());
  }
}
