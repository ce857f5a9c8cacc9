package org.postroom.core.mailbox;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A flag that users make up (RFC 9051, 2.3.2). Compared without regard to case; the first spelling
 * seen in a mailbox is kept there.
 *
 * <p>Users choose the names, and a message that is shown has up to 256 of them looked up: so its
 * hash is found once, and there is an order by which a hash table finds its way among names that
 * were chosen to have the same one.
 */
public final class Keyword implements Comparable<Keyword> {
  /** As long as a name may be. */
  public static final int LONGEST = 64;

  private final String name;
  private final int hash;

  /**
   * Called so.
   *
   * @param name atom characters, 1 to {@link #LONGEST}
   */
  public Keyword(String name) {
    // A space would make two of it where stores write names one behind the other.
    if (name.isEmpty() || name.length() > LONGEST || name.indexOf(' ') >= 0) {
      throw new IllegalArgumentException("keyword: " + name);
    }
    this.name = name;
    int sum = 0;
    for (int i = 0; i < name.length(); i++) {
      sum = 31 * sum + Character.toLowerCase(Character.toUpperCase(name.charAt(i)));
    }
    this.hash = sum;
  }

  /** A copy that keeps the order in which they were named: new ones become known in that order. */
  public static Set<Keyword> inOrder(Set<Keyword> keywords) {
    return keywords.isEmpty()
        ? Set.of()
        : Collections.unmodifiableSet(new LinkedHashSet<>(keywords));
  }

  /** As it is spelled. */
  public String name() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return other == this
        || other instanceof Keyword k && k.hash == hash && k.name.equalsIgnoreCase(name);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public int compareTo(Keyword other) {
    return name.compareToIgnoreCase(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
