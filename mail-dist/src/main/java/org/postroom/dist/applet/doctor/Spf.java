package org.postroom.dist.applet.doctor;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postroom.core.address.Domain;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.dns.Resolver.MailExchanger;
import org.postroom.core.network.Network;

/**
 * Whether a domain's SPF record lets an address send (RFC 7208). However a record is made, ten
 * look-ups are made at most, with ten hosts of an MX, and two that find nothing (4.6.4). What
 * depends on the sender (macros, {@code exists}, {@code ptr}) is not evaluated, and said to be so.
 */
final class Spf {
  static final int MOST_LOOKUPS = 10;
  private static final int MOST_EXCHANGERS = 10;
  private static final int MOST_VOID = 2;
  private static final String VERSION = "v=spf1";

  private final Names names;
  private final InetAddress from;
  private int lookups;
  private int voids;

  private Spf(Names names, InetAddress from) {
    this.names = names;
    this.from = from;
  }

  /** What comes out. */
  enum Result {
    PASS,
    FAIL,
    SOFTFAIL,
    NEUTRAL,
    NONE,
    PERMERROR,

    /** It depends on what is not evaluated here. */
    OPEN
  }

  /**
   * A result and how it came about.
   *
   * @param why the term that decided, or what is wrong with the record
   */
  record Outcome(Result result, String why) {}

  /** The record that cannot be read; the message says why. */
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String why) {
      super(why);
    }
  }

  /** Those texts that are SPF records (4.5). */
  static List<String> records(List<String> texts) {
    return texts.stream()
        .filter(
            text -> {
              String lower = text.toLowerCase(Locale.ROOT);
              return lower.equals(VERSION) || lower.startsWith(VERSION + " ");
            })
        .toList();
  }

  /**
   * Evaluates.
   *
   * @throws Unanswered where the DNS does not answer
   */
  static Outcome evaluate(Names names, Domain domain, InetAddress from) {
    try {
      return new Spf(names, from).check(domain);
    } catch (Broken e) {
      return new Outcome(Result.PERMERROR, String.valueOf(e.getMessage()));
    }
  }

  private Outcome check(Domain domain) {
    List<String> records = records(names.texts(domain));
    if (records.isEmpty()) {
      return new Outcome(Result.NONE, domain + " has no SPF record");
    }
    if (records.size() > 1) {
      throw new Broken(domain + " has " + records.size() + " SPF records");
    }
    String redirect = "";
    Optional<Outcome> open = Optional.empty();
    for (String term : records.get(0).substring(VERSION.length()).strip().split("\\s+")) {
      if (term.isEmpty() || term.toLowerCase(Locale.ROOT).startsWith("exp=")) {
        continue;
      }
      if (term.toLowerCase(Locale.ROOT).startsWith("redirect=")) {
        redirect = term.substring("redirect=".length());
        continue;
      }
      if (term.matches("[A-Za-z][A-Za-z0-9._-]*=.*")) {
        continue; // 6: modifiers that nobody knows are ignored
      }
      Result sign = sign(term);
      String mechanism = term.matches("[-+?~].*") ? term.substring(1) : term;
      Result found = matches(domain, mechanism);
      Outcome here =
          new Outcome(
              found == Result.OPEN ? Result.OPEN : sign,
              Finding.shown(term) + " in the record of " + domain);
      if (found == Result.PASS) {
        return sign == Result.PASS ? here : open.orElse(here);
      }
      if (found == Result.OPEN && open.isEmpty()) {
        open = Optional.of(here);
      }
    }
    if (open.isPresent()) {
      return open.get();
    }
    if (redirect.isEmpty()) {
      return new Outcome(Result.NEUTRAL, "no term of the record of " + domain + " matches");
    }
    count();
    Outcome target = redirect.contains("%") ? depends(redirect) : check(named(redirect));
    if (target.result() == Result.NONE) {
      throw new Broken("redirect=" + Finding.shown(redirect) + " has no SPF record");
    }
    return target;
  }

  private static Outcome depends(String spec) {
    return new Outcome(Result.OPEN, "redirect=" + Finding.shown(spec));
  }

  private static Result sign(String term) {
    return switch (term.charAt(0)) {
      case '-' -> Result.FAIL;
      case '~' -> Result.SOFTFAIL;
      case '?' -> Result.NEUTRAL;
      default -> Result.PASS;
    };
  }

  /** PASS where it does, NEUTRAL where it does not, OPEN where that is not evaluated. */
  private Result matches(Domain domain, String mechanism) {
    int end = mechanism.indexOf(':');
    int slash = mechanism.indexOf('/');
    if (end < 0 || slash >= 0 && slash < end) {
      end = slash < 0 ? mechanism.length() : slash;
    }
    String name = mechanism.substring(0, end).toLowerCase(Locale.ROOT);
    String rest = mechanism.substring(end);
    String spec = rest.startsWith(":") ? rest.substring(1) : "";
    switch (name) {
      case "all":
        return Result.PASS;
      case "ip4", "ip6":
        return isIn(block(spec, mechanism));
      case "include":
        count();
        return spec.contains("%") ? Result.OPEN : included(named(spec));
      case "a":
        count();
        return rest.contains("%") ? Result.OPEN : any(addresses(host(domain, rest)), rest);
      case "mx":
        count();
        return rest.contains("%") ? Result.OPEN : any(exchangers(host(domain, rest)), rest);
      case "ptr", "exists":
        count();
        return Result.OPEN;
      default:
        throw new Broken("\"" + Finding.shown(mechanism) + "\" is no mechanism");
    }
  }

  /** RFC 7208, 5.2. */
  private Result included(Domain other) {
    return switch (check(other).result()) {
      case PASS -> Result.PASS;
      case OPEN -> Result.OPEN;
      case NONE -> throw new Broken("include:" + other + " has no SPF record");
      default -> Result.NEUTRAL;
    };
  }

  private void count() {
    if (++lookups > MOST_LOOKUPS) {
      throw new Broken("it takes more than " + MOST_LOOKUPS + " look-ups");
    }
  }

  private static Domain named(String spec) {
    return Domain.parse(spec.endsWith(".") ? spec.substring(0, spec.length() - 1) : spec)
        .orElseThrow(() -> new Broken("\"" + Finding.shown(spec) + "\" is no domain"));
  }

  /** The domain of {@code a:host/24}, or of {@code a/24}. */
  private static Domain host(Domain domain, String rest) {
    String spec = rest.startsWith(":") ? rest.substring(1) : "";
    int slash = spec.indexOf('/');
    String name = slash < 0 ? spec : spec.substring(0, slash);
    return rest.startsWith(":") ? named(name) : domain;
  }

  private List<InetAddress> addresses(Domain host) {
    List<InetAddress> found = names.addresses(host);
    if (found.isEmpty() && ++voids > MOST_VOID) {
      throw new Broken("more than " + MOST_VOID + " of its names do not exist");
    }
    return found;
  }

  private List<InetAddress> exchangers(Domain domain) {
    List<MailExchanger> all = new ArrayList<>(names.mx(domain));
    if (all.size() > MOST_EXCHANGERS) {
      throw new Broken(domain + " has more than " + MOST_EXCHANGERS + " mail exchangers");
    }
    all.sort(Comparator.comparingInt(MailExchanger::preference));
    List<InetAddress> found = new ArrayList<>();
    for (MailExchanger one : all) {
      if (!one.isNull()) {
        Domain.parse(one.host()).ifPresent(host -> found.addAll(addresses(host)));
      }
    }
    return found;
  }

  /** Whether it lies in a block of one of these, of the size that stands behind the slash. */
  private Result any(List<InetAddress> all, String rest) {
    int slash = rest.indexOf('/');
    String sizes = slash < 0 ? "" : rest.substring(slash);
    boolean isV4 = from instanceof Inet4Address;
    int bits = from.getAddress().length * Byte.SIZE;
    if (!sizes.matches("(/[0-9]{1,2})?(//[0-9]{1,3})?")) {
      throw new Broken("\"" + Finding.shown(sizes) + "\" is no size of a network");
    }
    int second = sizes.indexOf("//");
    String v4 = second < 0 ? sizes : sizes.substring(0, second);
    String mine = isV4 ? v4.replace("/", "") : second < 0 ? "" : sizes.substring(second + 2);
    int prefix = mine.isEmpty() ? bits : Integer.parseInt(mine);
    if (prefix > bits) {
      throw new Broken("\"" + Finding.shown(sizes) + "\" is no size of a network");
    }
    boolean found =
        all.stream()
            .filter(address -> address.getAddress().length == from.getAddress().length)
            .anyMatch(address -> Network.around(address, prefix).contains(from));
    return found ? Result.PASS : Result.NEUTRAL;
  }

  private Result isIn(Network block) {
    return block.contains(from) ? Result.PASS : Result.NEUTRAL;
  }

  private static Network block(String spec, String mechanism) {
    int slash = spec.indexOf('/');
    Optional<InetAddress> address = IpLiteral.parse(slash < 0 ? spec : spec.substring(0, slash));
    String size = slash < 0 ? "" : spec.substring(slash + 1);
    if (address.isPresent() && size.matches("[0-9]{0,3}")) {
      int bits = address.get().getAddress().length * Byte.SIZE;
      int prefix = size.isEmpty() ? bits : Integer.parseInt(size);
      if (prefix <= bits) {
        return Network.around(address.get(), prefix);
      }
    }
    throw new Broken("\"" + Finding.shown(mechanism) + "\" is no network");
  }
}
