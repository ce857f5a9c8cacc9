package org.postroom.dist.applet.doveadm;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads a {@link Query} from its words; {@link Ended} for what is none. */
final class QueryReading {
  private static final Set<String> FLAGS =
      Set.of(
          "ALL",
          "ANSWERED",
          "DELETED",
          "DRAFT",
          "FLAGGED",
          "NEW",
          "OLD",
          "RECENT",
          "SEEN",
          "UNANSWERED",
          "UNDELETED",
          "UNDRAFT",
          "UNFLAGGED",
          "UNSEEN");
  private static final Set<String> TEXTS =
      Set.of("BCC", "BODY", "CC", "FROM", "SUBJECT", "TEXT", "TO");
  private static final Set<String> DAYS =
      Set.of("BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE");
  private static final Set<String> SAVED = Set.of("SAVEDBEFORE", "SAVEDON", "SAVEDSINCE");

  private static final Pattern SET =
      Pattern.compile("[0-9*]+(?::[0-9*]+)?(?:,[0-9*]+(?::[0-9*]+)?)*");
  private static final Pattern KEYWORD = Pattern.compile("[!#$&'+-\\[^-z|}~]{1,64}");
  private static final Pattern AGO =
      Pattern.compile("(?<count>\\d{1,6})\\s*(?<unit>d|w|days?|weeks?)");
  private static final Pattern SIZE = Pattern.compile("(?<count>\\d{1,12})(?<unit>[bBkKmMgGtT]?)");
  private static final DateTimeFormatter IMAP =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .appendPattern("d-MMM-yyyy")
          .toFormatter(Locale.ENGLISH);

  /** As deep as IMAP's may be. */
  private static final int DEEPEST = 40;

  private final List<String> words;
  private final LocalDate today;
  private int at;
  private int depth;

  QueryReading(List<String> words, LocalDate today) {
    this.words = words;
    this.today = today;
  }

  QueryKey query() {
    QueryKey key = keys();
    if (at < words.size()) {
      throw fault("Unknown argument " + words.get(at));
    }
    return key;
  }

  /** Keys to the end of the words or of the group, all with or all without OR between them. */
  private QueryKey keys() {
    List<QueryKey> keys = new ArrayList<>(List.of(key()));
    boolean isOr = isNext("OR");
    while (at < words.size() && !isNext(")")) {
      if (isNext("OR") != isOr) {
        throw fault("Use parenthesis when mixing ANDs and ORs");
      }
      at += isOr ? 1 : 0;
      keys.add(key());
    }
    return keys.size() == 1 ? keys.get(0) : isOr ? new QueryKey.Or(keys) : new QueryKey.And(keys);
  }

  private boolean isNext(String word) {
    return at < words.size() && words.get(at).equalsIgnoreCase(word);
  }

  private QueryKey key() {
    if (++depth > DEEPEST) {
      throw fault("The query is too deep");
    }
    String word = next("Missing argument");
    String name = word.toUpperCase(Locale.ROOT);
    String lacking = "Missing parameter for search key (for search key: " + name + ")";
    QueryKey key =
        switch (name) {
          case "MAILBOX" -> new QueryKey.In(next(lacking));
          case "NOT" -> new QueryKey.Not(key());
          case "(" -> group();
          default -> new QueryKey.Words(named(word, name, lacking));
        };
    depth--;
    return key;
  }

  private QueryKey group() {
    if (at == words.size()) {
      throw fault("Missing ')'");
    }
    QueryKey key = keys();
    String unused = next("Missing ')'");
    return key;
  }

  private String named(String word, String name, String lacking) {
    if (FLAGS.contains(name)) {
      return name;
    }
    if (TEXTS.contains(name)) {
      return name + " " + quoted(next(lacking));
    }
    if (DAYS.contains(name)) {
      return name + " " + day(next(lacking));
    }
    if (SAVED.contains(name)) {
      throw fault(
          name
              + " is not there: when a message came into its mailbox is not kept; BEFORE, ON and"
              + " SINCE ask when it came to the server");
    }
    return switch (name) {
      case "HEADER" -> "HEADER " + quoted(next(lacking)) + " " + quoted(next(lacking));
      case "KEYWORD", "UNKEYWORD" ->
          name + " " + fitting(KEYWORD, next(lacking), "Invalid keyword");
      case "LARGER", "SMALLER" -> name + " " + octets(next(lacking));
      case "UID" -> "UID " + fitting(SET, next(lacking), "Invalid UID messageset");
      default -> fitting(SET, word, "Unknown argument");
    };
  }

  private String next(String lacking) {
    if (at == words.size()) {
      throw fault(lacking);
    }
    return words.get(at++);
  }

  /** Dovecot's exit status for a query that it cannot read is this one. */
  private static Ended fault(String message) {
    return Ended.fatal(Ended.TEMPORARY, message);
  }

  private static String quoted(String text) {
    if (text.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw fault("A text has to be one line");
    }
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private static String fitting(Pattern pattern, String text, String otherwise) {
    if (!pattern.matcher(text).matches()) {
      throw fault(otherwise + " " + text.toUpperCase(Locale.ROOT));
    }
    return text;
  }

  /** A date of IMAP's or ISO 8601, or how long ago; whole days in any case. */
  private String day(String text) {
    Matcher ago = AGO.matcher(text.toLowerCase(Locale.ROOT));
    if (ago.matches()) {
      long count = Long.parseLong(ago.group("count"));
      return today.minusDays(ago.group("unit").startsWith("w") ? 7 * count : count).format(IMAP);
    }
    return Stream.of(DateTimeFormatter.ISO_LOCAL_DATE, IMAP)
        .flatMap(form -> dated(text, form).stream())
        .findFirst()
        .map(IMAP::format)
        .orElseThrow(
            () ->
                fault(
                    "Invalid search date parameter: "
                        + text
                        + "; expected a day, such as 2026-11-29, 29-Nov-2026, 30d or 2w"));
  }

  private static Optional<LocalDate> dated(String text, DateTimeFormatter form) {
    try {
      return Optional.of(LocalDate.parse(text, form));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static String octets(String text) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw fault("Invalid size: " + text);
    }
    int shift =
        switch (size.group("unit").toLowerCase(Locale.ROOT)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          case "t" -> 40;
          default -> 0;
        };
    long count = Long.parseLong(size.group("count"));
    // IMAP's numbers have 32 bits (RFC 9051, 9), and no message is longer.
    return ""
        + Math.min(count > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : count << shift, 0xFFFF_FFFFL);
  }
}
