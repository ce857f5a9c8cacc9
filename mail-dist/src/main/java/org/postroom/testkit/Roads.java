package org.postroom.testkit;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.ConnectOptions;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.Questions;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.Wire;

/**
 * Which ways lead from the servers of a test to each other: hosts that are no machine's have ports
 * of this one. Threads share it.
 */
final class Roads {
  private final Function<InetSocketAddress, Optional<InetSocketAddress>> roads;

  /** Connections that may be open, and to whom. */
  private final Map<Connection, InetAddress> open =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * None is open yet.
   *
   * @param roads where a connection comes to; empty where it is refused
   */
  Roads(Function<InetSocketAddress, Optional<InetSocketAddress>> roads) {
    this.roads = roads;
  }

  /** A server's wire, by which it comes to the others. */
  Wire over(Wire wire) {
    return new Wire() {
      @Override
      public List<Listener> listen(List<Listener.Terms> all) {
        return wire.listen(all);
      }

      @Override
      public CompletionStage<Connection> connect(
          SocketAddress to, ConnectOptions options, Function<Connection, Session> session) {
        if (!(to instanceof InetSocketAddress peer)) {
          return wire.connect(to, options, session);
        }
        Optional<InetSocketAddress> road = roads.apply(peer);
        if (road.isEmpty()) {
          return CompletableFuture.failedFuture(new WireFault("Connection refused"));
        }
        return wire.connect(
            road.get(),
            options,
            connection -> {
              open.put(connection, peer.getAddress());
              return session.apply(connection);
            });
      }

      @Override
      public Questions questions() {
        return wire.questions();
      }

      @Override
      public CompletionStage<Void> pulse() {
        return wire.pulse();
      }

      @Override
      public void close() {
        wire.close();
      }
    };
  }

  /** Ends what is open to {@code host}. */
  void cut(InetAddress host) {
    synchronized (open) {
      for (Map.Entry<Connection, InetAddress> one : new ArrayList<>(open.entrySet())) {
        if (one.getValue().equals(host)) {
          one.getKey().close();
        }
      }
    }
  }
}
