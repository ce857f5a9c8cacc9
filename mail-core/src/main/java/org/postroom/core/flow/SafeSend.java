package org.postroom.core.flow;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountFacts;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Settings;
import org.postroom.core.fact.Facts;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.MatchList;
import org.postroom.core.table.Tables;

/**
 * Keeps mail on a server that is not in production: what would leave it, for anybody but those who
 * are named, comes into one mailbox here instead. It stands where routes are said, so it holds for
 * whatever leaves: what clients and applications send, what aliases come to, copies, reports, and
 * what waits in the queue. A filter's destination is a way around routes, so it has to be named.
 */
public final class SafeSend {
  private static final Route.Nowhere NOBODY =
      new Route.Nowhere(
          451, "4.3.5", "Server configuration error: nobody has " + FlowParams.SAFE_SEND.name());

  private final String mailbox;
  private final MatchList recipients;
  private final Set<String> filters;

  private SafeSend(String mailbox, MatchList recipients, Set<String> filters) {
    this.mailbox = mailbox;
    this.recipients = recipients;
    this.filters = filters;
  }

  /**
   * As settings have it.
   *
   * @throws BadConfiguration for a list that cannot be obeyed
   */
  static SafeSend of(Settings settings, Tables tables) {
    try {
      return new SafeSend(
          settings.get(FlowParams.SAFE_SEND),
          MatchList.ofRecipients(settings.get(FlowParams.SAFE_SEND_RECIPIENTS), tables::open),
          settings.get(FlowParams.SAFE_SEND_FILTERS).stream()
              .map(text -> text.endsWith(":") ? text.substring(0, text.length() - 1) : text)
              .collect(Collectors.toSet()));
    } catch (BadValue e) {
      throw new BadConfiguration(
          settings.fault(FlowParams.SAFE_SEND_RECIPIENTS, String.valueOf(e.getMessage())));
    }
  }

  /** Where {@code router} routes, but for what must not leave; itself where all may. */
  public Router over(Router router, Accounts accounts) {
    return mailbox.isEmpty() ? router : new Guarded(router, accounts);
  }

  private final class Guarded implements Router {
    private final Router router;
    private final Accounts accounts;

    Guarded(Router router, Accounts accounts) {
      this.router = router;
      this.accounts = accounts;
    }

    @Override
    public Route route(RouteQuery query, Facts facts, List<String> trace) {
      Route route = router.route(query, facts, trace);
      return leaves(query, route) ? kept(facts) : route;
    }

    private boolean leaves(RouteQuery query, Route route) {
      return route instanceof Route.Onward onward
          && onward.leaves()
          && !recipients.contains(query.recipient());
    }

    private Route kept(Facts facts) {
      return keeper(facts).<Route>map(Route.Kept::new).orElse(NOBODY);
    }

    /** What a program does with it nobody knows. */
    @Override
    public Route aside(RouteQuery query, Route.ToAgent agent, Facts facts) {
      return recipients.contains(query.recipient()) ? agent : kept(facts);
    }

    @Override
    public boolean keeps(RouteQuery query, Facts facts) {
      return leaves(query, router.route(query, facts));
    }

    @Override
    public boolean permits(Route.Onward decided) {
      return filters.contains(decided.transport())
          || filters.contains(decided.transport() + ":" + decided.nextHop());
    }

    /** Whose a mailbox is, and what is sent to whom, has nothing to do with it. */
    @Override
    public Optional<Account> holder(Address address, Facts facts) {
      return router.holder(address, facts);
    }

    @Override
    public boolean owns(Account account, Address sender, Facts facts) {
      return router.owns(account, sender, facts);
    }

    private Optional<Account> keeper(Facts facts) {
      return Address.tryParse(mailbox)
          .flatMap(address -> facts.know(AccountFacts.byAddress(accounts, address)))
          .or(() -> facts.know(AccountFacts.byLogin(accounts, mailbox)));
    }
  }
}
