package org.postroom.core.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.address.Address;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.QueueId;
import org.postroom.core.queue.Watch.Became;

/**
 * Who watches mail while it is tried. Few can at once, and one that does not ask for a minute does
 * not any more: nothing is kept for who has gone. Where nobody watches, it costs a look at an empty
 * list. Threads share it.
 */
public final class Watches {
  private static final int MOST = 8;
  private static final int MOST_OF_ONE = 4;
  private static final Duration KEPT = Duration.ofMinutes(1);

  private final Clock clock;
  private volatile List<Watch> open = List.of();
  private long last; // guarded by this object's monitor

  /** Nobody watches yet. */
  public Watches(Clock clock) {
    this.clock = clock;
  }

  /**
   * Begins to watch.
   *
   * @param owner who does; nobody else can find it
   * @return empty when too many do
   */
  public synchronized Optional<Watch> open(String owner) {
    Instant now = clock.instant();
    List<Watch> all = new ArrayList<>(asked(now));
    if (all.size() >= MOST || all.stream().filter(one -> one.isOf(owner)).count() >= MOST_OF_ONE) {
      return Optional.empty();
    }
    Watch begun = new Watch(++last, owner, now);
    all.add(begun);
    open = List.copyOf(all);
    return Optional.of(begun);
  }

  /** The one of that number, where it is this owner's. */
  public Optional<Watch> find(long number, String owner) {
    Optional<Watch> found = open.stream().filter(one -> one.isFor(number, owner)).findFirst();
    found.ifPresent(one -> one.ask(clock.instant()));
    return found;
  }

  /** Ends one. */
  public synchronized void close(Watch ended) {
    open = open.stream().filter(one -> one != ended).toList();
  }

  /** Those that are asked for; others have gone, and what was kept for them goes, too. */
  private List<Watch> asked() {
    return open.isEmpty() ? List.of() : asked(clock.instant());
  }

  private List<Watch> asked(Instant now) {
    if (open.stream().anyMatch(one -> one.isLeft(now, KEPT))) {
      synchronized (this) {
        open = open.stream().filter(one -> !one.isLeft(now, KEPT)).toList();
      }
    }
    return open;
  }

  /** Who is to see what is said in attempts at a mail; empty for nobody. */
  public Optional<Consumer<String>> onlooker(QueueId mail) {
    List<Watch> following = asked().stream().filter(one -> one.follows(mail)).toList();
    return following.isEmpty()
        ? Optional.empty()
        : Optional.of(line -> following.forEach(one -> one.said(mail, line)));
  }

  /** A mail is ours: those of its recipients that go on at once are about to be tried. */
  public void accepted(Acceptance mail) {
    QueueId id = mail.mail().id();
    for (Watch one : asked()) {
      if (!mail.isHeld() && one.follows(id)) {
        mail.onward().forEach(onward -> one.expect(id, onward.recipient().address()));
      }
    }
  }

  /** A copy for a mailbox here was made as a mail was accepted. */
  public void arrived(QueueId mail, Address recipient, String reason) {
    asked().forEach(one -> one.arrived(new Became(mail, recipient, "2.0.0", "sent", reason)));
  }

  /** What an attempt came to for a recipient; the words are those of {@link Became}. */
  public void became(
      QueuedMail mail, Address recipient, String status, String became, String reason) {
    for (Watch one : asked()) {
      one.became(new Became(mail.id(), recipient, status, became, reason), mail.arrived());
    }
  }
}
