package org.postroom.dist;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.FilterStation;
import org.postroom.core.flow.AddressRouter;
import org.postroom.core.flow.Bounce;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.flow.Router;
import org.postroom.core.flow.Tidings;
import org.postroom.core.flow.Transport;
import org.postroom.core.flow.Wishes;
import org.postroom.core.log.MailLog;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.policy.Policy;
import org.postroom.core.queue.Attempts;
import org.postroom.core.queue.QueueManager;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.queue.QueuedMail;

/**
 * Makes a server's generations, one after the other, and knows which one is current: it makes the
 * attempts of the queue. Generations are made and adopted by one thread at a time; any thread may
 * ask for the current one.
 */
final class Generations implements Attempts, AutoCloseable {
  private final Foundation foundation;
  private final Description description;
  private final Tidings tidings;
  private volatile Next current;

  /** Makes the first. */
  Generations(Plan plan, Foundation foundation, Description description) {
    this.foundation = foundation;
    this.description = description;
    this.tidings =
        description.tidings(
            foundation.premises().timers(), foundation.workers(), foundation.lifeline());
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

  /** The keys of the current one. */
  Keys keys() {
    return current.keys();
  }

  /** What follows the current one by {@code plan}. */
  Next next(Plan plan) {
    return make(plan, current().number() + 1);
  }

  /** Has {@code next} be current; attempts that have begun end as they are. */
  void adopt(Next next) {
    foundation.keys().adopt(next.keys(), next.generation().policy());
    Next last = current;
    current = next;
    last.close();
  }

  /** The manager of the queue, which asks for attempts here; not started. */
  QueueManager queue(Plan plan) {
    Premises premises = foundation.premises();
    return new QueueManager(
        premises.queue(),
        this,
        QueueParams.limits(plan.settings()),
        premises.clock(),
        premises.timers(),
        foundation.workers(),
        plan.policy().hostname().name(),
        foundation.lifeline());
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
    Settings settings = plan.settings();
    Policy policy = plan.policy();
    Premises premises = foundation.premises();
    owned.add(plan.tables()).watch(premises.clock(), premises.timers(), foundation.workers());
    Router router = router(plan);
    MailFlow flow =
        new MailFlow(
            router,
            plan.addressing(),
            new FilterStation(
                plan.filters(),
                premises.staging(),
                settings.get(FlowParams.MESSAGE_SIZE),
                new MailLog("cleanup")),
            Wishes.of(settings),
            premises.commit(),
            premises.queue(),
            transports(plan, owned),
            QueueParams.schedule(settings),
            settings.get(QueueParams.ATTEMPT_LIMIT),
            new Bounce(
                policy.hostname().name(), premises.staging(), premises.clock(), premises.zone()),
            foundation.memory(),
            tidings,
            premises.clock(),
            premises.timers(),
            foundation.workers(),
            foundation.lifeline());
    return new Generation(
        number,
        settings,
        policy,
        flow,
        foundation.logIns().obeying(settings),
        Optional.of(keys.context()));
  }

  private Router router(Plan plan) {
    return description.openPassword != null
        ? new EverybodyIsHere(foundation.store().accounts(), plan.policy().delimiter())
        : new AddressRouter(
            plan.policy(),
            foundation.store().accounts(),
            plan.addressing().aliases(),
            Optional.of(plan.settings().get(FlowParams.RELAYHOST)));
  }

  /** Those of the parts; the owner's stand above them, and are the owner's to close. */
  private Map<String, Transport> transports(Plan plan, Owned owned) {
    Map<String, Transport> transports = new LinkedHashMap<>();
    for (Service service : foundation.services()) {
      transports.putAll(
          service.transports(plan::transport, plan.policy(), plan.own(), plan.tables()));
    }
    for (Transport transport : Set.copyOf(transports.values())) {
      if (transport instanceof AutoCloseable closeable) {
        owned.add(closeable);
      }
    }
    transports.putAll(description.transports);
    return transports;
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
    current.close();
  }
}
