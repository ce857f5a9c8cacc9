package org.postroom.core.mailbox;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A flag that users make up (RFC 9051, 2.3.2). Compared without regard to case; the first spelling
 * seen in a mailbox is kept there.
 *
 * @param name atom characters, 1 to {@link #LONGEST}
 */
public record Keyword(String name) {
  /** As long as a name may be. */
  public static final int LONGEST = 64;

  public Keyword {
    if (name.isEmpty() || name.length() > LONGEST) {
      throw new IllegalArgumentException("keyword: " + name);
    }
  }

  /** A copy that keeps the order in which they were named: new ones become known in that order. */
  public static Set<Keyword> inOrder(Set<Keyword> keywords) {
    return keywords.isEmpty()
        ? Set.of()
        : Collections.unmodifiableSet(new LinkedHashSet<>(keywords));
  }

  @Override
  public boolean equals(Object other) {
    return other == this || other instanceof Keyword k && k.name.equalsIgnoreCase(name);
  }

  /** Asked for each message that is shown, so it makes no second spelling. */
  @Override
  public int hashCode() {
    int hash = 0;
    for (int i = 0; i < name.length(); i++) {
      hash = 31 * hash + Character.toLowerCase(Character.toUpperCase(name.charAt(i)));
    }
    return hash;
  }
}
