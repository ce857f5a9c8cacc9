package org.postroom.smtp.client;

import org.postroom.core.address.ReversePath;
import org.postroom.core.flow.NextHop;
import org.postroom.smtp.client.tls.HostPolicies;
import org.postroom.smtp.client.tls.RequireTlsLevel;

/**
 * A next hop, and on what terms it is talked to. What was opened for one mail may carry another
 * whose way is equal.
 *
 * @param written as which the hop is known to tables of log-ins
 * @param tls how safe its hosts must be reached
 * @param requires how far a server must do what REQUIRETLS asks for; nothing, where the mail does
 *     not ask
 * @param sender in whose name, where log-ins depend on that; else the null one
 */
record Way(
    NextHop hop, String written, HostPolicies tls, RequireTlsLevel requires, ReversePath sender) {

  /** By the hop: ways to one seldom differ, and this is asked for each mail. */
  @Override
  public int hashCode() {
    return hop.hashCode();
  }

  /** Whether the mail is returned rather than sent without TLS. */
  boolean requiresTls() {
    return requires.requiresTls();
  }
}
