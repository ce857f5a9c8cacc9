package org.postroom.dist;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.policy.Policy;
import org.postroom.core.wire.SocketRights;
import org.postroom.dist.config.ServerParams;
import org.postroom.dist.config.ServicePlan;
import org.postroom.smtp.server.SmtpParams;

/**
 * A listener that a start is to open.
 *
 * @param name for log lines
 * @param door for what it is, as far as one can tell
 * @param rules the door whose defaults hold for it
 * @param places where: addresses of the network, all with the same port, of which 0 is any; or a
 *     socket in the file system
 * @param settings what holds for it
 * @param policy that follows from them
 */
record PlannedListener(
    String name,
    Door door,
    Door rules,
    List<SocketAddress> places,
    Settings settings,
    Policy policy) {

  PlannedListener {
    places = List.copyOf(places);
  }

  /** One that the parameter {@code listeners}, or a program, asks for. */
  static PlannedListener of(
      Wanted wanted, List<InetAddress> addresses, Settings settings, Policy policy) {
    Door door = wanted.door();
    if (wanted instanceof Wanted.AtSocket socket) {
      return new PlannedListener(
          door.name(),
          door,
          door,
          List.of(UnixDomainSocketAddress.of(socket.path())),
          behindRights(settings),
          policy);
    }
    int port = ((Wanted.AtPort) wanted).port();
    List<SocketAddress> places = new ArrayList<>();
    for (InetAddress at : addresses) {
      places.add(new InetSocketAddress(at, port));
    }
    return new PlannedListener(door.name(), door, door, places, settings, policy);
  }

  /**
   * Whoever may write to the socket may bring mail by LMTP: the socket's rights say who that is.
   */
  private static Settings behindRights(Settings settings) {
    return settings.over().preset(SmtpParams.LMTP_STRANGERS, "yes").build();
  }

  /** One that a service of master.cf asks for: its settings say everything. */
  static PlannedListener of(ServicePlan.Door service, Policy policy) {
    Door door = Role.MX;
    if (service.settings().get(SmtpParams.TLS_WRAPPERMODE)) {
      door = Role.SUBMISSIONS;
    } else if (service.isAtPort(Role.SUBMISSION.port())) {
      door = Role.SUBMISSION;
    }
    return new PlannedListener(
        service.name(), door, Role.MX, service.places(), service.settings(), policy);
  }

  /**
   * What is wrong with listeners at one place: only one could be had, and nobody would hear of the
   * other.
   */
  static List<String> atOnePlace(List<PlannedListener> listeners) {
    List<String> faults = new ArrayList<>();
    Map<SocketAddress, PlannedListener> taken = new HashMap<>();
    for (PlannedListener one : listeners) {
      for (SocketAddress place : new LinkedHashSet<>(one.places)) {
        PlannedListener other = Ports.isAny(place) ? null : taken.putIfAbsent(place, one);
        if (other != null) {
          String both = other.name + " and " + one.name + " are both to listen on ";
          faults.add(both + Ports.text(place));
        }
      }
    }
    return faults;
  }

  /** Whose the socket in the file system is. */
  SocketRights rights() {
    return new SocketRights(
        settings.get(ServerParams.SOCKET_MODE),
        settings.get(ServerParams.SOCKET_USER),
        settings.get(ServerParams.SOCKET_GROUP));
  }

  /** The port that is asked for; 0 is any, and what a listener in the file system has. */
  int port() {
    return places.get(0) instanceof InetSocketAddress inet ? inet.getPort() : 0;
  }
}
