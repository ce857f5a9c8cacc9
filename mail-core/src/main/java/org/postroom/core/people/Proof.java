package org.postroom.core.people;

import org.postroom.core.secret.Secret;

/** What shows that somebody is who he says. Threads may share it. */
@FunctionalInterface
public interface Proof {
  /** Nobody can show it: a locked password, or none. */
  Proof NONE = password -> false;

  /**
   * Whether that is his password. Called on one of the few threads that hash; may take its time,
   * some seconds at most, and may throw as {@link AccountSource#find} may.
   */
  boolean matches(Secret password);

  /** Whether it matched a short time ago, and still would: from memory, at no cost. */
  default boolean recalls(Secret password) {
    return false;
  }

  /**
   * Whether nothing but this shows that there is such a person: his source cannot say who is not
   * there. He gets an account when it has matched, and nobody is called so before.
   */
  default boolean isAllThatIsKnown() {
    return false;
  }
}
