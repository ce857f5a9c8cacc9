package org.postroom.dist;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.FirstUse;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.part.Premises;
import org.postroom.core.part.Service;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.session.LogIns;
import org.postroom.core.wire.Workers;
import org.postroom.dist.assembly.OpenParts;
import org.postroom.storage.store.StoreAhead;

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

  /**
   * Opens one thing after the other; the order of closing is the opposite one.
   *
   * @param ahead what was begun of the store
   * @param owned takes in what is to be closed
   */
  static Foundation open(
      Plan plan,
      Description description,
      Lifeline lifeline,
      Optional<StoreAhead> ahead,
      Owned owned) {
    PrivateFolder.check(plan.folder(), plan.settings(), plan.storage());
    FirstUse.ofCryptography();
    Path folder = plan.folder().orElse(null);
    MemoryBudget memory = MemoryBudget.ofHeap();
    Store store = owned.add(Store.open(plan, description, lifeline, memory, ahead));
    if (folder != null) {
      PrivateFolder.make(folder);
    }
    Grounds grounds = Grounds.open(plan, description, store, memory, lifeline, owned);
    Premises premises = grounds.premises();
    KeyRing keys =
        owned.add(
            new KeyRing(
                folder,
                description.clock,
                description.random,
                premises.timers(),
                grounds.workers()));
    OpenParts parts = description.parts().open(premises, plan.settings());
    for (Service service : parts.all()) {
      if (service instanceof AutoCloseable closeable) {
        owned.add(closeable);
      }
    }
    return new Foundation(
        store, grounds.logIns(), grounds.workers(), memory, lifeline, keys, premises, parts);
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

  /** Clears expunged messages away, until what it gives is closed. */
  AutoCloseable purge() {
    Purging purging = store.purging(premises.timers(), workers);
    purging.start();
    return purging;
  }

  /** Says to whom there is that the server is alive, until what it gives is closed. */
  Optional<AutoCloseable> heartbeat(Description of) {
    Runnable owner = of.audience.alive;
    return owner == null
        ? Optional.empty()
        : Optional.of(
            Heartbeat.begun(
                premises.timers(),
                of.audience.aliveEvery,
                premises.wire()::pulse,
                store.storage()::pulse,
                owner));
  }

  /** Where the server listens; nowhere yet. */
  OpenDoors doors() {
    return new OpenDoors(premises.wire(), parts.byDoor(), premises.clock());
  }
}
