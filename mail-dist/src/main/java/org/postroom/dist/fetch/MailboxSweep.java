package org.postroom.dist.fetch;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.Handover;
import org.postroom.core.log.FetchLog;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.dist.remote.RemoteRefusal;

/**
 * Goes through a mailbox elsewhere once: takes what is new, has removed there what is here. What
 * cannot be had or kept is left there and put off.
 */
final class MailboxSweep {
  /** What a filter refuses, or what is too long, is asked for again so much later. */
  private static final Duration REFUSED = Duration.ofDays(1);

  /** What broke off a round is, and what its server does not give. */
  private static final Duration BROKEN = Duration.ofHours(1);

  /** A server that refuses so many messages, one after the other, is not asked for more. */
  private static final int MOST_REFUSED = 20;

  private final FetchJob job;
  private final PutOff putOff;
  private final FetchLog log;
  private final BooleanSupplier stopped;
  private final Instant now;
  private final long largest;
  private final int most;
  private final List<String> removed = new ArrayList<>();
  private boolean listed;
  private int fetched;
  private int left;

  /** Messages that were refused to us, one after the other. */
  private int withheld;

  /** Messages that were not to be removed; or, one after the other, not to be marked. */
  private int unchangeable;

  /**
   * One.
   *
   * @param putOff what is not asked for
   * @param stopped whether it ends because we do: no message's fault
   */
  MailboxSweep(
      Settings settings,
      FetchJob job,
      PutOff putOff,
      FetchLog log,
      BooleanSupplier stopped,
      Instant now) {
    this.job = job;
    this.putOff = putOff;
    this.log = log;
    this.stopped = stopped;
    this.now = now;
    this.largest = largest(settings);
    this.most = settings.get(FetchParams.MESSAGES);
  }

  /** The most octets of a message. */
  static long largest(Settings settings) {
    long limit = settings.get(FlowParams.MESSAGE_SIZE);
    return limit == 0 ? Integer.MAX_VALUE : limit;
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
   * @param known what is here already
   * @throws RemoteRefusal when the server there wants no more of it
   * @throws IOException when the server is lost, or cannot be understood
   */
  Tally run(RemoteMailbox mailbox, KnownNames known, ArrivingMail arriving)
      throws IOException, RemoteRefusal {
    List<RemoteMailbox.Entry> all = mailbox.list();
    listed = true;
    List<RemoteMailbox.Entry> fresh = new ArrayList<>();
    List<RemoteMailbox.Entry> breaking = new ArrayList<>();
    for (RemoteMailbox.Entry one : all) {
      if (known.has(one.name())) {
        remove(mailbox, one);
      } else if (!one.has(Flags.DELETED) && !putOff.has(one.name(), now)) {
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
      take(mailbox, one, known, arriving);
    }
    if (mailbox.end()) {
      removed.forEach(known::removed);
    }
    putOff.ended();
    return new Tally(fetched, removed.size(), left, goesOn);
  }

  /** What its server keeps is tried again in the next round, and holds up no other. */
  private void remove(RemoteMailbox mailbox, RemoteMailbox.Entry one) throws IOException {
    if (job.keep() || unchangeable == MOST_REFUSED) {
      return;
    }
    try {
      mailbox.delete(one);
      removed.add(one.name());
    } catch (RemoteRefusal e) {
      unchangeable++;
      log.notRemoved(one.name(), String.valueOf(e.getMessage()));
    }
  }

  /** Once: who says later that he has not seen it is right. */
  private void mark(RemoteMailbox mailbox, RemoteMailbox.Entry one) throws IOException {
    if (job.leaving() != FetchJob.Leaving.KEPT_AS_SEEN
        || one.has(Flags.SEEN)
        || unchangeable == MOST_REFUSED) {
      return;
    }
    try {
      mailbox.markSeen(one);
      unchangeable = 0;
    } catch (RemoteRefusal e) {
      unchangeable++;
      log.notMarked(one.name(), String.valueOf(e.getMessage()));
      if (unchangeable == MOST_REFUSED) {
        log.passedOver("what else is fetched in this round is not marked there, either");
      }
    }
  }

  private void take(
      RemoteMailbox mailbox, RemoteMailbox.Entry one, KnownNames known, ArrivingMail arriving)
      throws IOException, RemoteRefusal {
    if (one.size() > largest) {
      String size = "it has " + one.size() + " octets, more than " + FlowParams.MESSAGE_SIZE.name();
      leave(one, REFUSED, size);
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
      leave(one, BROKEN, String.valueOf(e.getMessage()));
      if (++withheld == MOST_REFUSED) {
        throw e;
      }
      return;
    } catch (StorageFull | StorageUnavailable | LookupUnavailable e) {
      throw e; // it is not the message's fault
    } catch (IOException | RuntimeException e) {
      if (!stopped.getAsBoolean()) {
        putOff.addBreaking(one.name(), now, e instanceof BoundedSink.TooLong ? REFUSED : BROKEN);
      }
      throw e;
    }
    if (handover.isEmpty()) { // by somebody else meanwhile
      remove(mailbox, one);
    } else if (handover.get() instanceof Handover.Refused refused) {
      String why = refused.reply() + " (" + refused.rule() + ")";
      if (refused.reply().code() >= 500) {
        leave(one, REFUSED, why);
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
      mark(mailbox, one);
    }
  }

  private void leave(RemoteMailbox.Entry one, Duration time, String why) {
    left++;
    putOff.add(one.name(), now, time);
    log.left(one.name(), why);
  }

  /** Empty where it has become ours in another round, as of two servers on one store. */
  private Optional<Handover> handover(
      StagedContent content, RemoteMailbox.Entry one, KnownNames known, ArrivingMail arriving) {
    try {
      return Optional.of(
          arriving.take(content, job.flags() ? one.flags() : 0, known.taking(one.name())));
    } catch (IllegalStateException e) {
      if (known.isTaken(one.name())) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
