package org.postroom.dist.config.dovecot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of Dovecot that stand in no block: how each is read, and what it is where nobody
 * says anything. What we do with each is said in {@code KnownNames}, or where it is declared.
 */
public final class DovecotNames {

  /** How a value is read. */
  public enum Type {
    BOOL,
    NUMBER,
    SIZE,
    TIME,
    TEXT;

    private static final Pattern TIME_TEXT =
        Pattern.compile("(?<count>\\d{1,15})\\s*(?<unit>[a-zA-Z]*)");
    private static final List<Unit> TIMES =
        List.of(
            new Unit("weeks", 604_800_000),
            new Unit("days", 86_400_000),
            new Unit("hours", 3_600_000),
            new Unit("mins", 60_000),
            new Unit("secs", 1_000),
            new Unit("msecs", 1));
    private static final List<Unit> SIZES =
        List.of(
            new Unit("T", 1L << 40),
            new Unit("G", 1L << 30),
            new Unit("M", 1L << 20),
            new Unit("k", 1L << 10),
            new Unit("B", 1));

    private record Unit(String name, long worth) {}

    /** What is expected of a value. */
    String expected() {
      return switch (this) {
        case BOOL -> "yes or no";
        case NUMBER -> "a whole number";
        case SIZE -> "a size, such as 64k or 10M";
        case TIME -> "a time with its unit, such as 30s or 2 mins";
        case TEXT -> "text";
      };
    }

    /** The value as doveconf prints it; empty where it is none. */
    public Optional<String> shown(String text) {
      return switch (this) {
        case TEXT -> Optional.of(text);
        case BOOL -> truth(text).map(yes -> yes ? "yes" : "no");
        case NUMBER ->
            text.matches("\\d{1,18}")
                ? Optional.of(Long.toString(Long.parseLong(text)))
                : Optional.empty();
        case SIZE -> octets(text).map(count -> inUnits(count, SIZES));
        case TIME -> millis(text).map(count -> inUnits(count, TIMES));
      };
    }

    /** The value as main.cf has it; empty where it is none. */
    Optional<String> ours(String text) {
      return switch (this) {
        case SIZE -> octets(text).map(String::valueOf);
        case TIME -> millis(text).map(ms -> ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms");
        default -> shown(text);
      };
    }

    static Optional<Boolean> truth(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "yes", "y", "1" -> Optional.of(true);
        case "no", "n", "0" -> Optional.of(false);
        default -> Optional.empty();
      };
    }

    private static Optional<Long> millis(String text) {
      Matcher parts = TIME_TEXT.matcher(text);
      if (!parts.matches()) {
        return Optional.empty();
      }
      long count = Long.parseLong(parts.group("count"));
      String unit = parts.group("unit").toLowerCase(Locale.ROOT);
      if (unit.isEmpty()) {
        return count == 0 ? Optional.of(0L) : Optional.empty();
      }
      String name = unit.equals("ms") ? "msecs" : unit;
      return TIMES.stream()
          .filter(one -> isShort(name, one.name()))
          .findFirst()
          .filter(one -> count <= Long.MAX_VALUE / one.worth())
          .map(one -> count * one.worth());
    }

    /** {@code m}, {@code min}, {@code mins}, {@code minute} and {@code minutes} are one unit. */
    private static boolean isShort(String written, String unit) {
      String whole =
          switch (unit) {
            case "secs" -> "seconds";
            case "mins" -> "minutes";
            case "msecs" -> "milliseconds";
            default -> unit;
          };
      boolean isMillis = unit.equals("msecs");
      return unit.startsWith(written) && (!isMillis || written.startsWith("ms"))
          || !isMillis && whole.startsWith(written)
          || isMillis && written.length() > 4 && whole.startsWith(written);
    }

    private static Optional<Long> octets(String text) {
      Matcher parts = TIME_TEXT.matcher(text);
      if (!parts.matches()) {
        return Optional.empty();
      }
      long count = Long.parseLong(parts.group("count"));
      String unit = parts.group("unit").toUpperCase(Locale.ROOT).replaceFirst("I?B$", "");
      if (unit.isEmpty()) {
        return Optional.of(count);
      }
      return SIZES.stream()
          .filter(one -> one.name().toUpperCase(Locale.ROOT).equals(unit))
          .findFirst()
          .filter(one -> count <= Long.MAX_VALUE / one.worth())
          .map(one -> count * one.worth());
    }

    private static String inUnits(long count, List<Unit> units) {
      if (count == 0) {
        return "0";
      }
      return units.stream()
          .filter(one -> count % one.worth() == 0)
          .findFirst()
          .map(one -> count / one.worth() + " " + one.name())
          .orElse(Long.toString(count));
    }
  }

  /**
   * One setting.
   *
   * @param preset what it is where nobody says anything
   * @param isNew whether version 2.3 does not have it
   */
  public record Row(String name, Type type, String preset, boolean isNew) {}

  private static final String TABLE = "settings.tsv";

  private DovecotNames() {}

  /** Read when first asked for. */
  private static final class Held {
    static final Map<String, Row> ALL = read();
  }

  private static Map<String, Row> read() {
    Map<String, Row> rows = new TreeMap<>();
    try (InputStream in = DovecotNames.class.getResourceAsStream(TABLE)) {
      if (in == null) {
        throw new IllegalStateException("no table " + TABLE);
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8));
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", 4))
          .forEach(
              cells ->
                  rows.put(
                      cells[0],
                      new Row(
                          cells[0],
                          Type.valueOf(cells[1].toUpperCase(Locale.ROOT)),
                          cells[2],
                          cells.length > 3)));
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All of them, sorted by name. */
  public static Collection<Row> all() {
    return new ArrayList<>(Held.ALL.values());
  }

  /** That of a name. */
  public static Optional<Row> find(String name) {
    return Optional.ofNullable(Held.ALL.get(name));
  }
}
