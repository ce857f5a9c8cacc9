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
   */
  public static void so(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      aMoment();
    }
  }

  /** Leaves the processor to others for a moment. */
  public static void aMoment() {
    LockSupport.parkNanos(MOMENT_NANOS);
  }
}
