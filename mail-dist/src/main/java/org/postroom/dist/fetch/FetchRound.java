package org.postroom.dist.fetch;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.auth.Account;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.Handover;
import org.postroom.core.log.FetchLog;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.core.time.Timers;
import org.postroom.dist.remote.RemoteRefusal;

/**
 * One round of a job: looks what is there, takes what is new, and has removed there what is here.
 * Nothing is removed there before it is here, durably; what was fetched and is still there when a
 * round is cut off is known in the next one.
 */
final class FetchRound {
  /** What a filter refuses, or what is too long, is asked for again so much later. */
  private static final Duration REFUSED = Duration.ofDays(1);

  /** What broke off a round is, and what its server does not give. */
  private static final Duration BROKEN = Duration.ofHours(1);

  /** A server that refuses so many messages, one after the other, is not asked for more. */
  private static final int MOST_REFUSED = 20;

  private final Premises premises;
  private final Generation generation;
  private final FetchJob job;
  private final PutOff putOff;
  private final FetchLog log;
  private final long largest;
  private final int most;
  private final Dialling dialling;
  private volatile @Nullable WireLine line;
  private volatile boolean stopped;
  private final List<String> removed = new ArrayList<>();
  private boolean listed;
  private int fetched;
  private int left;

  /** Messages that were refused to us, one after the other. */
  private int withheld;

  /** Messages that were not to be removed. */
  private int undeletable;

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
    Settings settings = generation.settings();
    long limit = settings.get(FlowParams.MESSAGE_SIZE);
    this.largest = limit == 0 ? Integer.MAX_VALUE : limit;
    this.most = settings.get(FetchParams.MESSAGES);
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
    return fetched;
  }

  /** Whether it came to know what is there; by who has run it. */
  boolean hasListed() {
    return listed;
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
        return run(
            mailbox(open, password),
            new ArrivingMail(premises, generation, job, account, open.connection()));
      } finally {
        limit.cancel();
      }
    }
  }

  private RemoteMailbox mailbox(WireLine open, Secret password) throws IOException, RemoteRefusal {
    return switch (job.remote().protocol()) {
      case IMAP -> ImapMailbox.open(open, job, password, premises.staging(), largest, log);
      case POP3 -> PopMailbox.open(open, job, password, premises.staging(), largest, log);
    };
  }

  private Tally run(RemoteMailbox mailbox, ArrivingMail arriving)
      throws IOException, RemoteRefusal {
    Instant now = premises.clock().instant();
    KnownNames known = new KnownNames(premises.named().ofKind(job.key()), now);
    List<RemoteMailbox.Entry> all = mailbox.list();
    listed = true;
    List<RemoteMailbox.Entry> fresh = new ArrayList<>();
    List<RemoteMailbox.Entry> breaking = new ArrayList<>();
    for (RemoteMailbox.Entry one : all) {
      if (known.has(one.name())) {
        remove(mailbox, one);
      } else if (!putOff.has(one.name(), now)) {
        (putOff.isBreaking(one.name()) ? breaking : fresh).add(one);
      }
    }
    known.forgetTheOthers();
    fresh.addAll(breaking); // they hold up no other
    boolean goesOn = false;
    for (RemoteMailbox.Entry one : fresh) {
      if (fetched == most) {
        goesOn = true;
        break;
      }
      take(mailbox, one, known, arriving, now);
    }
    if (mailbox.end()) {
      removed.forEach(known::removed);
    }
    putOff.ended();
    return new Tally(fetched, removed.size(), left, goesOn);
  }

  /** What its server keeps is tried again in the next round, and holds up no other. */
  private void remove(RemoteMailbox mailbox, RemoteMailbox.Entry one) throws IOException {
    if (job.keep() || undeletable == MOST_REFUSED) {
      return;
    }
    try {
      mailbox.delete(one);
      removed.add(one.name());
    } catch (RemoteRefusal e) {
      undeletable++;
      log.notRemoved(one.name(), String.valueOf(e.getMessage()));
    }
  }

  private void take(
      RemoteMailbox mailbox,
      RemoteMailbox.Entry one,
      KnownNames known,
      ArrivingMail arriving,
      Instant now)
      throws IOException, RemoteRefusal {
    if (one.size() > largest) {
      String size = "it has " + one.size() + " octets, more than " + FlowParams.MESSAGE_SIZE.name();
      leave(one, now, REFUSED, size);
      return;
    }
    Optional<String> full = arriving.full(one.size());
    if (full.isPresent()) { // nothing is put off: there may be room at any time
      left++;
      log.left(one.name(), full.get());
      return;
    }
    Optional<Handover> handover;
    try (StagedContent content = mailbox.fetch(one)) {
      if (content.size() == 0 && one.size() > 0) { // whose original would be removed
        throw new RemoteRefusal("the server gives nothing of its " + one.size() + " octets");
      }
      withheld = 0;
      handover = handover(content, one, known, arriving);
    } catch (RemoteRefusal e) {
      leave(one, now, BROKEN, String.valueOf(e.getMessage()));
      if (++withheld == MOST_REFUSED) {
        throw e;
      }
      return;
    } catch (StorageFull | StorageUnavailable | LookupUnavailable e) {
      throw e; // it is not the message's fault
    } catch (IOException | RuntimeException e) {
      if (!stopped) {
        putOff.addBreaking(one.name(), now, e instanceof BoundedSink.TooLong ? REFUSED : BROKEN);
      }
      throw e;
    }
    if (handover.isEmpty()) { // by somebody else meanwhile
      remove(mailbox, one);
    } else if (handover.get() instanceof Handover.Refused refused) {
      String why = refused.reply() + " (" + refused.rule() + ")";
      if (refused.reply().code() >= 500) {
        leave(one, now, REFUSED, why);
      } else {
        left++;
        log.left(one.name(), why);
      }
    } else {
      if (handover.get() instanceof Handover.Taken taken) {
        log.fetched(taken.acceptances().get(0).mail().id().toString(), one.name(), one.size());
      } else {
        known.note(one.name());
        log.discarded(one.name());
      }
      fetched++;
      remove(mailbox, one);
    }
  }

  private void leave(RemoteMailbox.Entry one, Instant now, Duration time, String why) {
    left++;
    putOff.add(one.name(), now, time);
    log.left(one.name(), why);
  }

  /** Empty where it has become ours in another round, as of two servers on one store. */
  private static Optional<Handover> handover(
      StagedContent content, RemoteMailbox.Entry one, KnownNames known, ArrivingMail arriving) {
    try {
      return Optional.of(arriving.take(content, known.taking(one.name())));
    } catch (IllegalStateException e) {
      if (known.isTaken(one.name())) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
