package org.postroom.core.flow;

import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.fact.Facts;

/**
 * Decides where mail for a recipient goes: by its address class, the accounts, and the relay host.
 * A pure function of what is known: the SMTP session asks it at RCPT, an attempt when it begins, a
 * dry run at any time; the answer is the same.
 */
@FunctionalInterface
public interface Router {

  /** Where mail for {@code recipient} goes now. */
  Route route(Address recipient, Facts facts);

  /** Whether mail may go where a filter has decided that it goes; else it goes by its routes. */
  default boolean permits(Route.Onward decided) {
    return true;
  }

  /** Whether mail for {@code recipient} must not leave, whatever was decided for it. */
  default boolean keeps(Address recipient, Facts facts) {
    return false;
  }

  /** Whether mail from {@code sender} may be submitted by {@code account}: who gets it owns it. */
  default boolean owns(Account account, Address sender, Facts facts) {
    return route(sender, facts) instanceof Route.ToMailbox mailbox
        && mailbox.account().id().equals(account.id());
  }
}
