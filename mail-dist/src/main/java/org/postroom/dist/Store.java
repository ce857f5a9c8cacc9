package org.postroom.dist;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Argon2;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.Settings;
import org.postroom.core.life.Lifeline;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.people.Person;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.secret.Secret;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Workers;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.config.ServerSettings;
import org.postroom.storage.Storage;
import org.postroom.storage.StorageFault;
import org.postroom.storage.store.SqlStorage;
import org.postroom.storage.store.StoreAhead;

/**
 * The open store of a server.
 *
 * @param accounts those that mail is taken for and that log in
 * @param known the same without those that are made up when they are asked for
 * @param quotas what accounts may hold now
 */
record Store(
    SqlStorage storage, Accounts accounts, Accounts known, AtomicReference<QuotaRules> quotas)
    implements AutoCloseable {

  /** Begins what can be made of it before anything is known but what the program has said. */
  static Optional<StoreAhead> ahead(Description description) {
    return description.storage instanceof Storage.InMemory
        ? Optional.of(new StoreAhead())
        : Optional.empty();
  }

  /**
   * Opens it as settings say; what is wrong with it is said with their place.
   *
   * @param ahead what was begun of it
   */
  static Store open(
      Plan plan,
      Description description,
      Lifeline lifeline,
      MemoryBudget memory,
      Optional<StoreAhead> ahead) {
    Settings settings = plan.settings();
    AtomicReference<QuotaRules> quotas = new AtomicReference<>(ServerSettings.quotas(settings));
    Argon2.Effort hashing =
        new Argon2.Effort(description.circumstances.hashing, AuthParams.atOnce(settings));
    try {
      SqlStorage storage =
          ahead.isPresent()
              ? SqlStorage.open(
                  ahead.get(),
                  description.clock,
                  description.random,
                  lifeline,
                  memory,
                  hashing,
                  quotas::get)
              : SqlStorage.open(
                  plan.storage(),
                  description.clock,
                  description.random,
                  settings.get(ServerParams.MIN_FREE),
                  lifeline,
                  memory,
                  hashing,
                  quotas::get);
      Accounts known = known(plan, description, storage);
      return new Store(
          storage,
          description.residents.openPassword == null
              ? known
              : new AccountsOnTheFly(known, description.residents.openPassword),
          known,
          quotas);
    } catch (StorageFault e) {
      throw description.storage != null
          ? e
          : e.at(settings.fault(ServerParams.STORAGE_URL, "").place() + ": storage_url");
    }
  }

  /** The accounts of all sources. */
  static Accounts known(Plan plan, Description description, SqlStorage storage) {
    return plan.people()
        .over(storage.accounts(), storage.homes(), description.clock, description.random);
  }

  /** Has other settings say from now on what accounts may hold. */
  void obey(Settings settings) {
    quotas.set(ServerSettings.quotas(settings));
  }

  /** Makes those accounts that are not there, of the store's own; passwords by login. */
  void make(Map<String, String> passwords) {
    passwords.forEach(
        (login, password) -> {
          try (Secret secret = Secret.of(password)) {
            if (!isThere(login)) {
              storage.accounts().add(login, secret);
            }
          }
        });
  }

  /** Whether there are mailboxes of that name, whoever knows whose. */
  private boolean isThere(String login) {
    return storage.accounts().byLogin(login).isPresent()
        || storage.accounts().list().stream()
            .anyMatch(account -> account.login().equals(Person.loginOf(login)));
  }

  /** What clears expunged messages away, not started. */
  Purging purging(Timers timers, Workers workers) {
    return new Purging(storage, timers, workers);
  }

  @Override
  public void close() {
    storage.close();
  }
}
