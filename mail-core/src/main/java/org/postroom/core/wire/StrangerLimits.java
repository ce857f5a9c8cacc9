package org.postroom.core.wire;

import java.time.Duration;
import org.postroom.core.memory.MemoryBudget;

/**
 * What clients may have of a wire, whatever the protocol, as long as nobody knows who they are.
 * Where there is no more of it, the address that holds most gives some back first; who has logged
 * in is bounded by other limits, and never has to go.
 *
 * @param sessions the most sessions of all clients, of those that are known too
 * @param channels the most accepted sockets, those included on which the last words are under way;
 *     one more is closed without a word, so that the store never lacks a descriptor
 * @param ofOneAddress the most strangers of one address
 * @param attempts the most connections of one address within {@code unit} upon which nobody has
 *     logged in; 0 for no limit
 * @param unit what attempts are counted in
 * @param ipv4Prefix bits of an IPv4 address that make an address here
 * @param ipv6Prefix bits of an IPv6 address that do
 * @param memory what strangers may hold together: sessions, half lines, answers they do not read
 */
public record StrangerLimits(
    int sessions,
    int channels,
    int ofOneAddress,
    int attempts,
    Duration unit,
    int ipv4Prefix,
    int ipv6Prefix,
    MemoryBudget memory) {

  /**
   * The longest line of a client that has not logged in, in every protocol: what AUTH needs (RFC
   * 4954, 4). Commands may be shorter by their protocol's own limit; what a session allows beyond
   * it, it {@linkplain Connection#keeps keeps} and is charged for.
   */
  public static final int LONGEST_LINE = 12_288;

  /** A household has all addresses below this prefix (RFC 6177). */
  private static final int IPV6_SITE = 64;

  /** No limits but the JVM's. */
  public static StrangerLimits none() {
    return new StrangerLimits(
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        0,
        Duration.ofSeconds(60),
        32,
        IPV6_SITE,
        new MemoryBudget(Long.MAX_VALUE));
  }

  public StrangerLimits {
    ipv6Prefix = Math.min(ipv6Prefix, IPV6_SITE);
  }
}
