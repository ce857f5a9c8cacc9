package org.postroom.core.config;

import java.util.List;

/**
 * The items of a match list, such as {@code relay_domains}, or of a line of a file that one names.
 * Unlike all other values it ends where an item begins with {@code #}: what somebody took for a
 * comment must not become domains that we relay for, or networks that we trust.
 *
 * @param items those before
 * @param comment what was left out, from its {@code #} on; else empty
 */
public record MatchItems(List<String> items, String comment) {

  /** {@link BadValue} where a closing brace is missing. */
  public static MatchItems of(String text) {
    List<String> all = ValueType.split(text);
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).startsWith("#")) {
        return new MatchItems(all.subList(0, i), String.join(" ", all.subList(i, all.size())));
      }
    }
    return new MatchItems(all, "");
  }

  public MatchItems {
    items = List.copyOf(items);
  }

  /** What an administrator is told, in the compatible systems' words; empty without a comment. */
  public String warning() {
    return comment.isEmpty() ? "" : "comment at end of line is not supported: " + comment;
  }
}
