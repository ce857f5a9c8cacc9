package org.postroom.core.wire;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Network;
import org.postroom.core.life.MemoryBudget;
import org.postroom.core.time.Timers;

/**
 * The clients of a wire that have not logged in, and what they hold: by address and together. Who
 * comes when everything is taken gets the place of the stranger that has been at rest for longest,
 * of the address that holds most. A session in the middle of a turn is not at rest.
 *
 * <p>Octets are counted without a lock, under the lock of the connection that they belong to.
 * {@link #lock} guards who is here; it is taken before a connection's, never inside one.
 *
 * <p>Looking for who has to go looks at all strangers. That is done only when there is no room.
 */
final class Strangers {
  /** What a session costs that holds nothing, and a short line. */
  static final int SESSION_OCTETS = 8 * 1024;

  /** What TLS costs until it has been forgotten that there was a handshake. */
  static final int TLS_OCTETS = 16 * 1024;

  /** So many octets of input are part of {@link #SESSION_OCTETS}. */
  private static final int FREE_OCTETS = 4 * 1024;

  /** Octets are charged in steps, so that a busy session does not count each of its reads. */
  private static final int STEP = 4 * 1024;

  /** One address may hold this part of the memory at most. */
  private static final int PART_OF_ONE_ADDRESS = 4;

  private final StrangerLimits limits;
  private final MemoryBudget memory;
  private final Timers timers;

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final Map<Network, Caller> callers = new HashMap<>();
  private long nextSweep;
  private long callerRound;
  private long strangerRound;

  Strangers(StrangerLimits limits, Timers timers) {
    this.limits = limits;
    this.memory = limits.memory();
    this.timers = timers;
    this.nextSweep = timers.nanoTime() + limits.unit().toNanos();
  }

  /** An address, and what its strangers hold. */
  private static final class Caller {
    private final AtomicLong octets = new AtomicLong();

    // Guarded by the lock.
    private int sessions;
    private int attempts;
    private long since;
    private @Nullable Stranger first;
    private @Nullable Stranger last;
    private long passedOver;

    Caller(long since) {
      this.since = since;
    }

    boolean isForgettable(long now, long unit) {
      return sessions == 0 && now - since >= unit;
    }

    void add(Stranger stranger) {
      sessions++;
      stranger.before = last;
      if (last == null) {
        first = stranger;
      } else {
        last.after = stranger;
      }
      last = stranger;
    }

    void remove(Stranger stranger) {
      sessions--;
      Stranger before = stranger.before;
      Stranger after = stranger.after;
      if (before == null) {
        first = after;
      } else {
        before.after = after;
      }
      if (after == null) {
        last = before;
      } else {
        after.before = before;
      }
    }
  }

  /** One of them; a connection has it until its client is known. */
  final class Stranger {
    private final Caller caller;
    private final Object door;
    private @Nullable Stranger before;
    private @Nullable Stranger after;
    private long passedOver;
    private volatile @Nullable NettyConnection connection;

    // Guarded by the connection's lock.
    private long taken = SESSION_OCTETS;
    private long lasting = SESSION_OCTETS;

    private Stranger(Caller caller, Object door) {
      this.caller = caller;
      this.door = door;
    }

    /** From now on it may be sent away. */
    void isOn(NettyConnection its) {
      connection = its;
    }

    /**
     * It holds so many octets now. Returns how many of them there is no room for, and counts as
     * before then; else zero. Under the connection's lock.
     */
    long holds(long octets) {
      long beyond = Math.max(0, octets - FREE_OCTETS);
      long wanted = lasting + (beyond + STEP - 1) / STEP * STEP;
      if (wanted > taken && !take(caller, wanted - taken)) {
        return wanted - taken;
      }
      if (wanted < taken) {
        give(caller, taken - wanted);
      }
      taken = wanted;
      return 0;
    }

    /** Needs so much more for as long as it is here. Under the connection's lock. */
    boolean needs(int octets) {
      if (!take(caller, octets)) {
        return false;
      }
      taken += octets;
      lasting += octets;
      return true;
    }
  }

  /**
   * One more stranger. When there is no place for it, another one's end is begun.
   *
   * @param door where it comes in
   * @param doorIsFull whether somebody of that door must go for it
   * @param houseIsFull whether somebody must
   * @return null when it has to stay outside
   */
  @Nullable Stranger admit(
      InetAddress address, Object door, boolean doorIsFull, boolean houseIsFull) {
    lock.lock();
    try {
      long now = timers.nanoTime();
      sweep(now);
      Caller caller = callers.computeIfAbsent(origin(address), key -> new Caller(now));
      if (now - caller.since >= limits.unit().toNanos()) {
        caller.since = now;
        caller.attempts = 0;
      }
      caller.attempts++;
      if (limits.attempts() > 0 && caller.attempts > limits.attempts()
          || caller.sessions >= limits.ofOneAddress() && !sendAway(caller, null)
          || (doorIsFull || houseIsFull) && !sendAwayAt(doorIsFull ? door : null)) {
        return null;
      }
      while (!take(caller, SESSION_OCTETS)) {
        if (!makeRoom(caller, SESSION_OCTETS)) {
          return null;
        }
      }
      Stranger stranger = new Stranger(caller, door);
      caller.add(stranger);
      return stranger;
    } finally {
      lock.unlock();
    }
  }

  /** Sends somebody away for what {@code one} wants to hold more; false when nobody can go. */
  boolean makeRoom(Stranger one, long octets) {
    lock.lock();
    try {
      return makeRoom(one.caller, octets);
    } finally {
      lock.unlock();
    }
  }

  /** Its client has logged in, so that this was no attempt of a stranger. */
  void isKnown(Stranger one) {
    lock.lock();
    try {
      one.caller.attempts--;
      forget(one);
    } finally {
      lock.unlock();
    }
  }

  /** It is gone. */
  void left(Stranger one) {
    lock.lock();
    try {
      forget(one);
    } finally {
      lock.unlock();
    }
  }

  /** Whether strangers hold most of what they may have. */
  boolean areMany() {
    return memory.held() > memory.capacity() / 4 * 3;
  }

  /** How many there are. */
  int count() {
    lock.lock();
    try {
      return callers.values().stream().mapToInt(caller -> caller.sessions).sum();
    } finally {
      lock.unlock();
    }
  }

  // --- under the lock ---

  /** Who has its share already gets no more of it by the end of others. */
  private boolean makeRoom(Caller caller, long octets) {
    return isBeyondShare(caller, octets) ? sendAway(caller, null) : sendAwayAt(null);
  }

  /** Somebody of the address that holds most, of {@code door} or anywhere. */
  private boolean sendAwayAt(@Nullable Object door) {
    callerRound++;
    while (true) {
      Caller most = null;
      for (Caller caller : callers.values()) {
        if (caller.sessions > 0 && caller.passedOver != callerRound && isBefore(caller, most)) {
          most = caller;
        }
      }
      if (most == null) {
        return false;
      }
      if (sendAway(most, door)) {
        return true;
      }
      most.passedOver = callerRound;
    }
  }

  /** Whether somebody of {@code one} has to go sooner than somebody of {@code other}. */
  private static boolean isBefore(Caller one, @Nullable Caller other) {
    if (other == null) {
      return true;
    }
    int order = Long.compare(one.octets.get(), other.octets.get());
    return order > 0 || order == 0 && restOf(one) - restOf(other) < 0;
  }

  /** Since when the first of them has been at rest: of those with one stranger, all there is. */
  private static long restOf(Caller caller) {
    Stranger first = caller.first;
    NettyConnection connection = first == null ? null : first.connection;
    return connection == null ? Long.MAX_VALUE / 2 : connection.restingSince();
  }

  private boolean sendAway(Caller caller, @Nullable Object door) {
    strangerRound++;
    while (true) {
      Stranger oldest = null;
      long since = 0;
      for (Stranger one = caller.first; one != null; one = one.after) {
        NettyConnection connection = one.connection;
        if (connection == null
            || one.passedOver == strangerRound
            || door != null && one.door != door) {
          continue;
        }
        long resting = connection.restingSince();
        if (oldest == null || resting - since < 0) {
          oldest = one;
          since = resting;
        }
      }
      NettyConnection connection = oldest == null ? null : oldest.connection;
      if (oldest == null || connection == null) {
        return false;
      }
      if (connection.giveWay()) {
        forget(oldest);
        return true;
      }
      oldest.passedOver = strangerRound;
    }
  }

  private void forget(Stranger one) {
    one.caller.remove(one);
    give(one.caller, one.taken);
  }

  private void sweep(long now) {
    if (now - nextSweep >= 0) {
      long unit = limits.unit().toNanos();
      nextSweep = now + unit;
      callers.values().removeIf(caller -> caller.isForgettable(now, unit));
    }
  }

  private Network origin(InetAddress address) {
    int bits = address.getAddress().length * 8;
    return Network.around(
        address, Math.min(bits, bits == 32 ? limits.ipv4Prefix() : limits.ipv6Prefix()));
  }

  // --- without it ---

  private boolean isBeyondShare(Caller caller, long octets) {
    return caller.octets.get() + octets > memory.capacity() / PART_OF_ONE_ADDRESS;
  }

  private boolean take(Caller caller, long octets) {
    if (isBeyondShare(caller, octets) || !memory.tryTake(octets)) {
      return false;
    }
    caller.octets.addAndGet(octets);
    return true;
  }

  private void give(Caller caller, long octets) {
    caller.octets.addAndGet(-octets);
    memory.give(octets);
  }
}
