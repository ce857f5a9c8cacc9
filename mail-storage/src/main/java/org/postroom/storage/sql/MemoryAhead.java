package org.postroom.storage.sql;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A database in memory whose tables are being made, on a thread of its own that ends with that. It
 * can begin before anybody knows what the store is to be like: a server reads its settings
 * meanwhile. Closing gives it up, unless a store has taken it.
 */
public final class MemoryAhead implements AutoCloseable {
  private final CompletableFuture<MemoryOrigin> made = new CompletableFuture<>();
  private final AtomicBoolean isTaken = new AtomicBoolean();

  /** Begins. */
  public MemoryAhead() {
    Thread thread = new Thread(this::make, "postroom-ahead");
    thread.setDaemon(true);
    thread.start();
  }

  private void make() {
    try {
      made.complete(MemoryOrigin.withTables());
    } catch (SQLException | RuntimeException | Error e) {
      made.completeExceptionally(e); // whoever takes it hears it
    }
  }

  /** For the one store that it becomes part of; waits until it is made. */
  MemoryOrigin take() throws SQLException {
    if (!isTaken.compareAndSet(false, true)) {
      throw new IllegalStateException("a database in memory is one store's");
    }
    try {
      return made.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof SQLException sql) {
        throw sql;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException fault ? fault : e;
    }
  }

  @Override
  public void close() {
    if (isTaken.compareAndSet(false, true)) {
      CompletableFuture<Void> unused = made.thenAccept(MemoryOrigin::close);
    }
  }
}
