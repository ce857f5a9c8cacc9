package org.postroom.smtp.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/**
 * One place to try.
 *
 * @param host whose it is
 */
record Target(String host, SocketAddress place) {

  Target(String host, InetAddress address, int port) {
    this(host, new InetSocketAddress(address, port));
  }

  /** A socket in the file system. */
  static Target socket(String host, Path path) {
    return new Target(host, UnixDomainSocketAddress.of(path));
  }

  /** Whether what is said to it stays here. */
  boolean isThisMachine() {
    return !(place instanceof InetSocketAddress inet) || inet.getAddress().isLoopbackAddress();
  }

  /** As relay is written in logs and reports. */
  @Override
  public String toString() {
    return place instanceof InetSocketAddress inet
        ? host + "[" + inet.getAddress().getHostAddress() + "]:" + inet.getPort()
        : host + "[" + place + "]";
  }
}
