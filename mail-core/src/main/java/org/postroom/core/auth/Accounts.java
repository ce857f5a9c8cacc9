package org.postroom.core.auth;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.people.Person;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.AccountExists;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.core.refusal.AppPasswordExists;
import org.postroom.core.refusal.KeptElsewhere;
import org.postroom.core.secret.Secret;

/**
 * Who is here. Called on worker threads; every method may block on the store and may throw {@code
 * StorageUnavailable}, which is a temporary error to the client and never "no such user".
 */
public interface Accounts {

  /**
   * The login that a client means which says {@code typed} to log in, as {@link Person#loginOf}
   * spells it; {@code auth_username_format} may make another name of it. {@link #verify}, {@link
   * #recall(String, Secret)} and {@link #scramKeys} take a name as it was typed; everything else
   * takes logins as they are.
   */
  String meant(String typed);

  /**
   * The account that logs in as {@code login}, in any of its spellings ({@link Person#loginOf}).
   */
  Optional<Account> byLogin(String login);

  /**
   * What {@link #byLogin} would say, from memory; nothing where the store would have to be asked.
   * Never blocks.
   */
  default Optional<Optional<Account>> recallLogin(String login) {
    return Optional.empty();
  }

  /**
   * The account that mail for {@code address} goes to: the one whose login or alias it is, without
   * regard to case. What an extension is, and that it may be left out, is not known here.
   */
  Optional<Account> byAddress(Address address);

  /**
   * What {@link #byAddress} would say, from memory; nothing where the store would have to be asked.
   * Never blocks.
   */
  default Optional<Optional<Account>> recall(Address address) {
    return Optional.empty();
  }

  /**
   * Checks a password. Takes the same time whether the account exists or not, which is long on
   * purpose: called on the few threads that hash. Recent successes are remembered (keyed, for a
   * short time), so that clients that log in often cost little.
   */
  Authentication verify(String login, Secret password);

  /**
   * What {@link #verify} would say of a password that was right a short time ago: from memory, at
   * no cost. Says nothing of any other, right or wrong. Never blocks.
   */
  default Optional<Authentication> recall(String login, Secret password) {
    return Optional.empty();
  }

  /**
   * The SCRAM-SHA-256 keys of an account (RFC 7677); made-up but stable ones when there is none.
   */
  ScramKeys scramKeys(String login);

  /**
   * Whether SCRAM is of use to everybody here. Where not, it is not offered: a client that took it
   * would not try the password itself.
   */
  boolean haveScramKeys();

  /**
   * Which source knows the account, as {@code account_sources} names it; empty where none does any
   * more, so that it keeps its mail, gets none, and cannot log in.
   */
  Optional<String> sourceOf(Account account);

  /** The one that was made first and is still here; empty where nobody is. */
  Optional<Account> eldest();

  /** All accounts that have mailboxes, by login: those that no source knows any more, too. */
  List<Account> list();

  /**
   * Makes an account with its INBOX and the usual mailboxes.
   *
   * @param login kept as {@link Person#loginOf} spells it
   * @throws AccountExists when the login is taken, or is another account's alias
   * @throws KeptElsewhere when accounts of that name are not the store's to make
   * @throws org.postroom.core.address.MalformedAddress when it is longer than one can be kept
   */
  Account add(String login, Secret password);

  /**
   * Replaces the password, and with it everything derived from it and remembered of it.
   *
   * @throws AccountNotFound when there is none
   * @throws KeptElsewhere when the store does not keep it
   */
  void changePassword(AccountId account, Secret password);

  /**
   * Says whether the account may log in.
   *
   * @throws AccountNotFound when there is none
   */
  void setEnabled(AccountId account, boolean enabled);

  /**
   * How many octets a mail may have that is delivered to the account now, none below 0; {@link
   * Long#MAX_VALUE} where there is no limit. A guess at what a delivery will find: others may be
   * quicker.
   */
  long room(Account account);

  /**
   * What {@link #room} would say, from memory; nothing where the store would have to be asked.
   * Never blocks.
   */
  default Optional<Long> recallRoom(Account account) {
    return Optional.empty();
  }

  /**
   * What its mailboxes hold, and may hold by the limit in effect: its own, its domain's or the
   * server's.
   */
  QuotaUse use(Account account);

  /**
   * Says what its mailboxes may hold; {@link Quota#NONE} has its domain and the server say it.
   *
   * @throws AccountNotFound when there is none
   * @throws KeptElsewhere when the source that knows it says so, and would say it again
   */
  void setQuota(AccountId account, Quota quota);

  /** The same of octets alone. */
  default void setQuota(AccountId account, long octets) {
    setQuota(account, Quota.ofOctets(octets));
  }

  /**
   * Counts what its mailboxes hold anew, from their messages; its numbers are right in any case,
   * unless somebody else has written into the database.
   *
   * @return what was found
   * @throws AccountNotFound when there is none
   */
  QuotaUse recount(AccountId account);

  /**
   * Makes a password for one client of the account. {@link #verify} and {@link #recall(String,
   * Secret)} let it in as they do the account's own, and say by which; SCRAM knows nothing of it.
   *
   * @param name what the client is called: a line of 1 to 100 characters
   * @param scopes what it is good for
   * @return with its secret, which nobody can say again
   * @throws AppPasswordExists when there is one of that name, or there are too many
   * @throws AccountNotFound when there is none
   */
  AppPassword.Made addAppPassword(AccountId account, String name, Set<AppPassword.Scope> scopes);

  /** Those that the account has, by name. */
  List<AppPassword> appPasswords(AccountId account);

  /**
   * Has one be good for nothing any more; sessions of its client end within some seconds.
   *
   * @return whether there was one
   * @throws AccountNotFound when there is none
   */
  boolean revokeAppPassword(AccountId account, String name);

  /** Those of {@code ids} that are still good. */
  Set<Long> livingAppPasswords(Set<Long> ids);

  /**
   * From now on mail for {@code alias} goes to the account, and it may send as that.
   *
   * @throws AccountExists when the address is another account's
   * @throws AccountNotFound when there is none
   */
  void addAlias(AccountId account, Address alias);

  /** The addresses beside its login for which mail goes to the account, in order. */
  List<Address> aliases(AccountId account);

  /** Without effect when it is no alias. */
  void removeAlias(Address alias);

  /**
   * Removes the account, its aliases and all its mail, for good. Without effect when it is gone.
   */
  void delete(AccountId account);
}
