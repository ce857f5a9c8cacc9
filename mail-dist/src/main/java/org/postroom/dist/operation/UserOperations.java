package org.postroom.dist.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Authentication;
import org.postroom.core.secret.Secret;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.Operation.Nothing;

/** Accounts. */
public final class UserOperations {

  /** Adds accounts with one password for all. */
  public static final Operation<NewPassword, Logins> ADD =
      new Operation<>("user-add", NewPassword.class, Logins.class, UserOperations::add);

  /** Gives accounts another password. */
  public static final Operation<NewPassword, Logins> CHANGE_PASSWORD =
      new Operation<>(
          "user-passwd", NewPassword.class, Logins.class, UserOperations::changePassword);

  /** Says which accounts there are, and who knows them. */
  public static final Operation<Nothing, Known> LIST =
      new Operation<>("user-list", Nothing.class, Known.class, (desk, all) -> list(desk));

  /** Deletes accounts and all their mail, for good; none of them when one is not there. */
  public static final Operation<Logins, Logins> DELETE =
      new Operation<>("user-delete", Logins.class, Logins.class, UserOperations::delete);

  /** Says what is known of somebody. */
  public static final Operation<Login, Shown> SHOW =
      new Operation<>("user-show", Login.class, Shown.class, UserOperations::show);

  /** Says whether somebody could log in with a password. */
  public static final Operation<Attempt, Outcome> TRY =
      new Operation<>("user-try", Attempt.class, Outcome.class, UserOperations::attempt);

  private UserOperations() {}

  /** Somebody, by what he logs in with. */
  public record Login(String login) {}

  /**
   * What is known of somebody.
   *
   * @param quota what is said of him alone, as {@link org.postroom.core.people.Quota} prints it
   * @param source who knows him; empty where nobody does any more
   * @param aliases further addresses
   */
  public record Shown(
      String login, boolean enabled, String quota, String source, List<String> aliases) {
    public Shown {
      aliases = List.copyOf(aliases);
    }
  }

  /** A name as somebody types it to log in, and a password. */
  public record Attempt(String login, Secret password) {}

  /**
   * What would come of it.
   *
   * @param login as whom; empty where it fails
   * @param disabled whether the password is right, and he may not log in all the same
   */
  public record Outcome(Optional<String> login, boolean disabled) {}

  private static Shown show(Desk desk, Login asked) {
    Account account = find(desk.accounts(), List.of(asked.login())).get(0);
    return new Shown(
        account.login(),
        account.enabled(),
        account.quota().toString(),
        desk.accounts().sourceOf(account).orElse(""),
        desk.accounts().aliases(account.id()).stream().map(Address::toString).toList());
  }

  private static Outcome attempt(Desk desk, Attempt asked) {
    Authentication outcome = desk.accounts().verify(asked.login(), asked.password());
    return outcome instanceof Authentication.Success success
        ? new Outcome(Optional.of(success.account().login()), false)
        : new Outcome(Optional.empty(), outcome instanceof Authentication.Disabled);
  }

  /** Accounts, by what they log in with. */
  public record Logins(List<String> logins) {
    public Logins {
      logins = List.copyOf(logins);
    }
  }

  /**
   * Accounts, and for each the source that knows it; empty where none does any more.
   *
   * @param sources in the same order
   */
  public record Known(List<String> logins, List<String> sources) {
    public Known {
      logins = List.copyOf(logins);
      sources = List.copyOf(sources);
    }
  }

  /** A password, and whose. */
  public record NewPassword(List<String> logins, Secret password) {
    public NewPassword {
      logins = List.copyOf(logins);
    }
  }

  private static Logins add(Desk desk, NewPassword asked) {
    List<String> added = new ArrayList<>();
    for (String login : asked.logins()) {
      added.add(desk.accounts().add(login, asked.password()).login());
    }
    return new Logins(added);
  }

  private static Logins changePassword(Desk desk, NewPassword asked) {
    List<Account> found = find(desk.accounts(), asked.logins());
    found.forEach(account -> desk.accounts().changePassword(account.id(), asked.password()));
    return logins(found);
  }

  private static Known list(Desk desk) {
    Accounts accounts = desk.accounts();
    List<Account> all = accounts.list();
    return new Known(
        all.stream().map(Account::login).toList(),
        all.stream().map(account -> accounts.sourceOf(account).orElse("")).toList());
  }

  private static Logins delete(Desk desk, Logins asked) {
    List<Account> found = find(desk.accounts(), asked.logins());
    found.forEach(account -> desk.accounts().delete(account.id()));
    return logins(found);
  }

  /** Those accounts; refused where one is not there. */
  static List<Account> find(Accounts accounts, List<String> logins) {
    List<Account> all = accounts.list();
    return logins.stream()
        .map(
            login ->
                // As it is written first: of two spellings of one name, one is out of use.
                all.stream()
                    .filter(account -> account.login().equals(login))
                    .findFirst()
                    .or(() -> accounts.byLogin(login))
                    .orElseThrow(
                        () ->
                            new OperationRefused(
                                OperationRefused.Kind.REQUEST, "there is no account " + login)))
        .toList();
  }

  private static Logins logins(List<Account> accounts) {
    return new Logins(accounts.stream().map(Account::login).toList());
  }
}
