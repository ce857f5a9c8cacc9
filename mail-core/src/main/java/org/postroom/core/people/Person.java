package org.postroom.core.people;

import java.util.Locale;
import java.util.Optional;
import org.postroom.core.address.Domain;

/**
 * Somebody whom an {@link AccountSource} knows.
 *
 * @param login the name that his mail is kept under, in its one spelling ({@link #loginOf})
 * @param proof what shows that it is he
 * @param mayLogIn whether he may log in; mail is taken for him all the same
 * @param quota what his mailboxes may hold; empty where the source does not say, so that what the
 *     store says counts
 */
public record Person(String login, Proof proof, boolean mayLogIn, Optional<Quota> quota) {

  public Person {
    login = loginOf(login);
  }

  /**
   * What accounts are found by: the one spelling of a name that people type in many. It is in lower
   * case, and what stands behind the last {@code @} is as {@link Domain#spelled} has it, so that
   * {@code Ada@Bücher.example} and {@code ada@xn--bcher-kva.example} are one account. Any text is a
   * name; of which there is no account, that is for the store to say.
   */
  public static String loginOf(String typed) {
    int at = typed.lastIndexOf('@');
    return at < 0
        ? typed.toLowerCase(Locale.ROOT)
        : typed.substring(0, at + 1).toLowerCase(Locale.ROOT)
            + Domain.spelled(typed.substring(at + 1));
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
