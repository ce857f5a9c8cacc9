package org.postroom.core.auth.scheme;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.postroom.core.config.BadValue;

/**
 * What looking at one password may cost, so that a number in somebody's file takes neither the heap
 * nor minutes. Threads share one for all that is stored elsewhere.
 */
public final class HashLimits {
  /** As much memory as two or three seconds fill. */
  private static final int MOST_KIB = 256 * 1024;

  private final int kib;
  private final Semaphore free;

  /**
   * @param kib memory that all hashes together may take at once
   */
  public HashLimits(int kib) {
    this.kib = kib;
    this.free = new Semaphore(kib, true);
  }

  /** A third of what this process may have, and no more than 256 MiB. */
  public static HashLimits ofHeap() {
    return new HashLimits((int) Math.min(MOST_KIB, Runtime.getRuntime().maxMemory() / 1024 / 3));
  }

  /** {@link BadValue} for what takes more memory than there is for it. */
  void requireMemory(String scheme, long neededKib) {
    if (neededKib > kib) {
      throw new BadValue(
          scheme
              + " takes "
              + neededKib / 1024
              + " MiB for one look, and no more than "
              + kib / 1024
              + " are for that: a third of the heap, up to 256");
    }
  }

  /** {@link BadValue} for what takes longer than a client waits. */
  static void requireRounds(String scheme, String rounds, long most) {
    if (rounds.length() > 15 || Long.parseLong(rounds) > most) {
      throw new BadValue(
          scheme + " of " + rounds + " rounds: more than " + most + " take too long");
    }
  }

  /** Has it done as soon as the memory is free. */
  boolean with(int neededKib, BooleanSupplier work) {
    free.acquireUninterruptibly(neededKib);
    try {
      return work.getAsBoolean();
    } finally {
      free.release(neededKib);
    }
  }
}
