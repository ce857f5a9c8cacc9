package org.postroom.core.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tables in the words of sendmail, which say the same in those of the compatible systems: key and
 * value from a file's text, and values translated.
 */
final class SendmailTables {
  /** {@code ERROR:5.7.1:550 text}, its parts as makemap's sources have them. */
  private static final Pattern ERROR =
      Pattern.compile("(?i)ERROR:(?:([245]\\.\\d{1,3}\\.\\d{1,3}):)?(.*)");

  private static final Pattern NUMBERED = Pattern.compile("([45]\\d\\d)\\s+(.*)");
  private static final Pattern STATUS = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}");

  /** The mailers that speak SMTP. */
  private static final List<String> SMTP = List.of("smtp", "esmtp", "smtp8", "dsmtp");

  private SendmailTables() {}

  /** The table of {@code FEATURE(access_db)}: values are those of access(5) afterwards. */
  static LookupTable access(Opening in) {
    return new Translated(in.file(new KeyValueFormat()), SendmailTables::action, key -> key);
  }

  /** The table of {@code FEATURE(mailertable)}: values are those of transport(5) afterwards. */
  static LookupTable mailers(Opening in) {
    // What is meant for all the rest has the key of a root there.
    return new Translated(
        in.file(new KeyValueFormat()),
        SendmailTables::transport,
        key -> key.equals("*") ? "." : key);
  }

  static String action(String value) {
    String text = value.strip();
    Matcher error = ERROR.matcher(text);
    if (error.matches()) {
      return refusal(Optional.ofNullable(error.group(1)), unquoted(error.group(2)));
    }
    String word = text.split("\\s", 2)[0].toUpperCase(Locale.ROOT);
    if (word.startsWith("QUARANTINE:")) {
      return "HOLD " + text.substring("QUARANTINE:".length()).strip();
    }
    return switch (word) {
      case "REJECT" -> "550 5.7.1 Access denied";
      case "SKIP" -> "DUNNO";
      default -> text;
    };
  }

  /** Without a code of its own it has that of its status. */
  private static String refusal(Optional<String> status, String said) {
    Matcher numbered = NUMBERED.matcher(said);
    boolean hasCode = numbered.matches();
    String text = hasCode ? numbered.group(2).strip() : said.strip();
    String code = hasCode ? numbered.group(1) : status.orElse("5").startsWith("4") ? "451" : "550";
    boolean hasStatus = STATUS.matcher(text.split("\\s", 2)[0]).matches();
    String own = hasStatus ? "" : status.orElse(code.charAt(0) + ".7.1") + " ";
    return code + " " + own + (text.isEmpty() ? "Access denied" : text);
  }

  private static String unquoted(String text) {
    String bare = text.strip();
    return bare.length() > 1 && bare.startsWith("\"") && bare.endsWith("\"")
        ? bare.substring(1, bare.length() - 1)
        : bare;
  }

  static String transport(String value) {
    String text = value.strip();
    int colon = text.indexOf(':');
    if (colon < 0) {
      return text;
    }
    String mailer = text.substring(0, colon).toLowerCase(Locale.ROOT);
    String host = text.substring(colon + 1).strip();
    if (SMTP.contains(mailer) || mailer.equals("relay")) {
      return (mailer.equals("relay") ? "relay:" : "smtp:") + String.join(", ", hosts(host));
    }
    return switch (mailer) {
      case "error" -> error(host);
      case "local" ->
          host.isEmpty()
              ? "local:"
              : "retry:4.3.5 mailertable: local:" + host + " is not known here";
      default -> text;
    };
  }

  /** One after the other with colons, which addresses in brackets have in them, too. */
  private static List<String> hosts(String text) {
    List<String> hosts = new ArrayList<>();
    int from = 0;
    boolean inside = false;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == ':' && !inside) {
        hosts.add(text.substring(from, i).strip());
        from = i + 1;
      } else if (text.charAt(i) == '[') {
        inside = true;
      } else if (text.charAt(i) == ']') {
        inside = false;
      }
    }
    return hosts;
  }

  /** {@code nouser text}, {@code 5.7.1:550 text}, {@code 550 text}. */
  private static String error(String text) {
    String bare = unquoted(text);
    String word = bare.split("\\s", 2)[0].toLowerCase(Locale.ROOT);
    String rest = unquoted(bare.substring(word.length()));
    Optional<String> named =
        switch (word) {
          case "nouser" -> Optional.of("5.1.1");
          case "nohost" -> Optional.of("5.1.2");
          case "usage" -> Optional.of("5.5.4");
          case "unavailable" -> Optional.of("5.5.0");
          case "config" -> Optional.of("5.3.5");
          case "protocol" -> Optional.of("5.5.1");
          case "tempfail" -> Optional.of("4.3.0");
          default -> Optional.empty();
        };
    String said =
        named
            .map(status -> status + " " + rest)
            .orElseGet(
                () -> {
                  String refusal = action("ERROR:" + bare);
                  return refusal.substring(refusal.indexOf(' ') + 1);
                });
    return (said.startsWith("4") ? "retry:" : "error:") + said.strip();
  }

  /** A table in other words. */
  private record Translated(
      LookupTable source, UnaryOperator<String> values, UnaryOperator<String> keys)
      implements LookupTable {

    @Override
    public Optional<String> find(String key) {
      return source.find(keys.apply(key)).map(values);
    }

    @Override
    public Optional<String> find(String key, Effort effort) {
      return source.find(keys.apply(key), effort).map(values);
    }

    @Override
    public Optional<Row> row(String key) {
      return source
          .row(keys.apply(key))
          .map(row -> new Row(values.apply(row.value()), row.source(), row.line()));
    }

    @Override
    public boolean mayBlock() {
      return source.mayBlock();
    }

    @Override
    public String name() {
      return source.name();
    }
  }
}
