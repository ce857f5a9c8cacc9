package org.postroom.smtp.client.tls;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.Resolver.Tlsa;
import org.postroom.core.flow.NextHop;

/**
 * How safe connections to a next hop must be.
 *
 * @param match what a certificate is held against: {@code hostname}, {@code nexthop}, {@code
 *     dot-nexthop}, names, {@code .parent}; fingerprints at that level
 * @param serverName asked for (SNI) in place of the host's name: {@code hostname}, {@code nexthop}
 *     or a name
 * @param tlsa by which records the server is known, at the level {@code dane}
 * @param versions of TLS that may be spoken
 */
public record TlsPolicy(
    TlsLevel level,
    List<String> match,
    Optional<String> serverName,
    List<Tlsa> tlsa,
    Set<String> versions) {

  /** With a valid certificate for the host's own name. */
  public static final TlsPolicy VALID =
      new TlsPolicy(TlsLevel.VERIFY, List.of("hostname"), Optional.empty());

  /** Without TLS. */
  public static final TlsPolicy NONE = new TlsPolicy(TlsLevel.NONE, List.of(), Optional.empty());

  public TlsPolicy {
    match = List.copyOf(match);
    tlsa = List.copyOf(tlsa);
    versions = Set.copyOf(versions);
  }

  /** One that rests on no records, in any version that we speak. */
  public TlsPolicy(TlsLevel level, List<String> match, Optional<String> serverName) {
    this(level, match, serverName, List.of(), TlsVersions.ALL.spoken());
  }

  /** {@link #VALID} in the versions that settings have where there must be TLS. */
  public static TlsPolicy valid(Settings settings) {
    return VALID.in(settings.get(TlsParams.MANDATORY_PROTOCOLS).spoken());
  }

  /** The same in these versions. */
  TlsPolicy in(Set<String> others) {
    return new TlsPolicy(level, match, serverName, tlsa, others);
  }

  /**
   * With who is known by TLSA records (RFC 7672, 3.2.2: names in a certificate may be the host's or
   * the next hop's).
   *
   * @param base whose records they are
   */
  static TlsPolicy dane(String base, List<Tlsa> usable, Set<String> versions) {
    return new TlsPolicy(
        TlsLevel.DANE, List.of(base, "nexthop"), Optional.of(base), usable, versions);
  }

  /** The name to ask a host of a next hop for. */
  public String nameFor(NextHop hop, String host) {
    return serverName.map(name -> meant(name, hop, host)).orElse(host);
  }

  /** The names that a certificate of a next hop's host is held against. */
  public List<String> namesFor(NextHop hop, String host) {
    return match.stream().map(one -> meant(one, hop, host)).toList();
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
