package org.postroom.dist;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.postroom.core.config.Settings;
import org.postroom.core.part.Door;
import org.postroom.core.policy.Policy;
import org.postroom.dist.config.ServicePlan;
import org.postroom.smtp.server.SmtpParams;

/**
 * A listener that a start is to open.
 *
 * @param name for log lines
 * @param door for what it is, as far as one can tell
 * @param rules the door whose defaults hold for it
 * @param addresses where
 * @param port 0 takes a free one
 * @param settings what holds for it
 * @param policy that follows from them
 */
record PlannedListener(
    String name,
    Door door,
    Door rules,
    List<InetAddress> addresses,
    int port,
    Settings settings,
    Policy policy) {

  PlannedListener {
    addresses = List.copyOf(addresses);
  }

  /** One that the parameter {@code listeners}, or a program, asks for. */
  static PlannedListener of(
      Door door, int port, List<InetAddress> addresses, Settings settings, Policy policy) {
    return new PlannedListener(door.name(), door, door, addresses, port, settings, policy);
  }

  /** One that a service of master.cf asks for: its settings say everything. */
  static PlannedListener of(ServicePlan.Door service, Policy policy) {
    Door door = Role.MX;
    if (service.settings().get(SmtpParams.TLS_WRAPPERMODE)) {
      door = Role.SUBMISSIONS;
    } else if (service.port() == Role.SUBMISSION.port()) {
      door = Role.SUBMISSION;
    }
    return new PlannedListener(
        service.name(),
        door,
        Role.MX,
        service.addresses(),
        service.port(),
        service.settings(),
        policy);
  }

  /** Where it is to listen; port 0 is any. */
  List<InetSocketAddress> places() {
    return addresses.stream().map(address -> new InetSocketAddress(address, port)).toList();
  }
}
