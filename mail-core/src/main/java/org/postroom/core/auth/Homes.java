package org.postroom.core.auth;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.people.Quota;
import org.postroom.core.secret.Secret;

/**
 * Where people's mail is kept, whoever knows them: every account there is in the store. One that
 * was made for somebody of another source has no password here. Called as {@link Accounts} is.
 */
public interface Homes {

  /**
   * The account that keeps the mail of {@code login}; made, with its INBOX and the usual mailboxes,
   * when it is not there.
   *
   * @param login as {@link Person#loginOf} spells it
   * @throws org.postroom.core.address.MalformedAddress when it is longer than one can be kept
   */
  Account home(String login);

  /** The account of that name, where it is there already. */
  Optional<Account> existingHome(String login);

  /** The account of that name, where it is there and remembered. Never blocks. */
  Optional<Account> recallHome(String login);

  /** The account that has {@code address} as a further one. */
  Optional<Account> byAlias(Address address);

  /**
   * What {@link #byAlias} would say, from memory; nothing where the store would have to be asked.
   */
  Optional<Optional<Account>> recallAlias(Address address);

  /** Those who have a password here: the source that is always there. */
  AccountSource people();

  /**
   * Says what the account may hold.
   *
   * @return it with that quota
   */
  Account withQuota(Account home, Quota quota);

  /**
   * The app password of an account that {@code password} is; its use is noted.
   *
   * @param account empty for who has none, which costs the same
   */
  Optional<AppPassword> appPassword(Optional<AccountId> account, Secret password);

  /** What {@link #appPassword} would say, from memory. Never blocks. */
  Optional<AppPassword> recallAppPassword(AccountId account, Secret password);

  /** Made-up SCRAM keys, always the same for a name: what an unknown one is answered with. */
  ScramKeys madeUpKeys(String login);

  /** Takes as long as to look at a wrong password of one of {@link #people}. */
  void lookInVain(Secret password);
}
