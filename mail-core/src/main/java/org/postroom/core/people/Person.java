package org.postroom.core.people;

import java.util.Optional;

/**
 * Somebody whom an {@link AccountSource} knows.
 *
 * @param login the name that his mail is kept under, as {@link LoginName} spells it
 * @param proof what shows that it is he
 * @param mayLogIn whether he may log in; mail is taken for him all the same
 * @param quota what his mailboxes may hold; empty where the source does not say, so that what the
 *     store says counts
 */
public record Person(String login, Proof proof, boolean mayLogIn, Optional<Quota> quota) {

  public Person {
    login = LoginName.of(login);
  }

  /** Somebody who may log in. */
  public static Person of(String login, Proof proof) {
    return new Person(login, proof, true, Optional.empty());
  }

  /** The same, who may log in or not. */
  public Person withLogIn(boolean may) {
    return new Person(login, proof, may, quota);
  }

  /** The same, whose mailboxes may hold so much. */
  public Person withQuota(Quota other) {
    return new Person(login, proof, mayLogIn, Optional.of(other));
  }
}
