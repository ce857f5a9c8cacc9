package org.postroom.storage.sql;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.auth.Homes;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.auth.ScramProof;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.people.Quota;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;

/** The rows of accounts as homes of people whom anybody may know, this store among others. */
final class SqlHomes implements Homes {
  private final AccountRows rows;
  private final SqlAccounts accounts;
  private final Credentials credentials;

  SqlHomes(AccountRows rows, SqlAccounts accounts, Credentials credentials) {
    this.rows = rows;
    this.accounts = accounts;
    this.credentials = credentials;
  }

  @Override
  public Account home(String login) {
    return existingHome(login).orElseGet(() -> make(login));
  }

  @Override
  public Optional<Account> existingHome(String login) {
    return rows.byLogin(login).map(AccountRow::account);
  }

  /**
   * Without a password, unless another session was quicker. An alias of the same name is somebody
   * else's, and no matter.
   */
  private Account make(String login) {
    String name = AccountRows.kept(login);
    rows.changing(
        batch -> {
          batch.flush();
          boolean quicker =
              AccountRows.isThere(batch, "SELECT id FROM account WHERE login = ?", name);
          return quicker ? name : rows.created(batch, name, Credentials.Stored.NONE).login();
        });
    return rows.byLogin(name)
        .map(AccountRow::account)
        .orElseThrow(() -> new StorageUnavailable(name + " was deleted at once"));
  }

  @Override
  public Optional<Account> recallHome(String login) {
    return rows.recallLogin(login).flatMap(row -> row).map(AccountRow::account);
  }

  @Override
  public Optional<Account> byAlias(Address address) {
    return rows.byAlias(address).map(AccountRow::account);
  }

  @Override
  public Optional<Optional<Account>> recallAlias(Address address) {
    return AccountRows.account(rows.recallAlias(address), any -> true);
  }

  @Override
  public Account withQuota(Account home, Quota quota) {
    accounts.setQuota(home.id(), quota);
    return new Account(home.id(), home.login(), home.enabled(), quota);
  }

  @Override
  public Optional<AppPassword> appPassword(Optional<AccountId> account, Secret password) {
    return accounts.apps().find(account, password);
  }

  @Override
  public Optional<AppPassword> recallAppPassword(AccountId account, Secret password) {
    return accounts.apps().recall(account, password);
  }

  @Override
  public ScramKeys madeUpKeys(String login) {
    return credentials.madeUp(login);
  }

  @Override
  public void lookInVain(Secret password) {
    boolean unused = credentials.verify(Optional.empty(), "", password);
  }

  @Override
  public AccountSource people() {
    return new AccountSource() {
      @Override
      public Optional<Person> find(String name) {
        return accounts.byLogin(name).map(account -> person(account));
      }

      @Override
      public Optional<Optional<Person>> recall(String name) {
        Optional<Optional<Account>> said = accounts.recallLogin(name);
        return said.isEmpty()
            ? Optional.empty()
            : Optional.of(said.get().map(account -> person(account)));
      }
    };
  }

  private Person person(Account account) {
    return Person.of(account.login(), new OwnProof(account)).withLogIn(account.enabled());
  }

  /** The password that is kept here. */
  private final class OwnProof implements ScramProof {
    private final Account account;

    OwnProof(Account account) {
      this.account = account;
    }

    @Override
    public boolean matches(Secret password) {
      return credentials.verify(Optional.of(account.id()), account.login(), password);
    }

    @Override
    public boolean recalls(Secret password) {
      return credentials.remembers(account.id(), account.login(), password);
    }

    @Override
    public Optional<ScramKeys> scramKeys() {
      return Optional.of(credentials.scramKeys(Optional.of(account.id()), account.login()));
    }
  }
}
