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
 * Who is logged in now, by whatever protocol. A connection that has ended is forgotten when
 * somebody asks, or when as many have come as there were: what is kept of them is at most as much
 * again as what is open. Threads share it.
 */
public final class Sessions {
  private static final int FEW = 64;

  private final Map<Connection, One> open = new LinkedHashMap<>();
  private int most = FEW;

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
    if (open.size() >= most) {
      forget();
    }
    String address = IpLiteral.written(connection.remote().getAddress());
    open.put(connection, new One(login, protocol.toString(), address, connection.id()));
  }

  private void forget() {
    open.keySet().removeIf(Connection::isClosed);
    most = Math.max(FEW, 2 * open.size());
  }

  /** Those that there are, in the order in which they have logged in. */
  public synchronized List<One> all() {
    forget();
    return List.copyOf(open.values());
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
      forget();
      open.forEach(
          (connection, one) -> {
            if (sessions.contains(one.session())) {
              ending.put(connection, one);
            }
          });
      open.keySet().removeAll(ending.keySet());
    }
    ending.keySet().forEach(Connection::close);
    return new ArrayList<>(ending.values());
  }
}
