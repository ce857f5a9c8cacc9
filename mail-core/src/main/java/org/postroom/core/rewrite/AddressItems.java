package org.postroom.core.rewrite;

import java.util.ArrayList;
import java.util.List;

/**
 * What stands on the right of a table of addresses: items between commas and blanks, quoted ones
 * whole. Addresses may be written as in a header (RFC 5322, 3.4): with a comment, and in brackets
 * behind the name of whom they are.
 */
public final class AddressItems {
  private final String value;
  private final List<String> items = new ArrayList<>();
  private final StringBuilder item = new StringBuilder();
  private int at;
  private boolean quoted;

  /** Whether a bracket had no end: then all that follow are characters, and are not looked at. */
  private boolean isOpen;

  /** How many items there were at the last comma: what follows may be a name, and no items. */
  private int settled;

  private AddressItems(String value) {
    this.value = value;
  }

  /**
   * The items of {@code value}. Quotes around a whole item are taken off ({@code "|program a"},
   * {@code |"program a"}), those of a local part stay ({@code "a b"@example.org}).
   */
  public static List<String> of(String value) {
    AddressItems reading = new AddressItems(value);
    reading.read();
    return reading.items;
  }

  private void read() {
    while (at < value.length()) {
      char c = value.charAt(at++);
      if (c == '\\' && at < value.length()) {
        item.append(c).append(value.charAt(at++));
      } else if (c == '"') {
        quoted = !quoted;
        item.append(c);
      } else if (quoted) {
        item.append(c);
      } else if (c == ',') {
        add();
        settled = items.size();
      } else if (Character.isWhitespace(c)) {
        add();
      } else if (!(c == '(' || c == '<') || !mayBeAddress() || !bracket(c)) {
        item.append(c);
      }
    }
    add();
  }

  /** Whether it is no program, file or list, whose names have characters of their own. */
  private boolean mayBeAddress() {
    return item.length() == 0 || "|/:~".indexOf(item.charAt(0)) < 0;
  }

  /** Reads a comment, or an address that has a name, if what was opened is closed; says whether. */
  private boolean bracket(char opens) {
    int end = isOpen ? -1 : end(opens, opens == '(' ? ')' : '>');
    if (end < 0) {
      isOpen = true;
      return false;
    }
    if (opens == '<') {
      named(value.substring(at, end - 1).strip());
    }
    at = end;
    return true;
  }

  /** Behind what closes what was opened; negative where nothing does. */
  private int end(char opens, char closes) {
    int depth = 1;
    boolean inQuotes = false;
    for (int i = at; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\\') {
        i++;
      } else if (c == '"' && opens == '<') {
        inQuotes = !inQuotes;
      } else if (!inQuotes && c == opens) {
        depth++;
      } else if (!inQuotes && c == closes && --depth == 0) {
        return i + 1;
      }
    }
    return -1;
  }

  /** What stands before an address in brackets, up to a comma, is a name. */
  private void named(String address) {
    item.setLength(0);
    items.subList(settled, items.size()).clear();
    items.add(address.isEmpty() ? "<>" : address);
    settled = items.size();
  }

  private void add() {
    String text = item.toString();
    String bare =
        isWhole(text)
            ? plain(inside(text))
            : text.startsWith("|") && isWhole(text.substring(1))
                ? plain("|" + inside(text.substring(1)))
                : text;
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

  private static String inside(String whole) {
    return whole.substring(1, whole.length() - 1);
  }

  /** A program's quotes and backslashes within those that were taken off. */
  private static String plain(String quoted) {
    return quoted.startsWith("|") ? quoted.replaceAll("\\\\([\"\\\\])", "$1") : quoted;
  }
}
