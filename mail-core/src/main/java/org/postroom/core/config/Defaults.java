package org.postroom.core.config;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parameters at their defaults, looked at once: what the settings of any number of servers begin
 * with, so that each looks only at what is said to it. Immutable.
 */
public final class Defaults {
  private final Settings settings;
  private final Set<ParamSet> sets;

  private Defaults(Settings settings, Set<ParamSet> sets) {
    this.settings = settings;
    this.sets = sets;
  }

  /**
   * Looks at them.
   *
   * @param presets what usually stands for some defaults; settings may have others
   */
  public static Defaults of(Map<String, String> presets, ParamSet... sets) {
    Settings.Builder builder = Settings.builder(sets);
    for (Map.Entry<String, String> preset : presets.entrySet()) {
      builder.preset(preset.getKey(), preset.getValue());
    }
    return new Defaults(builder.examine().settings().forLater(), Set.copyOf(List.of(sets)));
  }

  /** Begins settings of these parameters, and of others besides; nothing has been said yet. */
  public Settings.Builder builder(ParamSet... others) {
    Settings.Builder builder = settings.anew();
    for (ParamSet set : others) {
      if (!sets.contains(set)) {
        builder.declare(set);
      }
    }
    return builder;
  }
}
