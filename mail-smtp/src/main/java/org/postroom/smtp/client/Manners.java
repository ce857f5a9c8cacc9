package org.postroom.smtp.client;

import java.util.Locale;
import java.util.Set;

/**
 * How we behave towards servers that are not what they should be.
 *
 * @param passesRefusal whether one that greets with 5xx is left for the next, and not believed
 * @param leavesAtOnce whether nobody waits for the answer to QUIT
 * @param alwaysEhlo whether EHLO is said to servers that do not call themselves ESMTP, too
 * @param neverEhlo whether HELO is said to all
 * @param tellsClient whether a server that takes it is told whom a mail came from (XFORWARD)
 * @param unheard keywords that a server offers for nothing, in upper case
 */
public record Manners(
    boolean passesRefusal,
    boolean leavesAtOnce,
    boolean alwaysEhlo,
    boolean neverEhlo,
    boolean tellsClient,
    Set<String> unheard) {

  static final Manners USUAL = new Manners(true, true, true, false, false, Set.of());

  public Manners {
    unheard = Set.copyOf(unheard);
  }

  /** Whether a server that has greeted so is asked for its extensions. */
  boolean saysEhlo(String greeting) {
    if (neverEhlo || alwaysEhlo) {
      return !neverEhlo;
    }
    for (String word : greeting.toUpperCase(Locale.ROOT).split("[\\s-]+")) {
      if (word.equals("ESMTP")) {
        return true;
      }
    }
    return false;
  }
}
