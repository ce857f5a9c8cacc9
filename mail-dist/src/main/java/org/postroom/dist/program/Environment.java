package org.postroom.dist.program;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.postroom.core.config.Settings;

/**
 * The environment of a program: what {@code export_environment} names, and nothing else.
 *
 * @param inherited names of what it has as the server has it
 * @param values what is said
 */
record Environment(Set<String> inherited, Map<String, String> values) {
  private static final String PATH = "/usr/bin:/bin";

  Environment {
    inherited = Set.copyOf(inherited);
    values = Map.copyOf(values);
  }

  /** What every program gets. */
  static Environment of(Settings settings) {
    Set<String> inherited = new HashSet<>();
    Map<String, String> values = new HashMap<>(Map.of("PATH", PATH));
    for (String item : settings.get(ProgramParams.ENVIRONMENT)) {
      int equals = item.indexOf('=');
      if (equals > 0) {
        values.put(item.substring(0, equals), item.substring(equals + 1));
      } else {
        inherited.add(item);
      }
    }
    return new Environment(inherited, values);
  }

  /** The same with more in it; what every program gets stands above it. */
  Environment over(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(more);
    all.putAll(values);
    return new Environment(inherited, all);
  }

  /** Makes the server's environment this one. */
  void replace(Map<String, String> servers) {
    servers.keySet().retainAll(inherited);
    servers.putAll(values);
  }
}
