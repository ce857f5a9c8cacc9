package org.postroom.dist.program;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.postroom.core.config.BadValue;

/**
 * A service of master.cf that runs {@code pipe}, as it is written there (pipe(8)): {@code flags=R
 * user=list argv=/usr/bin/list ${recipient}}.
 *
 * @param user as whom the program runs, {@code user} or {@code user:group}
 * @param size the most octets of a mail; 0 for no limit
 * @param folder where the program works; empty for the usual place
 */
record PipeService(
    Set<Flag> flags,
    String user,
    PipeMacros command,
    String program,
    String eol,
    String nullSender,
    long size,
    Optional<Path> folder) {

  /** What stands in {@code flags=}. */
  enum Flag {
    BLANK_LINE('B'),
    DELIVERED_TO('D'),
    POSTMARK('F'),
    ORIGINAL_TO('O'),
    RETURN_PATH('R'),
    /** The program is the end of the way. It changes nothing here: what is said is the same. */
    FINAL('X'),
    FOLD_DOMAIN('h'),
    FOLD_USER('u'),
    QUOTE('q'),
    DOTS('.'),
    QUOTE_FROM('>');

    private final char letter;

    Flag(char letter) {
      this.letter = letter;
    }

    private static Flag of(char letter) {
      for (Flag flag : values()) {
        if (flag.letter == letter) {
          return flag;
        }
      }
      throw new BadValue("\"" + letter + "\" is no flag; expected some of BDFORXhuq.>");
    }
  }

  private static final String ARGV = "argv=";

  private static final Set<String> NAMES =
      Set.of("flags", "user", "eol", "null_sender", "size", "directory", "chroot");

  PipeService {
    flags = Set.copyOf(flags);
  }

  /** Whether it runs once for each recipient: what names one cannot be there for several. */
  boolean isForOneAlone() {
    return flags.contains(Flag.DELIVERED_TO) || flags.contains(Flag.ORIGINAL_TO);
  }

  PipeMacros.Style style() {
    return new PipeMacros.Style(
        flags.contains(Flag.QUOTE),
        flags.contains(Flag.FOLD_USER),
        flags.contains(Flag.FOLD_DOMAIN),
        nullSender);
  }

  /**
   * Reads the words behind {@code pipe}.
   *
   * @throws BadValue where they are none of pipe(8)
   */
  static PipeService parse(List<String> words) {
    Map<String, String> given = new TreeMap<>();
    List<String> command = new ArrayList<>();
    for (String written : words) {
      String word = bare(written);
      if (!command.isEmpty()) {
        command.add(word);
      } else if (word.startsWith(ARGV)) {
        command.add(bare(word.substring(ARGV.length())));
      } else if (!word.equals("-v")) {
        attribute(word, given);
      }
    }
    if (command.isEmpty() || command.get(0).isEmpty()) {
      throw new BadValue("argv= is missing, which says what is run");
    }
    if (!given.containsKey("user")) {
      throw new BadValue("user= is missing, which says as whom the program runs");
    }
    if (given.containsKey("chroot")) {
      throw new BadValue("chroot= is not there: use a program that does it");
    }
    return new PipeService(
        flags(given.getOrDefault("flags", "")),
        given.get("user"),
        PipeMacros.of(command),
        command.get(0),
        unescaped(given.getOrDefault("eol", "\\n")),
        given.getOrDefault("null_sender", "MAILER-DAEMON"),
        size(given.getOrDefault("size", "0")),
        Optional.ofNullable(given.get("directory")).map(PipeService::folder));
  }

  /** Without the braces around a word with blanks in it. */
  private static String bare(String word) {
    return word.length() > 1 && word.startsWith("{") && word.endsWith("}")
        ? word.substring(1, word.length() - 1).strip()
        : word;
  }

  private static void attribute(String word, Map<String, String> given) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    if (equals < 0 || !NAMES.contains(name)) {
      throw new BadValue(
          "\""
              + word
              + "\" is nothing that pipe is told; expected flags=, user=, directory=, size=, eol=,"
              + " null_sender=, and at the end argv=");
    }
    given.put(name, word.substring(equals + 1));
  }

  private static Set<Flag> flags(String letters) {
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    letters.chars().forEach(letter -> flags.add(Flag.of((char) letter)));
    return flags;
  }

  private static long size(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new BadValue("size=" + text + ": expected a number of octets");
    }
    return Long.parseLong(text);
  }

  private static Path folder(String text) {
    Path folder = Path.of(text);
    if (!folder.isAbsolute()) {
      throw new BadValue("directory=" + text + ": expected an absolute path");
    }
    return folder;
  }

  /** With what C has behind backslashes. */
  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        plain.append(c);
        continue;
      }
      int digits = 0;
      while (digits < 3 && i + 1 + digits < text.length() && isOctal(text.charAt(i + 1 + digits))) {
        digits++;
      }
      if (digits > 0) {
        plain.append((char) (Integer.parseInt(text.substring(i + 1, i + 1 + digits), 8) & 0xff));
        i += digits;
      } else {
        int which = i + 1 < text.length() ? "abfnrtv\\".indexOf(text.charAt(i + 1)) : -1;
        if (which < 0) {
          throw new BadValue("eol=" + text + ": expected \\n, \\r, or \\ and up to three digits");
        }
        plain.append("\u0007\b\f\n\r\t\u000b\\".charAt(which));
        i++;
      }
    }
    return plain.toString();
  }

  private static boolean isOctal(char c) {
    return c >= '0' && c <= '7';
  }
}
