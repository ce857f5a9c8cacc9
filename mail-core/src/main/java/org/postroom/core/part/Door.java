package org.postroom.core.part;

import java.util.Optional;
import org.postroom.core.wire.TlsContext;

/**
 * Something to listen for. Its part declares it; everything that speaks of it, the configuration
 * first, goes by what is said here.
 *
 * @param name as configuration and log lines call it: {@code smtp}, {@code imaps} …
 * @param port where clients expect it
 * @param implicitTls whether the TLS handshake comes before everything else (RFC 8314)
 */
public record Door(String name, int port, boolean implicitTls) {

  public Door {
    if (!name.matches("[a-z][a-z0-9-]*") || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("no door: " + name + ":" + port);
    }
  }

  /**
   * The keys for the handshake that comes first; empty where none does.
   *
   * @param keys what there is for handshakes
   * @throws IllegalStateException when one is needed and there are no keys
   */
  public Optional<TlsContext> handshake(Optional<TlsContext> keys) {
    if (implicitTls && keys.isEmpty()) {
      throw new IllegalStateException(
          "a listener for " + name + " needs a certificate and its key");
    }
    return implicitTls ? keys : Optional.empty();
  }

  @Override
  public String toString() {
    return name;
  }
}
