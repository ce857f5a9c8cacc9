package org.postroom.core.part;

import java.util.Optional;
import org.postroom.core.door.Door;
import org.postroom.core.wire.TlsContext;

/** The TLS handshake that comes before everything else. */
public final class FirstHandshake {
  private FirstHandshake() {}

  /**
   * The keys for the one at a door; empty where none comes first.
   *
   * @param keys what there is for handshakes
   * @throws IllegalStateException when one is needed and there are no keys
   */
  public static Optional<TlsContext> at(Door door, Optional<TlsContext> keys) {
    if (door.implicitTls() && keys.isEmpty()) {
      throw new IllegalStateException(
          "a listener for " + door.name() + " needs a certificate and its key");
    }
    return door.implicitTls() ? keys : Optional.empty();
  }
}
