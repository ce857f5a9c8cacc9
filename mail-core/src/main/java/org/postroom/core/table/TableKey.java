package org.postroom.core.table;

/**
 * One form of what is looked for.
 *
 * @param text what a table is asked for
 * @param whole whether it is the full form; tables that match patterns are asked for no other
 * @param dropped the extension that the form leaves out, with its delimiter ({@code +lists}); else
 *     empty
 */
public record TableKey(String text, boolean whole, String dropped) {

  static TableKey whole(String text) {
    return new TableKey(text, true, "");
  }

  static TableKey part(String text) {
    return new TableKey(text, false, "");
  }

  @Override
  public String toString() {
    return text;
  }
}
