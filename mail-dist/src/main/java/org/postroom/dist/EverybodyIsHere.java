package org.postroom.dist;

import java.util.List;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountFacts;
import org.postroom.core.auth.Accounts;
import org.postroom.core.fact.Facts;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.RouteQuery;
import org.postroom.core.flow.Router;
import org.postroom.core.table.RecipientDelimiter;

/** Routes every address, of whatever domain, into a mailbox here. */
final class EverybodyIsHere implements Router {
  private final Accounts accounts;
  private final RecipientDelimiter delimiter;

  EverybodyIsHere(Accounts accounts, RecipientDelimiter delimiter) {
    this.accounts = accounts;
    this.delimiter = delimiter;
  }

  @Override
  public Route route(RouteQuery query, Facts facts, List<String> trace) {
    Address recipient = query.recipient();
    Address user = Address.of(delimiter.user(recipient.localPart()), recipient.domain());
    return facts
        .know(AccountFacts.byAddress(accounts, user))
        .<Route>map(Route.ToMailbox::new)
        .orElseGet(() -> Route.Nowhere.unknown("User unknown"));
  }

  @Override
  public boolean owns(Account account, Address sender, Facts facts) {
    return true;
  }
}
