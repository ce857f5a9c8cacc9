package org.postroom.dist.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.config.BadConfiguration;
import org.postroom.core.config.Fault;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.queue.QueueParams;
import org.postroom.storage.Storage;

/** What the settings mean on this machine: addresses, the place of the store. */
public final class ServerSettings {
  private ServerSettings() {}

  /** The parameters that are no part's: those of core, and the server's own. */
  public static List<ParamSet> ofTheHouse() {
    return List.of(
        PolicyParams.ALL,
        FlowParams.ALL,
        AliasParams.ALL,
        QueueParams.ALL,
        AuthParams.ALL,
        ServerParams.ALL);
  }

  /**
   * Where to listen, by inet_interfaces and inet_protocols.
   *
   * @throws BadConfiguration when something in there is no address of this machine
   */
  public static List<InetAddress> addresses(Settings settings) {
    Set<InetAddress> addresses = new LinkedHashSet<>();
    List<Fault> faults = new ArrayList<>();
    for (String item : settings.get(PolicyParams.INET_INTERFACES)) {
      try {
        switch (item) {
          case "all" -> addresses.add(InetAddress.getByAddress(new byte[4]));
          case "loopback-only" ->
              addresses.add(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
          default -> addresses.addAll(List.of(InetAddress.getAllByName(unbracketed(item))));
        }
      } catch (UnknownHostException e) {
        faults.add(
            settings.fault(
                PolicyParams.INET_INTERFACES,
                "\"" + item + "\" is no address; expected all, loopback-only, or addresses"));
      }
    }
    if (!faults.isEmpty()) {
      throw new BadConfiguration(faults);
    }
    List<String> protocols = settings.get(PolicyParams.INET_PROTOCOLS);
    boolean four = protocols.contains("all") || protocols.contains("ipv4");
    boolean six = protocols.contains("all") || protocols.contains("ipv6");
    addresses.removeIf(a -> a instanceof Inet4Address && !four && !a.isAnyLocalAddress());
    addresses.removeIf(a -> a instanceof Inet6Address && !six);
    return List.copyOf(addresses);
  }

  /** The addresses that are this machine, among those that inet_interfaces names. */
  public static OwnAddresses own(Settings settings) {
    List<InetAddress> listening = addresses(settings);
    boolean all = listening.stream().anyMatch(InetAddress::isAnyLocalAddress);
    List<OwnAddresses.Interface> own = new ArrayList<>();
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(network -> network.getInterfaceAddresses().stream())
          .map(a -> new OwnAddresses.Interface(a.getAddress(), a.getNetworkPrefixLength()))
          .forEach(own::add);
    } catch (SocketException e) {
      throw new BadConfiguration(
          settings.fault(
              PolicyParams.INET_INTERFACES, "this machine's addresses cannot be read: " + e));
    }
    own.removeIf(address -> !all && !listening.contains(address.address()));
    return new OwnAddresses(own, proxies(settings));
  }

  /**
   * Where mail is kept.
   *
   * @param base what a relative folder is relative to
   */
  public static Storage storage(Settings settings, Path base) {
    String url = settings.get(ServerParams.STORAGE_URL);
    if (url.startsWith("h2:") && url.length() > 3) {
      return Storage.h2(base.resolve(url.substring(3)));
    }
    if (url.equals("memory:")) {
      return Storage.inMemory();
    }
    if (url.startsWith("jdbc:postgresql:")) {
      return Storage.postgres(
          url,
          settings.get(ServerParams.STORAGE_USER),
          settings.get(ServerParams.STORAGE_PASSWORD).reveal());
    }
    throw new BadConfiguration(
        settings.fault(
            ServerParams.STORAGE_URL,
            "\"" + url + "\" is no place; expected h2:FOLDER, memory: or jdbc:postgresql:…"));
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
