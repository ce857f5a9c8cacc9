package org.postroom.dist.config.dovecot;

/**
 * A line of a dovecot.conf, of which those that end with a backslash have been joined to the next.
 *
 * @param name of the setting, or the type of the block
 * @param text the value, the name of the block, the files to include, or what is wrong
 */
record DovecotLine(Kind kind, String name, String text) {

  /** What a line is. */
  enum Kind {
    NOTHING,
    /** {@code name = text}, in which {@code $name} stands for another setting. */
    VALUE,
    /** {@code name = "text"}, as it is. */
    QUOTED,
    /** {@code name = <text}: what stands in that file. */
    FILE,
    /** <code>name text {</code>. */
    BEGIN,
    /** <code>}</code>. */
    END,
    INCLUDE,
    INCLUDE_TRY,
    WRONG
  }

  private static final String INCLUDE = "!include";
  private static final String INCLUDE_TRY = "!include_try";

  /** A physical line without what is a comment, and without white space at both ends. */
  static String content(String line) {
    String text = line.strip();
    if (text.startsWith("#")) {
      return "";
    }
    int at = 0;
    while (at < text.length() && text.charAt(at) != '#') {
      char c = text.charAt(at);
      at = c == '"' || c == '\'' ? afterQuote(text, at) : at + 1;
    }
    return text.substring(0, Math.min(at, text.length())).strip();
  }

  /** Whether a comment begins right behind a value, where it may be meant as part of it. */
  static boolean isAmbiguous(String line) {
    String text = line.strip();
    int end = content(line).length();
    return end > 0 && end < text.length() && text.charAt(end) == '#';
  }

  private static int afterQuote(String text, int from) {
    char quote = text.charAt(from);
    int at = from + 1;
    while (at < text.length() && text.charAt(at) != quote) {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return at + 1;
  }

  /** What a line says whose comments are gone. */
  static DovecotLine of(String line) {
    if (line.isEmpty()) {
      return new DovecotLine(Kind.NOTHING, "", "");
    }
    int end = 0;
    while (end < line.length() && !isSpace(line.charAt(end)) && line.charAt(end) != '=') {
      end++;
    }
    String name = line.substring(0, end);
    String rest = line.substring(end).strip();
    if (name.equals(INCLUDE)) {
      return new DovecotLine(Kind.INCLUDE, name, rest);
    }
    if (name.equals(INCLUDE_TRY)) {
      return new DovecotLine(Kind.INCLUDE_TRY, name, rest);
    }
    if (rest.startsWith("=")) {
      return name.isEmpty()
          ? wrong("a name is missing before '='")
          : value(name, rest.substring(1).strip());
    }
    if (name.equals("}")) {
      return rest.isEmpty()
          ? new DovecotLine(Kind.END, "", "")
          : wrong("nothing may follow '}' on its line: \"" + rest + "\"");
    }
    return begin(name, rest);
  }

  private static DovecotLine value(String name, String text) {
    if (text.startsWith("<")) {
      return new DovecotLine(Kind.FILE, name, text.substring(1).strip());
    }
    char first = text.isEmpty() ? ' ' : text.charAt(0);
    boolean quoted =
        text.length() > 1
            && (first == '"' || first == '\'')
            && text.charAt(text.length() - 1) == first;
    return quoted
        ? new DovecotLine(Kind.QUOTED, name, unescaped(text.substring(1, text.length() - 1)))
        : new DovecotLine(Kind.VALUE, name, text);
  }

  private static DovecotLine begin(String type, String rest) {
    String name = "";
    String behind = rest;
    if (rest.startsWith("\"")) {
      int end = Math.min(afterQuote(rest, 0), rest.length());
      name = unescaped(rest.substring(1, Math.max(1, end - 1)));
      behind = rest.substring(end).strip();
    } else if (!rest.startsWith("{")) {
      int end = 0;
      while (end < rest.length() && !isSpace(rest.charAt(end))) {
        end++;
      }
      name = rest.substring(0, end);
      behind = rest.substring(end).strip();
    }
    if (!behind.startsWith("{")) {
      return wrong("expected '=', or '{' at the end of the line, behind \"" + type + "\"");
    }
    return behind.length() > 1
        ? wrong("nothing may follow '{' on its line: \"" + behind.substring(1).strip() + "\"")
        : new DovecotLine(Kind.BEGIN, type, name);
  }

  private static DovecotLine wrong(String text) {
    return new DovecotLine(Kind.WRONG, "", text);
  }

  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder();
    for (int at = 0; at < text.length(); at++) {
      if (text.charAt(at) == '\\' && at + 1 < text.length()) {
        at++;
      }
      plain.append(text.charAt(at));
    }
    return plain.toString();
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }
}
