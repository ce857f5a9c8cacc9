package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.auth.Account;
import org.postroom.core.fact.Facts;

/**
 * Decides where mail for a recipient goes: by its address class, the accounts, and the tables of
 * transports and relay hosts. A pure function of what is known: the SMTP session asks it at RCPT,
 * an attempt when it begins, a dry run at any time; the answer is the same.
 */
@FunctionalInterface
public interface Router {

  /**
   * Where the mail goes now.
   *
   * @param trace takes the steps that led there, for people: what was found, and where it stands
   */
  Route route(RouteQuery query, Facts facts, List<String> trace);

  /** The same for who does not want to know why. */
  default Route route(RouteQuery query, Facts facts) {
    return route(query, facts, new ArrayList<>(0));
  }

  /** Whether mail may go where a filter has decided that it goes; else it goes by its routes. */
  default boolean permits(Route.Onward decided) {
    return true;
  }

  /** Where mail goes that an alias sends to a program or a file: there, where all may leave. */
  default Route aside(RouteQuery query, Route.ToAgent agent, Facts facts) {
    return agent;
  }

  /** Whether the mail must not leave, whatever was decided for it. */
  default boolean keeps(RouteQuery query, Facts facts) {
    return false;
  }

  /** Whose address it is: who has its mail, or would have it if that went into a mailbox here. */
  default Optional<Account> holder(Address address, Facts facts) {
    return route(RouteQuery.of(address), facts) instanceof Route.ToMailbox mailbox
        ? Optional.of(mailbox.account())
        : Optional.empty();
  }

  /** Whether mail from {@code sender} may be submitted by {@code account}: whose it is owns it. */
  default boolean owns(Account account, Address sender, Facts facts) {
    return holder(sender, facts).filter(holder -> holder.id().equals(account.id())).isPresent();
  }
}
