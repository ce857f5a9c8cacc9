package org.postroom.dist;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.postroom.core.auth.Accounts;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.part.DryRun;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.queue.QueueManager;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.dist.mailbox.Mailboxes;
import org.postroom.dist.mailbox.store.StoreMailboxes;
import org.postroom.dist.operation.FaultRules;
import org.postroom.dist.submit.Outbox;
import org.postroom.storage.store.SqlTables;
import org.postroom.storage.store.StoreAhead;

/**
 * The parts of a server that runs.
 *
 * @param started by which it was started
 * @param queue makes attempts
 * @param outbox what the application writes in its own transactions
 * @param faults those of a fixture
 */
record Running(
    Plan started,
    Foundation foundation,
    Generations generations,
    QueueManager queue,
    OpenDoors doors,
    Reloading reloading,
    Submitting submitting,
    Outbox outbox,
    Optional<FaultRules> faults) {

  /**
   * Opens one after the other; when this returns, every port answers.
   *
   * @param owned takes what is to be closed, also when this throws
   */
  static Running open(Description description, Lifeline lifeline, Owned owned) {
    Optional<StoreAhead> ahead = Store.ahead(description);
    if (ahead.isPresent()) {
      owned.add(ahead.get());
    }
    Circumstances.ahead(owned);
    SqlTables databases = owned.add(new SqlTables());
    Plan plan = description.plan(databases);
    // Whatever can be refused is refused before the store is touched.
    plan.checkPorts();
    description.circumstances.checkWorkers();
    Foundation foundation = Foundation.open(plan, description, lifeline, ahead, owned);
    // What follows is closed before the wire, on which sessions still come to their end: first no
    // more commands, then nobody new, no more attempts, and no idle connections to next hops.
    Generations generations = owned.add(new Generations(plan, foundation, description));
    QueueManager queue = owned.add(generations.queue(plan));
    foundation.makeAccounts(description);
    queue.start();
    owned.add(foundation.purge());
    OpenDoors doors = owned.add(foundation.doors());
    doors.become(plan, generations.current(), () -> {});
    for (Service service : foundation.services()) {
      service.running(generations::current);
    }
    foundation.heartbeat(description).ifPresent(owned::add);
    Reloading reloading =
        new Reloading(
            description,
            databases,
            plan,
            generations,
            doors,
            queue,
            foundation.premises().resolver());
    Submitting submitting =
        Submitting.open(plan, description.configuration, foundation, generations::current, owned);
    Outbox outbox =
        HostOutbox.open(
            foundation.store().storage(), foundation.premises(), generations::current, owned);
    return new Running(
        plan,
        foundation,
        generations,
        queue,
        doors,
        reloading,
        submitting,
        outbox,
        description.circumstances.disturbance.rules());
  }

  /** The mailboxes of who logs in so, or would. */
  Mailboxes mailboxes(String login) {
    Premises premises = foundation.premises();
    return new StoreMailboxes(
        premises, premises.accounts().byLogin(login).orElseThrow(() -> new AccountNotFound(login)));
  }

  /** The first of the parts at work, and of what they share, that is of a kind. */
  <S> Optional<S> service(Class<S> kind) {
    return Stream.concat(foundation.services().stream(), Stream.of(foundation.logIns().sessions()))
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst();
  }

  /** Who is here. */
  Accounts accounts() {
    return foundation.accounts();
  }

  /** Mail under way. */
  QueueStore waiting() {
    return foundation.queue();
  }

  /** What was decided about a mail, or in a session. */
  List<RecentDecisions.Entry> decisions(String id) {
    return foundation.decisions().of(id);
  }

  /** Mailboxes. */
  MailStore mail() {
    return foundation.mail();
  }

  /** Whether the caller is at work for it, so that its end cannot come before he has returned. */
  boolean isCaller() {
    return foundation.workers().isCaller()
        || foundation.logIns().isCaller()
        || submitting.isCaller();
  }

  /** Clears away what was expunged so long ago; returns how many messages. */
  int purge(Duration grace) {
    return foundation.store().storage().purge(grace);
  }

  /** What would become of a mail at a listener; see {@link MailServer#explain}. */
  Optional<DryRun> explain(String listener, DryRun.Asked mail) {
    return doors.explain(listener, generations.current(), mail);
  }
}
