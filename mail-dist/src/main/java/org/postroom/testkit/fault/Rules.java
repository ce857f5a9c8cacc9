package org.postroom.testkit.fault;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;

/** The faults that are set, and those that have happened. Threads share it. */
final class Rules {
  private static final int MOST_KEPT = 1_000;

  private final Clock clock;
  private final List<Armed> armed = new CopyOnWriteArrayList<>();
  private final ArrayDeque<Fired> fired = new ArrayDeque<>();
  private final Map<Protocol, AtomicInteger> sessions;
  private volatile long seed;

  Rules(Clock clock) {
    this.clock = clock;
    this.sessions = new EnumMap<>(Protocol.class);
    for (Protocol one : Protocol.values()) {
      sessions.put(one, new AtomicInteger());
    }
  }

  /** One fault, and how often its occasion and it have been there. */
  final class Armed {
    final Fault fault;
    private final Times times;
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong happened = new AtomicLong();

    private Armed(Fault fault, Times times) {
      this.fault = fault;
      this.times = times;
    }

    /** Its occasion is there once more: whether it happens now. */
    private boolean isNow() {
      return times.contain(seen.incrementAndGet());
    }

    /** Its occasion is there, and something else stands in its way: its turn is another time. */
    private void isPassedBy() {
      if (times.first() > 1) {
        seen.incrementAndGet();
      }
    }

    private boolean mayHappen() {
      return !times.areOver(seen.get());
    }

    void happens(String session, String command) {
      happened.incrementAndGet();
      Fired one = new Fired(fault, session, command, clock.instant());
      synchronized (fired) {
        fired.add(one);
        if (fired.size() > MOST_KEPT) {
          fired.remove();
        }
      }
    }
  }

  void add(Fault fault, Times times) {
    armed.add(new Armed(fault, times));
  }

  /** No fault is set, none has happened, and sessions are counted anew. */
  void clear() {
    armed.clear();
    synchronized (fired) {
      fired.clear();
    }
    countAnew();
  }

  private void countAnew() {
    sessions.values().forEach(count -> count.set(0));
  }

  void seed(long other) {
    seed = other;
    countAnew();
  }

  long seed() {
    return seed;
  }

  /** A session begins: its number among those of its protocol. */
  int begins(Protocol protocol) {
    AtomicInteger count = sessions.get(protocol);
    if (count == null) {
      throw new IllegalArgumentException("not counted: " + protocol);
    }
    return count.incrementAndGet();
  }

  /** Whether something may happen in such a session. */
  boolean concern(Seat seat) {
    for (Armed one : armed) {
      if (one.fault.when() instanceof Occasion.Said said && seat.isAt(said) && one.mayHappen()) {
        return true;
      }
    }
    return false;
  }

  /**
   * What happens now.
   *
   * @param isSuch whether an occasion is there
   */
  List<Armed> due(Seat seat, Predicate<Occasion.Said> isSuch) {
    if (armed.isEmpty()) {
      return List.of();
    }
    List<Armed> due = new ArrayList<>();
    boolean isOver = false;
    for (Armed one : armed) {
      if (one.fault.when() instanceof Occasion.Said said && seat.isAt(said) && isSuch.test(said)) {
        if (isOver) {
          one.isPassedBy();
        } else if (one.isNow() && seat.isDrawn(said.chance())) {
          due.add(one);
          boolean waits = said.afterSent().isPresent() || said.afterAnswered().isPresent();
          isOver = one.fault.act().isLast() && !waits;
        }
      }
    }
    return due;
  }

  /**
   * Has the store fail where it is to.
   *
   * @param operation what it was asked for, as the fixture's tests read it
   */
  void trouble(StoreWork work, String operation) {
    for (Armed one : due(when -> when instanceof Occasion.Kept kept && kept.work() == work)) {
      one.happens("", operation);
      throw one.fault.act() instanceof Act.Full
          ? new StorageFull("a test has it that there is no room")
          : new StorageUnavailable("a test has it that the store is unavailable");
    }
  }

  /** What happens now that a name is looked up. */
  List<Armed> dueFor(String name) {
    return due(when -> when instanceof Occasion.Asked asked && asked.name().equals(name));
  }

  private List<Armed> due(Predicate<Occasion> isSuch) {
    List<Armed> due = new ArrayList<>(1);
    for (Armed one : armed) {
      if (isSuch.test(one.fault.when())) {
        if (!due.isEmpty()) {
          one.isPassedBy();
        } else if (one.isNow()) {
          due.add(one);
        }
      }
    }
    return due;
  }

  List<Fault> all() {
    return armed.stream().map(one -> one.fault).toList();
  }

  List<Fault> unused() {
    return armed.stream().filter(one -> one.happened.get() == 0).map(one -> one.fault).toList();
  }

  List<Fired> fired() {
    synchronized (fired) {
      return List.copyOf(fired);
    }
  }
}
