package org.postroom.dist;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.queue.OutboxStore;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
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
  private static final Duration FORGETTING = Duration.ofHours(1);

  private final Premises premises;
  private final OutboxStore outbox;
  private final Supplier<Generation> current;
  private final MailLog log = new MailLog("pickup");
  private final OsUser user = OsUser.ofThisProcess();
  private final Looking looking;
  private volatile boolean closed;

  // Of the look that is under way.
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
    this.looking =
        new Looking(
            premises.timers(),
            premises.workers(),
            () -> settings().get(ServerParams.OUTBOX_INTERVAL),
            this::look);
  }

  /** A mail was written, or may have been. */
  void soon() {
    looking.soon();
  }

  private Settings settings() {
    return current.get().settings();
  }

  private void look() {
    try {
      collect();
      forget();
    } catch (RuntimeException e) {
      LOG.warn("the outbox cannot be looked at now: {}", e.getMessage());
    }
  }

  /**
   * Whatever is wrong with one mail holds up nobody else: it is put off. Where the store has failed
   * with a second one, it is not the mails, and the others are left for the next look.
   *
   * @throws StorageUnavailable when the store does not answer
   */
  private void collect() {
    boolean hasFailed = false;
    List<Long> due;
    do {
      due = outbox.due(premises.clock().instant(), AT_ONCE);
      for (long row : due) {
        if (closed) {
          return;
        }
        boolean fails = !collect(row);
        if (fails && hasFailed) {
          return;
        }
        hasFailed |= fails;
      }
    } while (due.size() == AT_ONCE);
  }

  /** Whether the store has done its work, as far as it shows in this mail. */
  private boolean collect(long row) {
    Optional<OutboxStore.Waiting> mail = read(row);
    if (mail.isEmpty()) {
      return true;
    }
    CollectedMail taken = new CollectedMail(premises, current.get(), log, outbox, mail.get(), user);
    try {
      taken.take();
      return true;
    } catch (RuntimeException e) { // of any station of its way
      LOG.warn("mail {} of the outbox cannot be taken now: {}", row, e.toString());
      taken.putOff(e);
      return !(e instanceof StorageFull
          || e instanceof StorageUnavailable && !(e instanceof ContentDamaged));
    }
  }

  /** A row that makes no sense has nobody who could be told of it; it is tried again. */
  private Optional<OutboxStore.Waiting> read(long row) {
    try {
      return outbox.waiting(row);
    } catch (StorageUnavailable e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.warn("mail {} of the outbox cannot be read: {}", row, e.toString());
      Duration wait = settings().get(QueueParams.MINIMAL_BACKOFF);
      outbox.later(row, premises.clock().instant().plus(wait), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void forget() {
    Instant now = premises.clock().instant();
    if (Duration.between(forgotten, now).compareTo(FORGETTING) >= 0) {
      Instant end = now.minus(settings().get(ServerParams.OUTBOX_KEYS));
      while (!closed && outbox.forget(end) > 0) {
        LOG.debug("keys of the outbox were forgotten");
      }
      forgotten = now;
    }
  }

  /** Takes no more; see {@link Looking#close}. */
  @Override
  public void close() {
    closed = true;
    looking.close();
  }
}
