package org.postroom.core.config;

import java.util.List;

/** Values that hold others in braces: <code>{ a, { b c } }</code>. */
public final class Braces {

  private Braces() {}

  /** Whether a text begins with a brace. */
  public static boolean open(String text) {
    return text.startsWith("{");
  }

  /** What stands in the pair of braces that is the text; {@link BadValue} if it is none. */
  public static String inside(String text) {
    if (!open(text) || !text.endsWith("}") || text.length() < 2) {
      throw new BadValue("expected {...}: " + text);
    }
    return LogicalLines.trimmed(text.substring(1, text.length() - 1));
  }

  /**
   * The items between commas and white space; one in braces is one, and keeps them. {@link
   * BadValue} where a closing brace is missing.
   */
  public static List<String> items(String text) {
    return ValueType.split(text);
  }
}
