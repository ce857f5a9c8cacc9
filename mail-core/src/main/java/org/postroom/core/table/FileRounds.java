package org.postroom.core.table;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;

/**
 * Has files looked after by a worker from time to time, as long as it is open: those that nobody
 * asks for would never be. Threads share it.
 */
public final class FileRounds implements AutoCloseable {

  /** How long a change of a file that nobody asks for stays unseen. */
  private static final Duration ROUND = Duration.ofSeconds(10);

  private final FileWatch with;
  private final Runnable look;
  private Timers.@Nullable Timer next;
  private boolean closed;

  private FileRounds(FileWatch with, Runnable look) {
    this.with = with;
    this.look = look;
  }

  /**
   * Begins with them.
   *
   * @param look looks after the files, and reads those that have changed
   */
  public static FileRounds begin(FileWatch with, Runnable look) {
    FileRounds rounds = new FileRounds(with, look);
    rounds.goOn();
    return rounds;
  }

  private synchronized void goOn() {
    if (!closed) {
      next = with.timers().after(ROUND, () -> with.timers().handOn(with.workers(), this::round));
    }
  }

  private void round() {
    try {
      look.run();
    } finally {
      goOn();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel();
    }
  }
}
