package org.postroom.core.flow;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.ReversePath;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.fact.Facts;
import org.postroom.core.inquiry.Wanted;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.AddressClass;
import org.postroom.core.policy.Policy;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.rewrite.AddressItems;
import org.postroom.core.rewrite.AddressMap;
import org.postroom.core.rewrite.Rewriting;
import org.postroom.core.srs.NotOurs;
import org.postroom.core.table.TableList;

/**
 * The station that says whom a recipient stands for: written anew once ({@link Rewriting}), then by
 * virtual(5) in every domain, then by aliases(5) in our own, again and again until nothing more
 * stands for anything; then each is routed. A pure function of what is known: SMTP asks it at RCPT
 * and carries the answer, whoever has no RCPT asks it when the mail is there.
 *
 * <p>What an alias of ours names without a domain, or in a domain of ours, is a name of aliases(5)
 * again, not of virtual(5); what it names in another domain, in a file, or as a list with an owner,
 * is everything again.
 */
public final class Expansion {
  private static final Route.Nowhere TOO_MANY =
      new Route.Nowhere(451, "4.6.0", "Alias expansion error");
  private static final Route.Nowhere NOT_FORWARDED =
      new Route.Nowhere(550, "5.1.1", "Not an address that mail was forwarded from here");
  private static final Route.Nowhere MISCONFIGURED =
      new Route.Nowhere(451, "4.3.5", "Server configuration error");

  private static final String ALIAS = "alias";
  private static final String INCLUDE = "include";

  /** So many aliases may stand one behind the other, and so many addresses in lists. */
  private static final int DEEPEST = 100;

  private static final int LONGEST_LIST = 100_000;

  /** So many steps are told, and so many members of a loop. */
  private static final int TOLD = 1000;

  private static final int SHOWN = 20;

  private final Router router;
  private final Policy policy;
  private final Rewriting rewriting;
  private final Aliases aliases;
  private final Forwarding forwarding;
  private final Clock clock;

  /**
   * Routes by {@code router} what recipients come to.
   *
   * @param clock by which forwarded mail has its time
   */
  public Expansion(
      Router router,
      Policy policy,
      Rewriting rewriting,
      Aliases aliases,
      Forwarding forwarding,
      Clock clock) {
    this.router = router;
    this.policy = policy;
    this.rewriting = rewriting;
    this.aliases = aliases;
    this.forwarding = forwarding;
    this.clock = clock;
  }

  /**
   * What each of {@code recipients} of a mail comes to, by asking and waiting for all that is
   * wanted.
   *
   * @param sender of the mail, as it was written anew
   * @throws LookupUnavailable where that cannot be said now: nobody would be told of it later
   */
  List<Expanded> all(ReversePath sender, List<Recipient> recipients) {
    return recipients.stream()
        .map(recipient -> sure(expanded(sender, recipient, Facts.WAITING)))
        .toList();
  }

  /** The same for those who get a copy beside them, of which the sender knows nothing. */
  List<Expanded> copies(ReversePath sender, List<Recipient> recipients) {
    return recipients.stream()
        .map(recipient -> sure(expanded(sender, recipient, true, Facts.WAITING)).beside())
        .toList();
  }

  private static Expanded sure(Expanded expanded) {
    expanded
        .nowhere()
        .filter(nowhere -> nowhere.code() < 500)
        .ifPresent(
            nowhere -> {
              throw new LookupUnavailable(expanded.recipient().address() + ": " + nowhere.text());
            });
    return expanded;
  }

  /** What each recipient of a mail comes to, by asking and waiting for all that is wanted. */
  List<Expanded> all(Submission mail) {
    return all(mail.envelope().sender(), mail.envelope().recipients());
  }

  /** Whether an address stands for one of an account's. */
  boolean leadsTo(Account account, Address address, Facts facts) {
    return targetsOf(address, facts)
        .anyMatch(
            target ->
                target.route() instanceof Route.ToMailbox mailbox
                    ? mailbox.account().id().equals(account.id())
                    : isElsewhere(target)
                        && router.owns(account, target.recipient().address(), facts));
  }

  /** Whether an address stands for one that somebody here has. */
  boolean leadsHome(Address address, Facts facts) {
    return targetsOf(address, facts)
        .anyMatch(
            target ->
                target.route() instanceof Route.ToMailbox
                    || isElsewhere(target)
                        && router.holder(target.recipient().address(), facts).isPresent());
  }

  private Stream<Target> targetsOf(Address address, Facts facts) {
    return expanded(ReversePath.NULL, Recipient.of(address), facts).targets().stream();
  }

  /** Whether an address of ours has its mail elsewhere. */
  private boolean isElsewhere(Target target) {
    return target.route() instanceof Route.Onward
        && policy.domains().classOf(target.recipient().address().domain()).isOurs();
  }

  /**
   * What {@code recipient} comes to.
   *
   * @param sender whom the mail is from, as whoever brings it says: tables of relay hosts go by it
   */
  public Expanded expand(ReversePath sender, Recipient recipient, Facts facts) {
    return expanded(rewriting.sender(sender, facts, new ArrayList<>()), recipient, facts);
  }

  /** The same by asking and waiting for all that is wanted. */
  public Expanded expand(ReversePath sender, Recipient recipient) {
    return expand(sender, recipient, Facts.WAITING);
  }

  /** The same for a sender who was written anew. */
  private Expanded expanded(ReversePath sender, Recipient recipient, Facts facts) {
    return expanded(sender, recipient, false, facts);
  }

  private Expanded expanded(ReversePath sender, Recipient recipient, boolean unasked, Facts facts) {
    List<String> trace = new ArrayList<>();
    Address meant;
    try {
      meant = meant(recipient.address(), trace);
    } catch (NotOurs e) {
      trace.add(recipient.address() + ": " + e.why() + " (srs_domain)");
      return new Expanded(recipient, List.of(new Target(recipient, NOT_FORWARDED)), trace);
    }
    Address first = rewriting.recipient(meant, facts, trace);
    Course course = new Course(sender, recipient, unasked, facts, trace);
    return aliases.isEmpty() && first.equals(recipient.address())
        ? course.straight()
        : course.from(first);
  }

  /** Mail that comes back is for the sender of what was forwarded: before anything else. */
  private Address meant(Address recipient, List<String> trace) {
    Optional<Address> back = forwarding.back(recipient, clock);
    back.ifPresent(sender -> trace.add(recipient + " -> " + sender + " (srs_domain)"));
    return back.orElse(recipient);
  }

  /** The same where virtual(5) has had its say: whoever sends mail elsewhere names who gets it. */
  Expanded redirected(ReversePath sender, Recipient recipient, Facts facts) {
    Course course = new Course(sender, recipient, true, facts, new ArrayList<>());
    course.local(recipient.address(), Optional.empty());
    return sure(course.ended());
  }

  /** The expansion of one recipient. */
  private final class Course {
    private final ReversePath sender;
    private final Recipient recipient;
    private final boolean unasked;
    private final Facts facts;
    private final Map<String, Target> targets = new LinkedHashMap<>();
    private final List<String> trace;
    // Addresses that were looked at, and those that the way has come by, in its order, and that do
    // not stand for themselves, too; in lower case.
    private final Set<String> seen = new HashSet<>();
    private final Set<String> path = new LinkedHashSet<>();
    // Why all of it is refused; why a part is that is no address; what is not known yet.
    private Route.@Nullable Nowhere fault;
    private Route.@Nullable Nowhere restricted;
    private @Nullable Wanted wanted;
    private boolean hasList;
    // What the client has named, as it was written anew.
    private Address named;

    /**
     * Begins.
     *
     * @param unasked whether the sender has not named the recipient
     */
    Course(
        ReversePath sender, Recipient recipient, boolean unasked, Facts facts, List<String> trace) {
      this.sender = sender;
      this.recipient = recipient;
      this.unasked = unasked;
      this.named = recipient.address();
      this.facts = facts;
      this.trace = trace;
    }

    /** Where nothing can stand for anything. */
    Expanded straight() {
      Route route = router.route(query(named, Optional.empty()), facts, trace);
      return new Expanded(recipient, List.of(target(recipient, route, Optional.empty())), trace);
    }

    Expanded from(Address first) {
      named = first;
      follow(first, Optional.empty(), TOO_MANY);
      return ended();
    }

    Expanded ended() {
      if (wanted != null) {
        throw wanted;
      }
      if (isTooMany()) {
        told("more than " + most() + " addresses");
        fault = TOO_MANY;
      }
      if (fault == null && targets.isEmpty()) {
        fault = restricted == null ? MISCONFIGURED : restricted;
      }
      return fault == null
          ? new Expanded(recipient, List.copyOf(targets.values()), trace)
          : nowhere(fault);
    }

    private Expanded nowhere(Route.Nowhere why) {
      return new Expanded(recipient, List.of(new Target(recipient, why)), trace);
    }

    private int most() {
      return hasList ? LONGEST_LIST : aliases.most();
    }

    private boolean isTooMany() {
      return targets.size() > most();
    }

    private void told(String step) {
      if (trace.size() < TOLD) {
        trace.add(step);
      }
    }

    private void refuse(String why, Route.Nowhere with) {
      told(why);
      fault = fault == null ? with : fault;
    }

    /** Is to be thrown in the end, so that all that is wanted is asked for together. */
    private void want(Wanted more) {
      wanted = wanted == null ? more : wanted.and(more);
    }

    /** Whether the way may go by {@code address}; {@code loop} is why not if it has been here. */
    private boolean enters(Address address, int deepest, Route.Nowhere loop) {
      String key = key(address);
      if (path.contains(key)) {
        refuse("loop: " + around(key), loop);
      } else if (path.size() >= deepest || key.length() > aliases.longest()) {
        refuse("no end at " + address, TOO_MANY);
      } else {
        return !isTooMany();
      }
      return false;
    }

    /** The members of a loop, from the one that the way has come back to. */
    private String around(String key) {
      List<String> members = path.stream().dropWhile(one -> !one.equals(key)).toList();
      String shown = String.join(" -> ", members.subList(0, Math.min(members.size(), SHOWN)));
      return shown + (members.size() > SHOWN ? " -> ..." : "") + " -> " + key;
    }

    /**
     * By virtual(5) and on.
     *
     * @param owner of the list that the way has come by
     * @param loop what it comes to where the way has been here before
     */
    private void follow(Address address, Optional<ReversePath> owner, Route.Nowhere loop) {
      if (enters(address, aliases.deepest(), loop) && seen.add(key(address))) {
        path.add(key(address));
        try {
          Optional<AddressMap.Mapped> found = aliases.virtual(address, facts);
          if (found.isEmpty()) {
            local(address, owner);
          } else {
            stands(address, owner, found.get());
          }
        } catch (Wanted more) {
          want(more);
        }
        path.remove(key(address));
      } // else its targets are there, or on their way
    }

    private void stands(Address address, Optional<ReversePath> owner, AddressMap.Mapped found) {
      told(found.trace());
      found.malformed().ifPresent(item -> refuse("no address: " + item, MISCONFIGURED));
      String key = key(address);
      Optional<Address> itself =
          found.results().stream().filter(result -> key(result).equals(key)).findFirst();
      if (itself.isPresent()) {
        path.remove(key);
        local(itself.get(), owner);
      }
      for (Address result : found.results()) {
        follow(result, owner, TOO_MANY);
      }
    }

    /** Where it is one of our own domains, the local part may be a name of aliases(5). */
    private void local(Address address, Optional<ReversePath> owner) {
      Optional<TableList.Found> found =
          aliases.hasLocal() && isLocal(address)
              ? aliases.local(address.localPart(), facts)
              : Optional.empty();
      if (found.isEmpty()) {
        end(address, owner);
        return;
      }
      TableList.Found alias = found.get();
      String name = alias.key().text().toLowerCase(Locale.ROOT);
      told(address + " -> " + alias.value() + " (alias_maps: " + alias.where() + ")");
      hasList = true;
      Optional<ReversePath> keeper = owner(name);
      String extension = aliases.propagates("alias") ? alias.key().dropped() : "";
      new Listed(address, ALIAS, name, extension, keeper.or(() -> owner), keeper.isPresent())
          .add(AddressItems.of(alias.value()));
    }

    private boolean isLocal(Address address) {
      return policy.domains().classOf(address.domain()) == AddressClass.LOCAL;
    }

    /** Whom reports on a list's mail go to. */
    private Optional<ReversePath> owner(String list) {
      return aliases
          .owner(list, facts)
          .flatMap(
              found -> {
                String text = aliases.expandsOwner() ? found.value() : "owner-" + list;
                Address address = whole(text);
                if (address == null) {
                  refuse("no address: " + text, MISCONFIGURED);
                }
                return Optional.ofNullable(address).map(ReversePath::of);
              });
    }

    private void end(Address address, Optional<ReversePath> owner) {
      try {
        List<String> steps = new ArrayList<>(2);
        Route route = router.route(query(address, owner), facts, steps);
        steps.forEach(this::told);
        if (isNobody(route) && isLocal(address)) {
          Optional<String> instead = relayed(address);
          if (instead.isPresent()) {
            relay(address, owner, instead.get());
            return;
          }
        }
        put(address, owner, route);
      } catch (Wanted more) {
        want(more);
      }
    }

    private RouteQuery query(Address address, Optional<ReversePath> owner) {
      return new RouteQuery(owner.orElse(sender), address, address.equals(named));
    }

    private void put(Address address, Optional<ReversePath> owner, Route route) {
      targets.putIfAbsent(
          key(address), target(Target.named(address, recipient, owner), route, owner));
    }

    private Target target(Recipient who, Route route, Optional<ReversePath> owner) {
      return route instanceof Route.Onward onward && onward.leaves() && owner.isEmpty()
          ? new Target(who, route, owner, forwarded(who.address()))
          : new Target(who, route, owner);
    }

    /** What comes back is sent on as well, whoever has sent it. */
    private Optional<ReversePath> forwarded(Address to) {
      Optional<Domain> from =
          unasked ? Optional.empty() : Optional.of(recipient.address().domain());
      List<String> steps = new ArrayList<>(1);
      Optional<ReversePath> written = forwarding.sender(sender, from, to, clock, steps);
      steps.forEach(this::told);
      return written;
    }

    private boolean isNobody(Route route) {
      return route instanceof Route.Nowhere nowhere && nowhere.isUnknown();
    }

    /** Names that clients give are known, unless no table says so; those in tables need not be. */
    private Optional<String> relayed(Address address) {
      return aliases.takesUnknown() || !address.equals(recipient.address())
          ? aliases.unknown(address)
          : Optional.empty();
    }

    private void relay(Address address, Optional<ReversePath> owner, String instead) {
      told(address + " -> " + instead + " (luser_relay)");
      Address relay = whole(instead);
      if (relay == null) {
        refuse("no address: " + instead, MISCONFIGURED);
      } else if (key(relay).equals(key(address)) || path.contains(key(relay))) {
        put(address, owner, Route.Nowhere.unknown("User unknown"));
      } else if (isLocal(relay)) {
        inside(relay, owner, loopFor(relay.localPart()));
      } else {
        follow(relay, owner, TOO_MANY);
      }
    }

    /** By aliases(5) and on: for a name that a name of ours stands for. */
    private void inside(Address address, Optional<ReversePath> owner, Route.Nowhere loop) {
      String key = key(address);
      if (enters(address, DEEPEST, loop) && seen.add(key)) {
        path.add(key);
        try {
          local(address, owner);
        } catch (Wanted more) {
          want(more);
        }
        path.remove(key);
      }
    }

    /** What stands on the right of an alias, or in a file that one names. */
    private final class Listed {
      private final Address of;
      private final String kind;
      private final String name;
      private final String extension;
      private final Optional<ReversePath> owner;
      private final boolean anew;

      /**
       * Of an alias.
       *
       * @param of the address that it stands for
       * @param kind whether it is itself, or a file that it names
       * @param extension what goes on to its members
       * @param owner who hears what becomes of its mail
       * @param anew whether its members get a mail of their own, which begins with virtual(5)
       */
      Listed(
          Address of,
          String kind,
          String name,
          String extension,
          Optional<ReversePath> owner,
          boolean anew) {
        this.of = of;
        this.kind = kind;
        this.name = name;
        this.extension = extension;
        this.owner = owner;
        this.anew = anew;
      }

      void add(List<String> items) {
        for (String item : items) {
          if (isTooMany()) {
            return;
          }
          add(item);
        }
      }

      private void add(String item) {
        if (item.equals("/dev/null")) {
          told("thrown away: " + item);
          targets.putIfAbsent(item, new Target(recipient, new Route.Discarded(), owner));
        } else if (item.startsWith("|")) {
          agent(item, "command", aliases.refusesCommands(kind));
        } else if (item.startsWith("/")) {
          agent(item, "file", aliases.refusesFiles(kind));
        } else if (item.startsWith(":include:")) {
          include(item.substring(":include:".length()));
        } else {
          address(item);
        }
      }

      private void address(String item) {
        boolean last = item.startsWith("\\");
        Address bare = whole(last ? item.substring(1) : item);
        Address result = AddressMap.extended(bare, extension);
        if (bare == null || result == null) {
          refuse("no address: " + item, MISCONFIGURED);
        } else if (!isLocal(result)) {
          follow(result, owner, loopFor(name));
        } else if (last || bare.localPart().toLowerCase(Locale.ROOT).equals(name)) {
          end(result, owner);
        } else if (anew) {
          follow(result, owner, loopFor(name));
        } else {
          inside(result, owner, loopFor(name));
        }
      }

      private void include(String file) {
        if (!seen.add(":include:" + file)) {
          return;
        }
        try {
          IncludeFile.Content content = facts.know(new IncludeFile(file));
          told(name + " -> :include:" + file + ": " + content.fault().orElse("read"));
          content.fault().ifPresent(why -> refuse(":include:" + file + " " + why, MISCONFIGURED));
          String goesOn = aliases.propagates(INCLUDE) ? extension : "";
          new Listed(of, INCLUDE, name, goesOn, owner, true).add(content.items());
        } catch (Wanted more) {
          want(more);
        }
      }

      /** A program or a file. Where it is refused, those beside it get their mail all the same. */
      private void agent(String item, String what, Optional<String> refused) {
        Route.ToAgent agent = new Route.ToAgent(item);
        if (refused.isPresent()) {
          told("no mail for " + item + ": " + refused.get());
          restricted = new Route.Nowhere(554, "5.7.1", "mail to " + what + " is restricted");
        } else if (agent.fits()) {
          Route route = router.aside(query(of, owner), agent, facts);
          targets.putIfAbsent(
              agent.what(), new Target(Target.named(of, recipient, owner), route, owner));
        } else {
          refuse("too long: " + agent.what(), MISCONFIGURED);
        }
      }
    }
  }

  private static Route.Nowhere loopFor(String alias) {
    return new Route.Nowhere(554, "5.4.6", "alias database loop for " + alias);
  }

  /** Tables do not tell cases apart. */
  private static String key(Address address) {
    return address.toString().toLowerCase(Locale.ROOT);
  }

  private @Nullable Address whole(String text) {
    try {
      return policy.qualified(WrittenAddress.parse(text));
    } catch (MalformedAddress e) {
      return null;
    }
  }
}
