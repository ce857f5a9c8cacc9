package org.postroom.core.wire;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Addresses of which kind are used. */
public enum AddressFamily {
  ANY,
  IPV4,
  IPV6;

  /** Whether an address is one of these. */
  public boolean contains(InetAddress address) {
    return this == ANY
        || this == IPV4 && address instanceof Inet4Address
        || this == IPV6 && address instanceof Inet6Address;
  }
}
