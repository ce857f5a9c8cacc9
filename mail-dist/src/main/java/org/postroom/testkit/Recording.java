package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A session as a transcript: lines that begin with {@code C: } for what the client said, {@code S:
 * } for what it was answered. Passwords are left out, and what differs from one run to the next
 * (numbers, dates, names that a server makes up) stands as {@code <name>}, which stands for
 * anything, and for the same where it comes again.
 *
 * <pre>{@code
 * Files.writeString(file, mail.recordings().get(0).text());
 * // another day, in a test:
 * mail.replay(Recording.parse(Files.readString(file)), mail.smtp());
 * }</pre>
 */
public final class Recording {
  static final String CLIENT = "C: ";
  static final String SERVER = "S: ";

  /** In the place of a password; a replay says {@link TestMail#PASSWORD}. */
  static final String SECRET = "<password>";

  /** In the place of what logs in by SASL's PLAIN; the name stands behind it. */
  static final String CREDENTIALS = "<credentials> ";

  private static final String COMMENT = "#";
  private static final Pattern POP3_PASSWORD = Pattern.compile("(?i)(C: PASS ).*");
  private static final Pattern IMAP_PASSWORD =
      Pattern.compile("(?i)(C: [^ ]+ LOGIN (?:\"[^\"]*\"|[^ ]+) ).*");
  private static final Pattern PLAIN =
      Pattern.compile("(?i)(C: (?:[^ ]+ )?AUTH(?:ENTICATE)? PLAIN )([A-Za-z0-9+/=]+)");
  private static final Pattern SASL = Pattern.compile("(?i)C: (?:[^ ]+ )?AUTH(?:ENTICATE)? .*");
  private static final Pattern ASKED = Pattern.compile("S: (?:334|\\+)(?: .*)?");

  /** What differs from run to run: the group of each. */
  private static final List<Kind> OF_THE_RUN =
      List.of(
          Kind.of("id", "queued as (\\w+)|\\bid (\\w{8,})"),
          Kind.of("date", "(\\w{3}, \\d{1,2} \\w{3} \\d{4} [\\d:]{8} [+-]\\d{4})"),
          Kind.of("saved", "INTERNALDATE \"([^\"]+)\""),
          Kind.of("validity", "UIDVALIDITY (\\d+)|(?:APPENDUID|COPYUID) (\\d+)"),
          Kind.of("modseq", "HIGHESTMODSEQ (\\d+)"),
          Kind.of("size", "\\{(\\d+)\\}$|(\\d+) octets"));

  /** Something that a server makes up: the first group that is there. */
  private record Kind(String name, Pattern pattern) {
    static Kind of(String name, String pattern) {
      return new Kind(name, Pattern.compile(pattern));
    }
  }

  private final List<String> lines;

  private Recording(List<String> lines) {
    this.lines = List.copyOf(lines);
  }

  /** What was said, line by line, as it was said. */
  static Recording of(Stream<String> said) {
    List<String> lines = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    boolean isSecret = false;
    boolean isAsked = false;
    for (String line : said.toList()) {
      if (line.startsWith(CLIENT)) {
        lines.add(isAsked && isSecret ? CLIENT + SECRET : withoutSecrets(line));
        isSecret = SASL.matcher(line).matches() || isAsked && isSecret;
      } else {
        lines.add(withoutNumbers(line, names));
      }
      isAsked = ASKED.matcher(line).matches();
    }
    return new Recording(lines);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException at a line that is none
   */
  public static Recording parse(String text) {
    List<String> lines = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith(CLIENT) || line.startsWith(SERVER)) {
        lines.add(line);
      } else if (!line.isBlank() && !line.startsWith(COMMENT)) {
        throw new IllegalArgumentException(
            "\"" + line + "\" is no line of a transcript; expected \"C: …\", \"S: …\" or \"# …\"");
      }
    }
    return new Recording(lines);
  }

  private static String withoutSecrets(String line) {
    for (Pattern password : List.of(POP3_PASSWORD, IMAP_PASSWORD)) {
      Matcher secret = password.matcher(line);
      if (secret.matches()) {
        return secret.group(1) + SECRET;
      }
    }
    Matcher plain = PLAIN.matcher(line);
    return plain.matches() ? plain.group(1) + CREDENTIALS + login(plain.group(2)) : line;
  }

  /** Who logs in (RFC 4616). */
  private static String login(String credentials) {
    try {
      String[] parts = new String(Base64.getDecoder().decode(credentials), UTF_8).split("\0", 3);
      return parts.length > 1 ? parts[1] : "";
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /**
   * Names what differs.
   *
   * @param names those that were given by what they stand for
   */
  private static String withoutNumbers(String line, Map<String, String> names) {
    String rest = line;
    for (Kind kind : OF_THE_RUN) {
      Matcher found = kind.pattern().matcher(rest);
      StringBuilder other = new StringBuilder();
      int named = 0;
      while (found.find()) {
        int group = found.group(1) != null ? 1 : 2;
        String name =
            names.computeIfAbsent(
                kind.name() + " " + found.group(group),
                value -> "<" + kind.name() + (names.size() + 1) + ">");
        other.append(rest.substring(named, found.start(group))).append(name);
        named = found.end(group);
      }
      rest = other.append(rest.substring(named)).toString();
    }
    return rest;
  }

  /** Its lines. */
  public List<String> lines() {
    return lines;
  }

  /** All of it, for a file. */
  public String text() {
    return String.join("\n", lines) + "\n";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Recording recording && recording.lines.equals(lines);
  }

  @Override
  public int hashCode() {
    return lines.hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
