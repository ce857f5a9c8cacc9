package org.postroom.smtp.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/** From which addresses we connect; where there is none of a kind, the system chooses. */
public record SourceAddresses(Optional<InetAddress> ipv4, Optional<InetAddress> ipv6) {
  static final SourceAddresses ANY = new SourceAddresses(Optional.empty(), Optional.empty());

  /** The one for a place. */
  Optional<InetAddress> towards(SocketAddress place) {
    if (!(place instanceof InetSocketAddress inet)) {
      return Optional.empty();
    }
    return inet.getAddress() instanceof Inet4Address ? ipv4 : ipv6;
  }
}
