package org.postroom.dist;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.Transport;
import org.postroom.core.filter.check.FilterStation;
import org.postroom.core.flow.Bounce;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.flow.Router;
import org.postroom.core.flow.Tidings;
import org.postroom.core.flow.Wishes;
import org.postroom.core.log.MailLog;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.queue.QueueParams;

/** Makes the way of a mail, as a plan has it. */
final class Flows {
  private final Foundation foundation;
  private final Description description;
  private final Tidings tidings;

  Flows(Foundation foundation, Description description) {
    this.foundation = foundation;
    this.description = description;
    this.tidings =
        description.audience.tidings(
            foundation.premises().watches(),
            description.clock,
            foundation.premises().timers(),
            foundation.workers(),
            foundation.lifeline());
  }

  /**
   * The way of mails by one configuration.
   *
   * @param owned takes what is to be closed with it
   */
  MailFlow flow(Plan plan, Owned owned) {
    Settings settings = plan.settings();
    Premises premises = foundation.premises();
    return new MailFlow(
        router(plan),
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
        Bounce.of(settings, plan.policy(), premises.staging(), premises.clock(), premises.zone()),
        foundation.memory(),
        tidings,
        premises.clock(),
        premises.timers(),
        foundation.workers(),
        foundation.lifeline());
  }

  /** Listeners hear of nothing any more. */
  void close() {
    tidings.close();
  }

  /** Where everybody is, nobody is elsewhere. */
  private Router router(Plan plan) {
    Accounts accounts = foundation.store().accounts();
    return description.residents.openPassword != null
        ? new EverybodyIsHere(accounts, plan.policy().delimiter())
        : plan.addressing().router(accounts, foundation.mail());
  }

  /** Those of the parts; the owner's stand above them, and are the owner's to close. */
  private Map<String, Transport> transports(Plan plan, Owned owned) {
    Map<String, Transport> transports = new LinkedHashMap<>();
    for (Service service : foundation.services()) {
      transports.putAll(
          service.transports(plan.outgoing(), plan.policy(), plan.own(), plan.tables()));
    }
    for (Transport transport : Set.copyOf(transports.values())) {
      if (transport instanceof AutoCloseable closeable) {
        owned.add(closeable);
      }
    }
    transports.putAll(description.transports);
    return transports;
  }
}
