package org.postroom.core.policy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.network.Network;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Report;
import org.postroom.core.table.MatchList;
import org.postroom.core.table.RecipientDelimiter;
import org.postroom.core.table.Tables;

/**
 * The door to policy: who we are, what is ours, whom we trust and who may relay, made from settings
 * and checked as a whole. Immutable; a reload makes a new one.
 *
 * <pre>{@code
 * Policy policy = Policy.of(settings, ownAddresses);
 * Decision decision =
 *     policy.judge().judge(Moment.RECIPIENT, context.to(recipient), Pending.NOTHING, facts);
 * }</pre>
 *
 * @param hostname of this server
 * @param qualifier what belongs behind an address that was written short
 * @param delimiter what parts users from extensions
 * @param unlimited whom the limits for clients do not bind
 * @param unknownCodes with which code an address of a class is refused that nobody has
 * @param senderLogins who may send as whom
 * @param localUsers what users of this machine may do
 * @param fastFlush the domains whose mail may be asked for
 * @param traced with whom sessions are written into the log
 * @param verpClients who may ask for a sender of its own for each recipient
 * @param warnings for the administrator
 */
public record Policy(
    Domain hostname,
    Qualifier qualifier,
    RecipientDelimiter delimiter,
    DomainClasses domains,
    MatchList mynetworks,
    MatchList unlimited,
    SenderLogins senderLogins,
    LocalUsers localUsers,
    MatchList fastFlush,
    MatchList traced,
    MatchList verpClients,
    Judge judge,
    Map<AddressClass, Integer> unknownCodes,
    List<Notice> warnings) {

  public Policy {
    unknownCodes = Map.copyOf(unknownCodes);
    warnings = List.copyOf(warnings);
  }

  /** Whether a user of this machine may do that; root's own rights are not looked at. */
  public boolean permits(LocalRight right, String user) {
    return localUsers.permits(right, user);
  }

  /** With tables as they are now: for a look at settings, not for a server. */
  public static Policy of(Settings settings, OwnAddresses own) {
    return of(settings, own, Tables.builder().build());
  }

  /**
   * The policy of a server.
   *
   * @param tables that lists may name
   * @throws BadConfiguration with all faults, above all when strangers could relay
   */
  public static Policy of(Settings settings, OwnAddresses own, Tables tables) {
    return of(settings, own, tables, AddedRestrictions.NONE);
  }

  /** The same, with more restrictions that lists may name. */
  public static Policy of(
      Settings settings, OwnAddresses own, Tables tables, AddedRestrictions restrictions) {
    return new Assembly(settings, own, tables, restrictions).policy();
  }

  /** What belongs behind an address that was written without domain. */
  public Domain origin() {
    return qualifier.origin();
  }

  /** What was written short becomes a whole address. */
  public Address qualified(WrittenAddress address) {
    return qualifier.qualified(address);
  }

  /** Whether tables may name users of this domain by their local part alone. */
  public boolean isUnderOurName(Domain domain) {
    return domain.equals(origin()) || domains.classOf(domain) == AddressClass.LOCAL;
  }

  /** With which code an address that nobody has is refused. */
  public int codeOfUnknown(Address recipient) {
    return unknownCodes.getOrDefault(domains.classOf(recipient.domain()), 550);
  }

  /** One host in each part of what is given out. */
  private static final List<String> EVERYWHERE_IPV4 =
      List.of("4.1.2.1", "20.1.2.1", "52.1.2.1", "84.1.2.1", "116.1.2.1", "148.1.2.1", "212.1.2.1");

  private static final List<String> EVERYWHERE_IPV6 =
      List.of("2001:470::1", "2400:8900::1", "2600:1f00::1", "2803:9800::1", "2a01:4f8::1");

  private static final class Assembly {

    private final Settings settings;
    private final OwnAddresses own;
    private final Tables tables;
    private final AddedRestrictions restrictions;
    private final List<Fault> faults = new ArrayList<>();
    private final List<Notice> warnings = new ArrayList<>();

    Assembly(Settings settings, OwnAddresses own, Tables tables, AddedRestrictions restrictions) {
      this.settings = settings;
      this.own = own;
      this.tables = tables;
      this.restrictions = restrictions;
    }

    Policy policy() {
      final Domain hostname = domain(PolicyParams.MYHOSTNAME);
      final Qualifier qualifier =
          new Qualifier(
              domain(PolicyParams.MYORIGIN),
              settings.get(PolicyParams.APPEND_DOT_MYDOMAIN)
                  ? Optional.of(domain(PolicyParams.MYDOMAIN))
                  : Optional.empty());
      DomainClasses domains =
          new DomainClasses(
              names(PolicyParams.MYDESTINATION),
              names(PolicyParams.VIRTUAL_ALIAS_DOMAINS),
              names(PolicyParams.VIRTUAL_MAILBOX_DOMAINS),
              domains(PolicyParams.RELAY_DOMAINS),
              own,
              settings.get(PolicyParams.ALLOW_UNTRUSTED_ROUTING));
      for (DomainClasses.Overlap two : domains.overlaps()) {
        overlap(two);
      }
      MatchList mynetworks = mynetworks();
      MatchList unlimited = unlimited(mynetworks);
      SenderLogins senderLogins = SenderLogins.of(settings, tables);
      LocalUsers localUsers =
          new LocalUsers(
              names(PolicyParams.SUBMIT_USERS),
              names(PolicyParams.MAILQ_USERS),
              names(PolicyParams.FLUSH_USERS));
      MatchList fastFlush = domains(PolicyParams.FAST_FLUSH_DOMAINS);
      MatchList traced = clients(PolicyParams.DEBUG_PEERS);
      MatchList verpClients = clients(PolicyParams.VERP_CLIENTS);
      Judge judge =
          Judge.of(
              new Ingredients(settings, domains, mynetworks, own, tables),
              restrictions,
              (param, text) -> faults.add(settings.fault(param, text)),
              this::warnOf);
      if (!faults.isEmpty()) {
        throw new BadConfiguration(new Report(faults, warnings));
      }
      return new Policy(
          hostname,
          qualifier,
          PolicyParams.delimiter(settings),
          domains,
          mynetworks,
          unlimited,
          senderLogins,
          localUsers,
          fastFlush,
          traced,
          verpClients,
          judge,
          unknownCodes(),
          warnings);
    }

    private void overlap(DomainClasses.Overlap two) {
      Param<?> named = settings.isGiven(two.second()) ? two.second() : two.first();
      warn(
          named,
          "do not list domain "
              + two.domain()
              + " in BOTH "
              + two.first()
              + " and "
              + two.second());
    }

    private Map<AddressClass, Integer> unknownCodes() {
      return Map.of(
          AddressClass.LOCAL, settings.get(PolicyParams.UNKNOWN_LOCAL_RECIPIENT_REJECT_CODE),
          AddressClass.VIRTUAL_ALIAS, settings.get(PolicyParams.UNKNOWN_VIRTUAL_ALIAS_REJECT_CODE),
          AddressClass.VIRTUAL_MAILBOX,
              settings.get(PolicyParams.UNKNOWN_VIRTUAL_MAILBOX_REJECT_CODE),
          AddressClass.RELAY, settings.get(PolicyParams.UNKNOWN_RELAY_RECIPIENT_REJECT_CODE));
    }

    private void warnOf(Param<?> param, String text) {
      warn(param, param.name() + ": " + text);
    }

    private void warn(Param<?> param, String text) {
      warnings.add(Notice.warning(settings.place(param), param.name(), text));
    }

    private Domain domain(Param<String> param) {
      try {
        return Domain.of(settings.get(param));
      } catch (MalformedAddress e) {
        faults.add(settings.fault(param, String.valueOf(e.getMessage())));
        return Domain.of("invalid");
      }
    }

    private MatchList names(Param<List<String>> param) {
      return list(param, MatchList.Kind.NAMES);
    }

    private MatchList domains(Param<List<String>> param) {
      return list(param, MatchList.Kind.DOMAINS);
    }

    private MatchList clients(Param<List<String>> param) {
      return list(param, MatchList.Kind.CLIENTS);
    }

    private MatchList list(Param<List<String>> param, MatchList.Kind kind) {
      try {
        MatchList list = MatchList.of(kind, settings.get(param), subdomains(param), tables::open);
        for (String warning : list.warnings()) {
          warnOf(param, warning);
        }
        return list;
      } catch (BadValue e) {
        faults.add(settings.fault(param, e.reason()));
        return MatchList.ofNetworks(List.of());
      }
    }

    private boolean subdomains(Param<?> param) {
      return settings.get(PolicyParams.PARENT_DOMAIN_MATCHES_SUBDOMAINS).contains(param.name());
    }

    /** As written, or mynetworks, which may be computed. */
    private MatchList unlimited(MatchList mynetworks) {
      Param<List<String>> param = PolicyParams.LIMIT_EXCEPTIONS;
      return settings.isGiven(param) ? clients(param) : mynetworks;
    }

    private MatchList mynetworks() {
      MatchList trusted = MatchList.ofNetworks(List.of());
      if (settings.isGiven(PolicyParams.MYNETWORKS)) {
        trusted = clients(PolicyParams.MYNETWORKS);
      } else {
        MynetworksStyle style = settings.get(PolicyParams.MYNETWORKS_STYLE);
        trusted = MatchList.ofNetworks(Mynetworks.computed(style, own));
        if (style == MynetworksStyle.CLASS) {
          warn(
              PolicyParams.MYNETWORKS_STYLE,
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
          return trusted;
        }
      }
      if (trustsAnybody(trusted)) {
        faults.add(
            settings.fault(
                PolicyParams.MYNETWORKS,
                "trusts clients from everywhere: this would be an open relay"));
      }
      return trusted;
    }

    /**
     * Whether it holds hosts from everywhere: where blocks add up to all, or a table has a key for
     * all, or for clients without a name.
     */
    private static boolean trustsAnybody(MatchList trusted) {
      try {
        return holdsEach(trusted, EVERYWHERE_IPV4) || holdsEach(trusted, EVERYWHERE_IPV6);
      } catch (LookupUnavailable e) {
        return false;
      }
    }

    private static boolean holdsEach(MatchList trusted, List<String> addresses) {
      for (String text : addresses) {
        Optional<InetAddress> address = IpLiteral.parse(text);
        if (address.isPresent() && !trusted.contains(address.get(), () -> "unknown")) {
          return false;
        }
      }
      return true;
    }
  }
}
