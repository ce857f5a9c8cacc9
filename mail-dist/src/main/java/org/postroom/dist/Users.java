package org.postroom.dist;

import java.util.List;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.people.Quota;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.core.secret.Secret;

/**
 * Who has an account on a server that runs. A login is taken in any of its spellings. What is
 * changed is durable, and in effect, when a method returns. Threads may share it; all methods may
 * block.
 *
 * <p>What can fail: {@link AccountNotFound}, and {@link
 * org.postroom.core.refusal.StorageUnavailable}.
 */
public final class Users {
  private final Accounts accounts;

  Users(Accounts accounts) {
    this.accounts = accounts;
  }

  private Account account(String login) {
    return accounts.byLogin(login).orElseThrow(() -> new AccountNotFound(login));
  }

  /** Their logins, in order: of all who have mailboxes here. */
  public List<String> list() {
    return accounts.list().stream().map(Account::login).toList();
  }

  /** Whether somebody logs in so. */
  public boolean has(String login) {
    return accounts.byLogin(login).isPresent();
  }

  /**
   * Makes an account with its INBOX and the usual mailboxes.
   *
   * @throws org.postroom.core.refusal.AccountExists when the login is taken
   * @throws org.postroom.core.refusal.KeptElsewhere when accounts of that name are not the store's
   * @throws org.postroom.core.address.MalformedAddress when it is longer than one can be kept
   */
  public void add(String login, Secret password) {
    Account unused = accounts.add(login, password);
  }

  /**
   * Replaces the password.
   *
   * @throws org.postroom.core.refusal.KeptElsewhere when the store does not keep it
   */
  public void changePassword(String login, Secret password) {
    accounts.changePassword(account(login).id(), password);
  }

  /** Says whether somebody may log in; mail is taken for him all the same. */
  public void mayLogIn(String login, boolean may) {
    accounts.setEnabled(account(login).id(), may);
  }

  /**
   * Says what somebody's mailboxes may hold; {@link Quota#NONE} has his domain and the server say
   * it.
   *
   * @throws org.postroom.core.refusal.KeptElsewhere when it is not the store that says it
   */
  public void limit(String login, Quota quota) {
    accounts.setQuota(account(login).id(), quota);
  }

  /**
   * Makes a password for one of somebody's clients, beside his own: good until it is revoked.
   *
   * @param client what he calls it: a line of 1 to 100 characters
   * @param protocols what it is good for: smtp, imap, pop3, with commas between them
   * @return what the client logs in with; nobody can say it again
   * @throws org.postroom.core.refusal.AppPasswordExists when there is one of that name, or there
   *     are too many
   * @throws IllegalArgumentException when there can be none of that name, or for such protocols
   */
  public Secret addAppPassword(String login, String client, String protocols) {
    return accounts
        .addAppPassword(account(login).id(), client, AppPassword.Scope.parse(protocols))
        .secret();
  }

  /** The clients that somebody has such passwords for, in order. */
  public List<String> appPasswords(String login) {
    return accounts.appPasswords(account(login).id()).stream().map(AppPassword::name).toList();
  }

  /**
   * Has the password of a client be good for nothing any more; its sessions end within 5 s.
   *
   * @return whether there was one
   */
  public boolean revokeAppPassword(String login, String client) {
    return accounts.revokeAppPassword(account(login).id(), client);
  }

  /** The addresses beside the login for which mail goes to somebody, in order. */
  public List<Address> aliases(String login) {
    return accounts.aliases(account(login).id());
  }

  /**
   * From now on mail for {@code alias} goes to somebody, and he may send as that.
   *
   * @throws org.postroom.core.refusal.AccountExists when the address is another one's
   */
  public void addAlias(String login, Address alias) {
    accounts.addAlias(account(login).id(), alias);
  }

  /** Without effect when it is no alias. */
  public void removeAlias(Address alias) {
    accounts.removeAlias(alias);
  }

  /** Removes an account, its aliases and all its mail, for good. */
  public void delete(String login) {
    accounts.delete(account(login).id());
  }
}
