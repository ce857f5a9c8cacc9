package org.postroom.smtp.client;

import java.net.InetAddress;

/**
 * Whom a connection to an address would reach, as the address itself says (RFC 6890). Whoever owns
 * a zone can put any address into it; mail must not follow it into this machine or to no one host.
 * Private networks (RFC 1918, RFC 4193) are other hosts.
 */
enum Reach {
  /** A host like any other. */
  ANOTHER_HOST,

  /** Loopback and unspecified addresses: this machine. */
  OURSELVES,

  /** Multicast, broadcast and link-local addresses: many, or whoever happens to be near. */
  NO_HOST;

  private static final int TEREDO_MASK = 0xFF;

  /** An IPv4 address within an IPv6 one (mapped, NAT64, 6to4 and the like) is what counts. */
  static Reach of(InetAddress address) {
    byte[] octets = address.getAddress();
    return octets.length == 4 ? ofIpv4(octets, 0, 0) : ofIpv6(octets);
  }

  private static Reach ofIpv6(byte[] octets) {
    int first = group(octets, 0);
    if (first >= 0xFE80 && first <= 0xFEBF || first >= 0xFF00) {
      return NO_HOST;
    }
    if (first == 0x2002) { // 6to4 (RFC 3056)
      return ofIpv4(octets, 2, 0);
    }
    if (first == 0x2001 && group(octets, 1) == 0) { // Teredo (RFC 4380), which inverts it
      return ofIpv4(octets, 12, TEREDO_MASK);
    }
    return endsInIpv4(octets) ? ofIpv4(octets, 12, 0) : ANOTHER_HOST;
  }

  /**
   * Mapped and compatible addresses (RFC 4291, 2.5.5; {@code ::} and {@code ::1} look like the
   * latter), translated ones (RFC 2765) and the prefix of NAT64 (RFC 6052).
   */
  private static boolean endsInIpv4(byte[] octets) {
    boolean translator = group(octets, 0) == 0x64 && group(octets, 1) == 0xFF9B;
    if (!translator && (group(octets, 0) | group(octets, 1)) != 0) {
      return false;
    }
    if ((group(octets, 2) | group(octets, 3)) != 0) {
      return false;
    }
    int fifth = group(octets, 4);
    int sixth = group(octets, 5);
    return translator
        ? (fifth | sixth) == 0
        : fifth == 0 && (sixth == 0 || sixth == 0xFFFF) || fifth == 0xFFFF && sixth == 0;
  }

  private static Reach ofIpv4(byte[] octets, int at, int mask) {
    int first = (octets[at] & 0xFF) ^ mask;
    int second = (octets[at + 1] & 0xFF) ^ mask;
    if (first == 0 || first == 127) {
      return OURSELVES;
    }
    boolean linkLocal = first == 169 && second == 254;
    boolean multicast = first >= 224 && first <= 239;
    boolean broadcast = first == 255;
    return linkLocal || multicast || broadcast ? NO_HOST : ANOTHER_HOST;
  }

  private static int group(byte[] octets, int index) {
    return (octets[2 * index] & 0xFF) << 8 | octets[2 * index + 1] & 0xFF;
  }
}
