package org.postroom.storage.schema;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The statements of all migrations for a database that is empty: a column that a later one adds or
 * widens is written into the statement that makes its table, because H2 copies the table for each
 * change. What cannot be merged is left as it is and where it is.
 */
final class MergedMigrations {
  private static final Pattern CREATE = Pattern.compile("CREATE TABLE (\\w+) \\(");
  private static final Pattern ADD = Pattern.compile("ALTER TABLE (\\w+) ADD COLUMN (\\w+ [^;]+)");
  private static final Pattern ADD_SOME =
      Pattern.compile("ALTER TABLE (\\w+) ADD COLUMN \\(\\s*(\\w+ [^;]+?)\\s*\\)");
  private static final Pattern WIDEN =
      Pattern.compile("ALTER TABLE (\\w+) ALTER COLUMN (\\w+) SET DATA TYPE (\\w+\\(\\d+\\))");

  /** By the name of the table that they make, or by themselves. */
  private final Map<String, String> statements = new LinkedHashMap<>();

  private MergedMigrations() {}

  /** The same as a script, each statement with its semicolon at the end of a line. */
  static String script(List<String> migrations) {
    return of(migrations).stream()
        .map(statement -> statement + ";\n")
        .collect(Collectors.joining());
  }

  /** The statements in the order in which they can be executed. */
  static List<String> of(List<String> migrations) {
    MergedMigrations merged = new MergedMigrations();
    for (String migration : migrations) {
      for (String statement : migration.replaceAll("(?m)^--.*\\n?", "").split(";\\s*(\\n|$)", -1)) {
        if (!statement.isBlank()) {
          merged.take(statement.strip());
        }
      }
    }
    return List.copyOf(merged.statements.values());
  }

  private void take(String statement) {
    Matcher create = CREATE.matcher(statement);
    Matcher add = ADD.matcher(statement);
    Matcher some = ADD_SOME.matcher(statement);
    Matcher widen = WIDEN.matcher(statement);
    boolean isMerged =
        add.matches() && adds(add.group(1), add.group(2))
            || some.matches() && adds(some.group(1), some.group(2))
            || widen.matches() && widens(widen.group(1), widen.group(2), widen.group(3));
    if (!isMerged) {
      statements.put(create.lookingAt() ? create.group(1) : statement, statement);
    }
  }

  private boolean adds(String table, String columns) {
    String made = statements.get(table);
    if (made == null || !made.endsWith(")")) {
      return false;
    }
    String before = made.substring(0, made.length() - 1).stripTrailing();
    statements.put(table, before + ",\n  " + columns + "\n)");
    return true;
  }

  private boolean widens(String table, String column, String type) {
    Pattern declared = Pattern.compile("(?m)^(\\s*" + column + " )\\w+\\(\\d+\\)");
    Matcher found = declared.matcher(statements.getOrDefault(table, ""));
    if (!found.find()) {
      return false;
    }
    statements.put(table, found.replaceFirst("$1" + type));
    return true;
  }
}
