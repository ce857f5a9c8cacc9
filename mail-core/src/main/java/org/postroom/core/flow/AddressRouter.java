package org.postroom.core.flow;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountFacts;
import org.postroom.core.auth.Accounts;
import org.postroom.core.fact.Facts;
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
  private static final Set<String> ROLES = Set.of("postmaster", "mailer-daemon");

  private final Policy policy;
  private final Accounts accounts;
  private final Aliases aliases;
  private final Optional<String> relayHost;

  /**
   * A router.
   *
   * @param aliases says who has gone elsewhere
   * @param relayHost next hop for all mail that leaves, such as {@code [mail.example.net]:587}
   */
  public AddressRouter(
      Policy policy, Accounts accounts, Aliases aliases, Optional<String> relayHost) {
    this.policy = policy;
    this.accounts = accounts;
    this.aliases = aliases;
    this.relayHost = relayHost.filter(host -> !host.isBlank());
  }

  @Override
  public Route route(Address recipient, Facts facts) {
    Optional<Route.Nowhere> moved = aliases.moved(recipient, facts);
    if (moved.isPresent()) {
      return moved.get();
    }
    AddressClass addressClass = policy.domains().classOf(recipient.domain());
    return switch (addressClass) {
      case LOCAL -> toMailbox(recipient, local(recipient, facts), "local recipient", facts);
      case VIRTUAL_MAILBOX ->
          toMailbox(recipient, byAddress(recipient, facts), "virtual mailbox", facts);
      case VIRTUAL_ALIAS ->
          toMailbox(recipient, byAddress(recipient, facts), "virtual alias", facts);
      case RELAY -> new Route.Onward("relay", relayHost.orElse(recipient.domain().name()));
      case REMOTE -> new Route.Onward("smtp", relayHost.orElse(recipient.domain().name()));
    };
  }

  /** Those of other domains, too, that the account was given. */
  @Override
  public boolean owns(Account account, Address sender, Facts facts) {
    return byAddress(sender, facts).filter(holder -> holder.id().equals(account.id())).isPresent()
        || Router.super.owns(account, sender, facts);
  }

  /** Whose mail it is that comes for {@code address}, with its extension or without. */
  private Optional<Account> byAddress(Address address, Facts facts) {
    Optional<Account> exact = facts.know(AccountFacts.byAddress(accounts, address));
    return exact.isPresent() || policy.delimiter().indexIn(address.localPart()) < 0
        ? exact
        : facts.know(AccountFacts.byAddress(accounts, Address.of(user(address), address.domain())));
  }

  private Optional<Account> local(Address recipient, Facts facts) {
    String user = user(recipient);
    return byAddress(recipient, facts)
        .or(() -> facts.know(AccountFacts.byLogin(accounts, user)))
        // Whatever our domain is called.
        .or(() -> byAddress(Address.of(user, policy.hostname()), facts))
        .or(() -> byAddress(Address.of(user, policy.origin()), facts));
  }

  private String user(Address recipient) {
    return policy.delimiter().user(recipient.localPart());
  }

  private Route toMailbox(Address recipient, Optional<Account> account, String table, Facts facts) {
    return account
        .or(() -> mustReachSomebody(recipient, facts))
        .<Route>map(Route.ToMailbox::new)
        .orElseGet(() -> Route.Nowhere.unknown("User unknown in " + table + " table"));
  }

  /**
   * Who has a mail domain must take mail for its postmaster (RFC 5321, 4.5.1; RFC 2142): where no
   * account is called so, the mailbox of the same name at our host has it, else the eldest account.
   */
  private Optional<Account> mustReachSomebody(Address recipient, Facts facts) {
    String user = user(recipient);
    return ROLES.contains(user.toLowerCase(Locale.ROOT))
        ? byAddress(Address.of("postmaster", policy.hostname()), facts)
            .or(() -> byAddress(Address.of("postmaster", policy.origin()), facts))
            .or(() -> facts.know(AccountFacts.byLogin(accounts, "postmaster")))
            .or(() -> facts.know(AccountFacts.eldest(accounts)))
        : Optional.empty();
  }
}
