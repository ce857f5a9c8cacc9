package org.postroom.dist;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.Fault;
import org.postroom.core.config.Settings;
import org.postroom.dist.config.ServerParams;

/** The listeners that the parameter {@code listeners} asks for. */
final class Listeners {
  private Listeners() {}

  /**
   * Role and port of each.
   *
   * @throws BadConfiguration when an item is none, or stands there twice
   */
  static Map<Role, Integer> of(Settings settings) {
    Map<Role, Integer> listeners = new EnumMap<>(Role.class);
    List<Fault> faults = new ArrayList<>();
    for (String item : settings.get(ServerParams.LISTENERS)) {
      int colon = item.indexOf(':');
      Role role = Role.of(colon < 0 ? item : item.substring(0, colon)).orElse(null);
      int port = colon < 0 && role != null ? role.port() : port(item.substring(colon + 1));
      if (role == null || port < 0) {
        faults.add(
            settings.fault(
                ServerParams.LISTENERS,
                "\"" + item + "\" is no listener; expected service:port, such as imaps:993"));
      } else if (listeners.put(role, port) != null) {
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
