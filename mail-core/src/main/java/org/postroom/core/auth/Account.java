package org.postroom.core.auth;

import org.postroom.core.people.LoginName;

/**
 * Somebody who has mailboxes here and may log in.
 *
 * @param id its identity in the store
 * @param login the name it logs in with, as {@link LoginName} spells it: as a rule its main address
 * @param enabled whether it may log in; mail is taken for it all the same
 * @param quotaOctets the most octets its mailboxes may hold; 0 is without limit
 */
public record Account(AccountId id, String login, boolean enabled, long quotaOctets) {

  /** For people: records of decisions have it. */
  @Override
  public String toString() {
    return enabled ? login : login + " (disabled)";
  }
}
