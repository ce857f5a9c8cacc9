package org.postroom.dist;

import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Accounts;
import org.postroom.core.queue.QueueStore;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.OperationRefused;
import org.postroom.dist.operation.RunningServer;
import org.postroom.storage.SqlStorage;

/** What operations act upon where no server runs: the store, opened when it is first needed. */
final class StoreDesk implements Desk, AutoCloseable {
  private final Plan plan;
  private final Description description;
  private @Nullable SqlStorage storage;

  StoreDesk(Plan plan, Description description) {
    this.plan = plan;
    this.description = description;
  }

  @Override
  public String user() {
    return OsUser.ofThisProcess().name();
  }

  @Override
  public Accounts accounts() {
    return Store.known(plan, description, store());
  }

  @Override
  public QueueStore queue() {
    return store().queue();
  }

  @Override
  public Clock clock() {
    return description.clock;
  }

  private SqlStorage store() {
    SqlStorage open = storage;
    if (open == null) {
      open = SqlStorage.open(plan.storage(), description.clock, description.random);
      storage = open;
    }
    return open;
  }

  @Override
  public RunningServer server() {
    throw new OperationRefused(
        OperationRefused.Kind.NO_SERVER,
        plan.folder()
            .map(folder -> "no server runs on " + folder)
            .orElse("storage_folder does not say where a server that runs could be asked"));
  }

  @Override
  public void close() {
    if (storage != null) {
      storage.close();
    }
  }
}
