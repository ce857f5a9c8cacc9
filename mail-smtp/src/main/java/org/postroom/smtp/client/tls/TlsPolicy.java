package org.postroom.smtp.client.tls;

import java.util.List;
import java.util.Optional;
import org.postroom.core.flow.NextHop;

/**
 * How safe connections to a next hop must be.
 *
 * @param match what a certificate is held against: {@code hostname}, {@code nexthop}, {@code
 *     dot-nexthop}, names, {@code .parent}; fingerprints at that level
 * @param serverName asked for (SNI) in place of the host's name: {@code hostname}, {@code nexthop}
 *     or a name
 */
public record TlsPolicy(TlsLevel level, List<String> match, Optional<String> serverName) {

  /** Without TLS. */
  public static final TlsPolicy NONE = new TlsPolicy(TlsLevel.NONE, List.of(), Optional.empty());

  public TlsPolicy {
    match = List.copyOf(match);
  }

  /** The name to ask a host of a next hop for. */
  public String nameFor(NextHop hop, String host) {
    return serverName.map(name -> meant(name, hop, host)).orElse(host);
  }

  /** What a word of the policy stands for. */
  static String meant(String word, NextHop hop, String host) {
    return switch (word) {
      case "hostname" -> host;
      case "nexthop" -> hop.host();
      case "dot-nexthop" -> "." + hop.host();
      default -> word;
    };
  }
}
