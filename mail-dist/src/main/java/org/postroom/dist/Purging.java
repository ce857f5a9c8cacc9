package org.postroom.dist;

import java.time.Duration;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Workers;
import org.postroom.storage.store.SqlStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Clears expunged messages away, from time to time. */
final class Purging implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Purging.class);
  private static final Duration INTERVAL = Duration.ofMinutes(10);
  private static final Duration GRACE = Duration.ofHours(1);

  private final SqlStorage storage;
  private final Timers timers;
  private final Workers workers;
  private volatile boolean closed;

  Purging(SqlStorage storage, Timers timers, Workers workers) {
    this.storage = storage;
    this.timers = timers;
    this.workers = workers;
  }

  /** Begins to do so. */
  void start() {
    timers.after(
        INTERVAL,
        () -> {
          if (!closed) {
            timers.handOn(workers, this::purge);
          }
        });
  }

  private void purge() {
    try {
      storage.purge(GRACE);
    } catch (RuntimeException e) {
      LOG.warn("expunged messages could not be purged: {}", e.getMessage());
    }
    start();
  }

  @Override
  public void close() {
    closed = true;
  }
}
