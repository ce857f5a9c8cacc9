package org.postroom.core.mail;

import java.util.concurrent.atomic.AtomicLong;

/** So many octets of memory for all who share it: taken before use, given back after it. */
final class MemoryBudget {
  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  MemoryBudget(long limit) {
    this.limit = limit;
  }

  /** Takes {@code octets}, or nothing when there are not so many left. */
  boolean take(long octets) {
    long now;
    do {
      now = taken.get();
      if (now + octets > limit) {
        return false;
      }
    } while (!taken.compareAndSet(now, now + octets));
    return true;
  }

  /** Whether so many octets are left now. */
  boolean has(long octets) {
    return taken.get() + octets <= limit;
  }

  void giveBack(long octets) {
    taken.addAndGet(-octets);
  }

  long taken() {
    return taken.get();
  }
}
