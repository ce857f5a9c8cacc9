package org.postroom.smtp;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.postroom.core.config.Settings;
import org.postroom.core.delivery.Transport;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Outgoing;
import org.postroom.core.part.Premises;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.Tables;
import org.postroom.smtp.client.SharedByTransports;
import org.postroom.smtp.client.SmtpTransport;

/** Transports by SMTP and LMTP: those that are always there, and those that master.cf adds. */
final class SmtpTransports implements AutoCloseable {
  /** Mail for others, and mail for domains that we relay for. */
  private static final List<String> NAMES = List.of("smtp", "relay");

  private static final String LMTP = "lmtp";

  private final Premises premises;

  /** Over all of them, and all generations. */
  private final SharedByTransports shared;

  SmtpTransports(Premises premises) {
    this.premises = premises;
    this.shared = SharedByTransports.of(premises);
  }

  static List<String> names(Outgoing outgoing) {
    return Stream.of(NAMES, List.of(LMTP), outgoing.names("smtp"), outgoing.names(LMTP))
        .flatMap(List::stream)
        .distinct()
        .toList();
  }

  /** Looks at what they would obey; {@code BadConfiguration} for what cannot be. */
  static void check(Outgoing outgoing, Policy policy, Tables tables) {
    for (String name : names(outgoing)) {
      SmtpTransport.check(outgoing.settings(name), isLmtp(name, outgoing), policy, tables);
    }
  }

  /** One client under all names of a protocol; one more for each that has settings of its own. */
  Map<String, Transport> of(Outgoing outgoing, Policy policy, OwnAddresses own, Tables tables) {
    Map<Settings, Transport> bySettings = new HashMap<>();
    Map<Settings, Transport> byLmtp = new HashMap<>();
    Map<String, Transport> transports = new HashMap<>();
    for (String name : names(outgoing)) {
      Settings settings = outgoing.settings(name);
      transports.put(
          name,
          isLmtp(name, outgoing)
              ? byLmtp.computeIfAbsent(
                  settings, its -> SmtpTransport.lmtp(its, policy, tables, premises, shared))
              : bySettings.computeIfAbsent(
                  settings, its -> SmtpTransport.of(its, policy, own, tables, premises, shared)));
    }
    return transports;
  }

  private static boolean isLmtp(String name, Outgoing outgoing) {
    Outgoing.Service service = outgoing.services().get(name);
    return service == null ? name.equals(LMTP) : service.program().equals(LMTP);
  }

  /** The server runs; mail goes by what is current. */
  void running(Supplier<Generation> current) {
    shared.running(current);
  }

  @Override
  public void close() {
    shared.close();
  }
}
