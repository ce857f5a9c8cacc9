package org.postroom.core.wire;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.network.Network;
import org.postroom.core.time.Timers;

/**
 * The clients of a wire that nobody knows yet, and what they hold: by address and together. Who
 * comes when everything is taken gets the place of the stranger that has been at rest for longest,
 * of the address that holds most ({@link LeavingOrder}). A session in the middle of a turn is not
 * at rest.
 *
 * <p>Octets are counted without a lock, under the lock of the connection that they belong to.
 * {@link #lock} guards who is here; it is taken before a connection's, never inside one.
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
  private final LeavingOrder order = new LeavingOrder();
  private long nextSweep;

  Strangers(StrangerLimits limits, Timers timers) {
    this.limits = limits;
    this.memory = limits.memory();
    this.timers = timers;
    this.nextSweep = timers.nanoTime() + limits.unit().toNanos();
  }

  /** Whose client a stranger is; asked under the lock of all strangers, takes one of its own. */
  interface Guest {

    /** When it began to rest last. Never goes back. */
    long restingSince();

    /**
     * Ends a session that is at rest, because others need the room: its place is free from now on.
     * False when it is not at rest, and then {@link Stranger#comesToRest} is called as soon as it
     * is.
     */
    boolean giveWay();
  }

  /** An address, and what its strangers hold. */
  static final class Caller {
    final AtomicLong octets = new AtomicLong();

    /** Whether it is noted that {@link #octets} have changed. */
    final AtomicBoolean weighed = new AtomicBoolean();

    // Guarded by the lock.
    final Map<Object, LeavingOrder.Group> groups = new HashMap<>(2);
    private int sessions;
    private int attempts;
    private long since;

    Caller(long since) {
      this.since = since;
    }

    boolean isForgettable(long now, long unit) {
      return sessions == 0 && now - since >= unit;
    }

    private int sessionsAt(Object door) {
      LeavingOrder.Group group = groups.get(door);
      return group == null ? 0 : group.sessions();
    }
  }

  /** One of them; a connection has it until its client is known. */
  final class Stranger {
    final Caller caller;
    final Object door;

    // The order's.
    LeavingOrder.@Nullable Group group;
    @Nullable Guest guest;
    boolean isInOrder;
    long number;
    long rest;

    // Guarded by the connection's lock.
    private long taken = SESSION_OCTETS;
    private long lasting = SESSION_OCTETS;

    private Stranger(Caller caller, Object door) {
      this.caller = caller;
      this.door = door;
    }

    /** From now on it may be sent away. */
    void isOn(Guest its) {
      lock.lock();
      try {
        order.begins(this, its);
      } finally {
        lock.unlock();
      }
    }

    /** It was at work when it was asked to go, and is not any more. Under the connection's lock. */
    void comesToRest() {
      order.comesToRest(this);
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
   * One more stranger. When there is no place for it, another one's end is begun: of one alone,
   * whatever there is no place of, or of none. Who has all that an address may have, and comes to a
   * full door, takes the place of one of its own there.
   *
   * @param door where it comes in
   * @param most of one address there; 0 for what holds everywhere
   * @param doorIsFull whether somebody of that door must go for it
   * @param houseIsFull whether somebody must
   * @return null when it has to stay outside
   */
  @Nullable Stranger admit(
      InetAddress address, Object door, int most, boolean doorIsFull, boolean houseIsFull) {
    lock.lock();
    try {
      long now = timers.nanoTime();
      order.learn();
      sweep(now);
      Caller caller = callers.computeIfAbsent(origin(address), key -> new Caller(now));
      if (now - caller.since >= limits.unit().toNanos()) {
        caller.since = now;
        caller.attempts = 0;
      }
      caller.attempts++;
      boolean tooOften = limits.attempts() > 0 && caller.attempts > limits.attempts();
      if (tooOften || !getsPlace(caller, door, most, doorIsFull, houseIsFull)) {
        return null;
      }
      Stranger stranger = new Stranger(caller, door);
      caller.sessions++;
      order.comes(stranger);
      return stranger;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends somebody away, of that door or anywhere, for who is no stranger; false: nobody can go.
   */
  boolean makePlace(@Nullable Object door) {
    lock.lock();
    try {
      return goes(order.sendAway(null, door));
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

  /**
   * Whether there is a place and {@link #SESSION_OCTETS}, by the end of one when by nothing else.
   */
  private boolean getsPlace(
      Caller caller, Object door, int most, boolean doorIsFull, boolean houseIsFull) {
    boolean hasMostHere = most > 0 && caller.sessionsAt(door) >= most;
    boolean hasMost = hasMostHere || caller.sessions >= limits.ofOneAddress();
    boolean hasRoom = take(caller, SESSION_OCTETS);
    if (hasRoom && !hasMost && !doorIsFull && !houseIsFull) {
      return true;
    }
    boolean own = hasMost || !hasRoom && isBeyondShare(caller, SESSION_OCTETS);
    Stranger who = order.sendAway(own ? caller : null, hasMostHere || doorIsFull ? door : null);
    if (who != null && !hasRoom) {
      handOver(who, caller);
    } else if (!goes(who) && hasRoom) {
      give(caller, SESSION_OCTETS);
    }
    return who != null;
  }

  /** Who has its share already gets no more of it by the end of others. */
  private boolean makeRoom(Caller caller, long octets) {
    return goes(order.sendAway(isBeyondShare(caller, octets) ? caller : null, null));
  }

  /** Whether there is somebody who goes; its place is free then. */
  private boolean goes(@Nullable Stranger who) {
    if (who != null) {
      forget(who);
    }
    return who != null;
  }

  /** What the session of one that goes has cost is the next one's: nobody takes it meanwhile. */
  private void handOver(Stranger one, Caller next) {
    one.taken -= SESSION_OCTETS;
    one.caller.octets.addAndGet(-SESSION_OCTETS);
    next.octets.addAndGet(SESSION_OCTETS);
    order.weighs(next);
    forget(one);
  }

  private void forget(Stranger one) {
    order.leaves(one);
    one.caller.sessions--;
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
    order.weighs(caller);
    return true;
  }

  private void give(Caller caller, long octets) {
    caller.octets.addAndGet(-octets);
    order.weighs(caller);
    memory.give(octets);
  }
}
