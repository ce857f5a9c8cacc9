package org.postroom.core.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Expands {@code $name} and its relatives in a parameter's text (postconf(5), "macro"). A name's
 * expansion is remembered, so that time is linear in what is written; the result has a limit.
 */
final class Expansion {

  private static final int DEEPEST = 100;
  private static final int LONGEST = 1 << 20;
  private static final String[] OPERATORS = {
    "==level", "!=level", "<=level", ">=level", "<level", ">level", "==", "!=", "<=", ">=", "<", ">"
  };

  /** The text of a name; null where it is not defined. */
  interface Texts {
    @Nullable String of(String name);
  }

  /** Changes a parameter's expanded text before it goes into another. */
  interface Finish {
    String apply(String name, String expanded);
  }

  private final Texts texts;
  private final Texts done;
  private final Finish finish;
  private final BiConsumer<String, String> undefined;
  private final Map<String, String> known = new HashMap<>();
  private final Set<String> underWay = new HashSet<>();
  private String owner = "";

  /**
   * @param undefined hears which parameter's text uses which undefined name
   */
  Expansion(Texts texts, Finish finish, BiConsumer<String, String> undefined) {
    this(texts, name -> null, finish, undefined);
  }

  /**
   * @param done what a name comes to, where that is known before
   */
  Expansion(Texts texts, Texts done, Finish finish, BiConsumer<String, String> undefined) {
    this.texts = texts;
    this.done = done;
    this.finish = finish;
    this.undefined = undefined;
  }

  /** The text with everything expanded; {@link BadValue} says what cannot be. */
  String expand(String ownerName, String text) {
    owner = ownerName;
    underWay.clear();
    underWay.add(ownerName);
    return expand(text, 0);
  }

  private String expand(String text, int depth) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    if (depth > DEEPEST) {
      throw new BadValue("unreasonable macro call nesting: \"" + start(text) + "\"");
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      int dollar = text.indexOf('$', at);
      if (dollar < 0) {
        dollar = text.length();
      }
      out.append(text, at, dollar);
      if (dollar == text.length()) {
        break;
      }
      at = dollar + 1;
      char next = at < text.length() ? text.charAt(at) : ' ';
      if (next == '$') {
        out.append('$');
        at++;
      } else if (next == '{' || next == '(') {
        int end = closing(text, at);
        out.append(call(text.substring(at + 1, end), depth));
        at = end + 1;
      } else {
        int end = nameEnd(text, at);
        if (end == at) {
          throw new BadValue("$ must be followed by a name; a dollar sign is written $$");
        }
        out.append(valueOf(text.substring(at, end), depth));
        at = end;
      }
      if (out.length() > LONGEST) {
        throw new BadValue("expands to more than " + LONGEST + " characters");
      }
    }
    return out.toString();
  }

  /** What stands between the braces of {@code ${...}}. */
  private String call(String body, int depth) {
    int at = blanks(body, 0);
    if (at < body.length() && body.charAt(at) == '{') {
      return comparison(body, at, depth);
    }
    int end = nameEnd(body, at);
    if (end == at) {
      throw new BadValue("a name is missing in ${" + start(body) + "}");
    }
    String name = body.substring(at, end);
    int rest = blanks(body, end);
    if (rest == body.length()) {
      return valueOf(name, depth);
    }
    char kind = body.charAt(rest);
    if (kind == '?' || kind == ':') {
      String raw = texts.of(name);
      boolean filled = raw != null && !valueOf(name, depth).isEmpty();
      return branches(body, rest, filled, depth);
    }
    if (kind == '{') {
      throw new BadValue("function calls are not supported: ${" + start(body) + "}");
    }
    throw new BadValue("after the name, ? or : was expected in ${" + start(body) + "}");
  }

  private String comparison(String body, int open, int depth) {
    int end = closing(body, open);
    final String left = expand(body.substring(open + 1, end), depth + 1).strip();
    int at = blanks(body, end + 1);
    String operator = "";
    for (String candidate : OPERATORS) {
      if (body.startsWith(candidate, at)) {
        operator = candidate;
        break;
      }
    }
    int second = blanks(body, at + operator.length());
    if (operator.isEmpty() || second >= body.length() || body.charAt(second) != '{') {
      throw new BadValue("a comparison {x} == {y} was expected in ${" + start(body) + "}");
    }
    end = closing(body, second);
    String right = expand(body.substring(second + 1, end), depth + 1).strip();
    int rest = blanks(body, end + 1);
    if (rest >= body.length() || body.charAt(rest) != '?' && body.charAt(rest) != ':') {
      throw new BadValue("after the comparison, ? or : was expected in ${" + start(body) + "}");
    }
    return branches(body, rest, holds(left, operator, right), depth);
  }

  /** {@code ?text}, {@code ?{a}}, {@code ?{a}:{b}}, {@code ?{a}:b}, {@code :text}, {@code :{b}}. */
  private String branches(String body, int mark, boolean filled, int depth) {
    boolean ifFilled = body.charAt(mark) == '?';
    int at = blanks(body, mark + 1);
    if (at >= body.length() || body.charAt(at) != '{') {
      return filled == ifFilled ? expand(body.substring(mark + 1), depth + 1) : "";
    }
    int end = closing(body, at);
    final String first = body.substring(at + 1, end);
    int rest = blanks(body, end + 1);
    if (rest == body.length()) {
      return filled == ifFilled ? expand(first, depth + 1) : "";
    }
    if (!ifFilled || body.charAt(rest) != ':') {
      throw new BadValue("text after a closing brace in ${" + start(body) + "}");
    }
    if (filled) {
      return expand(first, depth + 1);
    }
    int other = blanks(body, rest + 1);
    if (other >= body.length() || body.charAt(other) != '{') {
      return expand(body.substring(rest + 1), depth + 1);
    }
    int last = closing(body, other);
    if (blanks(body, last + 1) != body.length()) {
      throw new BadValue("text after a closing brace in ${" + start(body) + "}");
    }
    return expand(body.substring(other + 1, last), depth + 1);
  }

  private String valueOf(String name, int depth) {
    String before = known.get(name);
    before = before == null ? done.of(name) : before;
    if (before != null) {
      return before;
    }
    String raw = texts.of(name);
    if (raw == null) {
      undefined.accept(owner, name);
      return "";
    }
    if (!underWay.add(name)) {
      throw new BadValue("unreasonable macro call nesting: $" + name + " contains itself");
    }
    String expanded = finish.apply(name, expand(raw, depth + 1));
    underWay.remove(name);
    known.put(name, expanded);
    return expanded;
  }

  private static boolean holds(String left, String operator, String right) {
    int order =
        operator.endsWith("level")
            ? compareLevels(left, right)
            : digits(left) && digits(right) ? compareNumbers(left, right) : left.compareTo(right);
    return switch (operator.replace("level", "")) {
      case "==" -> order == 0;
      case "!=" -> order != 0;
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  private static boolean digits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static int compareNumbers(String left, String right) {
    String a = withoutZeros(left);
    String b = withoutZeros(right);
    return a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
  }

  private static String withoutZeros(String number) {
    int at = 0;
    while (at < number.length() - 1 && number.charAt(at) == '0') {
      at++;
    }
    return number.substring(at);
  }

  private static int compareLevels(String left, String right) {
    String[] a = left.split("\\.", -1);
    String[] b = right.split("\\.", -1);
    for (int i = 0; i < Math.max(a.length, b.length); i++) {
      String x = i < a.length ? a[i] : "0";
      String y = i < b.length ? b[i] : "0";
      if (!digits(x) || !digits(y)) {
        throw new BadValue("not a compatibility level: " + (digits(x) ? right : left));
      }
      int order = compareNumbers(x, y);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** The place of the brace that closes the one at {@code open}. */
  private static int closing(String text, int open) {
    char opens = text.charAt(open);
    char closes = opens == '{' ? '}' : ')';
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      if (text.charAt(i) == opens) {
        depth++;
      } else if (text.charAt(i) == closes && --depth == 0) {
        return i;
      }
    }
    throw new BadValue("a closing " + closes + " is missing: \"" + start(text) + "\"");
  }

  static int nameEnd(String text, int from) {
    int at = from;
    while (at < text.length() && isNameChar(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isNameChar(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
  }

  private static int blanks(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static String start(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
