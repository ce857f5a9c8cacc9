package org.postroom.smtp.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.postroom.core.trouble.Reason;
import org.postroom.smtp.client.tls.TlsLevel;
import org.postroom.smtp.client.tls.TlsPolicy;

/**
 * One place to try.
 *
 * @param host whose it is
 * @param tls how safe connections to it must be
 */
record Target(String host, SocketAddress place, TlsPolicy tls) {

  Target(String host, InetAddress address, int port, TlsPolicy tls) {
    this(host, new InetSocketAddress(address, port), tls);
  }

  /**
   * A socket in the file system, which nobody can listen to: TLS there is only where it must be.
   */
  static Target socket(String host, Path path, TlsPolicy tls) {
    return new Target(
        host, UnixDomainSocketAddress.of(path), tls.level() == TlsLevel.MAY ? TlsPolicy.NONE : tls);
  }

  /** Whether TLS is only tried there. */
  boolean mayDoWithoutTls() {
    return tls.level() == TlsLevel.MAY;
  }

  /** Whether what is said to it stays here. */
  boolean isThisMachine() {
    return !(place instanceof InetSocketAddress inet) || inet.getAddress().isLoopbackAddress();
  }

  /** That no connection to it came about, and why. */
  String unreached(Throwable trouble) {
    return "connect to " + this + ": " + Reason.text(trouble);
  }

  /** As relay is written in logs and reports. */
  @Override
  public String toString() {
    return place instanceof InetSocketAddress inet
        ? host + "[" + inet.getAddress().getHostAddress() + "]:" + inet.getPort()
        : host + "[" + place + "]";
  }
}
