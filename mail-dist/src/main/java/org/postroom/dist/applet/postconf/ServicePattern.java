package org.postroom.dist.applet.postconf;

import java.util.List;

/**
 * Which services of master.cf are meant, and what of them: {@code smtp/inet/chroot}, with a star,
 * or nothing, for all.
 *
 * @param part the field or parameter; a star for all
 * @param text as it was said
 */
record ServicePattern(String name, String type, String part, String text) {
  private static final String ALL = "*";

  /**
   * Reads one.
   *
   * @param least how many of its three parts have to be there
   * @param most how many may be
   * @param complaint what is said of one that has others
   */
  static ServicePattern parse(String words, String text, int least, int most, String complaint) {
    String[] parts = words.split("/", -1);
    if (parts.length < least || parts.length > most || List.of(parts).contains("")) {
      throw new Fatal(complaint);
    }
    return new ServicePattern(
        parts[0], parts.length > 1 ? parts[1] : ALL, parts.length > 2 ? parts[2] : ALL, text);
  }

  boolean matches(MasterEntry entry) {
    return (name.equals(ALL) || name.equals(entry.name()))
        && (type.equals(ALL) || type.equals(entry.type()));
  }

  /** Whether the field or parameter of that name is meant. */
  boolean names(String one) {
    return part.equals(ALL) || part.equals(one);
  }

  boolean namesAll() {
    return part.equals(ALL);
  }
}
