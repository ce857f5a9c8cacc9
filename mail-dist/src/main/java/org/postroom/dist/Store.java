package org.postroom.dist;

import java.util.Map;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.Settings;
import org.postroom.core.life.Lifeline;
import org.postroom.core.life.MemoryBudget;
import org.postroom.core.secret.Secret;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Workers;
import org.postroom.dist.config.ServerParams;
import org.postroom.storage.SqlStorage;
import org.postroom.storage.StorageFault;

/**
 * The open store of a server.
 *
 * @param accounts those that mail is taken for and that log in
 */
record Store(SqlStorage storage, Accounts accounts) implements AutoCloseable {

  /** Opens it as settings say; what is wrong with it is said with their place. */
  static Store open(Plan plan, Description description, Lifeline lifeline, MemoryBudget memory) {
    Settings settings = plan.settings();
    try {
      SqlStorage storage =
          SqlStorage.open(
              plan.storage(),
              description.clock,
              description.random,
              settings.get(ServerParams.MIN_FREE),
              lifeline,
              memory,
              AuthParams.atOnce(settings));
      return new Store(
          storage,
          description.openPassword == null
              ? storage.accounts()
              : new AccountsOnTheFly(storage.accounts(), description.openPassword));
    } catch (StorageFault e) {
      throw description.storage != null
          ? e
          : e.at(settings.fault(ServerParams.STORAGE_URL, "").place() + ": storage_url");
    }
  }

  /** Makes those accounts that are not there; passwords by login. */
  void make(Map<String, String> passwords) {
    passwords.forEach(
        (login, password) -> {
          if (storage.accounts().byLogin(login).isEmpty()) {
            try (Secret secret = Secret.of(password)) {
              storage.accounts().add(login, secret);
            }
          }
        });
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
