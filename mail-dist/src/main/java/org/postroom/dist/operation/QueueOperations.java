package org.postroom.dist.operation;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueControl.Listed;
import org.postroom.core.queue.QueueControl.ListedRecipient;
import org.postroom.core.queue.QueueControl.Page;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.dist.answer.OperationRefused;

/** What is in the queue. Answers are pages: whoever wants all asks on behind the last. */
public final class QueueOperations {
  private static final int PIECE = 512 * 1024;
  private static final int CHUNK = 64 * 1024;

  /** Of mail that no server has taken yet; Postfix calls it so, too. */
  private static final String MAILDROP = "maildrop";

  private static final int LEFT_AT_ONCE = 100;

  /** Says what is in the queue: what is under way, what waits, what is held; oldest first. */
  public static final Operation<Asked, Waiting> LIST =
      new Operation<>("queue-list", Asked.class, Waiting.class, QueueOperations::list);

  /** Says the same of one mail. */
  public static final Operation<Named, Waiting> SHOW =
      new Operation<>("queue-show", Named.class, Waiting.class, QueueOperations::show);

  /** Gives the octets of a mail in the queue, a piece at a time. */
  public static final Operation<Where, Piece> READ =
      new Operation<>("queue-read", Where.class, Piece.class, QueueOperations::read);

  private QueueOperations() {}

  /**
   * Behind what a page begins.
   *
   * @param queue of its mail; empty where all queues are gone through at once
   * @param mail its number in the store
   * @param recipient the last one's number; 0 for the mail as a whole
   */
  public record Behind(String queue, long mail, long recipient) {}

  /**
   * What is to be listed.
   *
   * @param queues {@code maildrop}, {@code active}, {@code deferred}, {@code hold}; empty for the
   *     last three, in this order
   */
  public record Asked(List<String> queues, Optional<Behind> behind) {
    public Asked {
      queues = List.copyOf(queues);
      queues.stream().filter(one -> !one.equals(MAILDROP)).forEach(QueueChoice::section);
    }

    /** All of it. */
    public static final Asked ALL = new Asked(List.of(), Optional.empty());

    /** What programs have left and no server has taken yet. */
    public static final Asked LEFT = new Asked(List.of(MAILDROP), Optional.empty());

    /** That, and then all of the queue. */
    public static final Asked LEFT_AND_ALL =
        new Asked(
            Stream.concat(
                    Stream.of(MAILDROP), Arrays.stream(Section.values()).map(QueueChoice::name))
                .toList(),
            Optional.empty());

    /** What is held. */
    public static final Asked HELD =
        new Asked(List.of(QueueChoice.name(Section.HOLD)), Optional.empty());

    /** On behind an answer; empty behind the last. */
    public Optional<Asked> behind(Waiting answer) {
      return answer.next().map(next -> new Asked(queues, Optional.of(next)));
    }
  }

  /** A mail. */
  public record Named(String id, Optional<Behind> behind) {

    /** On behind an answer; empty behind the last. */
    public Optional<Named> behind(Waiting answer) {
      return answer.next().map(next -> new Named(id, Optional.of(next)));
    }
  }

  /** A mail's octets from one on. */
  public record Where(String id, long offset) {

    /** On behind a piece; empty behind the last. */
    public Optional<Where> behind(Piece piece) {
      long end = offset + piece.octets().length;
      return end > offset && end < piece.size()
          ? Optional.of(new Where(id, end))
          : Optional.empty();
    }
  }

  /**
   * Octets of a mail.
   *
   * @param size of the whole mail
   * @param base64 the octets
   */
  public record Piece(long size, String base64) {

    /** The octets. */
    public byte[] octets() {
      return Base64.getDecoder().decode(base64);
    }
  }

  /**
   * A page.
   *
   * @param mails the last one may have more recipients on the next page, and is there again
   * @param next behind what the next page begins; empty behind the last
   */
  public record Waiting(List<WaitingMail> mails, Optional<Behind> next) {
    public Waiting {
      mails = List.copyOf(mails);
    }
  }

  /**
   * A mail in the queue.
   *
   * @param queue {@code active}, {@code deferred} or {@code hold}
   * @param arrived as RFC 3339 writes it
   * @param sender empty for the null sender
   * @param body as BODY= says it (RFC 6152)
   * @param returned what a report is to have of it, {@code FULL} or {@code HDRS}, where that was
   *     said
   * @param requiresTls whether it came with REQUIRETLS (RFC 8689); what an earlier version has
   *     written does not say it
   * @param origin where it came from; empty where an earlier version took it in
   * @param sha256 of its octets, in hexadecimal digits, where one mail is shown and not damaged
   * @param recipients those that are not done with
   */
  public record WaitingMail(
      String id,
      String queue,
      String arrived,
      long size,
      String sender,
      String body,
      boolean smtpUtf8,
      Optional<String> envelopeId,
      Optional<String> returned,
      Optional<Boolean> requiresTls,
      Optional<CameFrom> origin,
      Optional<String> sha256,
      List<WaitingRecipient> recipients) {
    public WaitingMail {
      recipients = List.copyOf(recipients);
    }

    WaitingMail with(String hash) {
      return with(origin, Optional.of(hash), recipients);
    }

    /** The same with other recipients. */
    public WaitingMail to(List<WaitingRecipient> others) {
      return with(origin, sha256, others);
    }

    /** The same for who may see the queue, but not who has handed in what, and from where. */
    WaitingMail withoutOrigin() {
      return with(Optional.empty(), sha256, recipients);
    }

    private WaitingMail with(
        Optional<CameFrom> from, Optional<String> hash, List<WaitingRecipient> others) {
      return new WaitingMail(
          id,
          queue,
          arrived,
          size,
          sender,
          body,
          smtpUtf8,
          envelopeId,
          returned,
          requiresTls,
          from,
          hash,
          others);
    }

    /** Whether an administrator has ended it. */
    public boolean expires() {
      return recipients.stream().anyMatch(WaitingRecipient::expires);
    }
  }

  /**
   * One that a mail waits for.
   *
   * @param original ORCPT (RFC 3461)
   * @param reportOn when its sender wants a report, in the words of RFC 3461
   * @param state {@code waiting}, {@code under_way}, {@code held}, {@code parked}
   * @param destination what it queues behind
   * @param attempts made so far
   * @param lastAttempt when the last one ended, as RFC 3339 writes it; empty before the first
   * @param nextAttempt as RFC 3339 writes it, where it waits for its time
   * @param reason what the last attempt came to; empty before the first
   * @param delayReported whether its sender was told that it is late
   * @param expires whether an administrator has ended it
   */
  public record WaitingRecipient(
      String address,
      Optional<String> original,
      List<String> reportOn,
      String state,
      String destination,
      int attempts,
      Optional<String> lastAttempt,
      Optional<String> nextAttempt,
      String reason,
      boolean delayReported,
      boolean expires) {
    public WaitingRecipient {
      reportOn = List.copyOf(reportOn);
    }
  }

  private static Waiting list(Desk desk, Asked asked) {
    desk.permit(LocalRight.VIEW_QUEUE);
    List<String> queues =
        asked.queues().isEmpty()
            ? Arrays.stream(Section.values()).map(QueueChoice::name).toList()
            : asked.queues();
    String queue = asked.behind().map(Behind::queue).orElse(queues.get(0));
    int at = queues.indexOf(queue);
    if (at < 0) {
      throw new IllegalArgumentException("no page of these queues begins in " + queue);
    }
    Position from = asked.behind().map(QueueOperations::position).orElse(Position.START);
    Optional<Behind> following =
        at + 1 < queues.size()
            ? Optional.of(behind(queues.get(at + 1), Position.START))
            : Optional.empty();
    if (queue.equals(MAILDROP)) {
      List<DroppedMail> left = desk.maildrop(from.mail(), LEFT_AT_ONCE);
      Behind more = new Behind(MAILDROP, from.mail() + LEFT_AT_ONCE, 0);
      return new Waiting(
          left.stream().map(QueueOperations::shown).toList(),
          left.isEmpty() ? following : Optional.of(more));
    }
    Page page = desk.queue().control().page(QueueChoice.section(queue), from);
    return new Waiting(
        page.mails().stream()
            .map(QueueOperations::shown)
            .map(mail -> desk.isMaster() ? mail : mail.withoutOrigin())
            .toList(),
        page.next().map(found -> behind(queue, found)).or(() -> following));
  }

  private static WaitingMail shown(DroppedMail left) {
    return new WaitingMail(
        left.name(),
        MAILDROP,
        left.left().toString(),
        left.size(),
        left.sender(),
        "7BIT",
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        left.recipients().stream()
            .map(
                address ->
                    new WaitingRecipient(
                        address,
                        Optional.empty(),
                        List.of(),
                        "waiting",
                        "",
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        "",
                        false,
                        false))
            .toList());
  }

  static Behind behind(String queue, Position position) {
    return new Behind(queue, position.mail(), position.recipient());
  }

  static Position position(Behind behind) {
    return new Position(behind.mail(), behind.recipient());
  }

  private static Waiting show(Desk desk, Named asked) {
    return shown(desk, asked, one -> true);
  }

  /** The same with some of its recipients. */
  static Waiting shown(Desk desk, Named asked, Predicate<ListedRecipient> which) {
    Page page =
        page(
            desk.queue().control(),
            asked.id(),
            asked.behind().map(QueueOperations::position).orElse(Position.START));
    boolean whole = asked.behind().isEmpty();
    if (page.mails().isEmpty() && whole) {
      throw missing(asked.id());
    }
    List<WaitingMail> mails = new ArrayList<>();
    for (Listed mail : page.mails()) {
      WaitingMail some = shown(mail, which);
      mails.add(whole ? hash(mail.content()).map(some::with).orElse(some) : some);
    }
    return new Waiting(mails, page.next().map(found -> behind("", found)));
  }

  /** A page of a mail; empty where there is none, or the word is no id. */
  static Page page(QueueControl queue, String id, Position from) {
    return isId(id) ? queue.page(new QueueId(id), from) : new Page(List.of(), Optional.empty());
  }

  /** Whether a mail could be called so. */
  static boolean isId(String word) {
    return word.matches("[0-9A-Za-z]{1,20}");
  }

  static OperationRefused missing(String id) {
    return new OperationRefused(OperationRefused.Kind.REQUEST, "no mail is in the queue as " + id);
  }

  private static Piece read(Desk desk, Where asked) {
    List<Listed> found = page(desk.queue().control(), asked.id(), Position.START).mails();
    if (found.isEmpty()) {
      throw missing(asked.id());
    }
    Content content = found.get(0).content();
    ByteBuffer octets =
        ByteBuffer.allocate((int) Math.max(0, Math.min(PIECE, content.size() - asked.offset())));
    while (octets.hasRemaining() && content.read(asked.offset() + octets.position(), octets) > 0) {
      // on
    }
    byte[] read = Arrays.copyOf(octets.array(), octets.position());
    return new Piece(content.size(), Base64.getEncoder().encodeToString(read));
  }

  /** Of all of it; empty where it is damaged. */
  private static Optional<String> hash(Content content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer octets = ByteBuffer.allocate(CHUNK);
      for (long at = 0; at < content.size(); at += octets.limit()) {
        octets.clear();
        if (content.read(at, octets) <= 0) {
          return Optional.empty();
        }
        digest.update(octets.flip());
      }
      return Optional.of(HexFormat.of().formatHex(digest.digest()));
    } catch (ContentDamaged e) {
      return Optional.empty();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static WaitingMail shown(Listed mail) {
    return shown(mail, one -> true);
  }

  private static WaitingMail shown(Listed mail, Predicate<ListedRecipient> which) {
    return new WaitingMail(
        mail.id().value(),
        QueueChoice.name(mail.section()),
        mail.arrived().toString(),
        mail.content().size(),
        mail.sender().toString(),
        switch (mail.traits().body()) {
          case SEVEN_BIT -> "7BIT";
          case EIGHT_BIT_MIME -> "8BITMIME";
          default -> mail.traits().body().name();
        },
        mail.traits().smtpUtf8(),
        mail.traits().envelopeId(),
        mail.traits().fullReturn().map(full -> full ? "FULL" : "HDRS"),
        Optional.of(mail.traits().requiresTls()).filter(required -> required),
        mail.origin(),
        Optional.empty(),
        mail.recipients().stream().filter(which).map(QueueOperations::shown).toList());
  }

  private static WaitingRecipient shown(ListedRecipient one) {
    Recipient recipient = one.recipient().recipient();
    return new WaitingRecipient(
        recipient.address().toString(),
        recipient.original(),
        recipient.reportOn().stream().map(Enum::name).sorted().toList(),
        one.state().name().toLowerCase(Locale.ROOT),
        one.destination(),
        one.recipient().attempts(),
        one.lastAttempt().map(Instant::toString),
        one.state() == QueueControl.State.WAITING
            ? Optional.of(one.due().toString())
            : Optional.empty(),
        one.recipient().lastReason(),
        one.recipient().delayReported(),
        one.recipient().expires());
  }
}
