package org.postroom.core.people;

import java.util.Optional;
import org.postroom.core.auth.Homes;

/**
 * Knows people: who is called how, what shows that somebody is who he says, and how much he may
 * keep. Their mail is not its business: who is asked for gets an account in the store ({@link
 * Homes}; where his proof {@linkplain Proof#isAllThatIsKnown is all that is known} of him, when he
 * logs in), and keeps it there when the source does not know him any more. Several sources are
 * asked in their order; who is found first counts.
 *
 * <p>An application's own is handed to {@code ServerBuilder.accounts}:
 *
 * <pre>{@code
 * server.accounts("staff", name -> staff.find(name).map(one -> Person.of(name, one::hasPassword)));
 * }</pre>
 */
@FunctionalInterface
public interface AccountSource {

  /**
   * Who is called so. The person's {@link Person#login} may be another name: then this one is a
   * further name, or a further address, of him.
   *
   * <p>On a worker thread; may wait for what it asks, some seconds at most.
   *
   * @param name a login, or the address that mail has come for, as {@link Person#loginOf} spells
   *     it; of any length, chosen by strangers
   * @throws org.postroom.core.refusal.LookupUnavailable when that cannot be said now: a temporary
   *     error to the client, never "no such user"; {@code StorageUnavailable} is as good
   */
  Optional<Person> find(String name);

  /**
   * What {@link #find} would say, from memory; nothing where somebody would have to be asked. Never
   * waits: event loops call it.
   */
  default Optional<Optional<Person>> recall(String name) {
    return Optional.empty();
  }
}
