package org.postroom.dist;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.Fault;
import org.postroom.core.config.Settings;
import org.postroom.core.part.Door;
import org.postroom.dist.config.ServerParams;
import org.postroom.smtp.server.Role;

/** The listeners that the parameter {@code listeners} asks for. */
final class Listeners {
  private Listeners() {}

  /** Whether master.cf can ask for such a door: for those of SMTP, but not for LMTP's. */
  static boolean isOfMasterCf(Door door) {
    return Role.of(door).filter(role -> role != Role.LMTP).isPresent();
  }

  /**
   * Door and port of each.
   *
   * @throws BadConfiguration when an item is none, or stands there twice
   */
  static Map<Door, Integer> of(Settings settings, Parts parts) {
    Map<Door, Integer> listeners = new LinkedHashMap<>();
    List<Fault> faults = new ArrayList<>();
    for (String item : settings.get(ServerParams.LISTENERS)) {
      int colon = item.indexOf(':');
      Door door = parts.door(colon < 0 ? item : item.substring(0, colon)).orElse(null);
      int port = colon < 0 && door != null ? door.port() : port(item.substring(colon + 1));
      if (door == null || port < 0) {
        faults.add(
            settings.fault(
                ServerParams.LISTENERS,
                "\"" + item + "\" is no listener; expected service:port, such as imaps:993"));
      } else if (port > 0 && listeners.containsValue(port)) {
        faults.add(
            settings.fault(
                ServerParams.LISTENERS, "\"" + item + "\": another listener has this port"));
      } else if (listeners.put(door, port) != null) {
        faults.add(settings.fault(ServerParams.LISTENERS, "\"" + item + "\" stands there twice"));
      }
    }
    if (!faults.isEmpty()) {
      throw new BadConfiguration(faults);
    }
    return listeners;
  }

  private static int port(String digits) {
    try {
      int port = Integer.parseInt(digits);
      return port >= 0 && port <= 65535 ? port : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
