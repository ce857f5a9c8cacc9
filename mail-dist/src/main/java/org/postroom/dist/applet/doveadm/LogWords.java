package org.postroom.dist.applet.doveadm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.Settings;
import org.postroom.core.json.Json;
import org.postroom.dist.answer.Reloaded;
import org.postroom.dist.applet.doveadm.Rows.Column;
import org.postroom.dist.log.LogParams;
import org.postroom.dist.operation.LogOperation;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.ReloadOperation;

/**
 * {@code doveadm log}: where the log is, and what in it is wrong. Dovecot asks its log process;
 * here the file is read, as far as its last {@value #TAIL} octets. Dovecot's {@code test} writes to
 * the log itself, and says nothing; here the server does, and where it goes is said.
 */
final class LogWords {
  /** Dovecot keeps so many. */
  private static final int MOST = 1000;

  private static final int TAIL = 4 << 20;
  private static final List<String> LEVELS = List.of("Debug", "Info", "Warning", "Error", "Fatal");
  private static final String USAGE =
      """
      usage: doveadm [-Dv] [-f <formatter>] log <command> [<args>]
        errors       [-s <min_timestamp>]
        find         [<dir>]
        reopen
        test""";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("MMM dd HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter DATED =
      DateTimeFormatter.ofPattern("yyyy MMM d HH:mm:ss", Locale.ROOT);

  /** As {@code log_format = postfix} writes it. */
  private static final Pattern LINE =
      Pattern.compile(
          "(?<time>[A-Z][a-z]{2} [ \\d]\\d [\\d:]{8}) \\S+ "
              + "(?:dovecot: (?<login>[^\\s:]+)|\\S*?(?<service>[^\\s/\\[]+)\\[(?<session>[^\\]\\s]*)\\]): "
              + "(?<type>warning|error|fatal|panic): (?<text>.*)");

  private final Asked asked;
  private final Clock clock;
  private final ZoneId zone;

  LogWords(Asked asked, Clock clock, ZoneId zone) {
    this.asked = asked;
    this.clock = clock;
    this.zone = zone;
  }

  /**
   * Does it.
   *
   * @param settings of the server
   */
  void run(List<String> words, Settings settings) {
    String word = words.isEmpty() ? "" : words.get(0);
    List<String> rest = words.isEmpty() ? List.of() : words.subList(1, words.size());
    switch (word) {
      case "find" -> find(settings);
      case "errors" -> errors(Options.of("s:", rest), settings);
      case "reopen" -> {
        List<String> unused = Options.of("", rest).exactly(0, USAGE);
        // The file is opened anew by a reload, and by nothing else.
        Reloaded unusedAnswer = asked.ask(ReloadOperation.RELOAD, new Nothing());
      }
      case "test" -> test(Options.of("", rest), settings);
      default -> throw Ended.usage(USAGE);
    }
  }

  private void find(Settings settings) {
    Path file = file(settings);
    LEVELS.forEach(level -> asked.out().println(level + ": " + file));
  }

  private void test(Options options, Settings settings) {
    List<String> unused = options.exactly(0, USAGE);
    String place = named(settings).map(Path::toString).orElseGet(() -> elsewhere(settings));
    asked
        .ask(LogOperation.TEST, new LogOperation.Test(clock.instant().getEpochSecond()))
        .lines()
        .forEach(
            line ->
                asked
                    .out()
                    .println(title(line.level()) + ": " + (line.taken() ? place : "not logged")));
  }

  private static Optional<Path> named(Settings settings) {
    return settings.get(LogParams.FILE).filter(file -> !file.startsWith("/dev"));
  }

  private static String elsewhere(Settings settings) {
    return settings
        .get(LogParams.FILE)
        .map(Path::toString)
        .or(
            () ->
                settings
                    .get(LogParams.SYSLOG_SERVER)
                    .map(server -> "syslog at " + server.getHostString()))
        .orElse("standard error");
  }

  private static Path file(Settings settings) {
    return named(settings)
        .orElseThrow(
            () ->
                Ended.fatal(
                    Ended.NOT_FOUND,
                    "the log goes to " + elsewhere(settings) + ": maillog_file names no file"));
  }

  private void errors(Options options, Settings settings) {
    List<String> unused = options.exactly(0, USAGE);
    Optional<Instant> since = options.value('s').map(LogWords::instant);
    List<One> found = new ArrayList<>();
    for (String line : tail(file(settings))) {
      one(line).filter(one -> isSince(one, since)).ifPresent(found::add);
    }
    List<One> last = found.subList(Math.max(0, found.size() - MOST), found.size());
    Optional<Rows> rows =
        asked.rows(
            List.of(
                Column.of("timestamp"), Column.of("prefix"), Column.of("type"), Column.of("text")));
    for (One one : last) {
      if (rows.isPresent()) {
        rows.get().add(List.of(one.time(), one.prefix(), one.type(), one.text()));
      } else {
        asked
            .out()
            .println(one.time() + " " + one.type() + ": " + one.prefix() + ": " + one.text());
      }
    }
    rows.ifPresent(Rows::end);
  }

  /** A line that says what is wrong. */
  private record One(String time, Instant at, String prefix, String type, String text) {}

  private static boolean isSince(One one, Optional<Instant> since) {
    return since.isEmpty() || !one.at().isBefore(since.get());
  }

  private static Instant instant(String seconds) {
    try {
      return Instant.ofEpochSecond(Long.parseLong(seconds));
    } catch (NumberFormatException | DateTimeException e) {
      throw Ended.fatal(Ended.USAGE, "Invalid timestamp: " + seconds);
    }
  }

  private Optional<One> one(String line) {
    if (line.startsWith("{")) {
      return ofJson(line);
    }
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String login = matcher.group("login");
    return Optional.of(
        new One(
            matcher.group("time"),
            at(matcher.group("time")),
            login != null ? login : matcher.group("service") + "(" + matcher.group("session") + ")",
            title(matcher.group("type")),
            matcher.group("text")));
  }

  /** The year, which a line does not say, is that of the last day that was called so. */
  private Instant at(String time) {
    ZonedDateTime now = clock.instant().atZone(zone);
    try {
      LocalDateTime at =
          LocalDateTime.parse(now.getYear() + " " + time.replaceAll(" +", " "), DATED);
      ZonedDateTime dated = at.atZone(zone);
      return (dated.isAfter(now.plusDays(1)) ? dated.minusYears(1) : dated).toInstant();
    } catch (DateTimeException e) {
      return clock.instant();
    }
  }

  private Optional<One> ofJson(String line) {
    Object read = json(line);
    if (!(read instanceof Map<?, ?> fields)
        || !(fields.get("level") instanceof String level)
        || !(fields.get("ts") instanceof String time)
        || !level.equals("warn") && !level.equals("error")) {
      return Optional.empty();
    }
    Instant at;
    try {
      at = Instant.parse(time);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
    Object session = fields.get("session");
    Object text = fields.get("message");
    return Optional.of(
        new One(
            TIME.format(at.atZone(zone)),
            at,
            fields.get("service") + (session == null ? "" : "(" + session + ")"),
            level.equals("warn") ? "Warning" : "Error",
            text == null ? line : text.toString()));
  }

  private static Object json(String line) {
    try {
      Object read = Json.read(line.getBytes(UTF_8));
      return read == null ? "" : read;
    } catch (Json.Malformed e) {
      return ""; // cut off
    }
  }

  private static String title(String type) {
    return type.substring(0, 1).toUpperCase(Locale.ROOT) + type.substring(1);
  }

  /** The last lines of the file; the first of them may be no whole one. */
  private static List<String> tail(Path file) {
    try (SeekableByteChannel in = Files.newByteChannel(file)) {
      long size = in.size();
      in.position(Math.max(0, size - TAIL));
      ByteBuffer octets = ByteBuffer.allocate((int) Math.min(size, TAIL));
      while (octets.hasRemaining() && in.read(octets) >= 0) {
        // the rest of it
      }
      return new String(octets.array(), 0, octets.position(), UTF_8).lines().toList();
    } catch (IOException e) {
      throw Ended.fatal(Ended.NOT_FOUND, file + " cannot be read: " + e);
    }
  }
}
