package org.postroom.dist.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.MasterCf;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.Transport;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.flow.Routes;
import org.postroom.core.part.Outgoing;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.table.RecipientDelimiter;

/**
 * The {@code pipe} services of one configuration. Files that come with systems have some that
 * nobody uses, whose users are not even there: those are no fault until mail is to go there.
 */
final class PipeServices {
  private static final String PIPE = "pipe";
  private static final String DISABLED =
      "no programs get mail here: " + AliasParams.PROGRAM_DELIVERY + " = no";

  private PipeServices() {}

  /** Those that are transports: all but Dovecot's delivery, in whose place we are. */
  static List<Outgoing.Service> all(Outgoing outgoing) {
    Map<String, Outgoing.Service> byName = new TreeMap<>();
    for (Outgoing.Service service : outgoing.services().values()) {
      if (service.program().equals(PIPE) && !isDovecots(service.line())) {
        byName.put(service.line().name(), service);
      }
    }
    return List.copyOf(byName.values());
  }

  private static boolean isDovecots(MasterCf.Service line) {
    return line.name().equals("dovecot")
        && line.arguments().stream()
            .filter(word -> word.startsWith("argv="))
            .anyMatch(word -> word.endsWith("/deliver") || word.endsWith("/dovecot-lda"));
  }

  /**
   * Looks at all of them.
   *
   * @throws BadConfiguration for one that is written wrong, and one that cannot be had although a
   *     parameter sends mail there
   */
  static void check(Outgoing outgoing, Identities identities) {
    Set<String> used = Routes.named(outgoing.settings());
    List<Fault> faults = new ArrayList<>();
    for (Outgoing.Service service : all(outgoing)) {
      String name = service.line().name();
      boolean enabled = service.settings().get(AliasParams.PROGRAM_DELIVERY);
      if (enabled || used.contains(name)) {
        check(service, enabled, used.contains(name), identities, faults);
      }
    }
    if (!faults.isEmpty()) {
      throw new BadConfiguration(faults);
    }
  }

  private static void check(
      Outgoing.Service service,
      boolean enabled,
      boolean used,
      Identities identities,
      List<Fault> faults) {
    MasterCf.Service line = service.line();
    try {
      PipeService parsed = PipeService.parse(line.arguments());
      ServiceLimits unused = ServiceLimits.of(service);
      if (used && !enabled) {
        throw new BadValue(DISABLED);
      }
      if (used) {
        Identity unusedToo = identities.of(parsed.user());
      }
    } catch (BadValue e) {
      faults.add(new Fault(line.place(), line.key(), e.reason()));
    } catch (BadConfiguration e) {
      faults.addAll(e.faults());
    }
  }

  /** The transport of a service; one that keeps mail waiting where it cannot be had. */
  static Transport transport(
      Outgoing.Service service,
      Identities identities,
      RecipientDelimiter delimiter,
      Surroundings surroundings) {
    String name = service.line().name();
    if (!service.settings().get(AliasParams.PROGRAM_DELIVERY)) {
      return waiting(name, DISABLED);
    }
    try {
      PipeService parsed = PipeService.parse(service.line().arguments());
      return new PipeTransport(
          name,
          parsed,
          identities.of(parsed.user()),
          ServiceLimits.of(service),
          delimiter,
          surroundings);
    } catch (BadValue e) {
      return waiting(name, e.reason());
    }
  }

  private static Transport waiting(String name, String why) {
    DeliveryResult notNow =
        new DeliveryResult.Deferred(name, "4.3.5", "mail transport unavailable: " + why);
    return (mail, hop) -> CompletableFuture.completedFuture(Transport.Report.all(mail, notNow));
  }
}
