package org.postroom.core.auth;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.address.Address;
import org.postroom.core.fact.Fact;

/** Who is here, as facts that a decision may want: each says what {@link Accounts} says. */
public final class AccountFacts {
  private AccountFacts() {}

  /** Whose mail it is that comes for {@code address}. */
  public static Fact<Optional<Account>> byAddress(Accounts accounts, Address address) {
    return new ByAddress(accounts, address);
  }

  /** Who logs in as {@code login}. */
  public static Fact<Optional<Account>> byLogin(Accounts accounts, String login) {
    return new ByLogin(accounts, login);
  }

  /** Who gets what must reach somebody. */
  public static Fact<Optional<Account>> eldest(Accounts accounts) {
    return new Eldest(accounts);
  }

  /** How many octets more the mailboxes of {@code account} may hold. */
  public static Fact<Long> room(Accounts accounts, Account account) {
    return new Room(accounts, account);
  }

  private record ByAddress(Accounts accounts, Address address) implements Fact<Optional<Account>> {
    @Override
    public Optional<Optional<Account>> atOnce() {
      return accounts.recall(address);
    }

    @Override
    public CompletionStage<Optional<Account>> ask(Executor mayBlock) {
      return CompletableFuture.supplyAsync(() -> accounts.byAddress(address), mayBlock);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByAddress that
          && accounts == that.accounts
          && address.equals(that.address);
    }

    @Override
    public int hashCode() {
      return address.hashCode();
    }

    @Override
    public String toString() {
      return "account for " + address;
    }
  }

  private record ByLogin(Accounts accounts, String login) implements Fact<Optional<Account>> {
    @Override
    public Optional<Optional<Account>> atOnce() {
      return accounts.recallLogin(login);
    }

    @Override
    public CompletionStage<Optional<Account>> ask(Executor mayBlock) {
      return CompletableFuture.supplyAsync(() -> accounts.byLogin(login), mayBlock);
    }

    @Override
    public String toString() {
      return "account " + login;
    }
  }

  private record Eldest(Accounts accounts) implements Fact<Optional<Account>> {
    @Override
    public Optional<Optional<Account>> atOnce() {
      return Optional.empty();
    }

    @Override
    public CompletionStage<Optional<Account>> ask(Executor mayBlock) {
      return CompletableFuture.supplyAsync(accounts::eldest, mayBlock);
    }

    @Override
    public String toString() {
      return "eldest account";
    }
  }

  private record Room(Accounts accounts, Account account) implements Fact<Long> {
    @Override
    public Optional<Long> atOnce() {
      return accounts.recallRoom(account);
    }

    @Override
    public CompletionStage<Long> ask(Executor mayBlock) {
      return CompletableFuture.supplyAsync(() -> accounts.room(account), mayBlock);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Room that
          && accounts == that.accounts
          && account.equals(that.account);
    }

    @Override
    public int hashCode() {
      return account.login().hashCode();
    }

    @Override
    public String toString() {
      return "room of " + account.login();
    }
  }
}
