package org.postroom.dist.answer;

import java.util.List;

/**
 * What a reload has come to.
 *
 * @param generation the number of the one that is in effect now
 * @param warnings for the administrator; among them what takes effect only after a restart
 */
public record Reloaded(long generation, List<String> warnings) {
  public Reloaded {
    warnings = List.copyOf(warnings);
  }
}
