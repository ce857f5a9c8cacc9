package org.postroom.dist;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.wire.SocketFile;
import org.postroom.dist.config.ServerParams;

/**
 * Tries whether every port and every socket in the file system can be had, before a start opens
 * anything else: a start that fails for want of a port changes nothing.
 *
 * @param fromSettings whether the listeners are those of the configuration
 */
record Ports(Settings settings, boolean fromSettings) {

  /**
   * Takes each port for a moment.
   *
   * @throws WireFault for the first that cannot be had, with what to do
   */
  void check(List<PlannedListener> listeners) {
    for (PlannedListener listener : listeners) {
      for (SocketAddress address : listener.places()) {
        check(listener.name(), address);
      }
    }
  }

  /** The same for one place; any port is as good as free. */
  void check(String name, SocketAddress place) {
    if (place instanceof UnixDomainSocketAddress file) {
      check(name, file.getPath());
    } else if (place instanceof InetSocketAddress inet && !isAny(place)) {
      check(name, inet);
    }
  }

  /** Whether any port will do. */
  static boolean isAny(SocketAddress place) {
    return place instanceof InetSocketAddress inet && inet.getPort() == 0;
  }

  /** How an administrator is told of a place. */
  static String text(SocketAddress place) {
    return place instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress() + " port " + inet.getPort()
        : "unix:" + place;
  }

  private void check(String name, Path socket) {
    try {
      SocketFile.check(socket);
    } catch (IOException e) {
      String text = "cannot listen on unix:" + socket + " for " + name + ": " + e.getMessage();
      throw new WireFault(at(ServerParams.LISTENERS, text), e);
    }
  }

  private void check(String name, InetSocketAddress address) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(address);
    } catch (IOException e) {
      throw new WireFault(text(name, address, String.valueOf(e.getMessage())), e);
    }
  }

  private String text(String name, InetSocketAddress address, String reason) {
    String what = "cannot listen on " + text(address) + " for " + name + ": ";
    String lower = reason.toLowerCase(Locale.ROOT);
    if (lower.contains("in use")) {
      return at(
          ServerParams.LISTENERS,
          what
              + "another program listens there; stop it (ss -ltnp names it) or choose another port");
    }
    if (lower.contains("permission denied")) {
      return at(
          ServerParams.LISTENERS,
          what
              + "this user may not; choose a port above 1023, or give the process"
              + " CAP_NET_BIND_SERVICE");
    }
    if (lower.contains("cannot assign")) {
      return at(PolicyParams.INET_INTERFACES, what + "this machine does not have that address");
    }
    return at(ServerParams.LISTENERS, what + reason);
  }

  private String at(Param<?> param, String text) {
    return fromSettings ? settings.fault(param, text).toString() : text;
  }
}
