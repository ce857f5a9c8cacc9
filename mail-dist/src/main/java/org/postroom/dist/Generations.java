package org.postroom.dist;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.QueueId;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.queue.Attempts;
import org.postroom.core.queue.QueueManager;
import org.postroom.core.queue.QueueParams;

/**
 * Makes a server's generations, one after the other, and knows which one is current: it makes the
 * attempts of the queue. Generations are made and adopted by one thread at a time; any thread may
 * ask for the current one.
 */
final class Generations implements Attempts, AutoCloseable {
  private final Foundation foundation;
  private final Flows flows;
  private volatile Next current;

  /** Makes the first. */
  Generations(Plan plan, Foundation foundation, Description description) {
    this.foundation = foundation;
    this.flows = new Flows(foundation, description);
    this.current = make(plan, 1);
  }

  /**
   * A generation that may become the current one.
   *
   * @param keys those that its {@link Generation#tls} is of
   * @param owned transports that are closed when it is not current any more
   */
  record Next(Generation generation, Keys keys, Owned owned) implements AutoCloseable {
    @Override
    public void close() {
      owned.close();
    }
  }

  Generation current() {
    return current.generation();
  }

  /** See {@code MailFlow.requeue}; by the current one. */
  Optional<QueueId> requeue(QueuedMail mail) {
    return current().flow().requeue(mail);
  }

  /** By which hosts mail would leave now; see {@code MailFlow.hosts}. Waits for look-ups. */
  List<String> hosts(String transport, String nextHop, Address recipient) {
    return current().flow().hosts(transport, nextHop, recipient).toCompletableFuture().join();
  }

  /** Whether mail for a domain may be asked for: {@code fast_flush_domains}. */
  boolean isFlushed(Domain domain) {
    return current().policy().fastFlush().contains(domain);
  }

  /** The certificate (PEM) of the authority that the server made for itself. */
  Optional<String> authority() {
    return current.keys().authority();
  }

  /** What follows the current one by {@code plan}. */
  Next next(Plan plan) {
    return make(plan, current().number() + 1);
  }

  /** Has {@code next} be current; attempts that have begun end as they are. */
  void adopt(Next next) {
    foundation.keys().adopt(next.keys(), next.generation().policy());
    foundation.store().obey(next.generation().settings());
    Next last = current;
    current = next;
    last.close();
    foundation.services().forEach(Service::reloaded);
  }

  /** The manager of the queue, which asks for attempts here; not started. */
  QueueManager queue(Plan plan) {
    Premises premises = foundation.premises();
    QueueManager queue =
        new QueueManager(
            premises.queue(),
            this,
            QueueParams.limits(plan.settings()),
            premises.clock(),
            premises.timers(),
            foundation.workers(),
            plan.policy().hostname().name(),
            foundation.lifeline());
    // It is closed before them; what attempts come to after that is not lost.
    foundation.workers().afterwards(queue::close);
    return queue;
  }

  private Next make(Plan plan, long number) {
    Keys keys = foundation.keys().keys(plan.given(), plan.policy());
    Owned owned = new Owned();
    try {
      return new Next(generation(plan, number, keys, owned), keys, owned);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private Generation generation(Plan plan, long number, Keys keys, Owned owned) {
    Premises premises = foundation.premises();
    owned.add(plan.tables()).watch(premises.clock(), premises.timers(), foundation.workers());
    return new Generation(
        number,
        plan.settings(),
        plan.policy(),
        flows.flow(plan, owned),
        foundation.logIns().obeying(plan.settings()),
        Optional.of(keys.context()));
  }

  @Override
  public CompletionStage<Made> attempt(QueuedMail mail) {
    return current().flow().attempt(mail);
  }

  @Override
  public Made postpone(QueuedMail mail) {
    return current().flow().postpone(mail);
  }

  @Override
  public void close() {
    flows.close();
    current.close();
  }
}
