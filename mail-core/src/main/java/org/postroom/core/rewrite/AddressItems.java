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
    boolean whole =
        text.length() > 1 && text.startsWith("\"") && text.indexOf('"', 1) == text.length() - 1;
    String bare = whole ? text.substring(1, text.length() - 1) : text;
    if (!bare.isEmpty()) {
      items.add(bare);
    }
    item.setLength(0);
  }
}
