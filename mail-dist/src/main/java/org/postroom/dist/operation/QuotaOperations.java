package org.postroom.dist.operation;

import java.util.List;
import java.util.function.Function;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.BadValue;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaText;
import org.postroom.core.quota.QuotaUse;
import org.postroom.dist.answer.OperationRefused;

/** What accounts may hold, and do. */
public final class QuotaOperations {

  /** Says it. */
  public static final Operation<Whose, Uses> GET =
      new Operation<>(
          "quota-get",
          Whose.class,
          Uses.class,
          (desk, asked) -> uses(desk, asked, desk.accounts()::use));

  /** Says what accounts may hold from now on; of none of them when one is not there. */
  public static final Operation<NewQuota, Uses> SET =
      new Operation<>("quota-set", NewQuota.class, Uses.class, QuotaOperations::set);

  /** Counts anew what they hold, and says it. */
  public static final Operation<Whose, Uses> RECOUNT =
      new Operation<>(
          "quota-recount",
          Whose.class,
          Uses.class,
          (desk, asked) -> uses(desk, asked, one -> desk.accounts().recount(one.id())));

  private QuotaOperations() {}

  /**
   * Accounts, by what they log in with.
   *
   * @param logins none: all
   */
  public record Whose(List<String> logins) {
    public Whose {
      logins = List.copyOf(logins);
    }
  }

  /**
   * A quota, and whose.
   *
   * @param quota as {@link QuotaText#parse} reads it
   */
  public record NewQuota(List<String> logins, String quota) {
    public NewQuota {
      logins = List.copyOf(logins);
    }
  }

  /**
   * What an account may hold, and does.
   *
   * @param own what is said of it alone, as {@link QuotaText#parse} reads it
   * @param octetLimit the most octets, -1 without limit
   * @param messageLimit the most messages, -1 without limit
   * @param percent hundredths of the limit that is nearer; 0 without one
   */
  public record Use(
      String login,
      String own,
      long octets,
      long octetLimit,
      long messages,
      long messageLimit,
      int percent) {}

  /** Of several accounts. */
  public record Uses(List<Use> uses) {
    public Uses {
      uses = List.copyOf(uses);
    }
  }

  private static Uses uses(Desk desk, Whose asked, Function<Account, QuotaUse> use) {
    Accounts accounts = desk.accounts();
    List<Account> found =
        asked.logins().isEmpty() ? accounts.list() : UserOperations.find(accounts, asked.logins());
    return new Uses(
        found.stream()
            .map(one -> asKnown(accounts, one))
            .map(one -> of(one, use.apply(one)))
            .toList());
  }

  /** With the quota that the source says which knows it, where one does. */
  private static Account asKnown(Accounts accounts, Account kept) {
    return accounts
        .byLogin(kept.login())
        .filter(known -> known.id().equals(kept.id()))
        .orElse(kept);
  }

  private static Uses set(Desk desk, NewQuota asked) {
    Quota quota = quota(asked.quota());
    List<Account> found = UserOperations.find(desk.accounts(), asked.logins());
    found.forEach(one -> desk.accounts().setQuota(one.id(), quota));
    return uses(desk, new Whose(asked.logins()), desk.accounts()::use);
  }

  private static Quota quota(String text) {
    try {
      return QuotaText.parse(text);
    } catch (BadValue e) {
      throw new OperationRefused(OperationRefused.Kind.REQUEST, e.reason());
    }
  }

  private static Use of(Account account, QuotaUse use) {
    return new Use(
        account.login(),
        account.quota().toString(),
        use.octets(),
        use.limit().octets(),
        use.messages(),
        use.limit().messages(),
        use.percent());
  }
}
