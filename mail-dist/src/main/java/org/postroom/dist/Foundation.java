package org.postroom.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.postroom.core.auth.AccountNotFound;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.life.Lifeline;
import org.postroom.core.life.MemoryBudget;
import org.postroom.core.mail.StagingArea;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.secret.FirstUse;
import org.postroom.core.session.LogIns;
import org.postroom.core.time.SystemTimers;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.mailbox.Mailboxes;
import org.postroom.dist.submit.Outbox;

/**
 * What a server stands on, from its start to its end: the store, time, threads, the network. No
 * generation changes it.
 *
 * @param premises as the parts see it
 * @param parts those at work
 * @param logIns by the settings of the start; each generation has its own view
 */
record Foundation(
    Store store,
    LogIns logIns,
    Workers workers,
    MemoryBudget memory,
    Lifeline lifeline,
    KeyRing keys,
    Premises premises,
    OpenParts parts) {
  private static final int KEPT_DECISIONS = 1000;

  /**
   * Opens one thing after the other; the order of closing is the opposite one.
   *
   * @param owned takes in what is to be closed
   */
  static Foundation open(Plan plan, Description description, Lifeline lifeline, Owned owned) {
    FirstUse.ofCryptography();
    Settings settings = plan.settings();
    Path folder = plan.folder().orElse(null);
    MemoryBudget memory = MemoryBudget.ofHeap();
    Store store = owned.add(Store.open(plan, description, lifeline, memory));
    if (folder != null) {
      PrivateFolder.make(folder);
    }
    Timers timers =
        description.timers == null
            ? owned.add(new SystemTimers("postroom-timers", lifeline))
            : description.timers;
    // Sessions that end still read and write what lies there: it is closed after the wire.
    StagingArea staging =
        owned.add(
            new StagingArea(
                folder == null ? temporary(owned) : folder.resolve("staging"),
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
    Workers workers =
        owned.add(Workers.named("postroom-worker", settings.get(ServerParams.WORKERS), lifeline));
    AutoCloseable unused = owned.add(plan.people().watch(description.clock, timers, workers));
    Wire wire =
        owned.add(
            description.wire.apply(
                Wires.open(description.wire(plan.wire(memory)), timers, workers, lifeline)));
    Premises premises =
        new Premises(
            wire,
            description.mail(store.storage().mail()),
            description.disturbance.over(store.storage().mailCommit()),
            store.storage().queue(),
            accounts,
            staging,
            plan.dns(description.resolver, wire.questions(), workers),
            new RecentDecisions(KEPT_DECISIONS),
            workers,
            RandomGenerator.getDefault(),
            timers,
            description.clock,
            ZoneId.systemDefault());
    KeyRing keys =
        owned.add(new KeyRing(folder, description.clock, description.random, timers, workers));
    OpenParts parts = description.parts().open(premises, settings);
    for (Service service : parts.all()) {
      if (service instanceof AutoCloseable closeable) {
        owned.add(closeable);
      }
    }
    return new Foundation(store, logIns, workers, memory, lifeline, keys, premises, parts);
  }

  /** Who is here, without those who are made up when they are asked for. */
  Accounts accounts() {
    return store.known();
  }

  /** Makes those accounts that are to be there and are not. */
  void makeAccounts(Description description) {
    store.make(description.residents.accounts);
  }

  /** The parts at work. */
  List<Service> services() {
    return parts.all();
  }

  MailStore mail() {
    return premises.mail();
  }

  QueueStore queue() {
    return premises.queue();
  }

  RecentDecisions decisions() {
    return premises.decisions();
  }

  /** Clears away what was expunged so long ago; returns how many messages. */
  int purge(Duration grace) {
    return store.storage().purge(grace);
  }

  /** Clears expunged messages away, until what it gives is closed. */
  AutoCloseable purge() {
    Purging purging = store.purging(premises.timers(), workers);
    purging.start();
    return purging;
  }

  /** The mailboxes of who logs in so, or would. */
  Mailboxes mailboxes(String login) {
    return new Mailboxes(
        premises, premises.accounts().byLogin(login).orElseThrow(() -> new AccountNotFound(login)));
  }

  /** The application's outbox, which is looked into from now on. */
  Outbox outbox(Supplier<Generation> current, Owned owned) {
    return HostOutbox.open(store.storage(), premises, current, owned);
  }

  /** Where the server listens; nowhere yet. */
  OpenDoors doors() {
    return new OpenDoors(premises.wire(), parts.byDoor());
  }

  /** For content on its way, where there is no folder. */
  private static Path temporary(Owned owned) {
    try {
      Path folder = Files.createTempDirectory("postroom");
      owned.add(() -> Files.deleteIfExists(folder));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("a temporary folder cannot be made", e);
    }
  }
}
