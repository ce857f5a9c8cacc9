package org.postroom.core.flow;

import java.util.List;
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
 * Routes by address class and by {@link Routes}: mail for our own domains into the account's INBOX,
 * all other mail by its transport to its next hop, and whatever tables send another way.
 *
 * <p>In the local class every domain of {@code mydestination} names the same people: an account
 * {@code ada} or {@code ada@localhost} gets mail for {@code ada} at each of them.
 */
final class AddressRouter implements Router {
  private static final Set<String> ROLES = Set.of("postmaster", "mailer-daemon");

  private final Policy policy;
  private final Accounts accounts;
  private final Aliases aliases;
  private final ListedRecipients listed;
  private final Routes routes;

  /**
   * A router.
   *
   * @param aliases says who has gone elsewhere
   * @param listed says who there is, beside accounts
   * @param routes says by which transports mail goes
   */
  AddressRouter(
      Policy policy, Accounts accounts, Aliases aliases, ListedRecipients listed, Routes routes) {
    this.policy = policy;
    this.accounts = accounts;
    this.aliases = aliases;
    this.listed = listed;
    this.routes = routes;
  }

  @Override
  public Route route(RouteQuery query, Facts facts, List<String> trace) {
    Address recipient = query.recipient();
    Optional<Route.Nowhere> moved = aliases.moved(recipient, facts);
    if (moved.isPresent()) {
      return moved.get();
    }
    if (routes.isDoubleBounce(recipient)) {
      return new Route.Discarded();
    }
    AddressClass addressClass = policy.domains().classOf(recipient.domain());
    if (addressClass == AddressClass.VIRTUAL_ALIAS) {
      return toMailbox(query, addressClass, facts);
    }
    Way way = routes.way(query, addressClass, facts, trace);
    if (!routes.isOurStore(way)) {
      return query.named() && !isListed(recipient, addressClass, facts)
          ? unknown(addressClass)
          : elsewhere(way);
    }
    boolean byName = addressClass == AddressClass.LOCAL;
    return way.transport().equals(Routes.LOCAL) || byName && !way.transport().equals(Routes.VIRTUAL)
        ? toName(query, facts, trace)
        : toMailbox(query, addressClass, facts);
  }

  /** As local(8) has it: instead of a mailbox and in want of one, other transports may take it. */
  private Route toName(RouteQuery query, Facts facts, List<String> trace) {
    Address recipient = query.recipient();
    Optional<Account> holder =
        local(recipient, facts).or(() -> mustReachSomebody(recipient, facts));
    boolean takesUnknown = !query.named() || aliases.takesUnknown();
    Optional<Way> other =
        holder.isPresent() || takesUnknown
            ? routes.insteadOfMailbox(recipient, facts, trace)
            : Optional.empty();
    if (other.isEmpty() && holder.isEmpty() && takesUnknown) {
      other = routes.forNobody(recipient, facts, trace);
    }
    return other
        .filter(way -> !routes.isOurStore(way))
        .map(AddressRouter::elsewhere)
        .or(() -> holder.map(account -> kept(account, recipient)))
        .orElseGet(() -> unknown(AddressClass.LOCAL));
  }

  private Route kept(Account account, Address recipient) {
    return routes.areMailboxesFiles()
        ? Route.ToAgent.ofUser(user(recipient).toLowerCase(Locale.ROOT))
        : new Route.ToMailbox(account);
  }

  private Route toMailbox(RouteQuery query, AddressClass addressClass, Facts facts) {
    Address recipient = query.recipient();
    boolean isThere = !query.named() || isListed(recipient, addressClass, facts);
    return (isThere ? inMailbox(recipient, addressClass, facts) : Optional.<Account>empty())
        .or(() -> mustReachSomebody(recipient, facts))
        .<Route>map(Route.ToMailbox::new)
        .orElseGet(() -> unknown(addressClass));
  }

  /** Whose mailbox an address in a virtual domain is, which a table may have to name. */
  private Optional<Account> inMailbox(Address address, AddressClass addressClass, Facts facts) {
    if (addressClass != AddressClass.VIRTUAL_MAILBOX) {
      return byAddress(address, facts);
    }
    Optional<Account> own =
        listed.namesExtension(address, facts)
            ? facts.know(AccountFacts.byAddress(accounts, address))
            : byAddress(address, facts);
    return own.isPresent()
        ? own
        : listed.holder(address, facts).flatMap(holder -> byAddress(holder, facts));
  }

  private static Route unknown(AddressClass addressClass) {
    String table =
        switch (addressClass) {
          case LOCAL -> "local recipient";
          case VIRTUAL_ALIAS -> "virtual alias";
          case RELAY -> "relay recipient";
          case VIRTUAL_MAILBOX, REMOTE -> "virtual mailbox";
        };
    return Route.Nowhere.unknown("User unknown in " + table + " table");
  }

  private static Route elsewhere(Way way) {
    return way.transport().equals(BuiltInTransports.ERROR)
        ? BuiltInTransports.refusal(way.transport(), way.nextHop())
        : new Route.Onward(way.transport(), way.nextHop());
  }

  /** Whether an address in our domains is known, whatever way its mail goes. */
  private boolean isListed(Address recipient, AddressClass addressClass, Facts facts) {
    return switch (addressClass) {
      case LOCAL ->
          aliases.takesUnknown()
              || local(recipient, facts).isPresent()
              || ROLES.contains(user(recipient).toLowerCase(Locale.ROOT));
      // An alias for itself is as good a line.
      case VIRTUAL_MAILBOX, RELAY ->
          listed.has(recipient, addressClass, facts)
              || aliases.virtual(recipient, facts).isPresent();
      case VIRTUAL_ALIAS, REMOTE -> true;
    };
  }

  @Override
  public Optional<Account> holder(Address address, Facts facts) {
    AddressClass addressClass = policy.domains().classOf(address.domain());
    if (aliases.moved(address, facts).isPresent() || Routes.leaves(addressClass)) {
      return Optional.empty();
    }
    Optional<Account> holder =
        addressClass == AddressClass.LOCAL
            ? local(address, facts)
            : inMailbox(address, addressClass, facts);
    return holder.or(() -> mustReachSomebody(address, facts));
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
