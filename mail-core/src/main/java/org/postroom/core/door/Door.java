package org.postroom.core.door;

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

  @Override
  public String toString() {
    return name;
  }
}
