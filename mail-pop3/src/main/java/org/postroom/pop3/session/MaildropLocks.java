package org.postroom.pop3.session;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.pop3.param.LockPolicy;

/**
 * Who has which maildrop (RFC 1939, 4: one session at a time). Clients leave dead sessions behind,
 * so one that has been silent for a while loses its lock to the next that logs in: it is closed,
 * and what it had marked as deleted stays. IMAP and delivery never meet this lock. It reaches as
 * far as this process: sessions on several nodes do not exclude each other, and lose nothing by it
 * but RFC 1939's promise, because deleting what is gone is no error.
 */
public final class MaildropLocks {
  private final ConcurrentMap<MailboxId, Lock> held;
  private final LockPolicy policy;
  private final Duration silence;
  private final Clock clock;

  /**
   * No lock is held.
   *
   * @param silence for how long a holder must not have got on before it may lose its lock
   */
  public MaildropLocks(LockPolicy policy, Duration silence, Clock clock) {
    this(new ConcurrentHashMap<>(), policy, silence, clock);
  }

  private MaildropLocks(
      ConcurrentMap<MailboxId, Lock> held, LockPolicy policy, Duration silence, Clock clock) {
    this.held = held;
    this.policy = policy;
    this.silence = silence;
    this.clock = clock;
  }

  /** The same locks by another policy; each goes by the one that it was taken under. */
  public MaildropLocks obeying(LockPolicy other, Duration otherSilence) {
    return new MaildropLocks(held, other, otherSilence, clock);
  }

  /**
   * Takes the lock if nobody has it, or if its holder has been silent.
   *
   * @param close how to end the session that asks, should it lose the lock later
   */
  Optional<Lock> take(MailboxId mailbox, Runnable close) {
    Lock mine = new Lock(mailbox, close);
    if (policy == LockPolicy.OFF) {
      return Optional.of(mine);
    }
    Lock[] loser = new Lock[1];
    Lock winner =
        held.compute(
            mailbox,
            (id, holder) -> {
              if (holder == null) {
                return mine;
              }
              if (policy == LockPolicy.STRICT || !holder.isSilent()) {
                return holder;
              }
              loser[0] = holder;
              return mine;
            });
    if (loser[0] != null) {
      loser[0].close.run();
    }
    return winner == mine ? Optional.of(mine) : Optional.empty();
  }

  /** One session's lock. */
  final class Lock {
    private final MailboxId mailbox;
    private final Runnable close;
    private volatile long active;

    private Lock(MailboxId mailbox, Runnable close) {
      this.mailbox = mailbox;
      this.close = close;
      this.active = clock.millis();
    }

    /** The client is alive: it says something, or takes what it is sent. */
    void touch() {
      active = clock.millis();
    }

    /** Whether it is still ours: otherwise nothing may be deleted. */
    boolean isHeld() {
      return policy == LockPolicy.OFF || held.get(mailbox) == this;
    }

    /** Gives it back; without effect when it was lost. */
    void release() {
      held.remove(mailbox, this);
    }

    private boolean isSilent() {
      return clock.millis() - active > silence.toMillis();
    }
  }
}
