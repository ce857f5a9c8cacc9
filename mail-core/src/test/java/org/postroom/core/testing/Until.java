package org.postroom.core.testing;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits of tests for what nothing tells them of. */
public final class Until {
  private static final long MOMENT_NANOS = 200_000;

  private Until() {}

  /**
   * Returns when it is so. It leaves the processor to others meanwhile: tests run beside each
   * other, and what is waited for needs it. What is over in microseconds is missed by this.
   *
   * @throws AssertionError when the test's time is over first, at which its thread is interrupted
   */
  public static void so(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("it has not become so within the test's time");
      }
      aMoment();
    }
  }

  /** Leaves the processor to others for a moment. */
  public static void aMoment() {
    LockSupport.parkNanos(MOMENT_NANOS);
  }
}
