package org.postroom.storage.sql;

import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.postroom.core.auth.Argon2;
import org.postroom.core.life.Lifeline;
import org.postroom.core.machine.Uninterrupted;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.quota.QuotaRules;
import org.postroom.storage.StorageFault;

/**
 * A database in memory whose tables are being made, on a thread of its own that ends with that. It
 * can begin before anybody knows what the store is to be like: a server reads its settings
 * meanwhile. Closing gives it up, unless a store has taken it.
 */
public final class MemoryAhead implements AutoCloseable {
  private final CompletableFuture<MemoryOrigin> made = new CompletableFuture<>();
  private final AtomicBoolean isTaken = new AtomicBoolean();
  private final Thread thread;

  /** Begins. */
  public MemoryAhead() {
    thread = new Thread(this::make, "postroom-ahead");
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

  /** Opens the one store that it becomes part of; waits until it is made. */
  public Engine open(
      Clock clock,
      SecureRandom random,
      Lifeline lifeline,
      MemoryBudget memory,
      Argon2.Effort hashing,
      Supplier<QuotaRules> quotas) {
    return open(
        new Life(clock, lifeline, memory, StoreHealth.Reopenings.DEFAULT, hashing), random, quotas);
  }

  Engine open(Life life, SecureRandom random, Supplier<QuotaRules> quotas) {
    try {
      return engine(take(), life.hashingCheaply(), random, quotas);
    } catch (StorageFault e) {
      throw e;
    } catch (SQLException | RuntimeException e) {
      throw StorageFault.passing("A store in memory cannot be opened: " + e.getMessage(), e);
    }
  }

  private static Engine engine(
      MemoryOrigin origin, Life life, SecureRandom random, Supplier<QuotaRules> quotas)
      throws SQLException {
    try {
      Catalog catalog = StoreOpening.catalog(quotas);
      Database database =
          new Database("memory", new Dialect.H2(), origin, catalog, life.of("the store in memory"));
      database.takePlace();
      return new Engine(database, new MemoryBlobs(), catalog, life, random);
    } catch (SQLException | RuntimeException | Error e) {
      origin.close();
      throw e;
    }
  }

  private MemoryOrigin take() throws SQLException {
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

  /** When this returns, there is neither a thread nor a database of a store that never was. */
  @Override
  public void close() {
    if (isTaken.compareAndSet(false, true)) {
      CompletableFuture<Void> unused = made.thenAccept(MemoryOrigin::close);
      Uninterrupted.await(thread::join);
    }
  }
}
