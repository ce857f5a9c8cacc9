package org.postroom.core.table;

/**
 * What a table has for a key, and where that is written.
 *
 * @param source the file with what stands before the number of its line, or all that there is to
 *     say; empty where nobody knows
 * @param line 0 where there is none
 */
public record Row(String value, String source, int line) {

  /** One of which nobody knows where it is written. */
  public static Row of(String value) {
    return new Row(value, "", 0);
  }

  /** File and line, for people; empty where nobody knows. */
  public String place() {
    return line == 0 ? source : source + line;
  }
}
