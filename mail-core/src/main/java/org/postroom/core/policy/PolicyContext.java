package org.postroom.core.policy;

import java.net.InetAddress;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.fact.Fact;

/**
 * What a restriction looks at without asking anybody.
 *
 * @param clientName verified; "unknown" where there is none
 * @param login the account that authenticated; empty for a stranger
 * @param recipient empty before RCPT
 */
public record PolicyContext(
    InetAddress client,
    Fact<String> clientName,
    Optional<String> login,
    ReversePath sender,
    Optional<Address> recipient) {

  /** The context of one recipient. */
  public PolicyContext to(Address address) {
    return new PolicyContext(client, clientName, login, sender, Optional.of(address));
  }
}
