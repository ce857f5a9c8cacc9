package org.postroom.core.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.wire.Connection;

/**
 * Who is logged in now, by whatever protocol. Protocols say who comes and who leaves, so that
 * nothing is kept of a session that has ended. Threads share it.
 */
public final class Sessions {
  private final Map<Connection, One> open = new LinkedHashMap<>();

  Sessions() {}

  /**
   * A client that is logged in.
   *
   * @param protocol imap, pop3 or smtp
   * @param address of the client
   * @param session as log lines name it
   */
  public record One(String login, String protocol, String address, String session) {}

  synchronized void add(Connection connection, AppPassword.Scope protocol, String login) {
    String address = IpLiteral.written(connection.remote().getAddress());
    open.put(connection, new One(login, protocol.toString(), address, connection.id()));
  }

  synchronized void remove(Connection connection) {
    open.remove(connection);
  }

  /** How many are kept: those, too, whose client has gone and who have not heard of it yet. */
  public synchronized int kept() {
    return open.size();
  }

  /** Those that there are, in the order in which they have logged in. */
  public synchronized List<One> all() {
    List<One> all = new ArrayList<>(open.size());
    open.forEach(
        (connection, one) -> {
          if (!connection.isClosed()) {
            all.add(one);
          }
        });
    return List.copyOf(all);
  }

  /**
   * Ends some: their connections are closed once what was written has been sent.
   *
   * @param sessions by their names
   * @return those that were still there
   */
  public List<One> end(Set<String> sessions) {
    Map<Connection, One> ending = new LinkedHashMap<>();
    synchronized (this) {
      open.forEach(
          (connection, one) -> {
            if (sessions.contains(one.session()) && !connection.isClosed()) {
              ending.put(connection, one);
            }
          });
    }
    ending.keySet().forEach(Connection::close);
    return new ArrayList<>(ending.values());
  }
}
