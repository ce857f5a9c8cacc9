package org.postroom.core.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Who is counted as one: the IPv4 /24 or the IPv6 /64 of an address, an office or a household.
 *
 * @param prefix its first octets
 * @param v6 of which kind
 */
record ClientNetwork(long prefix, boolean v6) {

  static ClientNetwork of(InetAddress client) {
    ByteBuffer octets = ByteBuffer.wrap(client.getAddress());
    return client instanceof Inet6Address
        ? new ClientNetwork(octets.getLong(), true)
        : new ClientNetwork(octets.getInt() >>> 8, false);
  }
}
