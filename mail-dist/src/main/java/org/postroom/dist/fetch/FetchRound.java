package org.postroom.dist.fetch;

import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Settings;
import org.postroom.core.log.FetchLog;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.secret.Secret;
import org.postroom.core.time.Timers;
import org.postroom.dist.remote.RemoteRefusal;

/**
 * One round of a job: reaches the server, logs in, and goes through the mailbox there, within a
 * time. Nothing is removed there before it is here, durably; what was fetched and is still there
 * when a round is cut off is known in the next one.
 */
final class FetchRound {
  private final Premises premises;
  private final Generation generation;
  private final FetchJob job;
  private final PutOff putOff;
  private final FetchLog log;
  private final Dialling dialling;
  private volatile @Nullable WireLine line;
  private volatile boolean stopped;
  private @Nullable MailboxSweep sweep;

  /**
   * One.
   *
   * @param generation by which it goes
   * @param putOff what is not asked for
   */
  FetchRound(Premises premises, Generation generation, FetchJob job, PutOff putOff, FetchLog log) {
    this.premises = premises;
    this.generation = generation;
    this.job = job;
    this.putOff = putOff;
    this.log = log;
    this.dialling = new Dialling(premises);
  }

  /** Has it end soon. From any thread. */
  void stop(String why) {
    stopped = true;
    dialling.stop();
    WireLine open = line;
    if (open != null) {
      open.end(why);
    }
  }

  /** How many are here; by who has run it. */
  int fetched() {
    return sweep == null ? 0 : sweep.fetched();
  }

  /** Whether it came to know what is there; by who has run it. */
  boolean hasListed() {
    return sweep != null && sweep.hasListed();
  }

  /**
   * Does it.
   *
   * @throws RemoteRefusal when the server there, or nobody here, wants it
   * @throws IOException when the server is not reached, lost, or cannot be understood
   * @throws org.postroom.core.refusal.StorageFull when there is no room
   * @throws org.postroom.core.refusal.StorageUnavailable when nothing can be kept
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  Tally run() throws IOException, RemoteRefusal {
    Account account =
        premises
            .accounts()
            .byLogin(job.login())
            .orElseThrow(() -> new RemoteRefusal("there is no account " + job.login() + " here"));
    Settings settings = generation.settings();
    try (Secret password = JobPassword.of(job, settings);
        WireLine open = dialling.connect(job, settings.get(FetchParams.ANSWER))) {
      line = open;
      if (stopped) {
        throw new IOException("the mail system is shutting down");
      }
      Timers.Timer limit =
          premises
              .timers()
              .after(settings.get(FetchParams.ROUND), () -> open.end("its time is over"));
      try {
        RemoteMailbox mailbox = mailbox(open, password, MailboxSweep.largest(settings));
        Instant now = premises.clock().instant();
        sweep = new MailboxSweep(settings, job, putOff, log, () -> stopped, now);
        return sweep.run(
            mailbox,
            new KnownNames(premises.named().ofKind(job.key()), now),
            new ArrivingMail(premises, generation, job, account, open.connection()));
      } finally {
        limit.cancel();
      }
    }
  }

  private RemoteMailbox mailbox(WireLine open, Secret password, long largest)
      throws IOException, RemoteRefusal {
    return switch (job.remote().protocol()) {
      case IMAP -> ImapMailbox.open(open, job, password, premises.staging(), largest, log);
      case POP3 -> PopMailbox.open(open, job, password, premises.staging(), largest, log);
    };
  }
}
