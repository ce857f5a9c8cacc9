package org.postroom.core.config;

import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/**
 * The logical lines of a file in the compatible systems' grammar: a line that begins with white
 * space continues the one before it, empty lines and lines whose first sign is {@code #} are passed
 * over, inside of a logical line, too. One line is held at a time, of a million signs at most.
 */
public final class LogicalLines {

  private static final int LONGEST = 1_000_000;

  private final Reader in;
  private final char[] buffer = new char[8192];
  private int from;
  private int to;
  private final StringBuilder text = new StringBuilder();
  private @Nullable String ahead;
  private int physical;
  private int aheadAt;
  private int line;
  private boolean damaged;

  public LogicalLines(Reader in) {
    this.in = in;
  }

  /**
   * Goes to the next logical line; false at the end.
   *
   * @throws BadValue for a line that is too long
   */
  public boolean next() throws IOException {
    text.setLength(0);
    String first = ahead != null ? ahead : content();
    if (first == null) {
      return false;
    }
    line = ahead != null ? aheadAt : physical;
    ahead = null;
    text.append(first);
    String more = content();
    while (more != null && isSpace(more.charAt(0))) {
      text.append(more);
      if (text.length() > LONGEST) {
        throw tooLong();
      }
      more = content();
    }
    ahead = more;
    aheadAt = physical;
    return true;
  }

  /** Without white space at its end; begins with white space only where nothing came before. */
  public String text() {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /** Where it begins, counted from 1. */
  public int line() {
    return line;
  }

  /** Whether something that was read is no UTF-8 (and became U+FFFD), or a NUL. */
  public boolean isDamaged() {
    return damaged;
  }

  /** White space as C has it. */
  public static boolean isSpace(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  /** Without white space, as C has it, at both ends. */
  public static String trimmed(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (start < end && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  /** The next line that says something. */
  private @Nullable String content() throws IOException {
    for (String next = read(); next != null; next = read()) {
      physical++;
      damaged |= next.indexOf('\uFFFD') >= 0 || next.indexOf('\0') >= 0;
      int start = 0;
      while (start < next.length() && isSpace(next.charAt(start))) {
        start++;
      }
      if (start < next.length() && next.charAt(start) != '#') {
        return next;
      }
    }
    return null;
  }

  /** A line without its end; null where there is no more. */
  private @Nullable String read() throws IOException {
    StringBuilder begun = null;
    while (true) {
      if (from == to) {
        from = 0;
        to = Math.max(0, in.read(buffer, 0, buffer.length));
        if (to == 0) {
          return begun == null ? null : begun.toString();
        }
      }
      int end = from;
      while (end < to && buffer[end] != '\n') {
        end++;
      }
      String piece = new String(buffer, from, end - from);
      boolean whole = end < to;
      from = whole ? end + 1 : end;
      if (whole && begun == null) {
        return piece;
      }
      begun = begun == null ? new StringBuilder(piece) : begun.append(piece);
      if (whole) {
        return begun.toString();
      }
      if (begun.length() > LONGEST) {
        throw tooLong();
      }
    }
  }

  private BadValue tooLong() {
    return new BadValue("line " + (physical + 1) + " is too long");
  }
}
