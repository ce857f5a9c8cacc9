package org.postroom.core.table;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postroom.core.config.BadValue;

/** Bracket expressions of POSIX and Perl in Java's words, where {@code [} and {@code &&} nest. */
final class Brackets {

  private final boolean escapes;
  private final boolean anyCase;
  private final boolean spaced;

  /**
   * @param escapes whether a backslash makes the next sign a plain one, as in Perl
   * @param anyCase whether upper and lower are one
   * @param spaced whether Java passes over white space
   */
  Brackets(boolean escapes, boolean anyCase, boolean spaced) {
    this.escapes = escapes;
    this.anyCase = anyCase;
    this.spaced = spaced;
  }

  /**
   * Translates the expression that begins at {@code start}, and gives the place behind it.
   *
   * @param notNewline whether a negated one leaves out the end of a line
   * @throws BadValue where it has no end
   */
  int translate(String from, int start, boolean notNewline, StringBuilder into) {
    int i = start + 1;
    into.append('[');
    if (i < from.length() && from.charAt(i) == '^') {
      into.append('^').append(notNewline ? "\\n" : "");
      i++;
    }
    for (int first = i; i < from.length(); ) {
      char c = from.charAt(i);
      if (c == ']' && i > first) {
        into.append(']');
        return i + 1;
      }
      String named = c == '[' ? named(from, i) : null;
      if (named != null) {
        into.append(meaning(named));
        i += named.length();
      } else if (c == '\\' && escapes && i + 1 < from.length()) {
        into.append(from.charAt(i + 1) == 'b' ? "\\x08" : from.substring(i, i + 2));
        i += 2;
      } else {
        into.append(isPlain(c, i == first) ? "" : "\\").append(c);
        i++;
      }
    }
    throw new BadValue("a bracket has no end");
  }

  private boolean isPlain(char c, boolean first) {
    return switch (c) {
      case '[', '\\', '&', '^', ']' -> false;
      case '-' -> !first;
      default -> !spaced || c != '#' && !Character.isWhitespace(c);
    };
  }

  /** {@code [:alpha:]}, {@code [=a=]} or {@code [.a.]} at this place, whole; else null. */
  private static @Nullable String named(String from, int at) {
    if (at + 1 >= from.length() || ":=.".indexOf(from.charAt(at + 1)) < 0) {
      return null;
    }
    int end = from.indexOf(from.charAt(at + 1) + "]", at + 2);
    return end < 0 ? null : from.substring(at, end + 2);
  }

  private String meaning(String named) {
    String name = named.substring(2, named.length() - 2);
    if (named.charAt(1) != ':') {
      if (name.length() != 1) {
        throw new BadValue("not supported: " + named);
      }
      return "\\x{" + Integer.toHexString(name.charAt(0)) + "}";
    }
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "alpha" -> "\\p{Alpha}";
      case "upper" -> anyCase ? "\\p{Alpha}" : "\\p{Upper}";
      case "lower" -> anyCase ? "\\p{Alpha}" : "\\p{Lower}";
      case "digit" -> "0-9";
      case "alnum" -> "\\p{Alnum}";
      case "space" -> "\\s";
      case "blank" -> "\\p{Blank}";
      case "punct" -> "\\p{Punct}";
      case "print" -> "\\p{Print}";
      case "graph" -> "\\p{Graph}";
      case "cntrl" -> "\\p{Cntrl}";
      case "xdigit" -> "\\p{XDigit}";
      case "word" -> "\\w";
      case "ascii" -> "\\p{ASCII}";
      default -> throw new BadValue("unknown class of characters: " + named);
    };
  }
}
