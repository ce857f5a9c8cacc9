package org.postroom.core.rewrite;

import java.util.ArrayList;
import java.util.List;

/**
 * What stands on the right of a table of addresses: items between commas and blanks, quoted ones
 * whole.
 */
public final class AddressItems {
  private AddressItems() {}

  /**
   * The items of {@code value}. Quotes around a whole item are taken off ({@code "|program a"}),
   * those of a local part stay ({@code "a b"@example.org}).
   */
  public static List<String> of(String value) {
    List<String> items = new ArrayList<>();
    StringBuilder item = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\' && i + 1 < value.length()) {
        item.append(c).append(value.charAt(++i));
      } else if (c == '"') {
        quoted = !quoted;
        item.append(c);
      } else if (!quoted && (c == ',' || Character.isWhitespace(c))) {
        add(items, item);
      } else {
        item.append(c);
      }
    }
    add(items, item);
    return items;
  }

  private static void add(List<String> items, StringBuilder item) {
    String text = item.toString();
    String bare = isWhole(text) ? plain(text.substring(1, text.length() - 1)) : text;
    if (!bare.isEmpty()) {
      items.add(bare);
    }
    item.setLength(0);
  }

  /** Whether the quote that it begins with ends at its end. */
  private static boolean isWhole(String text) {
    int end = 1;
    while (end < text.length() && text.charAt(end) != '"') {
      end += text.charAt(end) == '\\' ? 2 : 1;
    }
    return text.startsWith("\"") && end == text.length() - 1;
  }

  /** A program's quotes and backslashes within those that were taken off. */
  private static String plain(String quoted) {
    return quoted.startsWith("|") ? quoted.replaceAll("\\\\([\"\\\\])", "$1") : quoted;
  }
}
