package org.postroom.core.queue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postroom.core.queue.QueueStore.Share;

/**
 * Who may have how many attempts under way. A destination begins with a few places and gets more
 * with answers ({@link Window}), up to its limit. One that cannot be reached is given a rest, and
 * is then tried with a single attempt until it answers.
 *
 * <p>Destinations that have not answered (yet, or any more) together get half of all places at
 * most, those that failed a quarter; when a quarter is taken, new ones begin with one. So however
 * many are dead, there are places for those that live.
 *
 * <p>Where a rate is set, the next attempt to a destination, or by a transport, waits for the end
 * of a pause. Mail by transports that are deferred waits until its destination is {@linkplain
 * #revive revived}, and is then tried until nothing more of it is due, or nobody is there.
 *
 * <p>Time is measured in nanoseconds of the timers. Not thread-safe.
 */
final class Places {
  /** Of those with nothing under way; one that was forgotten is new. */
  private static final int REMEMBERED = 10_000;

  /**
   * Of a destination that answers more mails are leased at once than there are places for: they
   * follow without asking the store each time.
   */
  private static final int AT_ONCE = 50;

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

  /** Until when destinations that cannot be reached are left alone. */
  private final Map<String, Long> resting = new HashMap<>();

  /** Until when destinations wait because of their rate. */
  private final Map<String, Long> pausing = new HashMap<>();

  /** The same of transports. */
  private final Map<String, Long> pausingTransports = new HashMap<>();

  /**
   * Destinations whose mail somebody wants tried, though their transport is deferred, with the
   * running number of the wish.
   */
  private final Map<String, Long> asked = new HashMap<>();

  private long wishes;

  /** Places taken in all, and by those that have not answered. */
  private int taken;

  private int unproven;

  private static final class Destination {
    private int underWay;

    /** Promised to mail that is coming in. */
    private int promised;

    private final Window window;
    private boolean proven;
    private boolean failed;

    Destination(int window) {
      this.window = new Window(window);
    }

    /** What counts against the places of those that have not answered. */
    int places() {
      return underWay + promised;
    }
  }

  Places(QueueLimits limits) {
    this.limits = limits;
    setParts();
  }

  /** Goes by other limits; what has begun beyond them ends by itself. */
  void obey(QueueLimits others) {
    limits = others;
    asked.keySet().removeIf(destination -> !others.isDeferred(destination));
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
    return share(destination, now, 0, 0).deliveries() > 0;
  }

  /** The places that are free at {@code now}, for one lease. */
  Round round(long now) {
    return new Round(now);
  }

  /** Promises free places to one destination after another. */
  final class Round {
    private final long now;
    private final long wishesBefore = wishes;
    private final Map<String, Share> promised = new HashMap<>();
    private final Set<String> transports = new HashSet<>();
    private int places;
    private int unprovenPlaces;

    private Round(long now) {
      this.now = now;
    }

    /** Whether a destination has a share, whatever is promised to others. */
    boolean has(String destination) {
      return Places.this.has(destination, now);
    }

    /** What may be leased for a destination; the same whenever it is asked. */
    Share share(String destination) {
      Share known = promised.get(destination);
      if (known != null) {
        return known;
      }
      Share share = Places.this.share(destination, now, places, unprovenPlaces);
      if (share.deliveries() > 0
          && !limits.of(destination).transportPause().isZero()
          && !transports.add(Acceptance.Onward.transport(destination))) {
        share = Share.NONE;
      }
      promised.put(destination, share);
      places += share.deliveries();
      unprovenPlaces += isProven(destination) ? 0 : share.deliveries();
      return share;
    }

    /**
     * The lease is over: where it brought nothing of what somebody had asked for before, and might
     * have, all of that has been tried.
     *
     * @param destinations of what it brought
     */
    void brought(Set<String> destinations) {
      asked
          .entrySet()
          .removeIf(
              wish ->
                  wish.getValue() <= wishesBefore
                      && !destinations.contains(wish.getKey())
                      && mightBring(wish.getKey(), destinations.isEmpty()));
    }

    /** One that the lease has not come to had its turn only where there was nothing else. */
    private boolean mightBring(String destination, boolean allSeen) {
      Share share = promised.get(destination);
      return share == null
          ? allSeen && has(destination)
          : share.deliveries() > 0 && has(destination);
    }
  }

  /**
   * What may be leased for a destination now.
   *
   * @param promised places already promised to other destinations
   * @param promisedUnproven those among them for ones that have not answered
   */
  Share share(String destination, long now, int promised, int promisedUnproven) {
    if (isHeldBack(destination, now)) {
      return Share.NONE;
    }
    DestinationLimits its = limits.of(destination);
    int free = limits.active() - taken - promised;
    Destination known = find(destination);
    if (known != null && known.proven) {
      return share(its, known.underWay < window(known, its) ? Math.min(AT_ONCE, free) : 0);
    }
    int begun = known == null ? 0 : known.places();
    int others = unproven + promisedUnproven;
    boolean failed = known != null && known.failed;
    int window;
    if (others < quarter) {
      window = known == null ? its.initial() : window(known, its);
    } else {
      window = others < half && !failed ? 1 : 0;
    }
    return share(its, Math.min(window - begun, Math.min(free, half - others)));
  }

  private static Share share(DestinationLimits its, int deliveries) {
    if (deliveries <= 0) {
      return Share.NONE;
    }
    int most = its.isPaced() ? 1 : deliveries;
    return new Share(most, Math.max(AT_ONCE, its.recipients()), its.recipients());
  }

  private boolean isHeldBack(String destination, long now) {
    return isLeftAlone(destination, now) || isPausing(destination, now);
  }

  /** Whether nothing of a destination is tried before its rest is over, or somebody asks for it. */
  boolean isLeftAlone(String destination, long now) {
    return isAhead(resting.get(destination), now)
        || limits.isDeferred(destination) && !asked.containsKey(destination);
  }

  private boolean isPausing(String destination, long now) {
    return isAhead(pausing.get(destination), now)
        || !pausingTransports.isEmpty()
            && isAhead(pausingTransports.get(Acceptance.Onward.transport(destination)), now);
  }

  private static boolean isAhead(@Nullable Long until, long now) {
    return until != null && until - now > 0;
  }

  private static int window(Destination known, DestinationLimits its) {
    return Math.min(known.window.size(), its.concurrency());
  }

  /** Whether a destination has answered, and not failed since. */
  boolean isProven(String destination) {
    Destination known = find(destination);
    return known != null && known.proven;
  }

  private @Nullable Destination find(String destination) {
    Destination known = busy.get(destination);
    return known == null ? idle.get(destination) : known;
  }

  /**
   * Promises a place to a mail that is coming in, if there is one for it by the time it is ours: it
   * begins at once, or behind a destination that answers, where it need not be leased by itself
   * then. What goes at a rate, or waits until somebody asks for it, is leased in its turn.
   *
   * @param behind how many wait in memory for that destination
   */
  boolean promise(String destination, long now, int behind) {
    DestinationLimits its = limits.of(destination);
    if (isFull()
        || limits.isDeferred(destination)
        || its.isPaced()
        || isHeldBack(destination, now)) {
      return false;
    }
    Destination known = find(destination);
    boolean room =
        known != null && known.proven
            ? known.promised + behind < AT_ONCE
            : share(destination, now, 0, 0).deliveries() > 0;
    if (room) {
      take();
      Destination one = known == null ? new Destination(its.initial()) : known;
      keepBusy(destination, one);
      one.promised++;
      unproven += one.proven ? 0 : 1;
    }
    return room;
  }

  /** The most recipients of one mail in one delivery to a destination. */
  int recipients(String destination) {
    return limits.of(destination).recipients();
  }

  /** The mail is ours, or never will be: it has its place without a promise now. */
  void redeem(String destination) {
    Destination one = busy.get(destination);
    if (one == null || one.promised == 0) {
      throw new IllegalStateException("nothing is promised to mail for " + destination);
    }
    one.promised--;
    unproven -= one.proven ? 0 : 1;
    leaveIfIdle(destination, one);
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
  boolean begin(String destination, long now) {
    DestinationLimits its = limits.of(destination);
    Destination known = find(destination);
    if (isPausing(destination, now) || known != null && known.underWay >= window(known, its)) {
      return false;
    }
    Destination begun = known == null ? new Destination(its.initial()) : known;
    keepBusy(destination, begun);
    begun.underWay++;
    unproven += begun.proven ? 0 : 1;
    if (!its.transportPause().isZero()) {
      pausingTransports.put(
          Acceptance.Onward.transport(destination), now + its.transportPause().toNanos());
    }
    return true;
  }

  /**
   * An attempt has ended.
   *
   * @return whether the destination is given a rest for that
   */
  boolean end(String destination, Attempts.Outcome outcome, long now) {
    Destination ended = busy.get(destination);
    if (ended == null) {
      throw new IllegalStateException("no attempt to " + destination + " is under way");
    }
    DestinationLimits its = limits.of(destination);
    unproven -= ended.proven ? 0 : ended.places();
    boolean dead = false;
    if (outcome == Attempts.Outcome.ANSWERED) {
      resting.remove(destination);
      if (ended.failed) {
        ended.window.reopen(ended.underWay, its);
      }
      ended.window.answered(ended.underWay, its);
      ended.proven = true;
      ended.failed = false;
    } else if (outcome == Attempts.Outcome.UNREACHABLE) {
      ended.proven = false;
      dead = ended.failed || ended.window.failed(its);
      if (dead) {
        resting.put(destination, now + limits.rest().toNanos());
        asked.remove(destination);
        ended.window.close();
        ended.failed = true;
      }
    }
    if (!its.pause().isZero()) {
      pausing.put(destination, now + its.pause().toNanos());
    }
    ended.underWay--;
    unproven += ended.proven ? 0 : ended.places();
    leaveIfIdle(destination, ended);
    return dead;
  }

  private void keepBusy(String destination, Destination one) {
    if (one.places() == 0) {
      idle.remove(destination);
      busy.put(destination, one);
    }
  }

  private void leaveIfIdle(String destination, Destination one) {
    if (one.places() == 0) {
      busy.remove(destination);
      idle.put(destination, one);
    }
  }

  /**
   * Ends the rest of a destination: it is tried again, with a single attempt, even if its transport
   * is deferred. A pause between attempts goes on.
   */
  void revive(String destination) {
    resting.remove(destination);
    if (limits.isDeferred(destination)) {
      asked.put(destination, ++wishes);
    }
  }

  /** How long until the next rest or pause ends; empty when there is none. */
  OptionalLong nanosToNextEnd(long now) {
    return Stream.of(resting, pausing, pausingTransports)
        .flatMapToLong(
            ends -> {
              ends.values().removeIf(until -> !isAhead(until, now));
              return ends.values().stream().mapToLong(until -> until - now);
            })
        .min();
  }
}
