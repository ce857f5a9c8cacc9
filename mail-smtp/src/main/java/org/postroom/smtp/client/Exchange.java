package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Output;

/**
 * Commands and replies on a connection to a server, and whether the two are still in step. On the
 * connection's worker.
 */
final class Exchange {
  private final Connection connection;
  private boolean usable = true;

  Exchange(Connection connection) {
    this.connection = connection;
  }

  /** Says a line, and waits for the reply. */
  Reply say(String line, Duration timeout) {
    write(line);
    flush();
    return read(timeout);
  }

  /** Says a line, with the next flush. */
  void write(String line) {
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
