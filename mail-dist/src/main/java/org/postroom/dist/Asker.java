package org.postroom.dist;

import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.control.Control;
import org.postroom.dist.operation.Operation;
import org.postroom.storage.store.SqlTables;

/**
 * Asks a described server one thing after the other: the one that runs on its store, or, where none
 * runs, the store itself, which is opened once and stays open until this is closed.
 */
final class Asker implements DescribedServer.Client {
  private final SqlTables databases = new SqlTables();
  private final Plan plan;
  private final StoreDesk desk;

  Asker(Description description) {
    boolean planned = false;
    try {
      plan = description.plan(databases);
      planned = true;
    } finally {
      if (!planned) {
        databases.close();
      }
    }
    desk = new StoreDesk(plan, description);
  }

  @Override
  public <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question) {
    return plan.folder()
        .flatMap(folder -> Control.ask(folder, operation, question))
        .orElseGet(() -> operation.perform(desk, question));
  }

  @Override
  public void close() {
    try {
      desk.close();
    } finally {
      databases.close();
    }
  }
}
