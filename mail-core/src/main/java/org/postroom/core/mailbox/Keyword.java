package org.postroom.core.mailbox;

import java.util.Locale;

/**
 * A flag that users make up (RFC 9051, 2.3.2). Compared without regard to case; the first spelling
 * seen in a mailbox is kept there.
 *
 * @param name atom characters, 1 to 64
 */
public record Keyword(String name) {
  public Keyword {
    if (name.isEmpty() || name.length() > 64) {
      throw new IllegalArgumentException("keyword: " + name);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Keyword k && k.name.equalsIgnoreCase(name);
  }

  @Override
  public int hashCode() {
    return name.toLowerCase(Locale.ROOT).hashCode();
  }
}
