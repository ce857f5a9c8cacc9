package org.postroom.dist.assembly;

import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;

/**
 * A configuration that could be started with.
 *
 * @param warnings what a start would say to the administrator
 * @param listeners where it would listen
 * @param folder where it would keep files of its own; empty where there is none
 */
public record Checked(
    Settings settings, List<String> warnings, List<Listening> listeners, Optional<Path> folder) {

  /**
   * One place to listen at.
   *
   * @param name for log lines
   * @param door for what it is
   * @param place an address of the network, its port 0 where any will do; or a socket in the file
   *     system
   */
  public record Listening(String name, Door door, SocketAddress place) {}

  public Checked {
    warnings = List.copyOf(warnings);
    listeners = List.copyOf(listeners);
  }
}
