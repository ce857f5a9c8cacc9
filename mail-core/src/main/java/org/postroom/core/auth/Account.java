package org.postroom.core.auth;

import org.postroom.core.people.Person;
import org.postroom.core.people.Quota;

/**
 * Somebody who has mailboxes here and may log in.
 *
 * @param id its identity in the store
 * @param login the name it logs in with, as {@link Person#loginOf} spells it: as a rule its main
 *     address
 * @param enabled whether it may log in; mail is taken for it all the same
 * @param quota what is said of how much its mailboxes may hold; where it says nothing, its domain
 *     or the server does ({@link Accounts#use})
 */
public record Account(AccountId id, String login, boolean enabled, Quota quota) {

  /** For people: records of decisions have it. */
  @Override
  public String toString() {
    return enabled ? login : login + " (disabled)";
  }
}
