package org.postroom.dist;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Accounts;
import org.postroom.core.secret.Secret;

/** What {@code postroom user} does, on the store itself or asked through {@link Control}. */
final class Users implements Control.Requests {
  private final Accounts accounts;

  Users(Accounts accounts) {
    this.accounts = accounts;
  }

  @Override
  public List<String> answer(String verb, List<String> arguments) {
    return switch (verb) {
      case "user-add" -> add(arguments.get(0), arguments.subList(1, arguments.size()));
      case "user-passwd" -> changePassword(arguments.get(0), arguments.get(1));
      case "user-list" -> accounts.list().stream().map(Account::login).toList();
      case "user-delete" -> delete(arguments);
      default -> throw new IllegalArgumentException("unknown request " + verb);
    };
  }

  private List<String> add(String password, List<String> logins) {
    List<String> added = new ArrayList<>();
    for (String login : logins) {
      try (Secret secret = Secret.of(password)) {
        added.add(accounts.add(login, secret).login());
      }
    }
    return added;
  }

  private List<String> changePassword(String password, String login) {
    Account account = find(login);
    try (Secret secret = Secret.of(password)) {
      accounts.changePassword(account.id(), secret);
    }
    return List.of(account.login());
  }

  private List<String> delete(List<String> logins) {
    List<Account> found = logins.stream().map(this::find).toList();
    found.forEach(account -> accounts.delete(account.id()));
    return found.stream().map(Account::login).toList();
  }

  private Account find(String login) {
    return accounts
        .byLogin(login)
        .orElseThrow(() -> new IllegalArgumentException("there is no account " + login));
  }
}
