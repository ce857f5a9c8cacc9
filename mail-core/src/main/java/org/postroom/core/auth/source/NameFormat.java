package org.postroom.core.auth.source;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;

/**
 * Text with parts of a name in it, as Dovecot writes them: {@code %u}, {@code %Ln}, {@code
 * %{user}}.
 */
public record NameFormat(String text) {
  private static final Pattern PART =
      Pattern.compile(
          "%(?:(?<letter>L?[und])|\\{\\s*(?<name>user|username|domain)\\s*(?<filters>(?:\\|\\s*\\w+\\s*)*)\\}"
              + "|(?<percent>%))");

  /** {@link BadValue} for a variable that is not there. */
  public NameFormat {
    String unused = each(text, part -> "");
  }

  /** The name in this form. */
  String of(String name) {
    int at = name.lastIndexOf('@');
    return each(
        text,
        part ->
            switch (part) {
              case 'u' -> name;
              case 'n' -> at < 0 ? name : name.substring(0, at);
              case 'd' -> at < 0 ? "" : name.substring(at + 1);
              default -> "%";
            });
  }

  /** Whether it leaves every name as it is. */
  boolean isPlain() {
    return of("a@b").equals("a@b");
  }

  /** Whether people of different domains have one name in this form. */
  public boolean dropsDomain() {
    return of("a@b").equals(of("a@c"));
  }

  /**
   * The same text as Postfix's tables write it: {@code %s} for the whole, {@code %u} before the @.
   */
  static String asOfTables(String text) {
    return each(
        text,
        part ->
            switch (part) {
              case 'u' -> "%s";
              case 'n' -> "%u";
              case 'd' -> "%d";
              default -> "%%";
            });
  }

  private interface Filling {
    /** For {@code u}, {@code n}, {@code d}, or {@code %} for the sign itself. */
    String of(char part);
  }

  private static String each(String text, Filling filling) {
    StringBuilder filled = new StringBuilder();
    Matcher matcher = PART.matcher(text);
    int from = 0;
    while (matcher.find()) {
      requirePlain(text.substring(from, matcher.start()));
      filled.append(text, from, matcher.start()).append(filling.of(part(matcher)));
      from = matcher.end();
    }
    requirePlain(text.substring(from));
    return filled.append(text.substring(from)).toString();
  }

  private static void requirePlain(String between) {
    int at = between.indexOf('%');
    if (at >= 0) {
      throw new BadValue(
          "unknown variable: " + between.substring(at, Math.min(between.length(), at + 8)));
    }
  }

  private static char part(Matcher matcher) {
    String letter = matcher.group("letter");
    if (letter != null) {
      return letter.charAt(letter.length() - 1);
    }
    String name = matcher.group("name");
    if (name == null) {
      return '%';
    }
    char part = name.equals("domain") ? 'd' : name.equals("username") ? 'n' : 'u';
    for (String filter : matcher.group("filters").split("\\|", -1)) {
      part =
          switch (filter.strip()) {
            case "", "lower" -> part;
            case "username" -> 'n';
            case "domain" -> 'd';
            default -> throw new BadValue("unknown filter of a variable: " + filter.strip());
          };
    }
    return part;
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
