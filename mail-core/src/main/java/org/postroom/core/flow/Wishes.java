package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.filter.check.StandardFilters;
import org.postroom.core.restriction.Consequence;

/**
 * What a door leaves to the way of a mail that it hands over.
 *
 * @param consequences of what was decided at the door
 * @param checked whether header_checks and their like are asked
 */
public record Wishes(List<Consequence> consequences, boolean checked) {

  /** None. */
  public static final Wishes NONE = new Wishes(List.of(), true);

  public Wishes {
    consequences = List.copyOf(consequences);
  }

  /** What is wished of each mail that comes by a door with these settings. */
  public static Wishes of(Settings settings) {
    String filter = settings.get(FilterParams.CONTENT_FILTER);
    return new Wishes(
        filter.isEmpty()
            ? List.of()
            : List.of(new Consequence.Filter(filter.indexOf(':') < 0 ? filter + ":" : filter)),
        settings.get(FilterParams.RECEIVE_OVERRIDES).stream()
            .noneMatch("no_header_body_checks"::equals));
  }

  /** These and what was decided, which stands above them. */
  public Wishes and(List<Consequence> decided) {
    List<Consequence> all = new ArrayList<>(consequences);
    all.addAll(decided);
    return new Wishes(all, checked);
  }

  /** Whether a filter of that name is asked. */
  boolean wants(String filter) {
    return checked || !filter.equals(StandardFilters.CHECKS);
  }
}
