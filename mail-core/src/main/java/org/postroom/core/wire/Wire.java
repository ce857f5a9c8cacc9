package org.postroom.core.wire;

import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.postroom.core.refusal.WireFault;

/** The network: listens for clients and connects to servers. Closing it closes all it opened. */
public interface Wire extends AutoCloseable {

  /**
   * Begins to listen. The sessions are made by {@code sessions}, one a connection.
   *
   * @throws WireFault when the address cannot be had, saying which and why
   */
  default Listener listen(ListenerOptions options, Function<Connection, Session> sessions) {
    return listen(List.of(new Listener.Terms(options, sessions))).get(0);
  }

  /**
   * The same for several: all of them or none, which takes hardly longer than for one.
   *
   * @return the listeners in the order of their terms
   * @throws WireFault for the first whose address cannot be had, saying which and why
   */
  List<Listener> listen(List<Listener.Terms> all);

  /**
   * Opens a connection, to a host or to a socket in the file system, without holding a thread while
   * it is waited for. The session made by {@code session} gets its turns as a server's does: {@link
   * Session#opened} once connected, {@link Session#ready} when the peer's greeting has come.
   *
   * @return completes with the open connection, or exceptionally with {@link WireFault}
   */
  CompletionStage<Connection> connect(
      SocketAddress peer, ConnectOptions options, Function<Connection, Session> session);

  /** Asks servers of the network on the same threads, until this is closed. */
  Questions questions();

  /**
   * Asks each of its threads for a sign of life.
   *
   * @return completes when the last one has given it; a thread that hangs never does, and after the
   *     wire was closed it may not complete either
   */
  CompletionStage<Void> pulse();

  /**
   * Stops accepting and has every session say goodbye. Turns that run, and content that is under
   * way, may come to their end within the grace period first; then all is cut. Always returns.
   */
  @Override
  void close();
}
