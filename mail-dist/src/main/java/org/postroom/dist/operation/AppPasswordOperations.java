package org.postroom.dist.operation;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.refusal.AppPasswordExists;
import org.postroom.core.secret.Secret;
import org.postroom.dist.answer.OperationRefused;

/** Passwords of accounts that are made for one client each. */
public final class AppPasswordOperations {

  /** Makes one; its secret is in this answer alone. */
  public static final Operation<Wanted, Made> ADD =
      new Operation<>(
          "user-app-password-add", Wanted.class, Made.class, AppPasswordOperations::add);

  /** Says which an account has. */
  public static final Operation<Owner, Known> LIST =
      new Operation<>(
          "user-app-password-list", Owner.class, Known.class, AppPasswordOperations::list);

  /** Revokes some; none of them when one is not there. Sessions of their clients end. */
  public static final Operation<Names, Names> REVOKE =
      new Operation<>(
          "user-app-password-revoke", Names.class, Names.class, AppPasswordOperations::revoke);

  private AppPasswordOperations() {}

  /** An account, by what it logs in with. */
  public record Owner(String login) {}

  /**
   * One to be made.
   *
   * @param name of the client
   * @param scopes what it is good for: smtp, imap, pop3, with commas between them
   */
  public record Wanted(String login, String name, String scopes) {}

  /** One that was made. */
  public record Made(String login, String name, String scopes, Secret secret) {}

  /** Some of them, by their names, and whose. */
  public record Names(String login, List<String> names) {
    public Names {
      names = List.copyOf(names);
    }
  }

  /**
   * One that there is.
   *
   * @param created when, in ISO 8601
   * @param lastUsed the same; empty before the first time
   */
  public record One(String name, String scopes, String created, String lastUsed) {}

  /** All of an account. */
  public record Known(String login, List<One> passwords) {
    public Known {
      passwords = List.copyOf(passwords);
    }
  }

  private static Made add(Desk desk, Wanted asked) {
    Account account = account(desk, asked.login());
    try {
      AppPassword.Made made =
          desk.accounts()
              .addAppPassword(account.id(), asked.name(), AppPassword.Scope.parse(asked.scopes()));
      AppPassword password = made.password();
      return new Made(account.login(), password.name(), password.scopeText(), made.secret());
    } catch (IllegalArgumentException | AppPasswordExists e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private static Known list(Desk desk, Owner asked) {
    Account account = account(desk, asked.login());
    List<One> all = new ArrayList<>();
    for (AppPassword one : desk.accounts().appPasswords(account.id())) {
      all.add(
          new One(
              one.name(),
              one.scopeText(),
              one.created().toString(),
              one.lastUsed().map(Object::toString).orElse("")));
    }
    return new Known(account.login(), all);
  }

  private static Names revoke(Desk desk, Names asked) {
    Account account = account(desk, asked.login());
    List<String> there =
        desk.accounts().appPasswords(account.id()).stream().map(AppPassword::name).toList();
    for (String name : asked.names()) {
      if (!there.contains(name)) {
        throw refused(account.login() + " has no app password " + name);
      }
    }
    asked.names().forEach(name -> desk.accounts().revokeAppPassword(account.id(), name));
    return new Names(account.login(), asked.names());
  }

  private static Account account(Desk desk, String login) {
    return UserOperations.find(desk.accounts(), List.of(login)).get(0);
  }

  private static OperationRefused refused(String why) {
    return new OperationRefused(OperationRefused.Kind.REQUEST, why);
  }
}
