package org.postroom.core.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postroom.core.secret.Secret;
import org.postroom.core.trouble.Reason;

/**
 * How a parameter's text becomes a value, and back.
 *
 * @param expected names the type in a fault: "expected ..."
 * @param reader throws {@link BadValue}, and nothing else, for what it cannot read
 * @param writer the text that reads back as the value
 */
record ValueType<T>(String expected, Function<String, T> reader, Function<T, String> writer) {

  T read(String text) {
    return reader.apply(text);
  }

  /** So many digits has a number of 64 bits. */
  private static final int LONGEST = 19;

  /** Of a number of seconds, or of larger units. */
  private static final int MOST_DIGITS = 10;

  /** Before the path of a file that holds a secret. */
  static final String FILE = "file:";

  static final ValueType<String> TEXT =
      new ValueType<>("text", Function.identity(), Function.identity());

  static final ValueType<Boolean> BOOL =
      new ValueType<>(
          "yes or no",
          text -> {
            if (text.equalsIgnoreCase("yes")) {
              return true;
            }
            if (text.equalsIgnoreCase("no")) {
              return false;
            }
            throw new BadValue("");
          },
          value -> value ? "yes" : "no");

  private static String joined(List<String> items) {
    return String.join(", ", items);
  }

  static final ValueType<List<String>> LIST =
      new ValueType<>("a list separated by commas or spaces", ValueType::split, ValueType::joined);

  static final ValueType<List<String>> MATCH_LIST =
      new ValueType<>(
          "a list separated by commas or spaces",
          text -> MatchItems.of(text).items(),
          ValueType::joined);

  /** Whether it is a list that ends at a comment; told by its reader, the only one that is so. */
  boolean isMatchList() {
    return reader == MATCH_LIST.reader;
  }

  static final ValueType<Path> PATH =
      new ValueType<>("a path", ValueType::readPath, Path::toString);

  static final ValueType<Optional<Path>> OPTIONAL_PATH =
      new ValueType<>(
          "a path or nothing",
          text -> text.isEmpty() ? Optional.empty() : Optional.of(readPath(text)),
          path -> path.map(Path::toString).orElse(""));

  static final ValueType<Secret> SECRET =
      new ValueType<>("a secret, or file: and a path", ValueType::readSecret, Secret::reveal);

  static final ValueType<String> TEXT_OR_FIRST_LINE =
      new ValueType<>(
          "text, or the path of a file that begins with it",
          ValueType::readFirstLine,
          Function.identity());

  static ValueType<Integer> integer(Bounds bounds) {
    ValueType<Long> wide = longs(bounds);
    return new ValueType<>(
        wide.expected(),
        text -> {
          long value = wide.read(text);
          if (value != (int) value) {
            throw new BadValue("");
          }
          return (int) value;
        },
        String::valueOf);
  }

  static ValueType<Long> longs(Bounds bounds) {
    return number("a whole number", "without unit", ValueType::readLong, String::valueOf, bounds);
  }

  static ValueType<Long> size(Bounds bounds) {
    return number(
        "a number of bytes", "(k, M, G, T allowed)", ValueType::readSize, String::valueOf, bounds);
  }

  static ValueType<Duration> time(char defaultUnit, Bounds bounds) {
    return number(
        "a time (s, m, h, d, w)",
        "such as 30" + defaultUnit,
        text -> readTime(text, defaultUnit),
        ValueType::writeTime,
        bounds);
  }

  static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    String all = constants.stream().map(ValueType::spelling).collect(Collectors.joining(", "));
    return new ValueType<>(
        "one of " + all,
        text -> {
          for (E constant : constants) {
            if (spelling(constant).equalsIgnoreCase(text)) {
              return constant;
            }
          }
          throw new BadValue("");
        },
        ValueType::spelling);
  }

  private static String spelling(Enum<?> constant) {
    return constant instanceof Choice choice
        ? choice.spelling()
        : constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <N extends Comparable<N>> ValueType<N> number(
      String what,
      String hint,
      Function<String, N> reader,
      Function<N, String> writer,
      Bounds bounds) {
    N least = bounds.least == null ? null : reader.apply(bounds.least);
    N most = bounds.most == null ? null : reader.apply(bounds.most);
    return new ValueType<>(
        what + bounds.describe() + (bounds == Bounds.NONE ? " " + hint : ""),
        text -> {
          N value = reader.apply(text);
          if (least != null && value.compareTo(least) < 0
              || most != null && value.compareTo(most) > 0) {
            throw new BadValue("");
          }
          return value;
        },
        writer);
  }

  /** Digits with an optional minus: no plus sign, no other script's digits. */
  private static long readLong(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    int end = endOf(text, start, '0', '9');
    if (end == start || end < text.length() || end - start > LONGEST) {
      throw new BadValue("");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new BadValue("");
    }
  }

  private static long readSize(String text) {
    int shift =
        switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
          case 'k', 'K' -> 10;
          case 'm', 'M' -> 20;
          case 'g', 'G' -> 30;
          case 't', 'T' -> 40;
          default -> 0;
        };
    long count = readLong(shift == 0 ? text : text.substring(0, text.length() - 1));
    if (count < 0 || count > Long.MAX_VALUE >> shift) {
      throw new BadValue("");
    }
    return count << shift;
  }

  /**
   * Deviation: {@code ms} is taken too, so that a program can say any time a file can say, and so
   * are several units one after the other, such as {@code 1h30m}.
   */
  private static Duration readTime(String text, char defaultUnit) {
    Duration sum = Duration.ZERO;
    int at = 0;
    do {
      int letters = endOf(text, at, '0', '9');
      int end = endOf(text, letters, 'a', 'z');
      if (letters == at || letters - at > MOST_DIGITS) {
        throw new BadValue("");
      }
      boolean alone = at == 0 && letters == text.length();
      String unit = alone ? "" + defaultUnit : text.substring(letters, end);
      sum = sum.plus(amount(Long.parseLong(text.substring(at, letters)), unit));
      at = end;
    } while (at < text.length());
    return sum;
  }

  /** Where a run of such characters ends. */
  private static int endOf(String text, int start, char first, char last) {
    int at = start;
    while (at < text.length() && text.charAt(at) >= first && text.charAt(at) <= last) {
      at++;
    }
    return at;
  }

  private static Duration amount(long count, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      case "d" -> Duration.ofDays(count);
      case "w" -> Duration.ofDays(count * 7);
      default -> throw new BadValue("");
    };
  }

  private static String writeTime(Duration time) {
    return time.toMillisPart() == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }

  private static Path readPath(String text) {
    if (text.isEmpty()) {
      throw new BadValue("");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new BadValue("");
    }
  }

  private static Secret readSecret(String text) {
    if (!text.startsWith(FILE)) {
      return Secret.of(text);
    }
    return Secret.of(firstLine(text.substring(FILE.length())));
  }

  private static String readFirstLine(String text) {
    return text.startsWith("/") ? firstLine(text) : text;
  }

  private static String firstLine(String file) {
    try {
      String all = new String(Files.readAllBytes(readPath(file)), StandardCharsets.UTF_8);
      return all.lines().findFirst().orElse("").trim();
    } catch (IOException e) {
      throw new BadValue("cannot read " + file + ": " + Reason.text(e));
    }
  }

  /** Commas and white space separate; what stands in braces stays together, with its braces. */
  static List<String> split(String text) {
    String[] items = new String[text.length() + 1];
    int count = 0;
    int depth = 0;
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ',';
      boolean separates = c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
      if (separates && depth == 0) {
        if (start >= 0) {
          items[count++] = text.substring(start, i);
          start = -1;
        }
        continue;
      }
      if (start < 0) {
        start = i;
      }
      if (c == '{') {
        depth++;
      } else if (c == '}' && depth > 0) {
        depth--;
      }
    }
    if (depth > 0) {
      throw new BadValue("a closing brace is missing");
    }
    return List.copyOf(Arrays.asList(items).subList(0, count));
  }
}
