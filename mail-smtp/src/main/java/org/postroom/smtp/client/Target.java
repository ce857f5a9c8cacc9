package org.postroom.smtp.client;

import java.net.InetAddress;

/** One address to try. */
record Target(String host, InetAddress address, int port) {

  /** As relay is written in logs and reports. */
  @Override
  public String toString() {
    return host + "[" + address.getHostAddress() + "]:" + port;
  }
}
