package org.postroom.core.flow;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.fact.Facts;
import org.postroom.core.fact.Wanted;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.AddressClass;
import org.postroom.core.policy.Policy;
import org.postroom.core.table.TableFact;
import org.postroom.core.table.TableKeys;
import org.postroom.core.table.TableList;

/**
 * The station that says whom a recipient stands for: by virtual(5) in every domain, then by
 * aliases(5) in our own, again and again until nothing more stands for anything; then each is
 * routed. A pure function of what is known: SMTP asks it at RCPT and carries the answer, whoever
 * has no RCPT asks it when the mail is there.
 */
public final class Expansion {
  private static final Route.Nowhere TOO_MANY =
      new Route.Nowhere(451, "4.6.0", "Alias expansion error");
  private static final Route.Nowhere MISCONFIGURED =
      new Route.Nowhere(451, "4.3.5", "Server configuration error");

  /** So many aliases may stand one behind the other, and so long may an address become. */
  private static final int DEEPEST = 100;

  private static final int LONGEST = 1000;

  private final Router router;
  private final Policy policy;
  private final Aliases aliases;

  /** Routes by {@code router} what recipients come to. */
  public Expansion(Router router, Policy policy, Aliases aliases) {
    this.router = router;
    this.policy = policy;
    this.aliases = aliases;
  }

  /** What each of {@code recipients} comes to, by asking and waiting for all that is wanted. */
  List<Expanded> all(List<Recipient> recipients) {
    return recipients.stream().map(recipient -> expand(recipient, Facts.WAITING)).toList();
  }

  /** What {@code recipient} comes to. */
  public Expanded expand(Recipient recipient, Facts facts) {
    if (aliases.isEmpty()) {
      Route route = router.route(recipient.address(), facts);
      return new Expanded(recipient, List.of(new Target(recipient, route)), List.of());
    }
    return new Course(recipient, facts).expanded();
  }

  /** The same where virtual(5) has had its say: whoever sends mail elsewhere names who gets it. */
  Expanded redirected(Recipient recipient, Facts facts) {
    Course course = new Course(recipient, facts);
    course.local(recipient.address());
    return course.ended();
  }

  /** The expansion of one recipient. */
  private final class Course {
    private final Recipient recipient;
    private final Facts facts;
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private final List<String> trace = new ArrayList<>();
    // Addresses that were looked at, and those that the way has come by and that do not stand for
    // themselves, too; in lower case.
    private final Set<String> seen = new HashSet<>();
    private final Set<String> path = new HashSet<>();
    // Why all of it is refused; why a part is that is no address; what is not known yet.
    private Route.@Nullable Nowhere fault;
    private Route.@Nullable Nowhere restricted;
    private @Nullable Wanted wanted;

    Course(Recipient recipient, Facts facts) {
      this.recipient = recipient;
      this.facts = facts;
    }

    Expanded expanded() {
      follow(recipient.address(), TOO_MANY);
      return ended();
    }

    Expanded ended() {
      if (wanted != null) {
        throw wanted;
      }
      if (targets.size() > aliases.most()) {
        trace.add("more than " + aliases.most() + " addresses");
        fault = TOO_MANY;
      }
      if (fault == null && targets.isEmpty()) {
        fault = restricted == null ? MISCONFIGURED : restricted;
      }
      return new Expanded(
          recipient,
          fault == null ? List.copyOf(targets.values()) : List.of(new Target(recipient, fault)),
          trace);
    }

    private void refuse(String why, Route.Nowhere with) {
      trace.add(why);
      fault = fault == null ? with : fault;
    }

    /** {@code loop} is what it comes to where the way has been here before. */
    private void follow(Address address, Route.Nowhere loop) {
      String key = key(address);
      if (path.contains(key)) {
        refuse("loop at " + address, loop);
      } else if (path.size() >= DEEPEST || key.length() > LONGEST) {
        refuse("no end at " + address, TOO_MANY);
      } else if (seen.add(key) && targets.size() <= aliases.most()) {
        path.add(key);
        try {
          Optional<TableList.Found> found = virtual(address);
          if (found.isEmpty()) {
            local(address);
          } else {
            stands(address, found.get());
          }
        } catch (Wanted more) {
          wanted = wanted == null ? more : wanted.and(more);
        }
        path.remove(key);
      } // else its targets are there, or on their way
    }

    private void stands(Address address, TableList.Found found) {
      trace.add(
          address + " -> " + found.value() + " (virtual_alias_maps: " + found.table().name() + ")");
      List<Address> results = virtualResults(address, found);
      String key = key(address);
      if (results.stream().anyMatch(result -> key(result).equals(key))) {
        path.remove(key);
        local(address);
      }
      for (Address result : results) {
        follow(result, TOO_MANY);
      }
    }

    private List<Address> virtualResults(Address address, TableList.Found found) {
      String extension = aliases.propagates().contains("virtual") ? found.key().dropped() : "";
      List<Address> results = new ArrayList<>();
      for (String item : AliasItems.of(found.value())) {
        Address result =
            item.startsWith("@")
                ? at(address.localPart(), item.substring(1))
                : extended(whole(item), extension);
        if (result == null) {
          refuse("no address: " + item, MISCONFIGURED);
        } else {
          results.add(result);
        }
      }
      return results;
    }

    /** Where it is one of our own domains, the local part may be a name of aliases(5). */
    private void local(Address address) {
      Optional<TableList.Found> found =
          !aliases.local().isEmpty()
                  && policy.domains().classOf(address.domain()) == AddressClass.LOCAL
              ? alias(address)
              : Optional.empty();
      if (found.isEmpty()) {
        end(address);
        return;
      }
      TableList.Found alias = found.get();
      String name = alias.key().text().toLowerCase(Locale.ROOT);
      trace.add(address + " -> " + alias.value() + " (alias_maps: " + alias.table().name() + ")");
      String extension = aliases.propagates().contains("alias") ? alias.key().dropped() : "";
      for (String item : AliasItems.of(alias.value())) {
        item(address, name, extension, item);
      }
    }

    private void item(Address address, String name, String extension, String item) {
      boolean last = item.startsWith("\\");
      String text = last ? item.substring(1) : item;
      if (!last && (item.startsWith("/") || item.startsWith("|") || item.startsWith(":"))) {
        notAnAddress(item);
        return;
      }
      WrittenAddress written = written(text);
      Address result =
          written == null
              ? null
              : extended(
                  Address.of(written.localPart(), written.domain().orElse(address.domain())),
                  extension);
      if (written == null || result == null) {
        refuse("no address: " + item, MISCONFIGURED);
        return;
      }
      boolean itself =
          written.domain().isEmpty() && written.localPart().toLowerCase(Locale.ROOT).equals(name);
      if (last || itself) {
        end(result);
      } else {
        follow(result, new Route.Nowhere(554, "5.4.6", "alias database loop for " + name));
      }
    }

    /** Programs and files get no mail from aliases; those beside them do. */
    private void notAnAddress(String item) {
      trace.add("no mail for " + item);
      if (item.startsWith(":")) {
        refuse("not read: " + item, MISCONFIGURED);
      } else {
        String what = item.startsWith("|") ? "command" : "file";
        restricted = new Route.Nowhere(554, "5.7.1", "mail to " + what + " is restricted");
      }
    }

    private void end(Address address) {
      try {
        targets.putIfAbsent(key(address), new Target(named(address), router.route(address, facts)));
      } catch (Wanted more) {
        wanted = wanted == null ? more : wanted.and(more);
      }
    }

    /** Its wishes, and the name that the sender knows (RFC 3461, 5.2.7). */
    private Recipient named(Address address) {
      return address.equals(recipient.address())
          ? recipient
          : new Recipient(
              address,
              recipient.reportOn(),
              recipient.original().or(() -> Optional.of("rfc822;" + recipient.address())));
    }

    private Optional<TableList.Found> virtual(Address address) {
      if (aliases.virtual().isEmpty()) {
        return Optional.empty();
      }
      boolean own =
          address.domain().equals(policy.origin())
              || policy.domains().classOf(address.domain()) == AddressClass.LOCAL;
      return facts.know(
          new TableFact(
              aliases.virtual(),
              TableKeys.address(address, Aliases.DELIMITER, own),
              "virtual_alias_maps",
              address.toString()));
    }

    private Optional<TableList.Found> alias(Address address) {
      return facts.know(
          new TableFact(
              aliases.local(),
              TableKeys.alias(address.localPart(), Aliases.DELIMITER),
              "alias_maps",
              address.localPart()));
    }
  }

  /** Tables do not tell cases apart. */
  private static String key(Address address) {
    return address.toString().toLowerCase(Locale.ROOT);
  }

  private static @Nullable Address extended(@Nullable Address address, String extension) {
    return address == null || extension.isEmpty()
        ? address
        : at(address.localPart() + extension, address.domain().name());
  }

  private static @Nullable Address at(String localPart, String domain) {
    try {
      return Address.of(localPart, Domain.of(domain));
    } catch (MalformedAddress e) {
      return null;
    }
  }

  private @Nullable Address whole(String text) {
    WrittenAddress written = written(text);
    return written == null ? null : policy.qualified(written);
  }

  private static @Nullable WrittenAddress written(String text) {
    try {
      return WrittenAddress.parse(text);
    } catch (MalformedAddress e) {
      return null;
    }
  }
}
