package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections to a database in this process's memory. They are made in microseconds and do not
 * break by themselves, so nobody looks after them: there is no thread that an end would wait for.
 */
final class MemoryReaders implements ReaderPool {
  private final DataSource source;
  private final Duration patience;
  private final Consumer<SQLException> heed;
  private final Semaphore turns;
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  /**
   * None is made yet.
   *
   * @param source finds the database, and makes none in its place
   * @param most at once
   * @param patience how long one is waited for
   * @param heed hears what has failed on one
   */
  MemoryReaders(DataSource source, int most, Duration patience, Consumer<SQLException> heed) {
    this.source = source;
    this.patience = patience;
    this.heed = heed;
    this.turns = new Semaphore(most);
  }

  @Override
  public Connection take() throws SQLException {
    try {
      // The first way is open to a thread that was interrupted, too: it waits for nothing.
      if (!turns.tryAcquire() && !turns.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new SQLTransientConnectionException("all connections are in use");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while waiting for a connection", e);
    }
    boolean isTaken = false;
    try {
      if (closed) {
        throw new SQLTransientConnectionException("the store is closed");
      }
      Connection last = idle.poll();
      Connection taken = last == null ? source.getConnection() : last;
      isTaken = true;
      return taken;
    } finally {
      if (!isTaken) {
        turns.release();
      }
    }
  }

  @Override
  public void giveBack(Connection connection, @Nullable Throwable failure) throws SQLException {
    try {
      if (failure instanceof SQLException told) {
        heed.accept(told);
      }
      if (failure != null) {
        connection.close();
        return;
      }
      idle.push(connection);
      if (closed) {
        closeIdle();
      }
    } finally {
      turns.release();
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    try {
      closeIdle();
    } catch (SQLException e) {
      heed.accept(e);
    }
  }

  private void closeIdle() throws SQLException {
    for (Connection one = idle.poll(); one != null; one = idle.poll()) {
      one.close();
    }
  }
}
