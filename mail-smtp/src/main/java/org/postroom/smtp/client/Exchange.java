package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Output;
import org.postroom.smtp.protocol.Tracing;

/**
 * Commands and replies on a connection to a server, and whether the two are still in step. On the
 * connection's worker.
 */
final class Exchange {
  private final Connection connection;
  private final Tracing.Trace trace;
  private boolean usable = true;

  /**
   * On a connection.
   *
   * @param trace where it is written down
   */
  Exchange(Connection connection, Tracing.Trace trace) {
    this.connection = connection;
    this.trace = trace;
  }

  /** Says a line, and waits for the reply. */
  Reply say(String line, Duration timeout) {
    write(line);
    flush();
    return read(timeout);
  }

  /** The same for a line that logs us in, which some servers repeat in their answers. */
  Reply saySecret(String line, Duration timeout) {
    trace.saidSecret(line);
    put(line);
    flush();
    Reply reply = await(timeout);
    trace.heard(() -> reply.code() + " ***");
    return reply;
  }

  /** Says a line, with the next flush. */
  void write(String line) {
    trace.said(() -> line);
    put(line);
  }

  private void put(String line) {
    out().write(line.getBytes(UTF_8)).ascii("\r\n");
  }

  void flush() {
    out().flush();
  }

  /** A server that does not take on what is written within this time is gone. */
  void allow(Duration timeout) {
    connection.deadline(timeout);
  }

  /** Where content is written. */
  Output out() {
    return connection.out();
  }

  /** RFC 5321, 4.5.3.2: each command has its time, however many there are. */
  Reply read(Duration timeout) {
    Reply reply = await(timeout);
    trace.heard(reply::written);
    return reply;
  }

  private Reply await(Duration timeout) {
    connection.deadline(timeout);
    Reply reply = Reply.read(connection.in());
    usable &= reply.code() != 0 && reply.code() != 421;
    return reply;
  }

  /** Whether everything that was said has been read: else the server is out of step. */
  boolean isQuiet() {
    return connection.in().isEmpty();
  }

  /** Nothing more is to be said here, but goodbye. */
  void end() {
    usable = false;
  }

  /** Whether another mail may follow: the server is in step and has not said goodbye. */
  boolean isUsable() {
    return usable;
  }
}
