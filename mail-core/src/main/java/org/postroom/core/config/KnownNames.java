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

  /** The tables, a line end before each line. Most names nobody ever asks for: a start one. */
  private final String text;

  private final List<Entry> patterns = new ArrayList<>();

  private KnownNames(String... tables) {
    StringBuilder all = new StringBuilder();
    for (String table : tables) {
      all.append('\n').append(text(table));
    }
    text = all.toString();
    for (int star = text.indexOf('*'); star >= 0; star = text.indexOf('*', star + 1)) {
      int start = text.lastIndexOf('\n', star) + 1;
      if (text.charAt(start) != '#' && star < text.indexOf('\t', start)) {
        patterns.add(entry(lineAt(start)));
      }
    }
  }

  private String lineAt(int start) {
    int end = text.indexOf('\n', start);
    return text.substring(start, end < 0 ? text.length() : end);
  }

  /** Those of names, without patterns. */
  private Map<String, String> lines() {
    Map<String, String> lines = new LinkedHashMap<>();
    for (String line : lines(text)) {
      String name = line.substring(0, line.indexOf('\t'));
      if (name.indexOf('*') < 0 && lines.put(name, line) != null) {
        throw new IllegalStateException("known twice: " + name);
      }
    }
    return lines;
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
    return lines(text(table)).stream().map(KnownNames::entry).toList();
  }

  private static List<String> lines(String text) {
    return text.lines().filter(line -> !line.isEmpty() && !line.startsWith("#")).toList();
  }

  private static String text(String table) {
    try (InputStream in = KnownNames.class.getResourceAsStream(table)) {
      if (in == null) {
        throw new IllegalStateException("no table " + table);
      }
      return new String(in.readAllBytes(), UTF_8);
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
    boolean isWord = name.indexOf('*') < 0 && name.indexOf('\t') < 0;
    int line = isWord ? text.indexOf("\n" + name + "\t") : -1;
    if (line >= 0) {
      return Optional.of(entry(lineAt(line + 1)));
    }
    for (Entry one : patterns) {
      if (matches(one.name(), name, transports)) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
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
    return lines().keySet();
  }

  /** Without patterns. */
  Collection<Entry> entries() {
    return lines().values().stream().map(KnownNames::entry).toList();
  }
}
