package org.postroom.core.part;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.postroom.core.config.MasterCf;
import org.postroom.core.config.Settings;

/**
 * What configuration says of transports: the server's settings, and the services by which mail
 * leaves, as master.cf has them.
 *
 * @param services by name
 */
public record Outgoing(Settings settings, Map<String, Service> services) {

  /**
   * One service.
   *
   * @param line as it is written
   * @param settings its own, over the server's
   */
  public record Service(MasterCf.Service line, Settings settings) {

    /** That it would be in the compatible system: {@code smtp}, {@code lmtp}, {@code pipe}. */
    public String program() {
      return line.command();
    }
  }

  public Outgoing {
    services = Map.copyOf(services);
  }

  /** What the transport of a name obeys. */
  public Settings settings(String name) {
    Service own = services.get(name);
    return own == null ? settings : own.settings();
  }

  /** The names of those that are a program, sorted. */
  public List<String> names(String program) {
    Set<String> names = new TreeSet<>();
    for (Map.Entry<String, Service> one : services.entrySet()) {
      if (one.getValue().program().equals(program)) {
        names.add(one.getKey());
      }
    }
    return List.copyOf(names);
  }
}
