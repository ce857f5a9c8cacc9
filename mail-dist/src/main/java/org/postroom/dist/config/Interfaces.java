package org.postroom.dist.config;

import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.trouble.Reason;
import org.postroom.core.wire.AddressFamily;

/**
 * What {@code inet_interfaces}, {@code inet_protocols} and {@code proxy_interfaces} come to on a
 * machine.
 *
 * @param machine every address it has
 */
public record Interfaces(List<OwnAddresses.Interface> machine) {

  private static final int IPV4_LOOPBACK = 127;

  public Interfaces {
    machine = List.copyOf(machine);
  }

  /**
   * Those of the machine that this runs on.
   *
   * @throws BadConfiguration when the system does not name them
   */
  public static Interfaces ofSystem(Settings settings) {
    List<OwnAddresses.Interface> all = new ArrayList<>();
    try {
      for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InterfaceAddress one : network.getInterfaceAddresses()) {
          all.add(new OwnAddresses.Interface(one.getAddress(), one.getNetworkPrefixLength()));
        }
      }
      return new Interfaces(all);
    } catch (SocketException e) {
      throw new BadConfiguration(
          settings.fault(
              PolicyParams.INET_INTERFACES,
              "this machine's addresses cannot be read: " + Reason.text(e)));
    }
  }

  /** Addresses of which kind are used, by {@code inet_protocols}. */
  public static AddressFamily family(Settings settings) {
    List<String> protocols = settings.get(PolicyParams.INET_PROTOCOLS);
    if (protocols.contains("all") || protocols.containsAll(List.of("ipv4", "ipv6"))) {
      return AddressFamily.ANY;
    }
    return protocols.contains("ipv4") ? AddressFamily.IPV4 : AddressFamily.IPV6;
  }

  /**
   * Where to listen, by {@code inet_interfaces}.
   *
   * @throws BadConfiguration when an item is no address of this machine and this family
   */
  public List<InetAddress> listening(Settings settings) {
    Set<InetAddress> addresses = new LinkedHashSet<>();
    List<Fault> faults = new ArrayList<>();
    for (String item : settings.get(PolicyParams.INET_INTERFACES)) {
      try {
        addresses.addAll(listening(settings, PolicyParams.INET_INTERFACES, item));
      } catch (BadConfiguration e) {
        faults.addAll(e.faults());
      }
    }
    if (!faults.isEmpty()) {
      throw new BadConfiguration(faults);
    }
    return List.copyOf(addresses);
  }

  /**
   * Where an item of a parameter says to listen.
   *
   * @throws BadConfiguration when it is no address of this machine and this family
   */
  public List<InetAddress> listening(Settings settings, Param<?> param, String item) {
    AddressFamily family = family(settings);
    Stream<InetAddress> named =
        switch (item) {
          case "all" -> Stream.of(any(family));
          case "loopback-only" ->
              machine.stream()
                  .map(OwnAddresses.Interface::address)
                  .filter(InetAddress::isLoopbackAddress);
          default -> resolved(settings, param, item).stream();
        };
    List<InetAddress> addresses = named.filter(family::contains).distinct().toList();
    if (addresses.isEmpty()) {
      throw new BadConfiguration(
          settings.fault(
              param,
              "\""
                  + item
                  + "\" has no address of the kind that inet_protocols = "
                  + String.join(", ", settings.get(PolicyParams.INET_PROTOCOLS))
                  + " asks for"));
    }
    for (InetAddress address : addresses) {
      if (!isHere(address)) {
        throw new BadConfiguration(
            settings.fault(
                param, "this machine does not have the address " + address.getHostAddress()));
      }
    }
    return addresses;
  }

  private static InetAddress any(AddressFamily family) {
    try {
      return InetAddress.getByAddress(new byte[family == AddressFamily.IPV6 ? 16 : 4]);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // 4 and 16 octets are addresses
    }
  }

  private static List<InetAddress> resolved(Settings settings, Param<?> param, String item) {
    try {
      return List.of(InetAddress.getAllByName(unbracketed(item)));
    } catch (UnknownHostException e) {
      throw new BadConfiguration(
          settings.fault(
              param, "\"" + item + "\" is no address; expected all, loopback-only, or addresses"));
    }
  }

  /** On Linux all of 127.0.0.0/8 is. */
  private boolean isHere(InetAddress address) {
    byte[] octets = address.getAddress();
    return address.isAnyLocalAddress()
        || octets.length == 4 && octets[0] == IPV4_LOOPBACK
        || isAmong(machine, address);
  }

  private static boolean isAmong(List<OwnAddresses.Interface> some, InetAddress address) {
    for (OwnAddresses.Interface one : some) {
      if (one.address().equals(address)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEverywhere(List<InetAddress> listening) {
    for (InetAddress address : listening) {
      if (address.isAnyLocalAddress()) {
        return true;
      }
    }
    return false;
  }

  /** The addresses that are this server: those it listens to, and those of translators. */
  public OwnAddresses own(Settings settings, List<InetAddress> listening) {
    AddressFamily family = family(settings);
    List<OwnAddresses.Interface> own = new ArrayList<>(machine);
    if (!isEverywhere(listening)) {
      own.removeIf(one -> !listening.contains(one.address()));
      for (InetAddress address : listening) {
        if (!isAmong(own, address)) {
          own.add(new OwnAddresses.Interface(address, address.getAddress().length * Byte.SIZE));
        }
      }
    }
    own.removeIf(one -> !family.contains(one.address()));
    return new OwnAddresses(own, proxies(settings));
  }

  private static List<InetAddress> proxies(Settings settings) {
    List<InetAddress> proxies = new ArrayList<>();
    Param<List<String>> param = PolicyParams.PROXY_INTERFACES;
    for (String item : settings.get(param)) {
      try {
        proxies.addAll(List.of(InetAddress.getAllByName(unbracketed(item))));
      } catch (UnknownHostException e) {
        throw new BadConfiguration(settings.fault(param, "\"" + item + "\" is no address"));
      }
    }
    return proxies;
  }

  private static String unbracketed(String item) {
    return item.startsWith("[") && item.endsWith("]") ? item.substring(1, item.length() - 1) : item;
  }
}
