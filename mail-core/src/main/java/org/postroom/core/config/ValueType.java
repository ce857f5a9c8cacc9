package org.postroom.core.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.secret.Secret;
import org.postroom.core.trouble.Reason;

/**
 * How a parameter's text becomes a value, and back.
 *
 * @param expected names the type in a fault: "expected ..."
 */
record ValueType<T>(String expected, Codec<T> codec) {

  /** Reads values and writes them. */
  interface Codec<T> {

    /** Throws {@link BadValue}, and nothing else, for what it cannot read. */
    T read(String text);

    /** The text that reads back as the value. */
    String write(T value);
  }

  /** One of two functions. */
  static <T> ValueType<T> of(
      String expected, Function<String, T> reader, Function<T, String> writer) {
    return new ValueType<>(expected, new Functions<>(reader, writer));
  }

  T read(String text) {
    return codec.read(text);
  }

  String write(T value) {
    return codec.write(value);
  }

  /** Whether it is a list that ends at a comment. */
  boolean isMatchList() {
    return codec instanceof Items items && items.endsAtComment;
  }

  /** So many digits has a number of 64 bits. */
  private static final int LONGEST = 19;

  /** Of a number of seconds, or of larger units. */
  private static final int MOST_DIGITS = 10;

  /** Before the path of a file that holds a secret. */
  static final String FILE = "file:";

  static final ValueType<String> TEXT = new ValueType<>("text", new Text(false));

  static final ValueType<String> TEXT_OR_FIRST_LINE =
      new ValueType<>("text, or the path of a file that begins with it", new Text(true));

  static final ValueType<Boolean> BOOL = new ValueType<>("yes or no", new YesOrNo());

  static final ValueType<List<String>> LIST =
      new ValueType<>("a list separated by commas or spaces", new Items(false));

  static final ValueType<List<String>> MATCH_LIST =
      new ValueType<>("a list separated by commas or spaces", new Items(true));

  static final ValueType<Path> PATH = new ValueType<>("a path", new Paths());

  static final ValueType<Optional<Path>> OPTIONAL_PATH =
      new ValueType<>("a path or nothing", new OptionalPaths());

  static final ValueType<Secret> SECRET =
      new ValueType<>("a secret, or file: and a path", new Secrets());

  static ValueType<Integer> integer(Bounds bounds) {
    ValueType<Long> wide = longs(bounds);
    return new ValueType<>(wide.expected(), new Narrow(wide.codec()));
  }

  static ValueType<Long> longs(Bounds bounds) {
    return number("a whole number", "without unit", new Longs(false), bounds);
  }

  static ValueType<Long> size(Bounds bounds) {
    return number("a number of bytes", "(k, M, G, T allowed)", new Longs(true), bounds);
  }

  static ValueType<Duration> time(char defaultUnit, Bounds bounds) {
    return number(
        "a time (s, m, h, d, w)", "such as 30" + defaultUnit, new Times(defaultUnit), bounds);
  }

  static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    List<String> all = new ArrayList<>();
    for (E constant : constants) {
      all.add(spelling(constant));
    }
    return new ValueType<>("one of " + String.join(", ", all), new Choices<>(constants));
  }

  private static <N extends Comparable<N>> ValueType<N> number(
      String what, String hint, Codec<N> codec, Bounds bounds) {
    return new ValueType<>(
        what + bounds.describe() + (bounds == Bounds.NONE ? " " + hint : ""),
        new Bounded<>(
            codec,
            bounds.least == null ? null : codec.read(bounds.least),
            bounds.most == null ? null : codec.read(bounds.most)));
  }

  // A class for each, where two lambdas would do: every program that asks for a parameter waits
  // for all of these, and Java needs twice as long to make a function as to load a class.

  private record Functions<T>(Function<String, T> reader, Function<T, String> writer)
      implements Codec<T> {
    @Override
    public T read(String text) {
      return reader.apply(text);
    }

    @Override
    public String write(T value) {
      return writer.apply(value);
    }
  }

  private record Text(boolean mayNameFile) implements Codec<String> {
    @Override
    public String read(String text) {
      return mayNameFile && text.startsWith("/") ? firstLine(text) : text;
    }

    @Override
    public String write(String value) {
      return value;
    }
  }

  private record YesOrNo() implements Codec<Boolean> {
    @Override
    public Boolean read(String text) {
      if (text.equalsIgnoreCase("yes")) {
        return true;
      }
      if (text.equalsIgnoreCase("no")) {
        return false;
      }
      throw new BadValue("");
    }

    @Override
    public String write(Boolean value) {
      return value ? "yes" : "no";
    }
  }

  private record Items(boolean endsAtComment) implements Codec<List<String>> {
    @Override
    public List<String> read(String text) {
      return endsAtComment ? MatchItems.of(text).items() : split(text);
    }

    @Override
    public String write(List<String> value) {
      return String.join(", ", value);
    }
  }

  private record Paths() implements Codec<Path> {
    @Override
    public Path read(String text) {
      return readPath(text);
    }

    @Override
    public String write(Path value) {
      return value.toString();
    }
  }

  private record OptionalPaths() implements Codec<Optional<Path>> {
    @Override
    public Optional<Path> read(String text) {
      return text.isEmpty() ? Optional.empty() : Optional.of(readPath(text));
    }

    @Override
    public String write(Optional<Path> value) {
      return value.isPresent() ? value.get().toString() : "";
    }
  }

  private record Secrets() implements Codec<Secret> {
    @Override
    public Secret read(String text) {
      return Secret.of(text.startsWith(FILE) ? firstLine(text.substring(FILE.length())) : text);
    }

    @Override
    public String write(Secret value) {
      return value.reveal();
    }
  }

  private record Longs(boolean mayHaveUnit) implements Codec<Long> {
    @Override
    public Long read(String text) {
      return mayHaveUnit ? readSize(text) : readLong(text);
    }

    @Override
    public String write(Long value) {
      return value.toString();
    }
  }

  /** Of 32 bits. */
  private record Narrow(Codec<Long> wide) implements Codec<Integer> {
    @Override
    public Integer read(String text) {
      long value = wide.read(text);
      if (value != (int) value) {
        throw new BadValue("");
      }
      return (int) value;
    }

    @Override
    public String write(Integer value) {
      return value.toString();
    }
  }

  private record Times(char defaultUnit) implements Codec<Duration> {
    @Override
    public Duration read(String text) {
      return readTime(text, defaultUnit);
    }

    @Override
    public String write(Duration value) {
      return value.toMillisPart() == 0 ? value.toSeconds() + "s" : value.toMillis() + "ms";
    }
  }

  private record Bounded<N extends Comparable<N>>(
      Codec<N> codec, @Nullable N least, @Nullable N most) implements Codec<N> {
    @Override
    public N read(String text) {
      N value = codec.read(text);
      if (least != null && value.compareTo(least) < 0
          || most != null && value.compareTo(most) > 0) {
        throw new BadValue("");
      }
      return value;
    }

    @Override
    public String write(N value) {
      return codec.write(value);
    }
  }

  private record Choices<E extends Enum<E>>(List<E> constants) implements Codec<E> {
    @Override
    public E read(String text) {
      for (E constant : constants) {
        if (spelling(constant).equalsIgnoreCase(text)) {
          return constant;
        }
      }
      throw new BadValue("");
    }

    @Override
    public String write(E value) {
      return spelling(value);
    }
  }

  private static String spelling(Enum<?> constant) {
    return constant instanceof Choice choice
        ? choice.spelling()
        : constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
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
