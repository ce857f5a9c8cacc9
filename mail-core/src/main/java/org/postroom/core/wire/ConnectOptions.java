package org.postroom.core.wire;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How to connect.
 *
 * @param timeout for the TCP connection, and the first deadline of the session
 * @param bind the source address, when it matters
 * @param maxLine octets without a line end after which {@link Session#ready} is called all the same
 * @param tls the handshake that comes before everything else, if one does (RFC 8314)
 */
public record ConnectOptions(
    Duration timeout, Optional<InetAddress> bind, int maxLine, Optional<TlsFirst> tls) {

  /** To a server that speaks first, in clear. */
  public ConnectOptions(Duration timeout, Optional<InetAddress> bind, int maxLine) {
    this(timeout, bind, maxLine, Optional.empty());
  }

  /**
   * A handshake before anything is said, and before there is a session.
   *
   * @param serverName the name asked for (SNI)
   * @param failed hears why there was no agreement: the connection ends, and no session was made.
   *     On the event loop
   */
  public record TlsFirst(TlsContext context, String serverName, Consumer<String> failed) {}
}
