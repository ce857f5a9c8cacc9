package org.postroom.core.memory;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * So many octets of memory for all who share it: taken before use, given back after it. What
 * clients can have us hold (mail that arrives, what was read of it, buffers of connections) is
 * charged to one budget, so that they cannot fill the heap together where none of them could alone.
 *
 * <p>Who gets nothing does with less (a file, a smaller buffer) or refuses for now; nobody waits
 * here. A {@linkplain #share share} keeps one kind of user from taking all. From any thread.
 */
public final class MemoryBudget {
  private static final int PART_OF_HEAP = 4;

  private final @Nullable MemoryBudget whole;
  private final long capacity;
  private final AtomicLong held = new AtomicLong();

  /** A budget of its own. */
  public MemoryBudget(long capacity) {
    this(capacity, null);
  }

  private MemoryBudget(long capacity, @Nullable MemoryBudget whole) {
    if (capacity < 0) {
      throw new IllegalArgumentException("a budget of " + capacity + " octets");
    }
    this.capacity = capacity;
    this.whole = whole;
  }

  /** A quarter of what this JVM's heap may become: the rest is the store's and the program's. */
  public static MemoryBudget ofHeap() {
    return new MemoryBudget(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  /** A part of this for one kind of user: what is taken there is taken here too. */
  public MemoryBudget share(long most) {
    return new MemoryBudget(Math.min(most, capacity), this);
  }

  /** Takes {@code octets}, or nothing when there are not so many left. */
  public boolean tryTake(long octets) {
    if (octets < 0) {
      throw new IllegalArgumentException("taking " + octets + " octets");
    }
    long now;
    do {
      now = held.get();
      if (octets > capacity - now) {
        return false;
      }
    } while (!held.compareAndSet(now, now + octets));
    if (whole != null && !whole.tryTake(octets)) {
      held.addAndGet(-octets);
      return false;
    }
    return true;
  }

  /**
   * Counts {@code octets} that are held already and cannot be refused. There may be more then than
   * the capacity, and nobody gets anything before that much has been given back.
   */
  public void take(long octets) {
    if (octets < 0) {
      throw new IllegalArgumentException("taking " + octets + " octets");
    }
    held.addAndGet(octets);
    if (whole != null) {
      whole.take(octets);
    }
  }

  /** Whether so many octets are left now; somebody may take them before the asker does. */
  public boolean has(long octets) {
    return octets <= capacity - held.get() && (whole == null || whole.has(octets));
  }

  /** Gives back what was taken before. */
  public void give(long octets) {
    long left = held.addAndGet(-octets);
    if (octets < 0 || left < 0) {
      held.addAndGet(octets);
      throw new IllegalArgumentException(octets + " octets given back of " + (left + octets));
    }
    if (whole != null) {
      whole.give(octets);
    }
  }

  /** Octets that are taken now. */
  public long held() {
    return held.get();
  }

  /** The most that may be held. */
  public long capacity() {
    return capacity;
  }
}
