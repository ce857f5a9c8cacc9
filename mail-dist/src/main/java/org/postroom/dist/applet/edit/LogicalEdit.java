package org.postroom.dist.applet.edit;

import org.postroom.core.config.LogicalLines;

/**
 * Changes logical lines of a text and leaves everything else as it is, octet by octet: what begins
 * with white space belongs to the line that is changed; comments and empty lines, also those
 * between, stay where they are.
 */
public final class LogicalEdit {

  /** What becomes of a logical line. */
  public sealed interface Change {}

  /** It stays. */
  public record Keep() implements Change {}

  /** It goes. */
  public record Remove() implements Change {}

  /** Each of its physical lines becomes a comment. */
  public record CommentOut() implements Change {}

  /** Another text takes its place, with a line's end behind it. */
  public record Replace(String text) implements Change {}

  /** Says what becomes of a logical line. */
  @FunctionalInterface
  public interface Decision {

    /**
     * Is asked in the order of the text.
     *
     * @param line the number of its first physical line, counted from 1
     * @param first its first physical line, without the line's end
     */
    Change of(int line, String first);
  }

  private LogicalEdit() {}

  /** The text as it is to be. */
  public static String apply(String text, Decision decision) {
    StringBuilder out = new StringBuilder(text.length() + 64);
    Change change = new Keep();
    int number = 0;
    int at = 0;
    while (at < text.length()) {
      int end = text.indexOf('\n', at);
      int next = end < 0 ? text.length() : end + 1;
      String line = text.substring(at, next);
      number++;
      at = next;
      int start = 0;
      while (start < line.length() && LogicalLines.isSpace(line.charAt(start))) {
        start++;
      }
      boolean says = start < line.length() && line.charAt(start) != '#';
      if (!says) {
        out.append(line);
        continue;
      }
      if (start == 0) {
        change = decision.of(number, end < 0 ? line : line.substring(0, line.length() - 1));
      }
      if (change instanceof Keep) {
        out.append(line);
      } else if (change instanceof CommentOut) {
        out.append('#').append(line);
      } else if (change instanceof Replace replace && start == 0) {
        out.append(replace.text()).append('\n');
      }
    }
    return out.toString();
  }

  /** The same text with a line behind it. */
  public static String append(String text, String line) {
    StringBuilder longer = new StringBuilder(text.length() + line.length() + 2).append(text);
    append(longer, line);
    return longer.toString();
  }

  /** Puts a line behind a text. */
  public static void append(StringBuilder text, String line) {
    if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
      text.append('\n');
    }
    text.append(line).append('\n');
  }
}
