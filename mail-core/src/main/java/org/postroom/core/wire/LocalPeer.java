package org.postroom.core.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * What both ends of a connection are called that came by a socket in the file system: a program of
 * this machine, which has no address. As in the compatible systems it is {@code
 * localhost[127.0.0.1]}, and that is all that anybody knows of it: the log and Received fields name
 * it so, {@code mynetworks}, access tables and policy servers see this address and port 0, limits
 * of one address hold for all such programs together, and a password may cross in clear. Who may
 * come at all, the socket's own rights say ({@link SocketRights}).
 */
public final class LocalPeer {

  /** No client of the network has the port 0. */
  public static final InetSocketAddress ADDRESS = new InetSocketAddress(loopback(), 0);

  private LocalPeer() {}

  private static InetAddress loopback() {
    try {
      return InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // four octets are an address
    }
  }
}
