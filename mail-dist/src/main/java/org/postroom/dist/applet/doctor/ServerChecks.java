package org.postroom.dist.applet.doctor;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.dns.Resolver.Tlsa;
import org.postroom.core.flow.NextHop;
import org.postroom.dist.Role;
import org.postroom.dist.applet.doctor.Reach.Outcome;
import org.postroom.dist.assembly.Checked.Listening;

/** What others see of a server: its name, its addresses, whether mail can come and leave. */
final class ServerChecks {
  private static final int SMTP = 25;
  private static final int MOST_CALLS = 16;
  private static final int MOST_OF_A_KIND = 2;
  private static final int MOST_LED_HERE = 10;

  static final List<Row> ALL =
      List.of(
          new Row.OfServer("name servers", true, ServerChecks::nameServers),
          new Row.OfServer("host name", false, ServerChecks::hostName),
          new Row.OfServer("listeners", false, ServerChecks::listeners),
          new Row.OfServer("port 25 out", true, ServerChecks::wayOut),
          new Row.OfServer("relayhost", true, ServerChecks::relayHost),
          new Row.OfServer("address of the host", true, ServerChecks::address),
          new Row.OfServer("reverse name", true, ServerChecks::reverse),
          new Row.OfServer("TLSA", true, ServerChecks::tlsa));

  private ServerChecks() {}

  private static List<Finding> nameServers(Examination on) {
    Domain elsewhere = on.world().elsewhere();
    try {
      on.names().mx(elsewhere);
      return List.of(Finding.good("the name servers of this machine answer"));
    } catch (Unanswered e) {
      return List.of(
          Finding.problem(
              "the name servers of this machine do not answer: " + e.reason(),
              "Without the DNS no mail leaves, and most that is said of domains here is not known.",
              "cat /etc/resolv.conf"));
    }
  }

  private static List<Finding> hostName(Examination on) {
    String name = on.site().hostName();
    if (on.site().host().isEmpty()) {
      return List.of(
          Finding.problem(
              "myhostname is " + Finding.shown(name) + ", which is no whole name of the DNS",
              "Other servers refuse mail of a host that has no name, or one that nobody can look"
                  + " up.",
              "main.cf: myhostname = mail."
                  + on.domains().stream().findFirst().map(Domain::name).orElse("example.org")));
    }
    return List.of(Finding.good("myhostname is " + name));
  }

  private static List<Finding> listeners(Examination on) {
    List<InetSocketAddress> smtp = on.site().at(Role.MX);
    Optional<Domain> led =
        smtp.stream().allMatch(ServerChecks::isLoopback) ? led(on) : Optional.empty();
    if (led.isPresent()) {
      return List.of(
          Finding.problem(
              smtp.isEmpty()
                  ? "nothing listens for SMTP, and the MX of " + led.get() + " leads here"
                  : "SMTP listens at "
                      + words(smtp)
                      + " alone, and the MX of "
                      + led.get()
                      + " leads here",
              "Other servers hear \"connection refused\", and mail for it does not come.",
              smtp.isEmpty()
                  ? "main.cf: listeners = smtp:25 submissions:465 imaps:993"
                  : "main.cf: inet_interfaces = all"));
    }
    Map<Outcome, List<InetSocketAddress>> calls = on.call(ownDoors(on.site()));
    boolean all = calls.isEmpty() || calls.keySet().equals(Set.of(Outcome.REACHED));
    if (!all) {
      return List.of(
          Finding.problem(
              "where the configuration says, nothing listens: " + words(calls),
              "Clients and other servers hear \"connection refused\".",
              "postroom status",
              "postroom serve"));
    }
    String where =
        on.site().listeners().stream()
            .map(ServerChecks::words)
            .distinct()
            .collect(Collectors.joining(", "));
    return List.of(
        Finding.good(
            (where.isEmpty() ? "nothing is to listen" : "all listen: " + where)
                + "; whether a firewall is before them cannot be seen from here"));
  }

  private static String words(Map<Outcome, List<InetSocketAddress>> calls) {
    return Examination.words(calls);
  }

  private static String words(List<InetSocketAddress> places) {
    return places.stream()
        .map(at -> at.getAddress().getHostAddress() + " port " + at.getPort())
        .collect(Collectors.joining(", "));
  }

  private static String words(Listening one) {
    return one.place() instanceof InetSocketAddress inet
        ? one.name() + " at " + words(List.of(inet))
        : one.name() + " at " + one.place();
  }

  private static boolean isLoopback(InetSocketAddress at) {
    return at.getAddress().isLoopbackAddress();
  }

  /** A domain whose mail exchangers lead here, as far as the DNS says it. */
  private static Optional<Domain> led(Examination on) {
    if (on.world().offline()) {
      return Optional.empty();
    }
    List<Domain> some = on.domains().subList(0, Math.min(on.domains().size(), MOST_LED_HERE));
    for (Domain domain : some) {
      try {
        if (on.exchangers(domain).stream().anyMatch(on::isHere)) {
          return Optional.of(domain);
        }
      } catch (Unanswered e) {
        // Then it is not known to lead here; the row of name servers says why.
      }
    }
    return Optional.empty();
  }

  /** Where the listeners can be reached from this machine. */
  private static List<InetSocketAddress> ownDoors(Site site) {
    Set<InetSocketAddress> all = new LinkedHashSet<>();
    for (Listening one : site.listeners()) {
      if (one.place() instanceof InetSocketAddress inet && inet.getPort() != 0) {
        InetAddress at = inet.getAddress();
        all.add(
            at.isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), inet.getPort())
                : inet);
      }
    }
    return all.stream().limit(MOST_CALLS).toList();
  }

  private static List<Finding> wayOut(Examination on) {
    if (!on.site().relayHost().isEmpty()) {
      return List.of(Finding.unknown("all mail leaves by relayhost = " + on.site().relayHost()));
    }
    Domain elsewhere = on.world().elsewhere();
    List<InetAddress> addresses = new ArrayList<>();
    List<MailExchanger> exchangers = on.exchangers(elsewhere);
    exchangers.stream()
        .limit(MOST_OF_A_KIND)
        .forEach(one -> addresses.addAll(on.addresses(one.host())));
    List<InetSocketAddress> peers = some(addresses);
    if (peers.isEmpty()) {
      return List.of(Finding.unknown(elsewhere + " has no mail exchanger to try it with"));
    }
    Map<Outcome, List<InetSocketAddress>> calls = on.call(peers);
    if (calls.containsKey(Outcome.REACHED)) {
      return List.of(Finding.good("mail can leave: " + words(calls)));
    }
    String why =
        calls.containsKey(Outcome.REFUSED)
            ? "connections to port 25 of others are refused on the way"
            : calls.containsKey(Outcome.SILENT)
                ? "connections to port 25 of others get no answer"
                : "there is no way to port 25 of others";
    return List.of(
        Finding.problem(
                why + " (" + words(calls) + ")",
                "Providers close port 25 against spam: mail to others stays in the queue. Ask the"
                    + " provider to open it, or send by another server.",
                "main.cf: relayhost = [smtp.example.net]:587",
                "main.cf: smtp_sasl_auth_enable = yes",
                "main.cf: smtp_sasl_password_maps = hash:/etc/postroom/sasl_passwd")
            .asLikely());
  }

  /** A few of each kind, for port 25. */
  private static List<InetSocketAddress> some(List<InetAddress> addresses) {
    return Stream.concat(
            addresses.stream().filter(Inet4Address.class::isInstance).limit(MOST_OF_A_KIND),
            addresses.stream().filter(Inet6Address.class::isInstance).limit(MOST_OF_A_KIND))
        .map(address -> new InetSocketAddress(address, SMTP))
        .toList();
  }

  private static List<Finding> relayHost(Examination on) {
    String relay = on.site().relayHost();
    if (relay.isEmpty()) {
      return List.of(Finding.good("none: mail goes to the recipients' own mail exchangers"));
    }
    List<InetSocketAddress> peers = new ArrayList<>();
    for (NextHop hop : NextHop.list(relay, SMTP)) {
      List<MailExchanger> exchangers =
          hop.literal()
              ? List.of()
              : Domain.parse(hop.host()).map(on::exchangers).orElse(List.of());
      List<InetAddress> addresses = new ArrayList<>();
      exchangers.stream()
          .limit(MOST_OF_A_KIND)
          .forEach(one -> addresses.addAll(on.addresses(one.host())));
      if (exchangers.isEmpty()) {
        addresses.addAll(on.addresses(hop.host()));
      }
      addresses.stream()
          .limit(2L * MOST_OF_A_KIND)
          .forEach(address -> peers.add(new InetSocketAddress(address, hop.port())));
    }
    if (peers.isEmpty()) {
      return List.of(
          Finding.problem(
              "relayhost = " + relay + " has no address",
              "All mail that leaves waits in the queue.",
              "main.cf: relayhost = [host.example.net]:587"));
    }
    Map<Outcome, List<InetSocketAddress>> calls =
        on.call(peers.stream().limit(MOST_CALLS).toList());
    return List.of(
        calls.containsKey(Outcome.REACHED)
            ? Finding.good(relay + " answers")
            : Finding.problem(
                "relayhost = " + relay + " cannot be reached (" + words(calls) + ")",
                "All mail that leaves waits in the queue.",
                "main.cf: relayhost = [host.example.net]:587"));
  }

  private static List<Finding> address(Examination on) {
    Optional<Domain> host = on.site().host();
    if (host.isEmpty()) {
      return List.of(Finding.unknown("there is no host name to look up"));
    }
    List<InetAddress> found = on.names().addresses(host.get());
    List<InetAddress> own = on.site().publicAddresses();
    if (found.isEmpty()) {
      return List.of(
          Finding.problem(
              host.get() + " has no address in the DNS",
              "Other servers refuse mail of a host whose name leads nowhere, and find no way here.",
              own.stream()
                  .map(one -> host.get() + ". IN " + Zone.type(one) + " " + one.getHostAddress())
                  .toArray(String[]::new)));
    }
    List<InetAddress> others =
        found.stream().filter(one -> !on.site().addresses().contains(one)).toList();
    if (others.isEmpty()) {
      return List.of(Finding.good(host.get() + " is " + hosts(found)));
    }
    String what =
        "the DNS says that "
            + host.get()
            + " is "
            + hosts(others)
            + "; this machine has "
            + (own.isEmpty() ? "private addresses only" : hosts(own));
    return List.of(
        own.isEmpty()
            ? Finding.warning(
                    what,
                    "Behind a translator that is right, if it hands port 25 on to this machine; then"
                        + " it should be known here.",
                    "main.cf: proxy_interfaces = " + hosts(others))
                .asLikely()
            : Finding.problem(
                what,
                "Mail for this host goes elsewhere.",
                own.stream()
                    .map(one -> host.get() + ". IN " + Zone.type(one) + " " + one.getHostAddress())
                    .toArray(String[]::new)));
  }

  static String hosts(List<InetAddress> addresses) {
    return addresses.stream()
        .limit(MOST_CALLS)
        .map(InetAddress::getHostAddress)
        .collect(Collectors.joining(", "));
  }

  private static List<Finding> reverse(Examination on) {
    if (on.site().host().isEmpty()) {
      return List.of(Finding.unknown("there is no host name to compare with"));
    }
    if (!on.site().relayHost().isEmpty()) {
      return List.of(Finding.unknown("others see the addresses of relayhost, not ours"));
    }
    String helo = on.site().helo();
    List<InetAddress> seen = on.outgoing();
    List<Finding> findings = new ArrayList<>();
    for (InetAddress address : seen.stream().limit(MOST_CALLS).toList()) {
      List<String> names =
          on.names().names(address).stream().map(Domain::name).limit(MOST_CALLS).toList();
      String of = address.getHostAddress();
      String request = "ask who gives you " + of + " for the PTR record " + helo;
      if (names.isEmpty()) {
        findings.add(
            Finding.problem(
                of + " has no PTR record; HELO says " + helo,
                "Large providers refuse mail from addresses without a name.",
                request));
      } else if (names.stream().noneMatch(helo::equalsIgnoreCase)) {
        findings.add(
            Finding.warning(
                of + " is " + String.join(", ", names) + " by its PTR record; HELO says " + helo,
                "Servers that compare both count it as a sign of spam.",
                request));
      } else if (!on.addresses(helo).contains(address)) {
        findings.add(
            Finding.problem(
                of
                    + " is "
                    + helo
                    + " by its PTR record, but the addresses of that name are "
                    + hosts(on.addresses(helo)),
                "A PTR record that does not lead back counts as none.",
                helo + ". IN " + Zone.type(address) + " " + of));
      }
    }
    if (seen.isEmpty()) {
      return List.of(Finding.unknown("no public address of this machine is known"));
    }
    return findings.isEmpty()
        ? List.of(Finding.good("PTR, HELO and address agree: " + helo + ", " + hosts(seen)))
        : findings;
  }

  private static List<Finding> tlsa(Examination on) {
    Optional<Domain> host = on.site().host();
    Optional<Domain> owner = host.flatMap(name -> Domain.parse("_25._tcp." + name.name()));
    if (host.isEmpty() || owner.isEmpty()) {
      return List.of(Finding.unknown("there is no host name to look up"));
    }
    if (!on.names().isSigned(host.get())) {
      return List.of(Finding.good("the zone of " + host.get() + " is not signed: no TLSA counts"));
    }
    List<Tlsa> records = on.names().tlsa(owner.get()).orElse(List.of());
    if (records.isEmpty()) {
      return List.of(Finding.good("none is published, and none has to be"));
    }
    Optional<Chain> chain = MachineChecks.chain(on.site());
    if (chain.isEmpty()) {
      return List.of(Finding.unknown("the certificate is not there to be compared"));
    }
    return List.of(
        records.stream().anyMatch(chain.get()::matches)
            ? Finding.good("the TLSA records are of the certificate in use")
            : Finding.problem(
                "no TLSA record of "
                    + owner.get()
                    + " is of the certificate in use; published: "
                    + Finding.shown(Zone.text(records.get(0)))
                    + ", in use: "
                    + Zone.text(chain.get().record()),
                "Servers that check DANE deliver nothing here.",
                owner.get() + ". IN TLSA " + Zone.text(chain.get().record())));
  }
}
