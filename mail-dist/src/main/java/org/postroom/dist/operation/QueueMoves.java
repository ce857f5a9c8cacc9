package org.postroom.dist.operation;

import java.io.InputStream;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postroom.core.address.Address;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Submission;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueControl.Change;
import org.postroom.core.queue.QueueControl.Listed;
import org.postroom.core.queue.QueueControl.ListedRecipient;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.State;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.QueueOperations.Named;
import org.postroom.dist.operation.QueueOperations.Waiting;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;

/**
 * Mail that goes from a queue into another. Only what is parked leaves, because nothing else is
 * sure not to be sent meanwhile.
 */
public final class QueueMoves {

  /** Says of one mail what {@code queue-show} says, with its parked recipients and no others. */
  public static final Operation<Named, Waiting> EXPORT =
      new Operation<>("queue-export", Named.class, Waiting.class, QueueMoves::export);

  /** Deletes parked recipients of a mail that are kept elsewhere by now. */
  public static final Operation<Exported, Deleted> DELETE_EXPORTED =
      new Operation<>("queue-delete-exported", Exported.class, Deleted.class, QueueMoves::delete);

  /** Takes a mail in as it was in another queue. */
  public static final Operation<Brought, Restored> IMPORT =
      new Operation<>("queue-import", Brought.class, Restored.class, QueueMoves::restore);

  private QueueMoves() {}

  /**
   * What is kept elsewhere.
   *
   * @param addresses of the recipients
   */
  public record Exported(String id, List<String> addresses) {
    public Exported {
      addresses = List.copyOf(addresses);
    }
  }

  /** How many recipients are deleted. */
  public record Deleted(long recipients) {}

  /**
   * A mail from another queue.
   *
   * @param mail as {@code queue-export} has said it
   * @param content its octets
   */
  public record Brought(WaitingMail mail, InputStream content) {}

  /** Whether a mail is in the queue by that; not where one of its name was there before. */
  public record Restored(boolean taken) {}

  private static Waiting export(Desk desk, Named asked) {
    Waiting all = QueueOperations.shown(desk, asked, QueueMoves::isParked);
    return new Waiting(
        all.mails().stream().filter(mail -> !mail.recipients().isEmpty()).toList(), all.next());
  }

  private static boolean isParked(ListedRecipient one) {
    return one.state() == State.PARKED && !one.isUnderWay();
  }

  private static Deleted delete(Desk desk, Exported exported) {
    Set<String> kept = new HashSet<>(exported.addresses());
    QueueControl queue = desk.queue().control();
    long deleted = 0;
    Position from = Position.START;
    while (true) {
      QueueControl.Page page = QueueOperations.page(queue, exported.id(), from);
      List<Long> numbers = new ArrayList<>();
      for (Listed mail : page.mails()) {
        for (ListedRecipient one : mail.recipients()) {
          if (isParked(one) && kept.contains(one.recipient().recipient().address().toString())) {
            numbers.add(one.recipient().id());
          }
        }
      }
      deleted += numbers.isEmpty() ? 0 : queue.change(Change.DELETE, numbers);
      if (page.next().isEmpty()) {
        return new Deleted(deleted);
      }
      from = page.next().get();
    }
  }

  private static Restored restore(Desk desk, Brought brought) {
    WaitingMail mail = brought.mail();
    try (StagedContent content = desk.staged(brought.content())) {
      if (content.size() != mail.size()) {
        throw refused(
            mail,
            "it has " + content.size() + " octets, and " + mail.size() + " octets belong to it");
      }
      return new Restored(desk.queue().control().restore(acceptance(desk, mail, content)));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw refused(mail, String.valueOf(e.getMessage()));
    }
  }

  private static OperationRefused refused(WaitingMail mail, String why) {
    return new OperationRefused(
        OperationRefused.Kind.REQUEST, mail.id() + " cannot be read: " + why);
  }

  private static Acceptance acceptance(Desk desk, WaitingMail mail, StagedContent content) {
    Instant now = desk.clock().instant();
    List<Acceptance.Onward> onward =
        mail.recipients().stream().map(one -> onward(desk, one, now)).toList();
    Envelope envelope =
        new Envelope(
            mail.sender().isEmpty() ? ReversePath.NULL : ReversePath.of(whole(desk, mail.sender())),
            onward.stream().map(Acceptance.Onward::recipient).toList(),
            body(mail.body()),
            mail.smtpUtf8(),
            mail.envelopeId(),
            mail.returned().map("FULL"::equals),
            mail.requiresTls().orElse(false));
    Submission submission =
        new Submission(
            new QueueId(mail.id()),
            Origin.QUEUE,
            client(mail),
            envelope,
            content,
            Instant.parse(mail.arrived()));
    return new Acceptance(submission, List.of(), onward);
  }

  private static BodyType body(String word) {
    return switch (word) {
      case "7BIT" -> BodyType.SEVEN_BIT;
      case "8BITMIME" -> BodyType.EIGHT_BIT_MIME;
      default -> BodyType.valueOf(word);
    };
  }

  private static Submission.Client client(WaitingMail mail) {
    return mail.origin()
        .map(
            from ->
                new Submission.Client(
                    IpLiteral.parse(from.address())
                        .orElseThrow(
                            () -> new IllegalArgumentException("no address: " + from.address())),
                    from.name(),
                    from.helo(),
                    Optional.empty(),
                    from.protocol(),
                    from.submitter(),
                    from.traceparent(),
                    new Submission.Session(from.port(), from.saslMethod(), from.saslSender())))
        .orElseGet(
            () ->
                new Submission.Client(
                    InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), ""));
  }

  /** Other servers keep names without a domain. */
  private static Address whole(Desk desk, String address) {
    return address.contains("@") ? Address.parse(address) : desk.server().address(address);
  }

  private static Acceptance.Onward onward(Desk desk, WaitingRecipient one, Instant now) {
    Set<Recipient.Notify> notify =
        one.reportOn().stream().map(Recipient.Notify::valueOf).collect(Collectors.toSet());
    return new Acceptance.Onward(
        new Recipient(whole(desk, one.address()), notify, one.original()),
        one.destination(),
        Acceptance.Claim.NAMED,
        Optional.of(
            new Acceptance.Past(
                State.valueOf(one.state().toUpperCase(Locale.ROOT)),
                one.nextAttempt().map(Instant::parse).orElse(now),
                one.attempts(),
                one.lastAttempt().map(Instant::parse),
                one.reason(),
                one.delayReported(),
                one.expires())));
  }
}
