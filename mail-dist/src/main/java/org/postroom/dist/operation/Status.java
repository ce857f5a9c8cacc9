package org.postroom.dist.operation;

import java.util.List;

/**
 * A server that runs.
 *
 * @param version of the program
 * @param process its number
 * @param generation of the configuration that is in effect
 */
public record Status(String version, long process, long generation, List<Listening> listeners) {
  public Status {
    listeners = List.copyOf(listeners);
  }

  /**
   * A door that is open.
   *
   * @param service what the log calls it: a service of master.cf, or what it is
   * @param role what it is, such as {@code submission}
   * @param address of this machine; {@code unix:} and the path where it is a socket in the file
   *     system, which has the port 0
   * @param implicitTls whether the TLS handshake comes before everything else
   * @param since when it is open, as RFC 3339 writes it
   */
  public record Listening(
      String service, String role, String address, int port, boolean implicitTls, String since) {}
}
