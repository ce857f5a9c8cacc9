package org.postroom.dist;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Random;
import java.util.function.Supplier;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.life.Lifeline;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.part.Premises;
import org.postroom.core.queue.Watches;
import org.postroom.core.session.LogIns;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.Workers;

/**
 * What lies between the store and the parts: time, threads, the network, and where content waits.
 *
 * @param logIns by the settings of the start
 * @param premises as the parts see it
 */
record Grounds(LogIns logIns, Workers workers, Premises premises) {
  private static final int KEPT_DECISIONS = 1000;

  /** Opens one thing after the other; the order of closing is the opposite one. */
  static Grounds open(
      Plan plan,
      Description description,
      Store store,
      MemoryBudget memory,
      Lifeline lifeline,
      Owned owned) {
    Settings settings = plan.settings();
    Circumstances circumstances = description.circumstances;
    Timers timers = circumstances.timers(lifeline, owned);
    // Sessions that end still read and write what lies there: it is closed after the wire.
    StagingArea staging =
        owned.add(
            new StagingArea(
                plan.folder()
                    .<Supplier<Path>>map(folder -> () -> folder.resolve("staging"))
                    .orElseGet(() -> owned.add(new TemporaryFolder())),
                StagingArea.Limits.DEFAULT,
                memory));
    Accounts accounts = store.accounts();
    // Closed after the wire: who waits to be logged in hears a goodbye like everybody else.
    LogIns logIns =
        owned.add(
            LogIns.open(
                settings,
                accounts,
                description.residents.tokens(
                    settings, description.clock, description.random, owned),
                timers,
                description.random,
                lifeline));
    Workers workers = owned.add(circumstances.workers(settings, timers, lifeline));
    AutoCloseable unused = owned.add(plan.people().watch(description.clock, timers, workers));
    Wire wire = owned.add(circumstances.wire(plan.wire(memory), timers, workers, lifeline));
    Premises premises =
        new Premises(
            wire,
            description.audience.hears(
                circumstances.disturbance.over(store.storage().mail()), store.known()),
            circumstances.disturbance.over(store.storage().mailCommit()),
            store.storage().namedMails(),
            store.storage().queue(),
            store.storage().memos(),
            accounts,
            staging,
            circumstances.names(settings, wire, workers, description.clock),
            new RecentDecisions(KEPT_DECISIONS),
            new Watches(description.clock),
            workers,
            new Random(),
            description.random,
            timers,
            description.clock,
            ZoneId.systemDefault());
    return new Grounds(logIns, workers, premises);
  }
}
