package org.postroom.core.policy;

import org.postroom.core.address.Domain;

/** What may be a host's name (RFC 1123, 2.1), as the compatible systems have it. */
final class Hostnames {
  private Hostnames() {}

  /** Letters, digits, hyphens, underscores and dots; a number is not a name. */
  static boolean isHostname(String name) {
    return !name.startsWith("[")
        && !name.endsWith(".")
        && name.chars().allMatch(c -> c < 0x80)
        && Domain.parse(name).isPresent()
        && !name.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9');
  }

  /** A name with at least one dot in it. */
  static boolean isWhole(String name) {
    return isHostname(name) && name.indexOf('.') >= 0;
  }

  /** One dot at the end belongs to no name and does no harm. */
  static String withoutFinalDot(String name) {
    return name.length() > 1 && name.endsWith(".") && !name.endsWith("..")
        ? name.substring(0, name.length() - 1)
        : name;
  }
}
