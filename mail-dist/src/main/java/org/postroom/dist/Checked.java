package org.postroom.dist;

import java.util.List;
import org.postroom.core.config.Settings;

/**
 * A configuration that could be started with.
 *
 * @param warnings what a start would say to the administrator
 */
public record Checked(Settings settings, List<String> warnings) {

  public Checked {
    warnings = List.copyOf(warnings);
  }
}
