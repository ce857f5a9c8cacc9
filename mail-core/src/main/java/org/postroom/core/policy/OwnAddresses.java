package org.postroom.core.policy;

import java.net.InetAddress;
import java.util.List;

/**
 * The addresses that are this host, as {@code inet_interfaces} and {@code proxy_interfaces} name
 * them. Given as a value: what machine we run on is for the one who assembles the server to find.
 */
public record OwnAddresses(List<Interface> interfaces, List<InetAddress> proxies) {

  /** An address of ours and the length of its network's prefix. */
  public record Interface(InetAddress address, int prefix) {}

  public OwnAddresses {
    interfaces = List.copyOf(interfaces);
    proxies = List.copyOf(proxies);
  }

  public boolean contain(InetAddress address) {
    for (Interface own : interfaces) {
      if (own.address().equals(address)) {
        return true;
      }
    }
    return proxies.contains(address);
  }
}
