package org.postroom.core.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import org.postroom.core.address.Address;
import org.postroom.core.mail.QueueId;

/**
 * What somebody sees who watches mail while it is tried: what is said to next hops and what they
 * answer, and what becomes of recipients. It is kept until it is taken, the last thousand lines of
 * it, each cut where it is very long. Whoever hands in mail sees nothing but that; of the queue
 * only who may have it tried does ({@link #seeQueue}). Threads share it.
 */
public final class Watch {
  private static final int MOST = 1000;
  private static final int LONGEST = 1000;
  private static final int AT_ONCE = 200;
  private static final int MOST_EXPECTED = 2000;

  /** Of mails that were handed in, the last ones. */
  private static final int MOST_FOLLOWED = 1000;

  /** A recipient of more characters is no address of anybody (RFC 5321, 4.5.3.1). */
  private static final int LONGEST_ADDRESS = 320;

  private final long number;
  private final String owner;
  private final Instant since;
  private volatile Instant asked;
  private final BlockingDeque<Seen> seen = new LinkedBlockingDeque<>(MOST);

  // Guarded by this object's monitor.
  private final Set<QueueId> mails = new LinkedHashSet<>();
  private final Set<String> expected = new HashSet<>();

  /** What became of recipients before anybody knew that they were to be tried. */
  private final Set<String> early = new HashSet<>();

  /** Whether there are more that are expected than were counted. */
  private boolean expectsMore;

  private boolean isOfQueue;
  private long lost;

  Watch(long number, String owner, Instant since) {
    this.number = number;
    this.owner = owner;
    this.since = since;
    this.asked = since;
  }

  /** Something to be seen of a mail. */
  public sealed interface Seen {
    QueueId mail();
  }

  /**
   * A line of a conversation with a next hop, without secrets; ours stands behind "{@code >>> }".
   */
  public record Said(QueueId mail, String line) implements Seen {}

  /**
   * What became of a recipient.
   *
   * @param status the enhanced status code (RFC 3463)
   * @param became in the log's word: {@code sent}, {@code deferred}, {@code bounced}, {@code
   *     expired}, {@code hold}
   * @param reason what was said, on one line
   */
  public record Became(QueueId mail, Address recipient, String status, String became, String reason)
      implements Seen {}

  /** By which it is found again. */
  public long number() {
    return number;
  }

  /** When it began. */
  public Instant since() {
    return since;
  }

  /** Shows all of a mail from now on. */
  public synchronized void follow(QueueId mail) {
    mails.add(mail);
    if (mails.size() > MOST_FOLLOWED) {
      mails.remove(mails.iterator().next());
    }
  }

  /**
   * The owner may see the queue, and has it tried: of more recipients than are counted, what
   * becomes of all is shown that were here before.
   */
  public synchronized void seeQueue() {
    isOfQueue = true;
  }

  /** Whether the owner may be told how it stands with these mails; with any where none is named. */
  public synchronized boolean maySee(List<QueueId> some) {
    return isOfQueue || !some.isEmpty() && mails.containsAll(some);
  }

  /** Shows what becomes of a recipient that is about to be tried. */
  public void expect(QueueId mail, Address recipient) {
    String key = key(mail, recipient);
    synchronized (this) {
      if (early.remove(key)) {
        return;
      }
      if (expected.size() < MOST_EXPECTED && isKept(recipient)) {
        expected.add(key);
      } else {
        expectsMore = true;
      }
    }
  }

  /** Whether nobody's outcome is missing of those that were expected. */
  public synchronized boolean expectsNobody() {
    return expected.isEmpty() && !expectsMore;
  }

  /** How much nobody can see any more, because it was not taken in time. */
  public synchronized long lost() {
    return lost;
  }

  /**
   * What there is and was not taken yet, or a part of it, in its order.
   *
   * @param patience how long it waits where there is nothing
   */
  public List<Seen> take(Duration patience) {
    List<Seen> taken = new ArrayList<>();
    try {
      Seen first = seen.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (first != null) {
        taken.add(first);
        seen.drainTo(taken, AT_ONCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the server ends
    }
    return taken;
  }

  boolean isFor(long wanted, String who) {
    return number == wanted && owner.equals(who);
  }

  boolean isOf(String who) {
    return owner.equals(who);
  }

  void ask(Instant now) {
    asked = now;
  }

  boolean isLeft(Instant now, Duration kept) {
    return asked.plus(kept).isBefore(now);
  }

  synchronized boolean follows(QueueId mail) {
    return mails.contains(mail);
  }

  void said(QueueId mail, String line) {
    add(new Said(mail, cut(line)));
  }

  /** A copy for a mailbox here was made as the mail was accepted. */
  void arrived(Became one) {
    if (follows(one.mail())) {
      show(one);
    }
  }

  /**
   * An attempt is over.
   *
   * @param arrived when the mail came to us
   */
  void became(Became one, Instant arrived) {
    boolean shown;
    synchronized (this) {
      String key = key(one.mail(), one.recipient());
      boolean wasExpected = expected.remove(key);
      boolean isFollowed = mails.contains(one.mail());
      if (isFollowed && !wasExpected && early.size() < MOST_EXPECTED && isKept(one.recipient())) {
        early.add(key);
      }
      boolean mayBeExpected = isOfQueue && expectsMore && !arrived.isAfter(since);
      shown = wasExpected || isFollowed || mayBeExpected;
    }
    if (shown) {
      show(one);
    }
  }

  private void show(Became one) {
    if (isKept(one.recipient())) {
      add(new Became(one.mail(), one.recipient(), one.status(), one.became(), cut(one.reason())));
    } else {
      lose();
    }
  }

  private void add(Seen one) {
    while (!seen.offer(one)) {
      if (seen.poll() != null) {
        lose();
      }
    }
  }

  private synchronized void lose() {
    lost++;
  }

  private static boolean isKept(Address recipient) {
    return recipient.localPart().length() + recipient.domain().name().length() < LONGEST_ADDRESS;
  }

  private static String cut(String line) {
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
  }

  private static String key(QueueId mail, Address recipient) {
    return mail + " " + recipient;
  }
}
