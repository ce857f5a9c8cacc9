package org.postroom.core.table;

import java.util.regex.Pattern;

/**
 * POSIX expressions (regexp_table(5)): extended ones, or basic ones by the flag {@code x}, with the
 * additions of the C library that people use ({@code \<}, {@code \w}). Case does not matter unless
 * the flag {@code i} turns that over; lines matter by the flag {@code m}.
 *
 * <p>Deviation: of alternatives the first that matches is taken, not the longest. Whether there is
 * a match is the same; what {@code $1} stands for may differ.
 */
final class PosixSyntax implements PatternSyntax {

  @Override
  public String name() {
    return "regexp";
  }

  @Override
  public Compiled compile(String text, String flags) {
    boolean anyCase = true;
    boolean lines = false;
    boolean basic = false;
    for (int i = 0; i < flags.length(); i++) {
      char flag = flags.charAt(i);
      switch (flag) {
        case 'i' -> anyCase = !anyCase;
        case 'm' -> lines = !lines;
        case 'x' -> basic = !basic;
        default -> throw new UnknownFlag(name(), flag);
      }
    }
    String java = new Translation(text, basic, lines, anyCase).java();
    int options =
        Pattern.UNIX_LINES
            | (anyCase ? Pattern.CASE_INSENSITIVE : 0)
            | (lines ? Pattern.MULTILINE : Pattern.DOTALL);
    return new Compiled(Pattern.compile(java, options), false);
  }

  /** One pass over an expression, which writes the same in Java's syntax. */
  private static final class Translation {
    private final String from;
    private final boolean basic;
    private final boolean lines;
    private final Brackets brackets;
    private final StringBuilder into = new StringBuilder();
    private final java.util.ArrayDeque<Integer> groups = new java.util.ArrayDeque<>();
    private int at;

    /** Where in the outcome the last piece begins that can be repeated; -1 for none. */
    private int piece = -1;

    private boolean repeated;

    Translation(String from, boolean basic, boolean lines, boolean anyCase) {
      this.from = from;
      this.basic = basic;
      this.lines = lines;
      this.brackets = new Brackets(false, anyCase, false);
    }

    String java() {
      while (at < from.length()) {
        char c = from.charAt(at++);
        if (c == '\\') {
          escaped();
        } else if (c == '[') {
          begin();
          at = brackets.translate(from, at - 1, lines, into);
        } else if (c == '.') {
          begin();
          into.append('.');
        } else if (basic) {
          basic(c);
        } else {
          extended(c);
        }
      }
      return into.toString();
    }

    private void escaped() {
      if (at == from.length()) {
        into.append('\\'); // Java's compiler says what is wrong
        return;
      }
      char c = from.charAt(at++);
      if (basic && "(){|+?".indexOf(c) >= 0) {
        operator(c);
        return;
      }
      switch (c) {
        case '<' -> anchor("\\b(?=\\w)");
        case '>' -> anchor("\\b(?<=\\w)");
        case '`' -> anchor("\\A");
        case '\'' -> anchor("\\z");
        case 'b', 'B' -> anchor("\\" + c);
        case 'w', 'W', 's', 'S', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
          begin();
          // A digit behind it is no part of its number.
          into.append(Character.isDigit(c) ? "(?:\\" + c + ")" : "\\" + c);
        }
        default -> literal(c);
      }
    }

    private void extended(char c) {
      switch (c) {
        case '(', ')', '|', '*', '+', '?', '{' -> operator(c);
        case '^' -> anchor("^");
        case '$' -> anchor(lines ? "$" : "\\z");
        default -> literal(c);
      }
    }

    private void basic(char c) {
      boolean first = at == 1 || into.length() > 0 && "(|".indexOf(last()) >= 0 && piece < 0;
      boolean last =
          at == from.length() || from.startsWith("\\)", at) || from.startsWith("\\|", at);
      if (c == '^' && first) {
        anchor("^");
      } else if (c == '$' && last) {
        anchor(lines ? "$" : "\\z");
      } else if (c == '*' && piece >= 0) {
        operator(c);
      } else {
        literal(c);
      }
    }

    private char last() {
      return into.charAt(into.length() - 1);
    }

    private void operator(char c) {
      switch (c) {
        case '(' -> {
          groups.push(into.length());
          into.append('(');
          none();
        }
        case ')' -> {
          if (groups.isEmpty()) {
            literal(c);
            return;
          }
          into.append(')');
          piece = groups.pop();
          repeated = false;
        }
        case '|' -> {
          into.append('|');
          none();
        }
        case '{' -> interval();
        default -> repeat(String.valueOf(c));
      }
    }

    private void interval() {
      String close = basic ? "\\}" : "}";
      int end = from.indexOf(close, at);
      String inside = end < 0 ? "" : from.substring(at, end);
      if (!inside.matches("[0-9]{1,5}(,[0-9]{0,5})?|,[0-9]{1,5}")) {
        literal('{');
        return;
      }
      at = end + close.length();
      repeat("{" + (inside.startsWith(",") ? "0" : "") + inside + "}");
    }

    /** What is repeated twice is one piece, or Java would take it for another operator. */
    private void repeat(String how) {
      if (piece >= 0 && repeated) {
        into.insert(piece, "(?:").append(')');
      }
      into.append(how);
      repeated = true;
    }

    private void begin() {
      piece = into.length();
      repeated = false;
    }

    private void none() {
      piece = -1;
      repeated = false;
    }

    private void anchor(String text) {
      none();
      into.append(text);
    }

    private void literal(char c) {
      begin();
      boolean plain = Character.isLetterOrDigit(c) || c >= 0x80 || c <= ' ';
      into.append(plain ? "" : "\\").append(c);
    }
  }
}
