package org.postroom.core.transcript;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A conversation written down, and held against a server.
 *
 * <pre>{@code
 * # comment
 * given 3 messages in INBOX        told to the stage, before anything else
 * C: a1 SELECT INBOX               the client sends this line and CRLF
 * S: * 3 EXISTS                    the server's next line must be this
 * S: ...                           skips lines until the next expected one comes
 * S: a1 OK [READ-WRITE] <text>     <text> is anything, also nothing
 * S: * OK [UIDVALIDITY <validity>] <text>
 *                                  other names keep what they stood for: it must come again, and
 *                                  is put into the client's lines
 * any order {                      these lines, in any order
 * S: * 1 FETCH (UID <uid>)
 * S: * 4 EXISTS
 * }
 * C2: … / S2: …                    a second connection, made when first named
 * C- half a line                   sends without CRLF
 * when 30 minutes pass             told to the stage, in the middle
 * S closes                         the server must end the connection now
 * C closes                         the client does
 * }</pre>
 *
 * <p>Everything else in a line is literal. A name is {@code <letters-and-digits>}, so addresses in
 * angle brackets stand for themselves.
 */
public final class Transcript {
  private static final Pattern NAME = Pattern.compile("<([a-z][a-z0-9-]*)>");
  private static final Pattern SPOKEN = Pattern.compile("([CS])(\\d*)(:|-) ?(.*)");
  private static final Pattern CLOSES = Pattern.compile("([CS])(\\d*) closes");
  private static final String ANYTHING = "text";
  private static final String HOUSE = "house";

  private final String name;
  private final List<Step> steps;

  private Transcript(String name, List<Step> steps) {
    this.name = name;
    this.steps = steps;
  }

  private enum Kind {
    GIVEN,
    WHEN,
    SAY,
    SAY_PART,
    HEAR,
    SKIP,
    ANY_ORDER,
    HANG_UP,
    HEAR_END
  }

  private record Step(String place, Kind kind, int connection, String text, List<String> block) {}

  /**
   * Reads a transcript.
   *
   * @param name for failures
   * @throws IllegalArgumentException at a line that means nothing
   */
  public static Transcript of(String name, String text) {
    List<Step> steps = new ArrayList<>();
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String place = name + ":" + (i + 1);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (line.strip().equals("any order {")) {
        List<String> block = new ArrayList<>();
        int connection = 1;
        for (i++; i < lines.size() && !lines.get(i).strip().equals("}"); i++) {
          if (lines.get(i).isBlank() || lines.get(i).startsWith("#")) {
            continue;
          }
          Matcher spoken = SPOKEN.matcher(lines.get(i).strip());
          if (!spoken.matches() || !spoken.group(1).equals("S")) {
            throw new IllegalArgumentException(name + ":" + (i + 1) + ": only S: lines here");
          }
          connection = connection(spoken.group(2));
          block.add(spoken.group(4));
        }
        if (i == lines.size()) {
          throw new IllegalArgumentException(place + ": no } for this {");
        }
        steps.add(new Step(place, Kind.ANY_ORDER, connection, "", block));
      } else {
        steps.add(step(place, line));
      }
    }
    return new Transcript(name, steps);
  }

  private static Step step(String place, String line) {
    if (line.startsWith("given ")) {
      return new Step(place, Kind.GIVEN, 0, line.substring(6).strip(), List.of());
    }
    if (line.startsWith("when ")) {
      return new Step(place, Kind.WHEN, 0, line.substring(5).strip(), List.of());
    }
    Matcher closes = CLOSES.matcher(line.strip());
    if (closes.matches()) {
      Kind kind = closes.group(1).equals("C") ? Kind.HANG_UP : Kind.HEAR_END;
      return new Step(place, kind, connection(closes.group(2)), "", List.of());
    }
    Matcher spoken = SPOKEN.matcher(line);
    if (!spoken.matches()) {
      throw new IllegalArgumentException(place + ": means nothing: " + line);
    }
    boolean client = spoken.group(1).equals("C");
    boolean part = spoken.group(3).equals("-");
    String text = spoken.group(4);
    Kind kind =
        client ? part ? Kind.SAY_PART : Kind.SAY : text.equals("...") ? Kind.SKIP : Kind.HEAR;
    if (!client && part) {
      throw new IllegalArgumentException(place + ": the server speaks in lines");
    }
    return new Step(place, kind, connection(spoken.group(2)), text, List.of());
  }

  private static int connection(String digits) {
    return digits.isEmpty() ? 1 : Integer.parseInt(digits);
  }

  /**
   * The transcripts in a folder of the class path, or of a jar in it. What its file {@value #HOUSE}
   * says is said before each of them.
   *
   * @param folder absolute, without a slash before it
   * @param suffix such as {@code .imap}
   */
  public static List<Transcript> in(String folder, String suffix) {
    List<Step> house = ofHouse(folder).steps;
    List<Transcript> found = new ArrayList<>();
    for (String file : files(folder)) {
      if (file.endsWith(suffix)) {
        Transcript own = of(file, read(folder + "/" + file));
        List<Step> all = new ArrayList<>(house);
        all.addAll(own.steps);
        found.add(new Transcript(file, all));
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException("No *" + suffix + " in " + folder);
    }
    return found;
  }

  /** What a folder's file {@value #HOUSE} says: the house that all its transcripts play in. */
  public static List<String> house(String folder) {
    return ofHouse(folder).steps.stream().map(Step::text).toList();
  }

  private static Transcript ofHouse(String folder) {
    Transcript house = of(HOUSE, read(folder + "/" + HOUSE));
    for (Step step : house.steps) {
      if (step.kind() != Kind.GIVEN) {
        throw new IllegalArgumentException(step.place() + ": only given is said of a house");
      }
    }
    return house;
  }

  private static List<String> files(String folder) {
    URL url = url(folder + "/" + HOUSE);
    try {
      if (!url.getProtocol().equals("jar")) {
        return names(Path.of(url.toURI()).getParent());
      }
      URI jar = ((JarURLConnection) url.openConnection()).getJarFileURL().toURI();
      try (FileSystem inside = FileSystems.newFileSystem(Path.of(jar))) {
        return names(inside.getPath(folder));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String read(String file) {
    try (InputStream in = url(file).openStream()) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URL url(String file) {
    URL url = Transcript.class.getClassLoader().getResource(file);
    if (url == null) {
      throw new IllegalArgumentException("There is no " + file);
    }
    return url;
  }

  /** The file's name. */
  public String name() {
    return name;
  }

  /**
   * Whether all that the client says can be sent at once, and has the same answers each time:
   * nothing happens in between, there is one connection, and the server draws no {@code
   * <challenge>}.
   */
  public boolean isSeamless() {
    return steps.stream()
        .noneMatch(
            step ->
                step.kind() == Kind.WHEN
                    || step.connection() > 1
                    || step.text().contains("<challenge>"));
  }

  @Override
  public String toString() {
    return name;
  }

  /**
   * Holds the conversation.
   *
   * @throws AssertionError where the server says something else, with what was said so far
   * @throws LeftOut when it cannot be held on this stage
   */
  public void run(Stage stage) {
    try (Run run = new Run(stage)) {
      for (int i = 0; i < steps.size(); i++) {
        Step step = steps.get(i);
        try {
          i += run.perform(step, i + 1 < steps.size() ? steps.get(i + 1) : null);
        } catch (LeftOut e) {
          throw e;
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(
              step.place() + ": " + e.getMessage() + "\n\nSo far:\n" + run.said, e);
        }
      }
    }
  }

  private static final class Run implements AutoCloseable {
    private final Stage stage;
    private final Map<Integer, Peer> peers = new TreeMap<>();
    private final Map<String, String> names = new HashMap<>();
    private final StringBuilder said = new StringBuilder();

    Run(Stage stage) {
      this.stage = stage;
    }

    /** Returns how many of the following steps were performed with it. */
    int perform(Step step, Step next) {
      switch (step.kind()) {
        case GIVEN -> stage.given(step.text());
        case WHEN -> {
          said.append("when ").append(step.text()).append('\n');
          stage.when(step.text());
        }
        case SAY -> say(step, "\r\n");
        case SAY_PART -> say(step, "");
        case HEAR -> {
          String line = hear(step);
          if (!matches(step.text(), line)) {
            throw new AssertionError("expected " + filled(step.text()) + "\n but was " + line);
          }
        }
        case SKIP -> {
          if (next == null || next.kind() != Kind.HEAR || next.connection() != step.connection()) {
            throw new IllegalArgumentException("'...' must stand before a line to look for");
          }
          while (!matches(next.text(), hear(next))) {
            // skipped
          }
          return 1;
        }
        case ANY_ORDER -> hearAll(step);
        case HANG_UP -> peer(step).close();
        case HEAR_END -> {
          String line = peer(step).readLine();
          if (line != null) {
            throw new AssertionError("expected the end of the connection\n but was " + line);
          }
        }
      }
      return 0;
    }

    private void say(Step step, String end) {
      String text = filled(step.text());
      said.append('C').append(step.connection()).append(": ").append(text).append('\n');
      peer(step).send(text + end);
    }

    private String hear(Step step) {
      String line = peer(step).readLine();
      if (line == null) {
        throw new AssertionError(
            "expected " + filled(step.text()) + "\n but the server ended the connection");
      }
      said.append('S').append(step.connection()).append(": ").append(line).append('\n');
      return line;
    }

    private void hearAll(Step step) {
      List<String> missing = new ArrayList<>(step.block());
      while (!missing.isEmpty()) {
        String line = hear(step);
        if (!missing.removeIf(new FirstMatch(line))) {
          throw new AssertionError("expected one of " + missing + "\n but was " + line);
        }
      }
    }

    /** True once, for the first expected line that matches. */
    private final class FirstMatch implements java.util.function.Predicate<String> {
      private final String line;
      private boolean found;

      FirstMatch(String line) {
        this.line = line;
      }

      @Override
      public boolean test(String expected) {
        if (!found && matches(expected, line)) {
          found = true;
          return true;
        }
        return false;
      }
    }

    private Peer peer(Step step) {
      return peers.computeIfAbsent(step.connection(), stage::connect);
    }

    /** The text with what its names stand for. */
    private String filled(String text) {
      return NAME.matcher(text)
          .replaceAll(
              found -> Matcher.quoteReplacement(names.getOrDefault(found.group(1), found.group())));
    }

    /** Whether the line is the expected one; takes note of new names if so. */
    private boolean matches(String expected, String line) {
      StringBuilder pattern = new StringBuilder();
      List<String> captured = new ArrayList<>();
      Matcher name = NAME.matcher(expected);
      int end = 0;
      while (name.find()) {
        pattern.append(Pattern.quote(expected.substring(end, name.start())));
        end = name.end();
        String word = name.group(1);
        if (word.equals(ANYTHING)) {
          pattern.append(".*");
        } else if (names.containsKey(word)) {
          pattern.append(Pattern.quote(names.get(word)));
        } else if (captured.contains(word)) {
          pattern.append('\\').append(captured.indexOf(word) + 1).append("(?:)");
        } else {
          captured.add(word);
          pattern.append("(.+?)");
        }
      }
      pattern.append(Pattern.quote(expected.substring(end)));
      Matcher whole = Pattern.compile(pattern.toString(), Pattern.DOTALL).matcher(line);
      if (!whole.matches()) {
        return false;
      }
      for (int i = 0; i < captured.size(); i++) {
        names.put(captured.get(i), whole.group(i + 1));
      }
      return true;
    }

    @Override
    public void close() {
      peers.values().forEach(Peer::close);
    }
  }
}
