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
   * @param address of this machine; {@code unix:} and the path where it is a socket in the file
   *     system, which has the port 0
   */
  public record Listening(String service, String address, int port) {}
}
