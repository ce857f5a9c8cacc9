package org.postroom.core.queue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.postroom.core.queue.QueueStore.Share;

/**
 * Who may have how many attempts under way. A destination begins with a few places and gets more
 * with each answer, up to its limit. One that cannot be reached is given a rest, and is then tried
 * with a single attempt until it answers.
 *
 * <p>Destinations that have not answered (yet, or any more) together get half of all places at
 * most, those that failed a quarter; when a quarter is taken, new ones begin with one. So however
 * many are dead, there are places for those that live.
 *
 * <p>Time is measured in nanoseconds of the timers. Not thread-safe.
 */
final class Places {
  /** Of those with nothing under way; one that was forgotten is new. */
  private static final int REMEMBERED = 10_000;

  private QueueLimits limits;
  private int quarter;
  private int half;
  private final Map<String, Destination> busy = new HashMap<>();
  private final Map<String, Destination> idle =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Destination> eldest) {
          return size() > REMEMBERED;
        }
      };
  private final Map<String, Long> resting = new HashMap<>();

  /** Places taken in all, and by those that have not answered. */
  private int taken;

  private int unproven;

  private static final class Destination {
    private int underWay;
    private int window;
    private boolean proven;
    private boolean failed;

    Destination(int window) {
      this.window = window;
    }
  }

  Places(QueueLimits limits) {
    this.limits = limits;
    setParts();
  }

  /** Goes by other limits; what has begun beyond them ends by itself. */
  void obey(QueueLimits others) {
    limits = others;
    setParts();
  }

  private void setParts() {
    quarter = Math.max(1, limits.active() / 4);
    half = Math.max(1, limits.active() / 2);
  }

  /** Whether there is any place at all. */
  boolean isFull() {
    return taken >= limits.active();
  }

  /** Whether a destination has a share now. */
  boolean has(String destination, long now) {
    return share(destination, now, 0, 0).mails() > 0;
  }

  /**
   * What may be leased for a destination now.
   *
   * @param promised places already promised to other destinations
   * @param promisedUnproven those among them for ones that have not answered
   */
  Share share(String destination, long now, int promised, int promisedUnproven) {
    Long until = resting.get(destination);
    if (until != null && until - now > 0) {
      return Share.NONE;
    }
    int free = limits.active() - taken - promised;
    Destination known = find(destination);
    if (known != null && known.proven) {
      // Some more than there are places for: they follow without asking the store each time.
      return share(known.underWay < known.window ? Math.min(limits.recipients(), free) : 0);
    }
    int others = unproven + promisedUnproven;
    boolean failed = known != null && known.failed;
    int window;
    if (others < quarter) {
      window = known == null ? initial() : known.window;
    } else {
      window = others < half && !failed ? 1 : 0;
    }
    int underWay = known == null ? 0 : known.underWay;
    return share(Math.min(window - underWay, Math.min(free, half - others)));
  }

  private Share share(int mails) {
    return mails > 0 ? new Share(mails, limits.recipients()) : Share.NONE;
  }

  /** Whether a destination has answered, and not failed since. */
  boolean isProven(String destination) {
    Destination known = find(destination);
    return known != null && known.proven;
  }

  private int initial() {
    return Math.min(limits.initial(), limits.perDestination());
  }

  private @Nullable Destination find(String destination) {
    Destination known = busy.get(destination);
    return known == null ? idle.get(destination) : known;
  }

  /** A mail is leased: it takes a place until {@link #leave}. */
  void take() {
    taken++;
  }

  /** It is settled. */
  void leave() {
    taken--;
  }

  /** An attempt begins, if the destination may have one more now. */
  boolean begin(String destination) {
    Destination known = find(destination);
    if (known != null && known.underWay >= known.window) {
      return false;
    }
    Destination begun = known == null ? new Destination(initial()) : known;
    if (begun.underWay == 0) {
      idle.remove(destination);
      busy.put(destination, begun);
    }
    begun.underWay++;
    unproven += begun.proven ? 0 : 1;
    return true;
  }

  /** An attempt has ended. */
  void end(String destination, Attempts.Outcome outcome, long now) {
    Destination ended = busy.get(destination);
    if (ended == null) {
      throw new IllegalStateException("no attempt to " + destination + " is under way");
    }
    unproven -= ended.proven ? 0 : ended.underWay;
    ended.underWay--;
    if (outcome == Attempts.Outcome.ANSWERED) {
      resting.remove(destination);
      ended.window = Math.min(limits.perDestination(), Math.max(initial(), ended.window) + 1);
      ended.proven = true;
      ended.failed = false;
    } else if (outcome == Attempts.Outcome.UNREACHABLE) {
      resting.put(destination, now + limits.rest().toNanos());
      ended.window = 1;
      ended.proven = false;
      ended.failed = true;
    }
    unproven += ended.proven ? 0 : ended.underWay;
    if (ended.underWay == 0) {
      busy.remove(destination);
      idle.put(destination, ended);
    }
  }

  /** Ends the rest of a destination: it is tried again, with a single attempt. */
  void revive(String destination) {
    resting.remove(destination);
  }

  /** How long until the next rest ends; empty when nobody rests. */
  OptionalLong nanosToNextRestEnd(long now) {
    resting.values().removeIf(until -> until - now <= 0);
    return resting.values().stream().mapToLong(until -> until - now).min();
  }
}
