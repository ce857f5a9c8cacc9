package org.postroom.dist;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.dist.assembly.Parts;
import org.postroom.dist.config.ServerParams;
import org.postroom.smtp.server.Role;

/** The listeners that the parameter {@code listeners} asks for. */
final class Listeners {
  private static final String UNIX = "unix:";

  private final Settings settings;
  private final List<Wanted> wanted = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();

  private Listeners(Settings settings) {
    this.settings = settings;
  }

  /** Whether master.cf can ask for such a door: for those of SMTP, but not for LMTP's. */
  static boolean isOfMasterCf(Door door) {
    return Role.of(door).filter(role -> role != Role.LMTP).isPresent();
  }

  /**
   * Doors, and where each is to be.
   *
   * @throws BadConfiguration when an item is none, or stands there twice
   */
  static List<Wanted> of(Settings settings, Parts parts) {
    Listeners listeners = new Listeners(settings);
    settings.get(ServerParams.LISTENERS).forEach(item -> listeners.add(item, parts));
    if (!listeners.faults.isEmpty()) {
      throw new BadConfiguration(listeners.faults);
    }
    return listeners.wanted;
  }

  private void add(String item, Parts parts) {
    int colon = item.indexOf(':');
    Door door = parts.door(colon < 0 ? item : item.substring(0, colon)).orElse(null);
    Optional<Wanted> found =
        door == null
            ? Optional.empty()
            : colon < 0
                ? Optional.of(new Wanted.AtPort(door, door.port()))
                : wanted(door, item.substring(colon + 1));
    if (found.isEmpty()) {
      fault(
          item,
          " is no listener; expected service:port, such as imaps:993, or service:unix:path, such as"
              + " lmtp:unix:/run/postroom/lmtp");
    } else {
      add(item, found.get());
    }
  }

  private Optional<Wanted> wanted(Door door, String where) {
    if (where.startsWith(UNIX)) {
      return socket(where.substring(UNIX.length())).map(path -> new Wanted.AtSocket(door, path));
    }
    try {
      int port = Integer.parseInt(where);
      return port >= 0 && port <= 65535
          ? Optional.of(new Wanted.AtPort(door, port))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Optional<Path> socket(String path) {
    try {
      return path.isEmpty() || path.endsWith("/")
          ? Optional.empty()
          : Optional.of(settings.get(ServerParams.QUEUE_DIRECTORY).resolve(path).normalize());
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private void add(String item, Wanted one) {
    if (one instanceof Wanted.AtPort here) {
      for (Wanted other : wanted) {
        if (other instanceof Wanted.AtPort there) {
          if (here.port() > 0 && here.port() == there.port()) {
            fault(item, ": another listener has this port");
            return;
          }
          if (here.door().equals(there.door())) {
            fault(item, " stands there twice");
            return;
          }
        }
      }
    } else if (one instanceof Wanted.AtSocket here
        && wanted.stream()
            .anyMatch(
                other ->
                    other instanceof Wanted.AtSocket there && there.path().equals(here.path()))) {
      fault(item, ": another listener has this socket");
      return;
    }
    wanted.add(one);
  }

  private void fault(String item, String what) {
    faults.add(settings.fault(ServerParams.LISTENERS, "\"" + item + "\"" + what));
  }
}
