package org.postroom.dist;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.ContentDamaged;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.queue.OutboxStore;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.time.Timers;
import org.postroom.dist.config.ServerParams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects what the application has written into the outbox, one mail after the other, in its
 * order. Nobody says when a transaction commits, so it is looked for: at the start, every second,
 * and more often for some seconds after a mail was written, because it is committed soon as a rule.
 */
final class Collecting implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Collecting.class);
  private static final int AT_ONCE = 50;

  /** The first look after a mail was written; each further one takes twice as long. */
  private static final Duration FIRST_LOOK = Duration.ofMillis(10);

  private static final int LOOKS = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration FORGETTING = Duration.ofHours(1);

  private final Premises premises;
  private final OutboxStore outbox;
  private final Supplier<Generation> current;
  private final MailLog log = new MailLog("pickup");
  private final OsUser user = OsUser.ofThisProcess();

  // Guarded by this.
  private Timers.@Nullable Timer timer;
  private boolean closed;
  private boolean looking;
  private int looks = LOOKS;
  private Instant forgotten = Instant.EPOCH;

  /**
   * Not started.
   *
   * @param current by what a mail goes that is taken now
   */
  Collecting(Premises premises, OutboxStore outbox, Supplier<Generation> current) {
    this.premises = premises;
    this.outbox = outbox;
    this.current = current;
  }

  /** A mail was written, or may have been. */
  synchronized void soon() {
    looks = 0;
    if (!looking) {
      schedule();
    }
  }

  /** In the place of what was to come. */
  private synchronized void schedule() {
    if (timer != null) {
      timer.cancel();
    }
    if (!closed) {
      Duration usual = settings().get(ServerParams.OUTBOX_INTERVAL);
      Duration wait = looks < LOOKS ? FIRST_LOOK.multipliedBy(1L << looks++) : usual;
      timer =
          premises
              .timers()
              .after(
                  wait.compareTo(usual) < 0 ? wait : usual,
                  () -> premises.timers().handOn(premises.workers(), this::look));
    }
  }

  private Settings settings() {
    return current.get().settings();
  }

  private void look() {
    synchronized (this) {
      if (closed || looking) {
        return;
      }
      looking = true;
    }
    try {
      collect();
      forget();
    } catch (RuntimeException e) {
      LOG.warn("the outbox cannot be looked at now: {}", e.getMessage());
    } finally {
      synchronized (this) {
        looking = false;
        notifyAll();
        schedule();
      }
    }
  }

  private void collect() {
    List<Long> due;
    do {
      due = outbox.due(premises.clock().instant(), AT_ONCE);
      for (long row : due) {
        if (isClosed()) {
          return;
        }
        collect(row);
      }
    } while (due.size() == AT_ONCE);
  }

  /**
   * Whatever is wrong with one holds up nobody else.
   *
   * @throws StorageUnavailable when the store does not answer
   * @throws StorageFull when it takes no mail now
   */
  private void collect(long row) {
    try {
      Optional<OutboxStore.Waiting> mail = outbox.waiting(row);
      if (mail.isPresent()) {
        new CollectedMail(premises, current.get(), log, outbox, mail.get(), user).take();
      }
    } catch (RuntimeException e) {
      if (e instanceof StorageFull
          || e instanceof StorageUnavailable && !(e instanceof ContentDamaged)) {
        throw e; // nothing is wrong with the mail
      }
      LOG.warn("mail {} of the outbox cannot be taken now: {}", row, e.toString());
      Duration wait = settings().get(QueueParams.MINIMAL_BACKOFF);
      outbox.later(row, premises.clock().instant().plus(wait), String.valueOf(e.getMessage()));
    }
  }

  private void forget() {
    Instant now = premises.clock().instant();
    if (Duration.between(forgotten, now).compareTo(FORGETTING) >= 0) {
      Instant end = now.minus(settings().get(ServerParams.OUTBOX_KEYS));
      while (!isClosed() && outbox.forget(end) > 0) {
        LOG.debug("keys of the outbox were forgotten");
      }
      forgotten = now;
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /**
   * Takes no more, and lets the one end that is under way, for a while: whoever closes may be its
   * own listener.
   */
  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
    boolean interrupted = false;
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (long left = PATIENCE.toMillis(); looking && left > 0; ) {
      try {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
