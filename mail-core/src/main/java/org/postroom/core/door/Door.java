package org.postroom.core.door;

import org.jspecify.annotations.Nullable;

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

  // As a record's are, without what the JVM makes up for them at their first use: a start asks.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Door door
        && name.equals(door.name)
        && port == door.port
        && implicitTls == door.implicitTls;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + port) + Boolean.hashCode(implicitTls);
  }

  @Override
  public String toString() {
    return name;
  }
}
