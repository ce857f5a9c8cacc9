package org.postroom.core.filter.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.Filter;
import org.postroom.core.table.Tables;

/** The filters of the house, in the order in which they are asked: one row each. */
public final class StandardFilters {

  /** Those of header_checks(5): what receive_override_options turns off. */
  public static final String CHECKS = "header_body_checks";

  private StandardFilters() {}

  private interface Factory {
    /** Empty where the settings ask for nothing. */
    Optional<Filter> make(Settings settings, int headerLimit, Tables tables);
  }

  private record Row(String name, Factory factory) {}

  private static final List<Row> ALL = List.of(new Row(CHECKS, StandardFilters::checks));

  /**
   * Those that settings ask for.
   *
   * @param headerLimit the most octets of a header that are looked at
   * @throws org.postroom.core.report.BadConfiguration for a table that cannot be had
   */
  public static List<FilterStation.Named> of(Settings settings, int headerLimit, Tables tables) {
    List<FilterStation.Named> filters = new ArrayList<>();
    for (Row row : ALL) {
      row.factory()
          .make(settings, headerLimit, tables)
          .ifPresent(filter -> filters.add(new FilterStation.Named(row.name(), filter)));
    }
    return List.copyOf(filters);
  }

  private static Optional<Filter> checks(Settings settings, int headerLimit, Tables tables) {
    ContentChecks checks = new ContentChecks(settings, headerLimit, tables, ContentChecks.STEPS);
    return checks.isIdle() ? Optional.empty() : Optional.of(checks);
  }
}
