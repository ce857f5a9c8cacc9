package org.postroom.dist.operation;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postroom.core.address.Address;
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
   * @param requiresTls whether it goes only by servers that do the same for it (REQUIRETLS, RFC
   *     8689), where that is said
   * @param name under which it may be handed in again by whoever hears no answer; nobody gets it
   *     twice then
   * @param watch by which whoever hands it in sees it tried ({@link WatchOperations})
   * @param content a message
   */
  public record Mail(
      Optional<String> sender,
      List<String> recipients,
      boolean eightBit,
      List<String> reportOn,
      Optional<Boolean> fullReturn,
      Optional<String> envelopeId,
      Optional<Boolean> requiresTls,
      Optional<String> name,
      Optional<Long> watch,
      InputStream content) {
    public Mail {
      recipients = List.copyOf(recipients);
      reportOn = List.copyOf(reportOn);
    }

    /** One without a name, which nobody watches. */
    public Mail(
        Optional<String> sender,
        List<String> recipients,
        boolean eightBit,
        List<String> reportOn,
        Optional<Boolean> fullReturn,
        Optional<String> envelopeId,
        InputStream content) {
      this(
          sender,
          recipients,
          eightBit,
          reportOn,
          fullReturn,
          envelopeId,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          content);
    }

    /** The same under a name. */
    public Mail named(String other) {
      return new Mail(
          sender,
          recipients,
          eightBit,
          reportOn,
          fullReturn,
          envelopeId,
          requiresTls,
          Optional.of(other),
          watch,
          content);
    }

    /** The same, to go only by servers that do the same for it, or as any other. */
    public Mail requiringTls(Optional<Boolean> other) {
      return new Mail(
          sender,
          recipients,
          eightBit,
          reportOn,
          fullReturn,
          envelopeId,
          other,
          name,
          watch,
          content);
    }

    /** The same, to be seen by a watch; by none where there is none. */
    public Mail seenBy(Optional<Long> other) {
      return new Mail(
          sender,
          recipients,
          eightBit,
          reportOn,
          fullReturn,
          envelopeId,
          requiresTls,
          name,
          other,
          content);
    }

    /**
     * Its envelope.
     *
     * @param user who hands it in
     * @param whole gives the whole address that somebody has written
     */
    public Envelope envelope(String user, Function<String, Address> whole) {
      String from = sender.orElse(user);
      Set<Notify> notify = reportOn.stream().map(Notify::valueOf).collect(Collectors.toSet());
      return new Envelope(
          from.isEmpty() ? ReversePath.NULL : ReversePath.of(whole.apply(from)),
          recipients.stream()
              .map(one -> new Recipient(whole.apply(one), notify, Optional.empty()))
              .toList(),
          eightBit ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT,
          false,
          envelopeId,
          fullReturn,
          requiresTls.orElse(false));
    }
  }

  /**
   * What has become of it. Where it has neither id nor refusal, it was taken before under its name,
   * or nobody has taken it yet: it lies in the maildrop, from where the server takes it when it
   * can.
   *
   * @param id by which the log names it, where it is taken
   * @param refusal code, status and text, where it is not; 4xx may pass
   */
  public record Handed(Optional<String> id, Optional<String> refusal) {
    /** It lies in the maildrop. */
    public static final Handed LEFT = new Handed(Optional.empty(), Optional.empty());

    /** It was taken under the same name. */
    static final Handed BEFORE = LEFT;

    /** Whether it is refused, and may be taken later. */
    public boolean mayPass() {
      return refusal.isPresent() && refusal.get().startsWith("4");
    }
  }

  private static Handed submit(Desk desk, Mail mail) {
    RunningServer server = desk.server();
    if (mail.name().filter(server::isTaken).isPresent()) {
      return Handed.BEFORE;
    }
    Submitted answer =
        server.submit(
            mail.envelope(desk.user(), server::address),
            mail.name(),
            mail.content(),
            id ->
                mail.watch()
                    .flatMap(number -> server.watches().find(number, desk.user()))
                    .ifPresent(watch -> watch.follow(id)));
    return answer instanceof Submitted.Refused refused
        ? new Handed(Optional.empty(), Optional.of(refused.reply().toString()))
        : new Handed(Optional.of(answer.orThrow().value()), Optional.empty());
  }
}
