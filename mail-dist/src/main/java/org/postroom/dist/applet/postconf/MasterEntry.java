package org.postroom.dist.applet.postconf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.postroom.core.config.LogicalLines;

/**
 * A service of master.cf as it is written, for who lists or changes it: eight fields, and words
 * behind the command. Options are brought into one form, {@code -o} and {@code name=value}; braces
 * are written where a word has white space in it. Mutable; nothing is shared.
 */
final class MasterEntry {
  /** The last one has everything that stands behind it, too. */
  static final List<String> FIELDS =
      List.of(
          "service",
          "type",
          "private",
          "unprivileged",
          "chroot",
          "wakeup",
          "process_limit",
          "command");

  static final int COMMAND = 7;

  private static final List<Pattern> VALUES =
      List.of(
          Pattern.compile("\\S+"),
          Pattern.compile("inet|unix|unix-dgram|fifo|pass"),
          Pattern.compile("[yn-]"),
          Pattern.compile("[yn-]"),
          Pattern.compile("[yn-]"),
          Pattern.compile("-|[0-9]+\\??"),
          Pattern.compile("-|[0-9]+"));
  private static final int[] COLUMNS = {0, 11, 17, 25, 33, 41, 49, 57};
  private static final String OVERRIDE = "-o";

  private final List<String> fields;
  private final List<String> arguments;

  private MasterEntry(List<String> fields, List<String> arguments) {
    this.fields = new ArrayList<>(fields);
    this.arguments = new ArrayList<>(arguments);
  }

  /**
   * Reads a logical line.
   *
   * @throws Fatal where it is none, with the reason alone
   */
  static MasterEntry parse(String line) {
    List<String> words = words(line);
    if (words.size() < FIELDS.size()) {
      throw new Fatal("bad field count");
    }
    MasterEntry entry =
        new MasterEntry(
            words.subList(0, FIELDS.size()), words.subList(FIELDS.size(), words.size()));
    for (int i = 0; i < COMMAND; i++) {
      entry.check(i);
    }
    normalize(entry.arguments);
    return entry;
  }

  private void check(int field) {
    String value = fields.get(field);
    if (!VALUES.get(field).matcher(value).matches()) {
      throw new Fatal(
          "invalid " + FIELDS.get(field) + " field \"" + value + "\" in \"" + value + "\"");
    }
  }

  String name() {
    return fields.get(0);
  }

  String type() {
    return fields.get(1);
  }

  /** As it is called: {@code smtp/inet}. */
  String key() {
    return name() + "/" + type();
  }

  String field(int number) {
    return fields.get(number);
  }

  /** Another value; of the command with its words. {@link Fatal} for what cannot be one. */
  void set(int number, String value) {
    if (number == COMMAND) {
      List<String> words = words(value);
      if (words.isEmpty()) {
        throw new Fatal("invalid command field \"\" in \"\"");
      }
      fields.set(COMMAND, words.get(0));
      arguments.clear();
      arguments.addAll(words.subList(1, words.size()));
      normalize(arguments);
      return;
    }
    fields.set(number, value);
    check(number);
  }

  /** What it says above main.cf: of each name the last word, in the order of the first. */
  Map<String, String> overrides() {
    Map<String, String> overrides = new LinkedHashMap<>();
    for (int i = 0; i < options() - 1; i++) {
      if (arguments.get(i).equals(OVERRIDE)) {
        String text = arguments.get(++i);
        int equals = text.indexOf('=');
        if (equals > 0) {
          overrides.put(text.substring(0, equals), text.substring(equals + 1));
        }
      }
    }
    return overrides;
  }

  /** Has it say something above main.cf, in each place where it does, or else behind the others. */
  void override(String name, String value) {
    boolean found = false;
    for (int i = 0; i < options() - 1; i++) {
      if (arguments.get(i).equals(OVERRIDE) && arguments.get(++i).startsWith(name + "=")) {
        arguments.set(i, name + "=" + value);
        found = true;
      }
    }
    if (!found) {
      arguments.addAll(options(), List.of(OVERRIDE, name + "=" + value));
    }
  }

  /** Has it say nothing of a name. */
  void withdraw(String name) {
    for (int i = options() - 2; i >= 0; i--) {
      if (arguments.get(i).equals(OVERRIDE) && arguments.get(i + 1).startsWith(name + "=")) {
        arguments.subList(i, i + 2).clear();
      }
    }
  }

  /** How many of the words behind the command are options and their values. */
  private int options() {
    int at = 0;
    while (at < arguments.size() && isOption(arguments.get(at))) {
      at += arguments.get(at).equals(OVERRIDE) ? 2 : 1;
    }
    return Math.min(at, arguments.size());
  }

  private static boolean isOption(String word) {
    return word.startsWith("-") && !word.equals("--");
  }

  /**
   * The whole, in columns, with a line's end.
   *
   * @param values what becomes of the values of {@code -o}
   */
  String line(boolean folded, UnaryOperator<String> values) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < FIELDS.size(); i++) {
      if (i > 0) {
        do {
          out.append(' ');
        } while (out.length() < COLUMNS[i]);
      }
      out.append(fields.get(i));
    }
    return out.append(arguments(out.length(), folded, values)).append('\n').toString();
  }

  /**
   * {@code smtp/inet/chroot = n}, or a part of that, with a line's end.
   *
   * @param values what becomes of the values of {@code -o}
   */
  String fieldLine(int number, PostconfRequest request, UnaryOperator<String> values) {
    String name = key() + "/" + FIELDS.get(number);
    if (request.has('H') || number != COMMAND) {
      return Columns.assignment(name, fields.get(number), request);
    }
    String start = (request.has('h') ? "" : name + " = ") + fields.get(COMMAND);
    return start + arguments(start.length(), request.has('f'), values) + "\n";
  }

  private String arguments(int column, boolean folded, UnaryOperator<String> values) {
    StringBuilder out = new StringBuilder();
    int length = column;
    int options = options();
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      boolean isPair = i < options - 1 && word.equals(OVERRIDE);
      String text = braced(word);
      if (isPair) {
        text = word + " " + braced(values.apply(arguments.get(++i)));
        length = Columns.WIDTH;
      }
      if (folded && length + text.length() >= Columns.WIDTH) {
        out.append('\n').append(Columns.INDENT);
        length = Columns.INDENT.length();
      } else {
        out.append(' ');
        length++;
      }
      out.append(text);
      length = isPair ? Columns.WIDTH : length + text.length();
    }
    return out.toString();
  }

  private static String braced(String word) {
    boolean needsThem =
        word.isEmpty() || word.chars().anyMatch(c -> LogicalLines.isSpace((char) c));
    return needsThem ? "{" + word + "}" : word;
  }

  /**
   * Each value is a word of its own behind its option, and options that it stood with before it.
   */
  private static void normalize(List<String> words) {
    List<String> normal = new ArrayList<>();
    int at = 0;
    while (at < words.size() && isOption(words.get(at))) {
      String word = words.get(at++);
      int option = word.indexOf('o', 1);
      if (option < 0) {
        normal.add(word);
        continue;
      }
      if (option > 1) {
        normal.add(word.substring(0, option));
      }
      normal.add(OVERRIDE);
      if (option + 1 < word.length()) {
        normal.add(assignment(word.substring(option + 1)));
      } else if (at < words.size()) {
        normal.add(assignment(words.get(at++)));
      } else {
        throw new Fatal("-o requires name=value argument");
      }
    }
    normal.addAll(words.subList(at, words.size()));
    words.clear();
    words.addAll(normal);
  }

  private static String assignment(String text) {
    Assignment read = Assignment.parse(text);
    return read.name() + "=" + read.value();
  }

  /**
   * At white space; what begins with a brace goes to the one that closes it, and stands without.
   */
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    int at = 0;
    while (true) {
      while (at < line.length() && LogicalLines.isSpace(line.charAt(at))) {
        at++;
      }
      if (at == line.length()) {
        return words;
      }
      int start = at;
      int depth = 0;
      boolean inBraces = line.charAt(at) == '{';
      while (at < line.length()
          && (depth > 0 && inBraces || !LogicalLines.isSpace(line.charAt(at)))) {
        char c = line.charAt(at++);
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      }
      if (depth > 0 && inBraces) {
        throw new Fatal("a closing brace is missing");
      }
      String word = line.substring(start, at);
      words.add(
          inBraces && word.endsWith("}")
              ? LogicalLines.trimmed(word.substring(1, word.length() - 1))
              : word);
    }
  }
}
