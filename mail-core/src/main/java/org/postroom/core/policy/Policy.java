package org.postroom.core.policy;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.Network;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Fault;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;

/**
 * The door to policy: who we are, what is ours, whom we trust and who may relay, made from settings
 * and checked as a whole. Immutable; a reload makes a new one.
 *
 * <pre>{@code
 * Policy policy = Policy.of(settings, ownAddresses);
 * Decision decision = policy.relay().judge(context.to(recipient));
 * }</pre>
 *
 * @param hostname of this server
 * @param origin what belongs behind an address that was written without domain
 * @param unlimited whom the limits for clients do not bind
 * @param warnings for the administrator
 */
public record Policy(
    Domain hostname,
    Domain origin,
    DomainClasses domains,
    MatchList mynetworks,
    MatchList unlimited,
    RelayPolicy relay,
    List<String> warnings) {

  public Policy {
    warnings = List.copyOf(warnings);
  }

  /**
   * @throws BadConfiguration with all faults, above all when strangers could relay
   */
  public static Policy of(Settings settings, OwnAddresses own) {
    return new Assembly(settings, own).policy();
  }

  /** What was written without a domain becomes an address at {@link #origin}. */
  public Address qualified(WrittenAddress address) {
    return address.at(origin);
  }

  private static final class Assembly {

    private final Settings settings;
    private final OwnAddresses own;
    private final List<Fault> faults = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    Assembly(Settings settings, OwnAddresses own) {
      this.settings = settings;
      this.own = own;
    }

    Policy policy() {
      final Domain hostname = domain(PolicyParams.MYHOSTNAME);
      final Domain origin = domain(PolicyParams.MYORIGIN);
      DomainClasses domains =
          new DomainClasses(
              domains(PolicyParams.MYDESTINATION),
              domains(PolicyParams.VIRTUAL_ALIAS_DOMAINS),
              domains(PolicyParams.VIRTUAL_MAILBOX_DOMAINS),
              domains(PolicyParams.RELAY_DOMAINS),
              own,
              settings.get(PolicyParams.ALLOW_UNTRUSTED_ROUTING));
      MatchList mynetworks = mynetworks();
      MatchList unlimited = unlimited(mynetworks);
      RelayPolicy relay =
          RelayPolicy.of(new Restrictions.Ingredients(settings, domains, mynetworks), faults);
      if (!faults.isEmpty()) {
        throw new BadConfiguration(faults);
      }
      warnings.addAll(domains.overlaps());
      return new Policy(hostname, origin, domains, mynetworks, unlimited, relay, warnings);
    }

    private Domain domain(Param<String> param) {
      try {
        return Domain.of(settings.get(param));
      } catch (MalformedAddress e) {
        faults.add(settings.fault(param, String.valueOf(e.getMessage())));
        return Domain.of("invalid");
      }
    }

    private MatchList domains(Param<List<String>> param) {
      try {
        return withWarnings(param, MatchList.ofDomains(settings.get(param), subdomains(param)));
      } catch (BadValue e) {
        faults.add(settings.fault(param, e.reason()));
        return MatchList.ofDomains(List.of(), false);
      }
    }

    private MatchList withWarnings(Param<?> param, MatchList list) {
      list.warnings().forEach(warning -> warnings.add(param.name() + ": " + warning));
      return list;
    }

    private boolean subdomains(Param<?> param) {
      return settings.get(PolicyParams.PARENT_DOMAIN_MATCHES_SUBDOMAINS).contains(param.name());
    }

    /** As written, or mynetworks, which may be computed. */
    private MatchList unlimited(MatchList mynetworks) {
      Param<List<String>> param = PolicyParams.LIMIT_EXCEPTIONS;
      return settings.isGiven(param) ? clients(param) : mynetworks;
    }

    private MatchList clients(Param<List<String>> param) {
      try {
        return withWarnings(param, MatchList.ofClients(settings.get(param), subdomains(param)));
      } catch (BadValue e) {
        faults.add(settings.fault(param, e.reason()));
        return MatchList.ofNetworks(List.of());
      }
    }

    private MatchList mynetworks() {
      MatchList trusted = MatchList.ofNetworks(List.of());
      if (settings.isGiven(PolicyParams.MYNETWORKS)) {
        trusted = clients(PolicyParams.MYNETWORKS);
      } else {
        MynetworksStyle style = settings.get(PolicyParams.MYNETWORKS_STYLE);
        trusted = MatchList.ofNetworks(Mynetworks.computed(style, own));
        if (style == MynetworksStyle.CLASS) {
          warnings.add(
              "mynetworks_style = class trusts whole provider networks: " + trusted.networks());
        }
      }
      for (Network network : trusted.networks()) {
        if (network.prefix() == 0) {
          // Deviation: the compatible systems start with this and are an open relay.
          faults.add(
              settings.fault(
                  PolicyParams.MYNETWORKS,
                  network + " trusts the whole Internet: this would be an open relay"));
        }
      }
      return trusted;
    }
  }
}
