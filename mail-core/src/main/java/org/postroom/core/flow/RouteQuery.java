package org.postroom.core.flow;

import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;

/**
 * What is routed: a recipient, and whom the mail is from, because some tables go by that.
 *
 * @param sender as it was written anew
 * @param recipient one that stands for nobody else any more
 * @param named whether whoever brings the mail has named this address himself: then it has to be
 *     one that is known here; what a table of ours or the queue names need not be
 */
public record RouteQuery(ReversePath sender, Address recipient, boolean named) {

  /** Where mail for an address goes that comes from nobody. */
  public static RouteQuery of(Address recipient) {
    return new RouteQuery(ReversePath.NULL, recipient, true);
  }
}
