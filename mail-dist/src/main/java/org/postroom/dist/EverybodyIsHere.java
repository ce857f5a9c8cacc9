package org.postroom.dist;

import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountFacts;
import org.postroom.core.auth.Accounts;
import org.postroom.core.fact.Facts;
import org.postroom.core.flow.Route;
import org.postroom.core.flow.Router;

/** Routes every address, of whatever domain, into a mailbox here. */
final class EverybodyIsHere implements Router {
  private final Accounts accounts;

  EverybodyIsHere(Accounts accounts) {
    this.accounts = accounts;
  }

  @Override
  public Route route(Address recipient, Facts facts) {
    return facts
        .know(AccountFacts.byAddress(accounts, recipient))
        .<Route>map(Route.ToMailbox::new)
        .orElseGet(() -> Route.Nowhere.unknown("User unknown"));
  }

  @Override
  public boolean owns(Account account, Address sender, Facts facts) {
    return true;
  }
}
