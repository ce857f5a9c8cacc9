package org.postroom.core.testing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Something that goes wrong while a test says so: throws when it is run, or does nothing. */
public final class Fault implements Runnable {
  private static final int ALWAYS = Integer.MAX_VALUE;

  private final Supplier<? extends Throwable> thrown;
  private final AtomicInteger left = new AtomicInteger();

  private Fault(Supplier<? extends Throwable> thrown) {
    this.thrown = thrown;
  }

  /** All is well so far. */
  public static Fault of(Supplier<? extends Throwable> thrown) {
    return new Fault(thrown);
  }

  /** From now on it happens. */
  public Fault begin() {
    left.set(ALWAYS);
    return this;
  }

  /** It happens once more. */
  public Fault once() {
    left.set(1);
    return this;
  }

  /** From now on all is well. */
  public void end() {
    left.set(0);
  }

  @Override
  public void run() {
    int before = left.getAndUpdate(times -> times == ALWAYS ? times : Math.max(0, times - 1));
    if (before > 0) {
      Fault.<RuntimeException>sneaky(thrown.get());
    }
  }

  @SuppressWarnings("unchecked") // unchecked ones and errors are what tests throw
  private static <T extends Throwable> void sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
