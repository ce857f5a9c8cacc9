package org.postroom.core.flow;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.Staging;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Policy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes delivery status notifications (RFC 3464) in a multipart/report (RFC 6522): what a sender
 * hears of mail that could not be delivered, is late, or has arrived when he asked to hear of it;
 * and what the postmaster hears of it, where settings say so.
 */
public final class Bounce {
  private static final Logger LOG = LoggerFactory.getLogger(Bounce.class);

  private final Notices notices;
  private final BounceWriter writer;
  private final boolean clearsDelays;
  private final boolean redacts;
  private final Staging staging;
  private final Clock clock;

  private Bounce(
      Notices notices,
      BounceWriter writer,
      boolean clearsDelays,
      boolean redacts,
      Staging staging,
      Clock clock) {
    this.notices = notices;
    this.writer = writer;
    this.clearsDelays = clearsDelays;
    this.redacts = redacts;
    this.staging = staging;
    this.clock = clock;
  }

  /** One that goes by no settings: the postmaster hears of nothing. */
  public Bounce(String hostname, Staging staging, Clock clock, ZoneId zone) {
    this(
        new Notices(
            Set.of(),
            Map.of(),
            Address.of("postmaster", Domain.of(hostname)),
            Address.of("double-bounce", Domain.of(hostname))),
        BounceWriter.plain(hostname, zone),
        false,
        true,
        staging,
        clock);
  }

  /** As settings have it. */
  public static Bounce of(
      Settings settings, Policy policy, Staging staging, Clock clock, ZoneId zone) {
    return new Bounce(
        Notices.of(settings, policy),
        BounceWriter.of(settings, policy, zone),
        settings.get(BounceParams.DELAY_CLEARED),
        settings.get(BounceParams.REDACT),
        staging,
        clock);
  }

  /** What a notification is about. */
  public enum Kind {
    FAILED("non-delivery", "failed"),
    DELAYED("delay", "delayed"),
    RELAYED("delivery status", "relayed"),
    DELIVERED("delivery status", "delivered"),
    EXPANDED("delivery status", "expanded");

    private final String name;
    private final String action;

    Kind(String name, String action) {
      this.name = name;
      this.action = action;
    }

    /** The field Action (RFC 3464, 2.3.3). */
    String action() {
      return action;
    }
  }

  /**
   * One recipient and what there is to say of it.
   *
   * @param asked whether the mail's sender wants to hear it
   */
  public record Item(QueuedRecipient recipient, DeliveryResult result, boolean asked) {}

  /**
   * All that there is to say.
   *
   * @param retriesUntil for a delay: when it is given up
   * @param readable whether the mail can be read; else it is not returned, which RFC 6522, 3 leaves
   *     to us
   */
  public record About(Kind kind, List<Item> items, Instant retriesUntil, boolean readable) {}

  /**
   * Somebody who is told.
   *
   * @param from the null sender, or that of notices to the postmaster
   * @param postmaster whether it is he, and not the mail's sender
   * @param about what he is told
   * @param whole whether the mail is sent back, as far as it is not too long; else its header is
   */
  record Letter(ReversePath from, Address to, boolean postmaster, About about, boolean whole) {

    /** Who gets it, as the log has it. */
    String who() {
      return postmaster ? "postmaster" : "sender";
    }

    /** What it is, as the log has it. */
    String kindName() {
      return about.kind().name;
    }
  }

  /** Whether mail with this sender is a notification, of whose failure its sender hears nothing. */
  boolean notifies(ReversePath sender) {
    return notices.orReportsAreFrom(sender);
  }

  /** Whether the postmaster hears of each mail that is late. */
  boolean tellsOfDelays() {
    return notices.about(NoticeClass.DELAY).isPresent();
  }

  /** Whether who has heard that mail is late also hears that it has been delivered after all. */
  boolean tellsOfTheirEnd() {
    return clearsDelays;
  }

  /**
   * Who is to be told. Nobody hears of a notification's own failure (RFC 5321, 6.1), but the
   * postmaster may; of that of a notice to him, nobody does but the log.
   */
  List<Letter> letters(QueuedMail mail, About about) {
    List<Letter> letters = new ArrayList<>();
    if (notices.areFrom(mail.sender())) {
      if (about.kind() == Kind.FAILED) {
        LOG.warn("{}: undeliverable postmaster notification discarded", mail.id());
      }
      return letters;
    }
    List<Item> asked = about.items().stream().filter(Item::asked).toList();
    boolean failed = about.kind() == Kind.FAILED;
    if (mail.sender().address().isPresent() && !asked.isEmpty()) {
      letters.add(
          new Letter(
              ReversePath.NULL,
              mail.sender().address().get(),
              false,
              new About(about.kind(), asked, about.retriesUntil(), about.readable()),
              failed && mail.traits().fullReturn().orElse(true) && !isRedacted(mail)));
    }
    classOf(about.kind(), mail.sender().isNull())
        .flatMap(notices::about)
        .ifPresent(
            postmaster ->
                letters.add(
                    new Letter(
                        ReversePath.of(notices.sender()),
                        postmaster,
                        true,
                        about,
                        failed && mail.sender().isNull() && !isRedacted(mail))));
    return letters;
  }

  /**
   * Whether no more than its header is sent back: what is told of a mail that requires TLS may go
   * by servers that have none (RFC 8689, 5).
   */
  private boolean isRedacted(QueuedMail mail) {
    return redacts && mail.traits().requiresTls();
  }

  private static Optional<NoticeClass> classOf(Kind kind, boolean notification) {
    return switch (kind) {
      case FAILED -> Optional.of(notification ? NoticeClass.TWICE : NoticeClass.BOUNCE);
      case DELAYED -> notification ? Optional.empty() : Optional.of(NoticeClass.DELAY);
      default -> Optional.empty();
    };
  }

  /** Writes what one of them gets. */
  Submission write(QueueId id, QueuedMail mail, Letter letter) {
    Instant now = clock.instant();
    try (ContentSink sink = staging.open(0)) {
      writer.write(sink, id, mail, letter, now);
      // A report is not reported on; a notice to the postmaster that fails is logged.
      Set<Recipient.Notify> wishes =
          letter.postmaster() ? Set.of() : Set.of(Recipient.Notify.NEVER);
      Envelope envelope =
          new Envelope(
              letter.from(),
              List.of(new Recipient(letter.to(), wishes, Optional.empty())),
              BodyType.EIGHT_BIT_MIME,
              mail.traits().smtpUtf8(),
              Optional.empty(),
              Optional.empty(),
              mail.traits().requiresTls() && !redacts);
      Submission.Client self =
          new Submission.Client(
              InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "BOUNCE");
      return new Submission(id, Origin.REPORT, self, envelope, sink.finish(), now);
    }
  }
}
