package org.postroom.dist.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Accounts;
import org.postroom.dist.answer.OperationRefused;

/** The further addresses of accounts: mail for them comes in, and may go out, as the account's. */
public final class AliasOperations {

  /** Gives an account addresses. */
  public static final Operation<Addresses, Addresses> ADD =
      new Operation<>("user-alias-add", Addresses.class, Addresses.class, AliasOperations::add);

  /** Says which an account has. */
  public static final Operation<Owner, Addresses> LIST =
      new Operation<>("user-alias-list", Owner.class, Addresses.class, AliasOperations::list);

  /** Takes addresses from an account; none of them when one is not its own. */
  public static final Operation<Addresses, Addresses> DELETE =
      new Operation<>(
          "user-alias-delete", Addresses.class, Addresses.class, AliasOperations::delete);

  private AliasOperations() {}

  /** An account, by what it logs in with. */
  public record Owner(String login) {}

  /** Addresses, and whose. */
  public record Addresses(String login, List<String> addresses) {
    public Addresses {
      addresses = List.copyOf(addresses);
    }
  }

  private static Addresses add(Desk desk, Addresses asked) {
    Account account = account(desk.accounts(), asked.login());
    List<Address> addresses = parsed(asked);
    for (Address address : addresses) {
      desk.accounts().addAlias(account.id(), address);
    }
    return answer(account, addresses);
  }

  private static Addresses list(Desk desk, Owner asked) {
    Account account = account(desk.accounts(), asked.login());
    return answer(account, desk.accounts().aliases(account.id()));
  }

  private static Addresses delete(Desk desk, Addresses asked) {
    Account account = account(desk.accounts(), asked.login());
    List<Address> addresses = parsed(asked);
    for (Address address : addresses) {
      Optional<Account> owner = desk.accounts().byAddress(address);
      if (owner.filter(one -> one.id().equals(account.id())).isEmpty()
          || desk.accounts().byLogin(address.toString()).isPresent()) {
        throw refused(address + " is no further address of " + account.login());
      }
    }
    addresses.forEach(desk.accounts()::removeAlias);
    return answer(account, addresses);
  }

  private static Account account(Accounts accounts, String login) {
    return accounts.byLogin(login).orElseThrow(() -> refused("there is no account " + login));
  }

  /** {@code MalformedAddress} for what is none; nothing has been changed by then. */
  private static List<Address> parsed(Addresses asked) {
    List<Address> parsed = new ArrayList<>();
    asked.addresses().forEach(text -> parsed.add(Address.parse(text)));
    return parsed;
  }

  private static Addresses answer(Account account, List<Address> addresses) {
    return new Addresses(account.login(), addresses.stream().map(Address::toString).toList());
  }

  private static OperationRefused refused(String why) {
    return new OperationRefused(OperationRefused.Kind.REQUEST, why);
  }
}
