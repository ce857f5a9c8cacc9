package org.postroom.core.flow;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
import org.postroom.core.address.ReversePath;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.fact.Facts;
import org.postroom.core.inquiry.Wanted;
import org.postroom.core.machine.MachineUser;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.AddressClass;
import org.postroom.core.policy.Policy;
import org.postroom.core.rewrite.AddressItems;
import org.postroom.core.rewrite.AddressMap;
import org.postroom.core.table.TableList;

/** The expansion of one recipient, from what the client has named to its targets; for one use. */
final class Course {
  private static final Route.Nowhere TOO_MANY =
      new Route.Nowhere(451, "4.6.0", "Alias expansion error");
  private static final Route.Nowhere MISCONFIGURED =
      new Route.Nowhere(451, "4.3.5", "Server configuration error");

  private static final String ALIAS = "alias";
  private static final String INCLUDE = "include";
  private static final String FORWARD = "forward";
  private static final String INCLUDED = ":include:";

  /** So many aliases may stand one behind the other, and so many addresses in lists. */
  private static final int DEEPEST = 100;

  private static final int LONGEST_LIST = 100_000;

  /** So many may a user name himself, in all of his files. */
  private static final int LONGEST_OWN = 10_000;

  /** So many steps are told, and so many items of one. */
  private static final int TOLD = 1000;

  private static final int TOLD_ITEMS = 20;

  private final Router router;
  private final Policy policy;
  private final Aliases aliases;
  private final Forwarding forwarding;
  private final Clock clock;
  private final ReversePath sender;
  private final Recipient recipient;
  private final boolean unasked;
  private final Facts facts;
  private final Map<String, Target> targets = new LinkedHashMap<>();
  private final List<String> trace;
  // Addresses that were looked at, in lower case, and where the way has come by.
  private final Set<String> seen = new HashSet<>();
  private final Trail trail = new Trail();
  // Those by whose own files it has come, the last one last.
  private final Deque<Address> forwarders = new ArrayDeque<>();
  // Those to whom it would come back, and who would send it on again; with whom reports go to.
  private final Map<Address, Optional<ReversePath>> circles = new LinkedHashMap<>();
  // Why all of it is refused; why a part is that is no address; what is not known yet.
  private Route.@Nullable Nowhere fault;
  private Route.@Nullable Nowhere restricted;
  private @Nullable Wanted wanted;
  // How many targets there may be, and how many files name the one that is read.
  private int most;
  private int included;
  // What the client has named, as it was written anew.
  private Address named;

  /**
   * What says whom somebody stands for.
   *
   * @param router routes what recipients come to
   * @param clock by which forwarded mail has its time
   */
  record Means(Router router, Policy policy, Aliases aliases, Forwarding forwarding, Clock clock) {}

  /**
   * Begins.
   *
   * @param unasked whether the sender has not named the recipient
   */
  Course(
      Means means,
      ReversePath sender,
      Recipient recipient,
      boolean unasked,
      Facts facts,
      List<String> trace) {
    this.router = means.router();
    this.policy = means.policy();
    this.aliases = means.aliases();
    this.forwarding = means.forwarding();
    this.clock = means.clock();
    this.sender = sender;
    this.recipient = recipient;
    this.unasked = unasked;
    this.named = recipient.address();
    this.most = aliases.most();
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
      told("more than " + most + " addresses");
      fault = TOO_MANY;
    }
    circles.forEach(this::turnBack);
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

  private boolean isTooMany() {
    return targets.size() > most;
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
  private boolean enters(
      Address address, Optional<ReversePath> owner, int deepest, Route.Nowhere loop) {
    String key = key(address);
    if (trail.has(key) && hasSentOn(address)) {
      circle(address, owner);
    } else if (trail.has(key)) {
      refuse("loop: " + trail.around(key), loop);
    } else if (trail.length() >= deepest || key.length() > aliases.longest()) {
      refuse("no end at " + address, TOO_MANY);
    } else {
      return !isTooMany();
    }
    return false;
  }

  /**
   * By virtual(5) and on.
   *
   * @param owner of the list that the way has come by
   * @param loop what it comes to where the way has been here before
   */
  private void follow(Address address, Optional<ReversePath> owner, Route.Nowhere loop) {
    if (enters(address, owner, aliases.deepest(), loop) && seen.add(key(address))) {
      trail.enter(key(address));
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
      trail.leave(key(address));
    } // else its targets are there, or on their way
  }

  private void stands(Address address, Optional<ReversePath> owner, AddressMap.Mapped found) {
    told(found.trace());
    found.malformed().ifPresent(item -> refuse("no address: " + item, MISCONFIGURED));
    String key = key(address);
    Optional<Address> itself =
        found.results().stream().filter(result -> key(result).equals(key)).findFirst();
    if (itself.isPresent()) {
      trail.leave(key);
      local(itself.get(), owner);
    }
    for (Address result : found.results()) {
      follow(result, owner, TOO_MANY);
    }
  }

  /** Where it is one of our own domains, the local part may be a name of aliases(5). */
  void local(Address address, Optional<ReversePath> owner) {
    Optional<TableList.Found> found =
        aliases.hasLocal() && isLocal(address)
            ? aliases.local(address.localPart(), facts)
            : Optional.empty();
    if (found.isEmpty()) {
      if (!goesOn(address, owner)) {
        end(address, owner);
      }
      return;
    }
    TableList.Found alias = found.get();
    String name = alias.key().text().toLowerCase(Locale.ROOT);
    told(address + " -> " + alias.value() + " (alias_maps: " + alias.where() + ")");
    most = Math.max(most, LONGEST_LIST);
    Optional<ReversePath> keeper = owner(name);
    String extension = aliases.propagates("alias") ? alias.key().dropped() : "";
    new Listed(address, ALIAS, name, extension, keeper.or(() -> owner), keeper.isPresent())
        .add(AddressItems.of(alias.value()));
  }

  /** Whether a user of this machine has said himself where his mail goes, which is then done. */
  private boolean goesOn(Address address, Optional<ReversePath> owner) {
    // Nobody's files are looked for, nor the list of users read, for names that nobody has.
    boolean isSomebody =
        !aliases.forwards().isEmpty()
            && isLocal(address)
            && router.holder(address, facts).isPresent();
    Optional<ForwardFiles.Found> found =
        isSomebody ? aliases.forwards().find(address, facts) : Optional.empty();
    if (found.isEmpty()) {
      return false;
    }
    ForwardFiles.Found file = found.get();
    HomeFile.Reading reading = file.reading();
    if (hasSentOn(address)) {
      circle(address, owner);
      return true;
    }
    if (reading instanceof HomeFile.Reading.Said said) {
      List<String> items = said.items();
      told(address + " -> " + shown(items) + " (" + file.path() + ")");
      most = Math.max(most, LONGEST_OWN);
      String extension =
          file.named() || !aliases.propagates(FORWARD) || !hasExtension(address)
              ? ""
              : address.localPart().substring(aliases.forwards().user(address).length());
      Listed listed =
          new Listed(address, FORWARD, aliases.forwards().user(address), extension, owner, true)
              .as(file.user());
      forwarders.addLast(address);
      try {
        listed.add(items);
      } finally {
        forwarders.removeLast();
      }
      return !listed.isVain();
    }
    if (reading instanceof HomeFile.Reading.Failed failed) {
      refuse(
          file.path() + " " + failed.why(),
          new Route.Nowhere(451, "4.3.0", "cannot read the file that says where mail goes"));
      return true;
    }
    if (reading instanceof HomeFile.Reading.Ignored ignored) {
      told("not by " + file.path() + ", which " + ignored.why() + " (forward_path)");
    }
    return false;
  }

  /** Whether the way has come by a file of the user whose address it is. */
  private boolean hasSentOn(Address address) {
    return isLocal(address) && forwarders.stream().anyMatch(by -> isSameUser(by, address));
  }

  private void circle(Address address, Optional<ReversePath> owner) {
    told("loop: " + address + " has sent it on before (forward_path)");
    circles.putIfAbsent(address, owner);
  }

  /** What runs in a circle is returned; who else is on the way, and who keeps a copy, has it. */
  private void turnBack(Address address, Optional<ReversePath> owner) {
    String why = DeliveredTo.inCircles(address);
    if (targets.isEmpty()) {
      refuse("nobody else", new Route.Nowhere(554, DeliveredTo.LOOP, why));
    } else {
      Route back = BuiltInTransports.returning(DeliveredTo.LOOP, why);
      Recipient who = Target.named(address, recipient, owner);
      targets.putIfAbsent("loop " + key(address), new Target(who, back, owner));
    }
  }

  private static String shown(List<String> items) {
    String first = String.join(", ", items.subList(0, Math.min(items.size(), TOLD_ITEMS)));
    int more = items.size() - TOLD_ITEMS;
    return more > 0 ? first + " and " + more + " more" : first;
  }

  private boolean hasExtension(Address address) {
    return aliases.forwards().user(address).length() < address.localPart().length();
  }

  private boolean isSameUser(Address one, Address other) {
    return aliases.forwards().user(one).equals(aliases.forwards().user(other));
  }

  /** Whether it is he by whose file the way has come last. */
  private boolean isForwarder(Address address) {
    Address last = forwarders.peekLast();
    return last != null && isLocal(address) && isSameUser(last, address);
  }

  /** Into his own mailbox: that copy does not go on. */
  private void home(Address address, Optional<ReversePath> owner) {
    Address last = forwarders.pollLast();
    try {
      end(address, owner);
    } finally {
      if (last != null) {
        forwarders.addLast(last);
      }
    }
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
    Optional<ReversePath> otherSender =
        route instanceof Route.Onward onward && onward.leaves() && owner.isEmpty()
            ? forwarded(who.address())
            : Optional.empty();
    return new Target(who, route, owner, otherSender, marks());
  }

  private List<Address> marks() {
    return aliases.forwards().areMarked() ? List.copyOf(forwarders) : List.of();
  }

  /** What comes back is sent on as well, whoever has sent it. */
  private Optional<ReversePath> forwarded(Address to) {
    Optional<Domain> from = unasked ? Optional.empty() : Optional.of(recipient.address().domain());
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
    } else if (key(relay).equals(key(address)) || trail.has(key(relay))) {
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
    if (enters(address, owner, DEEPEST, loop) && seen.add(key)) {
      trail.enter(key);
      try {
        local(address, owner);
      } catch (Wanted more) {
        want(more);
      }
      trail.leave(key);
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
    private Optional<MachineUser> user = Optional.empty();
    private int taken;

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

    /** The same in a file of a user's own: what it names is run, written and read as he. */
    Listed as(MachineUser other) {
      user = Optional.of(other);
      return this;
    }

    void add(List<String> items) {
      for (String item : items) {
        if (isTooMany()) {
          return;
        }
        add(item);
      }
    }

    /** Whether nothing came of it, because what it names gets no mail here. */
    boolean isVain() {
      return taken == 0;
    }

    private void add(String item) {
      if (item.equals("/dev/null")) {
        taken++;
        told("thrown away: " + item);
        targets.putIfAbsent(item, new Target(recipient, new Route.Discarded(), owner));
      } else if (item.startsWith("|")) {
        agent(item, "command", aliases.refusesCommands(kind));
      } else if (item.startsWith("/")) {
        agent(item, "file", aliases.refusesFiles(kind));
      } else if (item.startsWith("~/") && user.isPresent()) {
        agent(user.get().home() + item.substring(1), "file", aliases.refusesFiles(kind));
      } else if (item.startsWith(INCLUDED)) {
        include(item.substring(INCLUDED.length()));
      } else {
        address(item);
      }
    }

    private void address(String item) {
      taken++;
      boolean last = item.startsWith("\\");
      Address bare = whole(last ? item.substring(1) : item);
      Address result = AddressMap.extended(bare, extension);
      if (bare == null || result == null) {
        refuse("no address: " + item, MISCONFIGURED);
      } else if (!isLocal(result)) {
        follow(result, owner, loopFor(name));
      } else if (isForwarder(result)) {
        home(result, owner);
      } else if (last || bare.localPart().toLowerCase(Locale.ROOT).equals(name)) {
        if (last || !goesOn(result, owner)) {
          end(result, owner);
        }
      } else if (anew) {
        follow(result, owner, loopFor(name));
      } else {
        inside(result, owner, loopFor(name));
      }
    }

    private void include(String file) {
      if (included >= DEEPEST) {
        refuse("no end at " + INCLUDED + file, TOO_MANY);
        return;
      }
      if (!seen.add(INCLUDED + file)) {
        taken++;
        return;
      }
      included++;
      try {
        IncludeFile.Content content =
            user.isPresent()
                ? his(aliases.forwards().include(file, user.get(), facts))
                : facts.know(new IncludeFile(file));
        told(name + " -> :include:" + file + ": " + content.fault().orElse("read"));
        content.fault().ifPresent(why -> refuse(INCLUDED + file + " " + why, MISCONFIGURED));
        String goesOn = aliases.propagates(INCLUDE) ? extension : "";
        Listed members = new Listed(of, INCLUDE, name, goesOn, owner, true);
        members.user = user;
        members.add(content.items());
        taken += members.taken;
      } catch (Wanted more) {
        want(more);
      } finally {
        included--;
      }
    }

    private static IncludeFile.Content his(HomeFile.Reading reading) {
      if (reading instanceof HomeFile.Reading.Said said) {
        return new IncludeFile.Content(said.items(), Optional.empty());
      }
      return new IncludeFile.Content(List.of(), Optional.of(reading.why()));
    }

    /** A program or a file. Where it is refused, those beside it get their mail all the same. */
    private void agent(String item, String what, Optional<String> refused) {
      Route.ToAgent agent =
          user.filter(one -> !one.isRoot())
              .map(one -> Route.ToAgent.as(one.name(), item))
              .orElseGet(() -> new Route.ToAgent(item));
      if (refused.isPresent()) {
        told("no mail for " + item + ": " + refused.get());
        restricted = new Route.Nowhere(554, "5.7.1", "mail to " + what + " is restricted");
      } else if (agent.fits()) {
        taken++;
        Route route = router.aside(query(of, owner), agent, facts);
        targets.putIfAbsent(
            agent.what(), new Target(Target.named(of, recipient, owner), route, owner));
      } else {
        refuse("too long: " + agent.what(), MISCONFIGURED);
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
