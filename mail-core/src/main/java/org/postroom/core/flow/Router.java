package org.postroom.core.flow;

import org.postroom.core.address.Address;

/**
 * Decides where mail for a recipient goes: by its address class, the accounts, and the relay host.
 * The SMTP session asks it at RCPT, the way of a mail at acceptance, a dry run at any time; the
 * answer is the same.
 */
public interface Router {

  /** Where mail for {@code recipient} goes now. May block on the store. */
  Route route(Address recipient);

  /** Whether {@link #route} would answer from memory now. Never blocks itself. */
  default boolean routesAtOnce(Address recipient) {
    return false;
  }
}
