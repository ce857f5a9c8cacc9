package org.postroom.core.flow;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Accounts;
import org.postroom.core.policy.AddressClass;
import org.postroom.core.policy.Policy;

/**
 * Routes by address class: mail for our own domains into the account's INBOX, everything else to
 * the relay host if there is one, or to the recipient's domain.
 *
 * <p>In the local class every domain of {@code mydestination} names the same people: an account
 * {@code ada} or {@code ada@localhost} gets mail for {@code ada} at each of them.
 */
public final class AddressRouter implements Router {
  private final Policy policy;
  private final Accounts accounts;
  private final Optional<String> relayHost;

  /**
   * A router.
   *
   * @param relayHost next hop for all mail that leaves, such as {@code [mail.example.net]:587}
   */
  public AddressRouter(Policy policy, Accounts accounts, Optional<String> relayHost) {
    this.policy = policy;
    this.accounts = accounts;
    this.relayHost = relayHost.filter(host -> !host.isBlank());
  }

  @Override
  public Route route(Address recipient) {
    AddressClass addressClass = policy.domains().classOf(recipient.domain());
    return switch (addressClass) {
      case LOCAL -> local(recipient);
      case VIRTUAL_MAILBOX -> toMailbox(accounts.byAddress(recipient), "virtual mailbox table");
      case VIRTUAL_ALIAS -> toMailbox(accounts.byAddress(recipient), "virtual alias table");
      case RELAY -> new Route.Onward("relay", relayHost.orElse(recipient.domain().name()));
      case REMOTE -> new Route.Onward("smtp", relayHost.orElse(recipient.domain().name()));
    };
  }

  @Override
  public boolean routesAtOnce(Address recipient) {
    return switch (policy.domains().classOf(recipient.domain())) {
      case VIRTUAL_MAILBOX, VIRTUAL_ALIAS -> accounts.remembers(recipient);
      // Who is not found under the full address is looked for under others.
      case LOCAL -> accounts.remembers(recipient) && accounts.byAddress(recipient).isPresent();
      case RELAY, REMOTE -> true;
    };
  }

  private Route local(Address recipient) {
    Optional<Account> account =
        accounts
            .byAddress(recipient)
            .or(() -> accounts.byLogin(user(recipient)))
            .or(() -> sameUserElsewhere(recipient));
    return toMailbox(account, "local recipient table");
  }

  /** Postmaster must reach somebody (RFC 5321, 4.5.1), whatever our domain is called. */
  private Optional<Account> sameUserElsewhere(Address recipient) {
    Optional<Account> account = accounts.byAddress(Address.of(user(recipient), policy.hostname()));
    return account.or(() -> accounts.byAddress(Address.of(user(recipient), policy.origin())));
  }

  private static String user(Address recipient) {
    String localPart = recipient.localPart();
    int plus = localPart.indexOf('+');
    return plus > 0 ? localPart.substring(0, plus) : localPart;
  }

  private static Route toMailbox(Optional<Account> account, String table) {
    if (account.isPresent()) {
      return new Route.ToMailbox(account.get());
    }
    return new Route.Nowhere(550, "5.1.1", "User unknown in " + table);
  }
}
