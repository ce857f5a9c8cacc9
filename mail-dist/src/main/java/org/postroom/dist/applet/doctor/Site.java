package org.postroom.dist.applet.doctor;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.address.Domain;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.PolicyParams;
import org.postroom.dist.assembly.Checked;
import org.postroom.dist.assembly.Checked.Listening;
import org.postroom.dist.config.Interfaces;
import org.postroom.dist.config.ServerParams;
import org.postroom.smtp.client.SmtpClientParams;

/**
 * A server as its configuration describes it on this machine, whether it runs or not.
 *
 * @param listeners where it is to listen
 * @param folder where it keeps files of its own; empty where it has none
 * @param addresses those of the machine, and those by which translators stand for it
 */
public record Site(
    Settings settings,
    List<Listening> listeners,
    Optional<Path> folder,
    List<InetAddress> addresses) {
  private static final Set<String> NOBODY_ELSES =
      Set.of("localdomain", "localhost", "local", "internal", "lan", "home", "arpa", "invalid");

  /** Lists of domains that mail comes in for. */
  private static final List<Param<List<String>>> LISTS =
      List.of(
          PolicyParams.MYDESTINATION,
          PolicyParams.VIRTUAL_ALIAS_DOMAINS,
          PolicyParams.VIRTUAL_MAILBOX_DOMAINS,
          PolicyParams.RELAY_DOMAINS);

  public Site {
    listeners = List.copyOf(listeners);
    addresses = List.copyOf(addresses);
  }

  /** On this machine. */
  public static Site of(Checked checked) {
    Settings settings = checked.settings();
    Interfaces machine = Interfaces.ofSystem(settings);
    OwnAddresses own = machine.own(settings, machine.listening(settings));
    Set<InetAddress> all = new LinkedHashSet<>();
    machine.machine().forEach(one -> all.add(bare(one.address())));
    all.addAll(own.proxies());
    return new Site(settings, checked.listeners(), checked.folder(), List.copyOf(all));
  }

  /** Without the interface that the system names behind an IPv6 address. */
  private static InetAddress bare(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // an address has 4 or 16 octets
    }
  }

  /** {@code myhostname}. */
  public String hostName() {
    return settings.get(PolicyParams.MYHOSTNAME);
  }

  /** The same as a name of the DNS; empty where it can be none that others know. */
  public Optional<Domain> host() {
    String name = hostName();
    String last = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return name.indexOf('.') < 0 || NOBODY_ELSES.contains(last)
        ? Optional.empty()
        : Domain.parse(name).filter(domain -> !domain.isLiteral());
  }

  /** What it calls itself to other servers. */
  String helo() {
    return settings.get(SmtpClientParams.HELO_NAME);
  }

  /** Where all mail goes that leaves; empty where it goes to the recipients' own exchangers. */
  String relayHost() {
    return settings.expandedText("relayhost").orElse("").strip();
  }

  /** Lists of domains, by the name of the parameter. */
  static List<Param<List<String>>> lists() {
    return LISTS;
  }

  /** The domains that lists name, those of a host's own name left out. */
  public List<Domain> domains() {
    Set<Domain> all = new LinkedHashSet<>();
    for (Param<List<String>> list : LISTS) {
      for (String item : settings.get(list)) {
        Domain.parse(item)
            .filter(domain -> domain.name().indexOf('.') > 0 && !domain.isLiteral())
            .filter(domain -> !domain.name().startsWith("localhost."))
            .filter(domain -> !domain.name().equalsIgnoreCase(hostName()))
            .ifPresent(all::add);
      }
    }
    return List.copyOf(all);
  }

  /** Items of the lists that name no domain themselves: tables, files, patterns. */
  public List<String> unnamed() {
    List<String> all = new ArrayList<>();
    for (Param<List<String>> list : LISTS) {
      for (String item : settings.get(list)) {
        if (item.indexOf(':') > 0 || item.startsWith("/")) {
          all.add(list.name() + " = " + item);
        }
      }
    }
    return all;
  }

  /** The places on the network of one kind of listener. */
  List<InetSocketAddress> at(Door door) {
    List<InetSocketAddress> places = new ArrayList<>();
    for (Listening one : listeners) {
      if (one.door().equals(door) && one.place() instanceof InetSocketAddress inet) {
        places.add(inet);
      }
    }
    return places;
  }

  /** Its addresses that the rest of the world can come to. */
  List<InetAddress> publicAddresses() {
    return addresses.stream().filter(Site::isPublic).toList();
  }

  static boolean isPublic(InetAddress address) {
    byte[] octets = address.getAddress();
    boolean shared = // RFC 6598, and RFC 4193
        address instanceof Inet4Address
            ? octets[0] == 100 && (octets[1] & 0xC0) == 64
            : (octets[0] & 0xFE) == 0xFC;
    return !shared
        && !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isSiteLocalAddress()
        && !address.isAnyLocalAddress()
        && !address.isMulticastAddress();
  }

  /** The certificate that clients are shown: the administrator's, or the server's own. */
  Optional<Path> chain() {
    return settings
        .get(ServerParams.TLS_CERT_FILE)
        .or(() -> folder.map(path -> path.resolve("tls").resolve("server.pem")));
  }

  /** Whether the server has made its certificate itself. */
  boolean isOwnChain() {
    return settings.get(ServerParams.TLS_CERT_FILE).isEmpty();
  }
}
