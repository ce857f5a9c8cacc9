package org.postroom.dist.applet.doctor;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.postroom.dist.Role;
import org.postroom.dist.assembly.Checked.Listening;

/**
 * What a firewall has to let through, so that others reach a server: rules in the form of nft(8).
 */
public final class Firewall {
  private Firewall() {}

  /**
   * A rule for each port that others than this machine are to reach, by number; a line that says so
   * where there is none. Servers that have their clients log in here are few, and known: no rule
   * lets everybody reach that port. The chain is that of nftables' own example, {@code inet filter
   * input}.
   */
  public static List<String> rules(Site site) {
    Set<String> rules = new TreeSet<>();
    for (Listening one : site.listeners()) {
      if (one.place() instanceof InetSocketAddress at
          && !one.door().equals(Role.AUTH)
          && at.getPort() != 0
          && !at.getAddress().isLoopbackAddress()) {
        rules.add(rule(one.name(), at));
      }
    }
    List<String> lines = new ArrayList<>();
    if (rules.isEmpty()) {
      lines.add("# No port is open to others than this machine.");
      return lines;
    }
    lines.add("# What " + site.hostName() + " opens to others; for nft -f -");
    rules.forEach(rule -> lines.add(rule.substring(rule.indexOf('\t') + 1)));
    return lines;
  }

  /** With what it is sorted by in front. */
  private static String rule(String name, InetSocketAddress at) {
    return String.format(
        Locale.ROOT,
        "%05d\tadd rule inet filter input %stcp dport %d accept comment \"%s\"",
        at.getPort(),
        to(at.getAddress()),
        at.getPort(),
        name.replaceAll("[^A-Za-z0-9_.:@/ -]", "?"));
  }

  private static String to(InetAddress address) {
    if (address.isAnyLocalAddress()) {
      return "";
    }
    String kind = address instanceof Inet4Address ? "ip" : "ip6";
    String zoneless = address.getHostAddress().split("%", 2)[0];
    return kind + " daddr " + zoneless + " ";
  }
}
