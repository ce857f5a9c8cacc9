package org.postroom.core.policy.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Session;

/** One by TCP. A server that speaks while nothing is asked of it ends it. */
final class WireConnection implements PolicyConnection, Session {

  /** Longer than anybody is patient: who asks ends what takes too long. */
  private final Duration patience;

  private final Connection connection;
  private PolicyReply reply = new PolicyReply();
  private @Nullable CompletableFuture<String> asked;

  WireConnection(Connection connection, Duration patience) {
    this.connection = connection;
    this.patience = patience;
  }

  @Override
  public CompletionStage<String> ask(String request) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    synchronized (this) {
      asked = answer;
    }
    connection.execute(
        () -> {
          connection.deadline(patience);
          connection.out().write(request.getBytes(UTF_8));
          connection.out().flush();
        });
    if (connection.isClosed()) {
      fail(PolicyTrouble.lostConnection()); // what was to be executed is dropped
    }
    return answer;
  }

  @Override
  public boolean isClosed() {
    return connection.isClosed() || connection.mayBeGone();
  }

  @Override
  public void close() {
    fail(new PolicyTrouble("given up"));
    connection.close();
  }

  @Override
  public void opened() {
    connection.deadline(patience);
  }

  @Override
  public boolean readyAtOnce() {
    ready();
    return true;
  }

  @Override
  public void ready() {
    try {
      while (connection.in().hasLine(PolicyReply.LONGEST_LINE)) {
        Line line = connection.in().readLine(PolicyReply.LONGEST_LINE);
        if (line.end() == Line.End.TOO_LONG) {
          throw PolicyReply.tooLong();
        }
        take(line.utf8());
      }
    } catch (PolicyTrouble e) {
      fail(e);
      connection.close();
    }
  }

  private void take(String line) {
    CompletableFuture<String> answer;
    synchronized (this) {
      answer = asked;
    }
    if (answer == null) {
      throw new PolicyTrouble("it speaks without being asked");
    }
    if (reply.take(line)) {
      String action = reply.action();
      reply = new PolicyReply();
      synchronized (this) {
        asked = null;
      }
      if (!connection.in().isEmpty()) {
        connection.close(); // first: the rest must not be the answer to what is asked next
      }
      answer.complete(action);
    }
  }

  @Override
  public void timedOut() {
    fail(new PolicyTrouble("conversation timed out"));
  }

  @Override
  public void shuttingDown() {
    fail(new PolicyTrouble("the mail system is shutting down"));
  }

  @Override
  public void closed() {
    fail(reply.cut());
  }

  private void fail(PolicyTrouble why) {
    CompletableFuture<String> answer;
    synchronized (this) {
      answer = asked;
      asked = null;
    }
    if (answer != null) {
      answer.completeExceptionally(why);
    }
  }
}
