package org.postroom.smtp.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Session;

/**
 * The wire's side of a connection to a server: what is to be said next waits until the server has
 * greeted, then runs in the session's order. A server that speaks while nothing is asked of it, or
 * goes, ends the connection.
 */
final class ClientSession implements Session {

  /** What is to be done with the connection; told when that cannot be. */
  interface Task {
    void run();

    void failed(String reason);
  }

  private final Connection connection;
  private final Duration patience;
  private final Deque<Task> waiting = new ArrayDeque<>();
  private boolean greeted;

  /**
   * One on a connection.
   *
   * @param patience how long the server may take to greet
   */
  ClientSession(Connection connection, Duration patience) {
    this.connection = connection;
    this.patience = patience;
  }

  /** Has {@code task} run as a turn, once the server has greeted. From any thread. */
  void submit(Task task) {
    boolean now;
    synchronized (this) {
      waiting.add(task);
      now = greeted;
    }
    if (now) {
      connection.execute(this::runNext);
    }
    // A connection that closed meanwhile drops what was to be executed.
    if (now && connection.isClosed()) {
      fail("lost connection");
    }
  }

  @Override
  public void opened() {
    connection.deadline(patience);
  }

  @Override
  public void ready() {
    boolean first;
    synchronized (this) {
      first = !greeted;
      greeted = true;
    }
    if (first) {
      runNext();
    } else {
      // Nothing was asked: a 421, or nonsense.
      connection.in().discard();
      connection.close();
    }
  }

  @Override
  public void timedOut() {
    fail("conversation timed out");
  }

  @Override
  public void shuttingDown() {
    fail("the mail system is shutting down");
  }

  @Override
  public void closed() {
    fail("lost connection");
  }

  private void runNext() {
    Task task;
    synchronized (this) {
      task = waiting.poll();
    }
    if (task != null) {
      task.run();
    }
  }

  private void fail(String reason) {
    Deque<Task> left;
    synchronized (this) {
      left = new ArrayDeque<>(waiting);
      waiting.clear();
    }
    left.forEach(task -> task.failed(reason));
  }
}
