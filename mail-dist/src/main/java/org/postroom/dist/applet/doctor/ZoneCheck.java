package org.postroom.dist.applet.doctor;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.Resolver.Tlsa;

/** Compares the records that a domain needs with those that the DNS has. */
public final class ZoneCheck {
  private final World world;
  private final Duration limit;

  /** One that waits so long for all answers together. */
  public ZoneCheck(World world, Duration limit) {
    this.world = world;
    this.limit = limit;
  }

  /**
   * Looks at each record of a zone, in its order.
   *
   * @return good where it is there; a warning where it is missing or another is there, with both
   */
  public List<Finding> compare(Zone zone) {
    Names names = new Names(world.names(), Deadline.in(limit, world.clock()));
    return zone.entries().stream()
        .map(entry -> compare(names, entry).of(entry.type(), entry.owner()))
        .toList();
  }

  private static Finding compare(Names names, Zone.Entry wanted) {
    Optional<Domain> owner = Domain.parse(wanted.owner());
    if (owner.isEmpty()) {
      return Finding.unknown(wanted.owner() + " is no name that can be asked for");
    }
    try {
      return switch (wanted.type()) {
        case "MX" ->
            among(
                wanted,
                names.mx(owner.get()).stream()
                    .map(one -> one.preference() + " " + one.host() + ".")
                    .toList(),
                ZoneCheck::host);
        case "TXT" -> text(wanted, names.texts(owner.get()));
        case "TLSA" -> tlsa(names, owner.get(), wanted);
        case "CNAME" -> alias(names, owner.get(), wanted);
        case "A", "AAAA" ->
            among(
                wanted,
                names.addresses(owner.get()).stream()
                    .filter(address -> Zone.type(address).equals(wanted.type()))
                    .map(InetAddress::getHostAddress)
                    .toList(),
                value -> value);
        default -> Finding.unknown("records of this type are not asked for");
      };
    } catch (Unanswered e) {
      return Finding.unknown(e.reason());
    }
  }

  /** An MX record without its preference, which is the zone's own business. */
  private static String host(String exchanger) {
    return exchanger.substring(exchanger.indexOf(' ') + 1);
  }

  private static Finding among(Zone.Entry wanted, List<String> found, UnaryOperator<String> key) {
    if (found.isEmpty()) {
      return missing(wanted);
    }
    String expected = key.apply(wanted.data());
    return found.stream().map(key).anyMatch(expected::equalsIgnoreCase)
        ? Finding.good(wanted.data())
        : different(wanted, String.join(", ", found));
  }

  private static Finding text(Zone.Entry wanted, List<String> found) {
    String version = wanted.data().split("[; ]", 2)[0];
    List<String> same = found.stream().filter(text -> text.startsWith(version)).toList();
    if (same.isEmpty()) {
      return missing(wanted);
    }
    return same.size() == 1 && normal(same.get(0)).equals(normal(wanted.data()))
        ? Finding.good(wanted.data())
        : different(wanted, String.join(" | ", same));
  }

  private static String normal(String text) {
    return text.strip().replaceAll("\\s*;\\s*", ";").replaceAll("\\s+", " ");
  }

  private static Finding tlsa(Names names, Domain owner, Zone.Entry wanted) {
    Optional<List<Tlsa>> found = names.tlsa(owner);
    if (found.isEmpty()) {
      return Finding.unknown("nobody here checks signatures of the DNS");
    }
    return among(wanted, found.get().stream().map(Zone::text).toList(), value -> value);
  }

  /** What counts is where it leads. */
  private static Finding alias(Names names, Domain owner, Zone.Entry wanted) {
    Set<InetAddress> found = new HashSet<>(names.addresses(owner));
    if (found.isEmpty()) {
      return missing(wanted);
    }
    Domain target = Domain.of(wanted.data().substring(0, wanted.data().length() - 1));
    List<InetAddress> expected = names.addresses(target);
    return expected.stream().anyMatch(found::contains)
        ? Finding.good(wanted.data())
        : different(wanted, ServerChecks.hosts(List.copyOf(found)));
  }

  private static Finding missing(Zone.Entry wanted) {
    return Finding.warning("missing", "", wanted.toString());
  }

  private static Finding different(Zone.Entry wanted, String found) {
    return Finding.warning(
        "different: the DNS has " + Finding.shown(found) + ", expected " + wanted.data(),
        "",
        wanted.toString());
  }
}
