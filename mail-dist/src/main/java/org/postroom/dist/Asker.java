package org.postroom.dist;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.control.Control;
import org.postroom.dist.operation.Operation;
import org.postroom.storage.store.SqlTables;

/**
 * Asks a described server one thing after the other: the one that runs on its store, or, where none
 * runs, the store itself, which is opened once and stays open until this is closed. Only then all
 * of the configuration is looked at: the server that runs has done so.
 */
final class Asker implements AskedServer.Client {
  private final Description description;
  private final Optional<Path> folder;
  private final SqlTables databases = new SqlTables();
  private @Nullable OnStore onStore;

  Asker(Description description) {
    this.description = description;
    this.folder = folder(description);
  }

  /** A store that nobody runs on, by the configuration that says where it is. */
  private record OnStore(Plan plan, StoreDesk desk) {}

  /** Empty where it is not to be found: whoever looks at the whole configuration says why. */
  static Optional<Path> folder(Description description) {
    try {
      return description.folder();
    } catch (BadConfiguration e) {
      return Optional.empty();
    }
  }

  @Override
  public <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question) {
    return folder
        .flatMap(place -> Control.ask(place, operation, question))
        .orElseGet(() -> operation.perform(store().desk(), question));
  }

  private OnStore store() {
    OnStore known = onStore;
    if (known == null) {
      Plan plan = description.plan(databases);
      known = new OnStore(plan, new StoreDesk(plan, description));
      onStore = known;
    }
    return known;
  }

  @Override
  public void close() {
    try {
      if (onStore != null) {
        onStore.desk().close();
      }
    } finally {
      databases.close();
    }
  }
}
