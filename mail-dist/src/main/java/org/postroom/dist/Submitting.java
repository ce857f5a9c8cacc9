package org.postroom.dist;

import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.flow.Expanded;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.Watches;
import org.postroom.dist.operation.DroppedMail;
import org.postroom.dist.operation.Prospect;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Whom;

/**
 * The door for mail that is handed in on this machine: by the application that the server is part
 * of, or by a program. On the caller's thread. So many are under way at once, and others wait for
 * their turn, so that a thousand callers hold no more than those few; who hands in a mail while one
 * of his is being taken (a filter, a listener) does not wait.
 */
final class Submitting implements AutoCloseable {
  private static final int AT_ONCE = 32;

  /** For those who are under way at the end. */
  private static final long PATIENCE_SECONDS = 5;

  private final Premises premises;
  private final Supplier<Generation> current;
  private final Optional<Pickup> pickup;
  private final Semaphore turns = new Semaphore(AT_ONCE, true);
  private final Set<Thread> callers = ConcurrentHashMap.newKeySet();
  private final MailLog log = new MailLog("pickup");
  private final OsUser owner = OsUser.ofThisProcess();
  private volatile boolean closed;

  /**
   * Open.
   *
   * @param current by what a mail goes that is handed in now
   * @param pickup takes up what could not be handed in
   */
  private Submitting(Premises premises, Supplier<Generation> current, Optional<Pickup> pickup) {
    this.premises = premises;
    this.current = current;
    this.pickup = pickup;
  }

  /**
   * Opens it, and begins to take up what could not be handed in before.
   *
   * @param owned takes what is to be closed
   * @throws org.postroom.core.report.BadConfiguration when the folder for that is not safe
   */
  static Submitting open(
      Plan plan,
      Configuration configuration,
      Foundation foundation,
      Supplier<Generation> current,
      Owned owned) {
    Optional<Pickup> pickup = Pickup.open(plan, configuration, foundation, current, owned);
    return owned.add(new Submitting(foundation.premises(), current, pickup));
  }

  /** See {@link org.postroom.dist.operation.Desk#maildrop}. */
  List<DroppedMail> maildrop(long from, int most) {
    return pickup.map(all -> all.list(from, most)).orElse(List.of());
  }

  /** What mail for an address would come to. */
  Prospect prospect(Address recipient) {
    Generation now = current.get();
    Expanded expanded =
        now.flow()
            .expansion()
            .expand(ReversePath.NULL, new Recipient(recipient, Set.of(), Optional.empty()));
    return new Prospect(expanded, expanded.refusal(now.policy()));
  }

  /**
   * The whole address that somebody has written here, perhaps without a domain.
   *
   * @throws org.postroom.core.address.MalformedAddress if it is none
   */
  Address address(String written) {
    return current.get().policy().qualified(WrittenAddress.parse(written));
  }

  /** Whether this user may do that by a program. */
  boolean permits(LocalRight right, OsUser user) {
    return current.get().policy().permits(right, user.name());
  }

  /** Takes a mail of this process's. */
  Submitted submit(Envelope envelope, InputStream content, Whom whom) {
    return inTurn(
        () -> mail(envelope, whom, owner, Optional.empty(), Optional.empty()).submit(content));
  }

  /** The same of one that is part of a trace. */
  Submitted submit(Envelope envelope, InputStream content, Whom whom, String traceparent) {
    return inTurn(
        () ->
            mail(envelope, whom, owner, Optional.of(traceparent), Optional.empty())
                .submit(content));
  }

  /** Content that is to be ours, as {@link StagedStream}. */
  StagedContent staged(InputStream content) {
    return StagedStream.of(content, premises.staging());
  }

  /** Who watches mail while it is tried. */
  Watches watches() {
    return premises.watches();
  }

  /** By which mail is dated. */
  Clock clock() {
    return premises.clock();
  }

  /**
   * Takes a mail of a user's; see {@link MailServer#submit(Envelope, InputStream, Whom)}.
   *
   * @param name under which he may leave it for the server where he hears no answer
   * @param named hears what the mail is called, before it is anywhere
   */
  Submitted submit(
      Envelope envelope,
      InputStream content,
      Whom whom,
      OsUser user,
      Optional<String> name,
      Consumer<QueueId> named) {
    Optional<MailCommit> commit = name.flatMap(given -> pickup.map(all -> all.taking(user, given)));
    return inTurn(
        () -> mail(envelope, whom, user, Optional.empty(), commit).submit(content, named));
  }

  /** Whether a mail that a user has handed in under that name was taken. */
  boolean isTaken(OsUser user, String name) {
    return pickup.filter(all -> all.isTaken(user, name)).isPresent();
  }

  private Submitted inTurn(Supplier<Submitted> work) {
    if (!callers.add(Thread.currentThread())) {
      return work.get();
    }
    try {
      turns.acquire();
      try {
        if (closed) {
          throw new IllegalStateException("the server is closed");
        }
        return work.get();
      } finally {
        turns.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted before the mail was taken");
    } finally {
      callers.remove(Thread.currentThread());
    }
  }

  /** Goes by what is in effect when its turn has come. */
  private HandedInMail mail(
      Envelope envelope,
      Whom whom,
      OsUser user,
      Optional<String> traceparent,
      Optional<MailCommit> commit) {
    Generation generation = current.get();
    return new HandedInMail(
        premises,
        generation,
        commit.map(generation.flow()::into).orElseGet(generation::flow),
        log,
        envelope,
        whom,
        user,
        traceparent,
        HandedInLimit.of(generation.settings()));
  }

  /** Whether the caller is handing in a mail, and is in a filter or a listener now. */
  boolean isCaller() {
    return callers.contains(Thread.currentThread());
  }

  /** Takes no more, and lets those end that are under way, for a while. */
  @Override
  public void close() {
    closed = true;
    try {
      if (turns.tryAcquire(AT_ONCE, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        turns.release(AT_ONCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
