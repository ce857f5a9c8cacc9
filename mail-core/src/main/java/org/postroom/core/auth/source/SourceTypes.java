package org.postroom.core.auth.source;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.LongPredicate;
import org.postroom.core.auth.scheme.HashLimits;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Nearest;
import org.postroom.core.config.Settings;
import org.postroom.core.people.AccountSource;
import org.postroom.core.table.SqlSource;

/** The catalogue of sources, beside {@code sql}, which is the store's own: one row each. */
final class SourceTypes {

  /**
   * What a source is made of.
   *
   * @param path what stands behind the colon, relative to the configuration
   * @param system where the system's passwd and shadow are
   * @param warnings hears what an administrator should know
   */
  record Opening(
      Path path,
      Settings settings,
      Path system,
      HashLimits limits,
      SqlSource sql,
      Clock clock,
      List<String> warnings) {

    PersonFields fields() {
      return new PersonFields(settings.get(SourceParams.DEFAULT_SCHEME), limits);
    }

    /** Whose number lets them log in. */
    LongPredicate inRange() {
      long first = settings.get(SourceParams.FIRST_UID);
      long last = settings.get(SourceParams.LAST_UID);
      return uid -> uid >= first && (last == 0 || uid <= last);
    }
  }

  private interface Factory {
    AccountSource open(Opening in);
  }

  private record Row(String name, boolean hasPath, Factory factory) {}

  private static final List<Row> ALL =
      List.of(
          new Row(
              "passwd-file",
              true,
              in -> PasswdFileSource.open(in.path(), in.fields(), in.warnings())),
          new Row(
              SourceParams.SYSTEM,
              false,
              in ->
                  SystemUsers.open(
                      in.system(), in.limits(), in.inRange(), in.clock(), in.warnings())),
          new Row("sql", true, in -> SqlUsers.open(in.path(), in.fields(), in.sql())));

  private SourceTypes() {}

  /**
   * Opens one.
   *
   * @throws BadValue for what is none, or cannot be obeyed
   */
  static AccountSource open(String type, boolean hasPath, Opening in) {
    Row row =
        ALL.stream()
            .filter(one -> one.name().equals(type))
            .findFirst()
            .orElseThrow(
                () ->
                    new BadValue(
                        "unknown source of accounts: "
                            + type
                            + Nearest.hint(type, ALL.stream().map(Row::name).toList())));
    if (row.hasPath() != hasPath) {
      throw new BadValue(
          row.hasPath() ? "expected " + type + ":/path" : "nothing may stand behind " + type);
    }
    return row.factory().open(in);
  }
}
