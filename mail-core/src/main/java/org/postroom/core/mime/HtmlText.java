package org.postroom.core.mime;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Takes the tags off HTML as it comes and hands on the text a reader sees: character references are
 * resolved, blanks collapsed, block elements become line breaks. Lenient; no more than a tag's name
 * or one reference is held.
 */
final class HtmlText implements TextSink {
  private static final Set<String> INLINE =
      Set.of(
          "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn",
          "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span",
          "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr");

  private static final int MAX_NAME = 10;
  private static final Map<String, Character> NAMED = named();

  private enum State {
    TEXT,
    OPEN,
    NAME,
    TAG,
    SINGLE,
    DOUBLE,
    DECLARATION,
    COMMENT,
    REFERENCE
  }

  private final TextSink sink;
  private final char[] out = new char[2048];
  private int length;
  private final StringBuilder name = new StringBuilder();
  private State state = State.TEXT;
  private int dashes;

  /** What was written last was a blank or a line break. */
  private boolean gap = true;

  HtmlText(TextSink sink) {
    this.sink = sink;
  }

  private static Map<String, Character> named() {
    Map<String, Character> named = new HashMap<>();
    String latin =
        "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg"
            + " plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12"
            + " frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute"
            + " Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml"
            + " times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc"
            + " atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml"
            + " eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml"
            + " yacute thorn yuml";
    char c = 0xA0;
    for (String each : latin.split(" ", -1)) {
      named.put(each, c++);
    }
    named.put("amp", '&');
    named.put("lt", '<');
    named.put("gt", '>');
    named.put("quot", '"');
    named.put("apos", '\'');
    named.put("euro", '\u20AC');
    named.put("ndash", '\u2013');
    named.put("mdash", '\u2014');
    named.put("lsquo", '\u2018');
    named.put("rsquo", '\u2019');
    named.put("ldquo", '\u201C');
    named.put("rdquo", '\u201D');
    named.put("bdquo", '\u201E');
    named.put("bull", '\u2022');
    named.put("hellip", '\u2026');
    named.put("trade", '\u2122');
    return Map.copyOf(named);
  }

  @Override
  public void text(char[] chars, int off, int len) {
    for (int i = off; i < off + len; i++) {
      take(chars[i]);
    }
    hand();
  }

  /** There is no more; what was held is text. */
  void finish() {
    if (state == State.REFERENCE) {
      reference(false);
    } else if (state == State.OPEN) {
      put('<');
    }
    state = State.TEXT;
    hand();
  }

  private void take(char c) {
    switch (state) {
      case TEXT -> inText(c);
      case OPEN -> {
        if (c == '!' || c == '?') {
          state = State.DECLARATION;
          dashes = 0;
        } else if (c == '/' || letter(c)) {
          name.setLength(0);
          if (c != '/') {
            name.append(c);
          }
          state = State.NAME;
        } else {
          put('<');
          state = State.TEXT;
          inText(c);
        }
      }
      case NAME -> {
        if (letter(c) || c >= '0' && c <= '9') {
          if (name.length() <= MAX_NAME) {
            name.append(c);
          }
        } else {
          if (!INLINE.contains(name.toString().toLowerCase(Locale.ROOT))) {
            lineBreak();
          }
          state = State.TAG;
          inTag(c);
        }
      }
      case TAG -> inTag(c);
      case SINGLE -> state = c == '\'' ? State.TAG : state;
      case DOUBLE -> state = c == '"' ? State.TAG : state;
      case DECLARATION -> {
        if (c == '>') {
          state = State.TEXT;
        } else if (c == '-' && dashes >= 0) {
          state = ++dashes == 2 ? State.COMMENT : state;
        } else {
          dashes = -1;
        }
      }
      case COMMENT -> {
        // Two dashes are seen already, so that <!--> is a comment too.
        if (c == '>' && dashes >= 2) {
          state = State.TEXT;
        }
        dashes = c == '-' ? Math.min(dashes + 1, 2) : 0;
      }
      case REFERENCE -> {
        if (c == ';') {
          reference(true);
        } else if (name.length() < MAX_NAME
            && (letter(c) || c >= '0' && c <= '9' || c == '#' && name.length() == 0)) {
          name.append(c);
        } else {
          reference(false);
          inText(c);
        }
      }
    }
  }

  private static boolean letter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  private void inText(char c) {
    if (c == '<') {
      state = State.OPEN;
    } else if (c == '&') {
      state = State.REFERENCE;
      name.setLength(0);
    } else {
      put(c);
    }
  }

  private void inTag(char c) {
    if (c == '>') {
      state = State.TEXT;
    } else if (c == '"') {
      state = State.DOUBLE;
    } else if (c == '\'') {
      state = State.SINGLE;
    }
  }

  private void reference(boolean closed) {
    state = State.TEXT;
    int code = resolve();
    if (code >= 0) {
      if (Character.isBmpCodePoint(code)) {
        put((char) code);
      } else {
        put(Character.highSurrogate(code));
        put(Character.lowSurrogate(code));
      }
      return;
    }
    put('&');
    for (int i = 0; i < name.length(); i++) {
      put(name.charAt(i));
    }
    if (closed) {
      put(';');
    }
  }

  private int resolve() {
    if (name.length() == 0 || name.charAt(0) != '#') {
      Character c = NAMED.get(name.toString());
      return c == null ? -1 : c;
    }
    boolean hex = name.length() > 1 && (name.charAt(1) | 0x20) == 'x';
    int from = hex ? 2 : 1;
    int code = 0;
    for (int i = from; i < name.length(); i++) {
      int digit = Character.digit(name.charAt(i), hex ? 16 : 10);
      if (digit < 0 || code > Character.MAX_CODE_POINT) {
        return -1;
      }
      code = code * (hex ? 16 : 10) + digit;
    }
    return from < name.length() && Character.isValidCodePoint(code) ? code : -1;
  }

  private void lineBreak() {
    write('\n');
    gap = true;
  }

  private void put(char c) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\u00A0') {
      if (!gap) {
        write(' ');
      }
      gap = true;
    } else if (c != '\u00AD') { // a soft hyphen is not seen
      write(c);
      gap = false;
    }
  }

  private void write(char c) {
    out[length++] = c;
    if (length == out.length) {
      hand();
    }
  }

  private void hand() {
    if (length > 0) {
      sink.text(out, 0, length);
      length = 0;
    }
  }
}
