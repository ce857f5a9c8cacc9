package org.postroom.core.table;

import java.util.regex.Pattern;
import org.postroom.core.config.BadValue;

/**
 * Perl's expressions (pcre_table(5)). Case does not matter and the dot matches all, unless flags
 * turn that over. What Java has no words for (recursion, {@code \K}, branch reset, verbs) is
 * refused.
 */
final class PerlSyntax implements PatternSyntax {

  @Override
  public String name() {
    return "pcre";
  }

  @Override
  public Compiled compile(String text, String flags) {
    int options =
        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL | Pattern.UNIX_LINES;
    boolean anchored = false;
    boolean endOnly = false;
    boolean ungreedy = false;
    for (int i = 0; i < flags.length(); i++) {
      char flag = flags.charAt(i);
      switch (flag) {
        case 'i' -> options ^= Pattern.CASE_INSENSITIVE;
        case 'm' -> options ^= Pattern.MULTILINE;
        case 's' -> options ^= Pattern.DOTALL;
        case 'x' -> options ^= Pattern.COMMENTS;
        case 'A' -> anchored = !anchored;
        case 'E' -> endOnly = !endOnly;
        case 'U' -> ungreedy = !ungreedy;
        case 'X' -> {} // stricter escapes, which newer libraries always have
        default -> throw new UnknownFlag(name(), flag);
      }
    }
    boolean lines = (options & Pattern.MULTILINE) != 0;
    String java = new Translation(text, endOnly && !lines, ungreedy, options).java();
    return new Compiled(Pattern.compile(java, options), anchored);
  }

  /** One pass over an expression, which mends what Java reads in another way. */
  private static final class Translation {
    private final String from;
    private final boolean endOnly;
    private final boolean ungreedy;
    private final boolean spaced;
    private final Brackets brackets;
    private final StringBuilder into = new StringBuilder();
    private int at;

    Translation(String from, boolean endOnly, boolean ungreedy, int options) {
      this.from = from;
      this.endOnly = endOnly;
      this.ungreedy = ungreedy;
      this.spaced = (options & Pattern.COMMENTS) != 0;
      this.brackets = new Brackets(true, (options & Pattern.CASE_INSENSITIVE) != 0, spaced);
    }

    String java() {
      while (at < from.length()) {
        char c = from.charAt(at++);
        switch (c) {
          case '\\' -> escape();
          case '[' -> at = brackets.translate(from, at - 1, false, into);
          case '(' -> group();
          case '*', '+', '?' -> quantifier(String.valueOf(c));
          case '{' -> interval();
          case '$' -> into.append(endOnly ? "\\z" : "$");
          case '#' -> {
            into.append(c);
            if (spaced) {
              copyUntil("\n");
            }
          }
          default -> into.append(c);
        }
      }
      return into.toString();
    }

    private void escape() {
      if (at == from.length()) {
        into.append('\\'); // Java's compiler says what is wrong
        return;
      }
      char c = from.charAt(at++);
      switch (c) {
        case 'K', 'C' -> throw new BadValue("not supported: \\" + c);
        case 'N' -> into.append("[^\\n]");
        case 'Q' -> {
          into.append("\\Q");
          copyUntil("\\E");
        }
        case 'g' -> reference();
        default -> into.append('\\').append(c);
      }
    }

    private void copyUntil(String end) {
      int found = from.indexOf(end, at);
      int stop = found < 0 ? from.length() : found + end.length();
      into.append(from, at, stop);
      at = stop;
    }

    /** {@code \g1}, {@code \g{1}}, {@code \g{name}}. */
    private void reference() {
      int end = at;
      if (from.startsWith("{", at)) {
        end = from.indexOf('}', at) + 1;
      } else {
        while (end < from.length() && Character.isDigit(from.charAt(end))) {
          end++;
        }
      }
      String what = end <= at ? "" : from.substring(at, end).replaceAll("[{}]", "");
      if (what.isEmpty() || what.startsWith("-") || what.startsWith("+")) {
        throw new BadValue("not supported: \\g in this form");
      }
      into.append(Character.isDigit(what.charAt(0)) ? "(?:\\" + what + ")" : "\\k<" + what + ">");
      at = end;
    }

    private void group() {
      if (from.startsWith("*", at)) {
        throw new BadValue("not supported: (*");
      }
      if (!from.startsWith("?", at)) {
        into.append('(');
        return;
      }
      at++;
      if (from.startsWith("#", at)) {
        int end = from.indexOf(')', at);
        at = end < 0 ? from.length() : end + 1;
      } else if (from.startsWith("P=", at)) {
        int end = from.indexOf(')', at);
        into.append("\\k<").append(from, at + 2, Math.max(at + 2, end)).append('>');
        at = end < 0 ? from.length() : end + 1;
      } else if (from.startsWith("P<", at) || from.startsWith("'", at)) {
        named();
      } else if (from.startsWith("<", at)
          || from.startsWith(":", at)
          || from.startsWith("=", at)
          || from.startsWith("!", at)
          || from.startsWith(">", at)) {
        into.append("(?");
      } else {
        flags();
      }
    }

    private void named() {
      boolean quoted = from.charAt(at) == '\'';
      int start = quoted ? at + 1 : at + 2;
      int end = from.indexOf(quoted ? '\'' : '>', start);
      if (end < 0) {
        throw new BadValue("a group's name has no end");
      }
      into.append("(?<").append(from, start, end).append('>');
      at = end + 1;
    }

    private void flags() {
      int end = at;
      while (end < from.length() && "imsx-".indexOf(from.charAt(end)) >= 0) {
        end++;
      }
      if (end == at || end == from.length() || ":)".indexOf(from.charAt(end)) < 0) {
        int shown = Math.min(from.length(), at + 2);
        throw new BadValue("not supported: (?" + from.substring(at, shown));
      }
      into.append("(?").append(from, at, end);
      at = end;
    }

    private void interval() {
      int end = from.indexOf('}', at);
      String inside = end < 0 ? "" : from.substring(at, end);
      if (!inside.matches("[0-9]{1,5}(,[0-9]{0,5})?")) {
        into.append("\\{");
        return;
      }
      at = end + 1;
      quantifier("{" + inside + "}");
    }

    private void quantifier(String how) {
      into.append(how);
      boolean turned = from.startsWith("?", at);
      boolean possessive = from.startsWith("+", at);
      if (turned || possessive) {
        at++;
      }
      if (possessive) {
        into.append('+');
      } else if (turned != ungreedy) {
        into.append('?');
      }
    }
  }
}
