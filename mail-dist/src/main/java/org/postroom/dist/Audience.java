package org.postroom.dist;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.Attempted;
import org.postroom.core.flow.Tidings;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.Watches;
import org.postroom.core.time.Timers;
import org.postroom.dist.answer.Reloaded;
import org.postroom.dist.mailbox.Appended;

/** Who hears of what a server does: what {@link ServerBuilder} was told of that. */
final class Audience {
  Consumer<Acceptance> accepted;
  Consumer<Attempted> delivered;
  Consumer<Attempted> delayed;
  Consumer<Attempted> bounced;
  @Nullable Consumer<Appended> appended;
  @Nullable BiConsumer<Mailbox, UidSet> put;
  Consumer<Settings> settings;
  Consumer<Reloaded> reloaded;
  Consumer<Lifeline.Death> mourner;
  Consumer<Lifeline.End> stopped;
  @Nullable Runnable alive;
  Duration aliveEvery = Duration.ZERO;

  /** Nobody yet. */
  Audience() {
    accepted = mail -> {};
    Consumer<Attempted> nobody = recipient -> {};
    delivered = nobody;
    delayed = nobody;
    bounced = nobody;
    settings = inEffect -> {};
    reloaded = reload -> {};
    mourner = death -> {};
    stopped = end -> {};
  }

  /** The same, whatever is said to the other from now on. */
  Audience(Audience other) {
    accepted = other.accepted;
    delivered = other.delivered;
    delayed = other.delayed;
    bounced = other.bounced;
    appended = other.appended;
    put = other.put;
    settings = other.settings;
    reloaded = other.reloaded;
    mourner = other.mourner;
    stopped = other.stopped;
    alive = other.alive;
    aliveEvery = other.aliveEvery;
  }

  /** Whom mails are spoken of to: the log, and the owner's listeners. */
  Tidings tidings(Watches watches, Clock clock, Timers by, Executor workers, Lifeline of) {
    Tidings tidings = new Tidings(watches, clock, by, workers, of);
    tidings.onAccepted(accepted);
    tidings.onDelivered(delivered);
    tidings.onDelayed(delayed);
    tidings.onBounced(bounced);
    return tidings;
  }

  /**
   * The mailboxes of a store, with whom there is to hear of what is put there.
   *
   * @param accounts who is here
   */
  MailStore hears(MailStore of, Accounts accounts) {
    BiConsumer<Mailbox, UidSet> inside = put;
    Consumer<Appended> outside = appended;
    if (inside == null && outside == null) {
      return of;
    }
    return new HeardMailStore(
        of,
        (mailbox, uids) -> {
          if (inside != null) {
            inside.accept(mailbox, uids);
          }
          if (outside != null) {
            outside.accept(
                new Appended(
                    login(accounts, mailbox.account()),
                    mailbox.name().value(),
                    uids.stream().boxed().toList()));
          }
        });
  }

  private static String login(Accounts among, AccountId account) {
    return among.list().stream()
        .filter(one -> one.id().equals(account))
        .findFirst()
        .map(Account::login)
        .orElse("");
  }
}
