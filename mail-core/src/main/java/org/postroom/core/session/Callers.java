package org.postroom.core.session;

import org.postroom.core.log.MailLog;
import org.postroom.core.wire.Connection;

/** How the log names those at the other end of connections. */
public final class Callers {
  private Callers() {}

  /**
   * The one of this connection.
   *
   * @param client its name and address, as {@link MailLog#client} writes them
   */
  public static MailLog.Caller of(Connection connection, String client) {
    return new MailLog.Caller(
        connection.id(), client, connection.local().getAddress(), connection.tls().isPresent());
  }

  /** The same for one whose name nobody has asked for. */
  public static MailLog.Caller of(Connection connection) {
    return of(connection, MailLog.client("unknown", connection.remote().getAddress()));
  }
}
