package org.postroom.core.policy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.postroom.core.network.Network;

/** The clients that are trusted where nobody listed them. */
final class Mynetworks {

  private Mynetworks() {}

  static List<Network> computed(MynetworksStyle style, OwnAddresses own) {
    List<Network> networks = new ArrayList<>();
    for (OwnAddresses.Interface each : own.interfaces()) {
      Network network =
          switch (style) {
            case HOST -> Network.of(each.address());
            case SUBNET -> Network.around(each.address(), each.prefix());
            case CLASS -> Network.around(each.address(), classPrefix(each));
          };
      if (!networks.contains(network)) {
        networks.add(network);
      }
    }
    return networks;
  }

  /** Class A, B or C (RFC 791); IPv6 never had classes. */
  private static int classPrefix(OwnAddresses.Interface own) {
    InetAddress address = own.address();
    byte[] bytes = address.getAddress();
    if (bytes.length != 4) {
      return own.prefix();
    }
    int first = bytes[0] & 0xFF;
    if (first < 128) {
      return 8;
    }
    if (first < 192) {
      return 16;
    }
    return first < 224 ? 24 : 32;
  }
}
