package org.postroom.core.machine;

/**
 * Waits that an interrupt does not end: for what ends by itself, and soon, or must have ended
 * before anything else can go on. Whoever was interrupted meanwhile is so afterwards.
 */
public final class Uninterrupted {
  private Uninterrupted() {}

  /** A wait for something; begun again after an interrupt, so that it has to know when it ends. */
  @FunctionalInterface
  public interface Wait {
    void await() throws InterruptedException;
  }

  /** The same where something comes of it. */
  @FunctionalInterface
  public interface WaitFor<T> {
    T await() throws InterruptedException;
  }

  /** Returns when the wait has come to its end; what it throws itself comes through. */
  public static void await(Wait wait) {
    boolean unused =
        awaited(
            () -> {
              wait.await();
              return true;
            });
  }

  /** The same, and returns what has come of it. */
  public static <T> T awaited(WaitFor<T> wait) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return wait.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
