package org.postroom.dist;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.auth.Authentication;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.AccountExists;
import org.postroom.core.secret.Secret;

/** Makes an account whenever somebody is asked for who is not there yet. For tests. */
final class AccountsOnTheFly implements Accounts {
  private final Accounts accounts;
  private final String password;

  AccountsOnTheFly(Accounts accounts, String password) {
    this.accounts = accounts;
    this.password = password;
  }

  @Override
  public String meant(String typed) {
    return accounts.meant(typed);
  }

  @Override
  public Optional<Account> byLogin(String login) {
    return Optional.of(accounts.byLogin(login).orElseGet(() -> make(login)));
  }

  @Override
  public Optional<Account> eldest() {
    return accounts.eldest();
  }

  @Override
  public Optional<Account> byAddress(Address address) {
    return Optional.of(
        accounts
            .byAddress(address)
            .orElseGet(() -> make(address.localPart() + "@" + address.domain())));
  }

  @Override
  public Optional<Optional<Account>> recall(Address address) {
    return accounts.recall(address).filter(Optional::isPresent);
  }

  @Override
  public Optional<Optional<Account>> recallLogin(String login) {
    return accounts.recallLogin(login).filter(Optional::isPresent);
  }

  @Override
  public Authentication verify(String login, Secret given) {
    Optional<Account> unused = byLogin(meant(login));
    return accounts.verify(login, given);
  }

  @Override
  public Optional<Authentication> recall(String login, Secret given) {
    return accounts.recall(login, given);
  }

  @Override
  public ScramKeys scramKeys(String login) {
    Optional<Account> unused = byLogin(meant(login));
    return accounts.scramKeys(login);
  }

  @Override
  public boolean haveScramKeys() {
    return accounts.haveScramKeys();
  }

  @Override
  public Optional<String> sourceOf(Account account) {
    return accounts.sourceOf(account);
  }

  @Override
  public List<Account> list() {
    return accounts.list();
  }

  @Override
  public Account add(String login, Secret given) {
    return accounts.add(login, given);
  }

  @Override
  public void changePassword(AccountId account, Secret given) {
    accounts.changePassword(account, given);
  }

  @Override
  public void setEnabled(AccountId account, boolean enabled) {
    accounts.setEnabled(account, enabled);
  }

  @Override
  public long room(Account account) {
    return accounts.room(account);
  }

  @Override
  public Optional<Long> recallRoom(Account account) {
    return accounts.recallRoom(account);
  }

  @Override
  public QuotaUse use(Account account) {
    return accounts.use(account);
  }

  @Override
  public void setQuota(AccountId account, Quota quota) {
    accounts.setQuota(account, quota);
  }

  @Override
  public QuotaUse recount(AccountId account) {
    return accounts.recount(account);
  }

  @Override
  public AppPassword.Made addAppPassword(
      AccountId account, String name, Set<AppPassword.Scope> scopes) {
    return accounts.addAppPassword(account, name, scopes);
  }

  @Override
  public List<AppPassword> appPasswords(AccountId account) {
    return accounts.appPasswords(account);
  }

  @Override
  public boolean revokeAppPassword(AccountId account, String name) {
    return accounts.revokeAppPassword(account, name);
  }

  @Override
  public Set<Long> livingAppPasswords(Set<Long> ids) {
    return accounts.livingAppPasswords(ids);
  }

  @Override
  public void addAlias(AccountId account, Address alias) {
    accounts.addAlias(account, alias);
  }

  @Override
  public List<Address> aliases(AccountId account) {
    return accounts.aliases(account);
  }

  @Override
  public void removeAlias(Address alias) {
    accounts.removeAlias(alias);
  }

  @Override
  public void delete(AccountId account) {
    accounts.delete(account);
  }

  private Account make(String login) {
    try (Secret secret = Secret.of(password)) {
      return accounts.add(login, secret);
    } catch (AccountExists e) {
      // Another session was quicker.
      return accounts.byLogin(login).orElseThrow(() -> e);
    }
  }
}
