package org.postroom.smtp.client.tls;

import java.util.List;
import java.util.Optional;

/**
 * How safe connections to a next hop must be.
 *
 * @param match what a certificate is held against: {@code hostname}, {@code nexthop}, {@code
 *     dot-nexthop}, names, {@code .parent}; fingerprints at that level
 * @param serverName asked for (SNI) in place of the host's name
 */
public record TlsPolicy(TlsLevel level, List<String> match, Optional<String> serverName) {

  public TlsPolicy {
    match = List.copyOf(match);
  }

  /** The name to ask for of a host. */
  public String nameFor(String host) {
    return serverName.orElse(host);
  }
}
