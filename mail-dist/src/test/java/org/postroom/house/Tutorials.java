package org.postroom.house;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.testing.Shows;

/**
 * What readers of tutorials expect, from {@code tutorials.tsv}, with the tests that show it: those
 * of all modules that have {@link Shows}. Not every module's tests are on this one's class path, so
 * the sources are read.
 */
final class Tutorials {
  private static final Path MODULES = Path.of("..");
  private static final Pattern SHOWS = Pattern.compile("@Shows\\(([^)]*)\\)");
  private static final Pattern NUMBER = Pattern.compile("\"([^\"]*)\"");

  /** The method or type that annotations stand before. */
  private static final Pattern DECLARED =
      Pattern.compile("(?m)^ *(?:[\\w<>]+ )*(?:class (\\w+)|[\\w<>]+ (\\w+)\\()");

  /**
   * A statement.
   *
   * @param missing why no test shows it; empty where tests do
   */
  record Statement(String number, String tier, String text, String missing) {}

  /** Statements that follow each other, under one heading. */
  record Chapter(String heading, List<Statement> statements) {}

  private Tutorials() {}

  static List<Chapter> chapters() {
    List<Chapter> chapters = new ArrayList<>();
    for (String line : table().lines().toList()) {
      if (line.startsWith("## ")) {
        chapters.add(new Chapter(line.substring(3), new ArrayList<>()));
      } else if (!line.startsWith("#")) {
        String[] fields = line.split("\t", -1);
        if (fields.length != 4 || chapters.isEmpty()) {
          throw new IllegalStateException("a statement has four fields, below a heading: " + line);
        }
        chapters
            .get(chapters.size() - 1)
            .statements()
            .add(new Statement(fields[0], fields[1], fields[2], fields[3]));
      }
    }
    return chapters;
  }

  private static String table() {
    try (InputStream in =
        Objects.requireNonNull(Tutorials.class.getResourceAsStream("tutorials.tsv"))) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tests that show a statement, by its number: {@code Class.method}, or a transcript. */
  static SortedMap<String, SortedSet<String>> shown() {
    SortedMap<String, SortedSet<String>> shown = new TreeMap<>();
    for (Path file : sources()) {
      if (!file.endsWith(Shows.class.getSimpleName() + ".java")) {
        shownIn(file, shown);
      }
    }
    return shown;
  }

  private static List<Path> sources() {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> modules = Files.list(MODULES)) {
      for (Path tests : modules.map(module -> module.resolve("src/test")).sorted().toList()) {
        if (Files.isDirectory(tests)) {
          try (Stream<Path> below = Files.walk(tests)) {
            below.filter(Tutorials::isTest).sorted().forEach(files::add);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  private static boolean isTest(Path file) {
    return file.toString().endsWith(".java")
        || Files.isRegularFile(file)
            && file.getParent() != null
            && file.getParent().endsWith("transcripts");
  }

  private static void shownIn(Path file, Map<String, SortedSet<String>> shown) {
    String text;
    try {
      text = Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Matcher shows = SHOWS.matcher(text);
    while (shows.find()) {
      String test = test(file, text.substring(shows.end()));
      Matcher number = NUMBER.matcher(shows.group(1));
      while (number.find()) {
        shown.computeIfAbsent(number.group(1), any -> new TreeSet<>()).add(test);
      }
    }
  }

  private static String test(Path file, String behind) {
    String name = String.valueOf(file.getFileName());
    if (!name.endsWith(".java")) {
      return name;
    }
    Matcher declared = DECLARED.matcher(behind);
    if (!declared.find()) {
      throw new IllegalStateException("@Shows stands before nothing in " + file);
    }
    String type = declared.group(1);
    return type == null
        ? name.substring(0, name.length() - "java".length()) + declared.group(2)
        : type;
  }

  static String text() {
    StringBuilder text = new StringBuilder();
    Map<String, SortedSet<String>> shown = shown();
    for (Chapter chapter : chapters()) {
      text.append("\n## ").append(chapter.heading()).append("\n\n");
      text.append("| Number | Tier | Statement | Shown by, or what is missing |\n");
      text.append("|---|---|---|---|\n");
      for (Statement one : chapter.statements()) {
        String state =
            Stream.concat(
                    shown.getOrDefault(one.number(), new TreeSet<>()).stream()
                        .map(test -> "`" + test + "`"),
                    Stream.of(one.missing())
                        .filter(why -> !why.isEmpty())
                        .map(why -> "Missing: " + why))
                .collect(Collectors.joining(", "));
        text.append("| ")
            .append(String.join(" | ", one.number(), one.tier(), one.text(), state))
            .append(" |\n");
      }
    }
    return text.toString();
  }
}
