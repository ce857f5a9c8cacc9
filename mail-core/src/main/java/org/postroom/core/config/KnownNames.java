package org.postroom.core.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.report.ParamClass;

/**
 * The names of the compatible systems that we know and do not act upon, or only in part: what each
 * of them means here. Read from tables beside this class, once; immutable.
 */
public final class KnownNames {

  /** Every parameter of Postfix that no set of ours declares. */
  public static final String POSTFIX = "postfix-parameters.tsv";

  /** Parameters of Dovecot that may stand in the same file. */
  public static final String DOVECOT = "dovecot-parameters.tsv";

  /** Transports that are there without a master.cf. */
  static final Set<String> TRANSPORTS =
      Set.of("smtp", "relay", "lmtp", "local", "virtual", "error", "retry", "discard");

  private static final String ANY_TRANSPORT = "*_";
  private static final int COLUMNS = 6;

  /**
   * One name, or several by a pattern.
   *
   * @param name {@code *_} at its beginning stands for any transport, {@code *} at its end for
   *     anything
   * @param preset what nothing set amounts to, for those that refer to it
   * @param asGood other values that change nothing
   * @param note what an administrator is told when another value is set; may be empty
   * @param unless {@code parameter=value} with which a refusal becomes a warning; may be empty
   */
  public record Entry(
      String name,
      ParamClass paramClass,
      String preset,
      Set<String> asGood,
      String note,
      String unless) {

    /** Whether a value is no different from the preset. */
    boolean isAsGood(String value) {
      return asGood.stream().anyMatch(value::equalsIgnoreCase);
    }
  }

  /** The lines of names: most of them nobody ever asks for, and a line is read when one does. */
  private final Map<String, String> lines = new LinkedHashMap<>();

  private final List<Entry> patterns = new ArrayList<>();

  private KnownNames(String... tables) {
    for (String table : tables) {
      lines(table).forEach(this::add);
    }
  }

  private void add(String line) {
    String name = line.substring(0, line.indexOf('\t'));
    if (name.indexOf('*') >= 0) {
      patterns.add(entry(line));
    } else if (lines.put(name, line) != null) {
      throw new IllegalStateException("known twice: " + name);
    }
  }

  /** Those of all systems. */
  public static KnownNames all() {
    return Held.ALL;
  }

  /** Read when first asked for: a server whose settings come from a program needs none of them. */
  private static final class Held {
    static final KnownNames ALL = new KnownNames(POSTFIX, DOVECOT);
  }

  /** What a table says, in its order. */
  public static List<Entry> of(String table) {
    return lines(table).stream().map(KnownNames::entry).toList();
  }

  private static List<String> lines(String table) {
    try (InputStream in = KnownNames.class.getResourceAsStream(table)) {
      if (in == null) {
        throw new IllegalStateException("no table " + table);
      }
      String text = new String(in.readAllBytes(), UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Entry entry(String line) {
    String[] cells = Arrays.copyOf(line.split("\t", COLUMNS), COLUMNS);
    for (int i = 0; i < cells.length; i++) {
      cells[i] = cells[i] == null ? "" : cells[i];
    }
    Set<String> asGood = cells[3].isEmpty() ? Set.of() : Set.of(cells[3].split("\\|"));
    return new Entry(cells[0], ParamClass.of(cells[1]), cells[2], asGood, cells[4], cells[5]);
  }

  /**
   * What is known about a name.
   *
   * @param transports those that have parameters of their own
   */
  Optional<Entry> find(String name, Set<String> transports) {
    String line = lines.get(name);
    if (line != null) {
      return Optional.of(entry(line));
    }
    return patterns.stream().filter(one -> matches(one.name(), name, transports)).findFirst();
  }

  private static boolean matches(String pattern, String name, Set<String> transports) {
    if (pattern.startsWith(ANY_TRANSPORT)) {
      String rest = pattern.substring(1);
      return name.endsWith(rest)
          && transports.contains(name.substring(0, name.length() - rest.length()));
    }
    return name.startsWith(pattern.substring(0, pattern.length() - 1));
  }

  /** Without patterns. */
  Set<String> names() {
    return lines.keySet();
  }

  /** Without patterns. */
  Collection<Entry> entries() {
    return lines.values().stream().map(KnownNames::entry).toList();
  }
}
