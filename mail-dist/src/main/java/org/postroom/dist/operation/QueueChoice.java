package org.postroom.dist.operation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postroom.core.queue.QueueControl.Listed;
import org.postroom.core.queue.QueueControl.ListedRecipient;
import org.postroom.core.queue.QueueControl.Section;

/**
 * Which recipients of which mails in the queue are meant: of the named mails, or of all, those for
 * which all that is said here is so.
 *
 * @param ids mails by their ids; {@link #ALL} is every one
 * @param queues where they are: {@code active}, {@code deferred}, {@code hold}; empty for all
 * @param idPart what is in the mail's id
 * @param recipient what is in the recipient's address, in whatever case
 * @param sender the same of the sender's; empty text is the null sender alone
 * @param site the recipient's domain, or the next hop that it queues behind
 * @param olderThan so many seconds the mail has been here at least; 0 for all
 * @param others whether those are meant for which it is not so
 */
public record QueueChoice(
    List<String> ids,
    List<String> queues,
    Optional<String> idPart,
    Optional<String> recipient,
    Optional<String> sender,
    Optional<String> site,
    long olderThan,
    boolean others) {

  /** In the place of an id: every mail. In upper case alone, so that nobody says it by accident. */
  public static final String ALL = "ALL";

  public QueueChoice {
    ids = List.copyOf(ids);
    queues = List.copyOf(queues);
    queues.forEach(QueueChoice::section);
  }

  /** Mails by their ids, or {@link #ALL}. */
  public static QueueChoice of(List<String> ids) {
    return new QueueChoice(
        ids,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        false);
  }

  /** The same within these queues. */
  public QueueChoice in(List<String> some) {
    return new QueueChoice(ids, some, idPart, recipient, sender, site, olderThan, others);
  }

  /** The same of other mails: all else that is said stays. */
  public QueueChoice naming(List<String> some) {
    return new QueueChoice(some, queues, idPart, recipient, sender, site, olderThan, others);
  }

  /** Those for a domain, or behind a next hop. */
  public static QueueChoice ofSite(String site) {
    return new QueueChoice(
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(site),
        0,
        false);
  }

  /** The section of that name; {@code IllegalArgumentException} where there is none. */
  static Section section(String queue) {
    for (Section section : Section.values()) {
      if (name(section).equals(queue)) {
        return section;
      }
    }
    throw new IllegalArgumentException("no queue: " + queue);
  }

  static String name(Section section) {
    return section.name().toLowerCase(Locale.ROOT);
  }

  /** Whether mails are named, each to be found by itself. */
  boolean isNamed() {
    return !ids.isEmpty() && !ids.contains(ALL);
  }

  /** Whether anything is said at all. */
  boolean isEmpty() {
    return ids.isEmpty()
        && idPart.isEmpty()
        && recipient.isEmpty()
        && sender.isEmpty()
        && site.isEmpty()
        && olderThan == 0;
  }

  /** Whether it says of itself that what is held or parked is meant: by mails, or by its queue. */
  boolean isForKept() {
    return isNamed() || queues.contains(name(Section.HOLD));
  }

  boolean isIn(Section section) {
    return queues.isEmpty() || queues.contains(name(section));
  }

  /** Whether a recipient is meant of a mail that is named, or among all. */
  boolean means(Listed mail, ListedRecipient one, Instant now) {
    return isIn(mail.section()) && isSo(mail, one, now) != others;
  }

  private boolean isSo(Listed mail, ListedRecipient one, Instant now) {
    return idPart.map(mail.id().value()::contains).orElse(true)
        && recipient
            .map(part -> contains(one.recipient().recipient().address().toString(), part))
            .orElse(true)
        && sender.map(part -> isFrom(mail.sender().toString(), part)).orElse(true)
        && site.map(name -> isFor(one, name)).orElse(true)
        && (olderThan == 0 || !mail.arrived().plus(Duration.ofSeconds(olderThan)).isAfter(now));
  }

  private static boolean isFrom(String sender, String part) {
    return part.isEmpty() ? sender.isEmpty() : contains(sender, part);
  }

  private static boolean isFor(ListedRecipient one, String site) {
    String domain = one.recipient().recipient().address().domain().toString();
    return domain.equalsIgnoreCase(site)
        || one.destination().toLowerCase(Locale.ROOT).endsWith(":" + site.toLowerCase(Locale.ROOT));
  }

  private static boolean contains(String text, String part) {
    return text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
  }
}
