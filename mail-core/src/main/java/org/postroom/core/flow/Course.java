package org.postroom.core.flow;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.ReversePath;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.fact.Facts;
import org.postroom.core.inquiry.Wanted;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.AddressClass;
import org.postroom.core.policy.Policy;
import org.postroom.core.rewrite.AddressItems;
import org.postroom.core.rewrite.AddressMap;
import org.postroom.core.table.TableList;

/**
 * The expansion of one recipient, from what the client has named to its targets; for one use. Each
 * address goes by virtual(5), aliases(5) and its user's own file, and ends by its route; what one
 * of them names goes the same way.
 */
final class Course {
  private static final String ALIAS = "alias";
  private static final String FORWARD = "forward";

  /** So many aliases may stand one behind the other, and so many addresses in lists. */
  private static final int DEEPEST = 100;

  private static final int LONGEST_LIST = 100_000;

  /** So many may a user name himself, in all of his files. */
  private static final int LONGEST_OWN = 10_000;

  /** So many items of a step are told, and so many characters of them. */
  private static final int TOLD_ITEMS = 20;

  private static final int TOLD_CHARACTERS = 2000;

  private final Router router;
  private final Policy policy;
  private final Aliases aliases;
  private final Forwarding forwarding;
  private final Clock clock;
  private final ReversePath sender;
  private final Recipient recipient;
  private final boolean unasked;
  private final Facts facts;
  private final List<String> trace;
  private final Targets found;
  private final Trail trail = new Trail();
  private final Forwarders forwarders;
  private final Circles circles = new Circles();
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
    this.facts = facts;
    this.trace = trace;
    this.found = new Targets(aliases.most(), trace);
    this.forwarders = new Forwarders(aliases.forwards());
  }

  /** Where nothing can stand for anything. */
  Expanded straight() {
    Route route = router.route(query(named, Optional.empty()), facts, trace);
    return new Expanded(recipient, List.of(target(recipient, route, Optional.empty())), trace);
  }

  Expanded from(Address first) {
    named = first;
    follow(first, Optional.empty(), null);
    return ended();
  }

  Expanded ended() {
    found.complete();
    circles.turnBack(recipient, found);
    return found.of(recipient);
  }

  /**
   * By virtual(5) and on.
   *
   * @param owner of the list that the way has come by
   * @param alias whose member it is; null where no alias names it
   */
  void follow(Address address, Optional<ReversePath> owner, @Nullable String alias) {
    String name = Trail.name(address);
    if (!enters(name, address, owner, aliases.deepest(), alias)) {
      return; // its targets are there, or on their way
    }
    try {
      Optional<AddressMap.Mapped> mapped = aliases.virtual(address, facts);
      if (mapped.isEmpty()) {
        local(address, owner);
      } else {
        byVirtual(name, owner, mapped.get());
      }
    } catch (Wanted more) {
      found.want(more);
    }
    trail.leave(name);
  }

  /** By aliases(5) and on: for a name that a name of ours stands for. */
  void inside(Address address, Optional<ReversePath> owner, String alias) {
    String name = Trail.name(address);
    if (!enters(name, address, owner, DEEPEST, alias)) {
      return;
    }
    try {
      local(address, owner);
    } catch (Wanted more) {
      found.want(more);
    }
    trail.leave(name);
  }

  /** Whether the way may go by an address; where it has been there it does not go again. */
  private boolean enters(
      String name,
      Address address,
      Optional<ReversePath> owner,
      int deepest,
      @Nullable String alias) {
    if (trail.has(name)) {
      if (forwarders.have(address) && isLocal(address)) {
        circles.add(address, owner, found);
      } else {
        found.refuse("loop: " + trail.around(name), loop(alias));
      }
      return false;
    }
    if (trail.length() >= deepest || name.length() > aliases.longest()) {
      found.refuse("no end at " + address, Targets.TOO_MANY);
      return false;
    }
    return !found.areTooMany() && trail.enter(name);
  }

  private static Route.Nowhere loop(@Nullable String alias) {
    return alias == null
        ? Targets.TOO_MANY
        : new Route.Nowhere(554, "5.4.6", "alias database loop for " + alias);
  }

  private void byVirtual(String name, Optional<ReversePath> owner, AddressMap.Mapped mapped) {
    found.tell(mapped.trace());
    mapped
        .malformed()
        .ifPresent(item -> found.refuse("no address: " + item, Targets.MISCONFIGURED));
    for (Address result : mapped.results()) {
      if (Trail.name(result).equals(name)) {
        trail.leave(name);
        local(result, owner);
        break;
      }
    }
    for (Address result : mapped.results()) {
      follow(result, owner, null);
    }
  }

  /** Where it is one of our own domains, the local part may be a name of aliases(5). */
  void local(Address address, Optional<ReversePath> owner) {
    if ((aliases.hasLocal() || !aliases.forwards().isEmpty()) && isLocal(address)) {
      Optional<TableList.Found> alias = aliases.local(address.localPart(), facts);
      if (alias.isPresent()) {
        byAlias(address, owner, alias.get());
      } else {
        self(address, owner);
      }
    } else {
      end(address, owner);
    }
  }

  private void byAlias(Address address, Optional<ReversePath> owner, TableList.Found alias) {
    String name = alias.key().text().toLowerCase(Locale.ROOT);
    found.tell(address + " -> " + alias.value() + " (alias_maps: " + alias.where() + ")");
    found.admit(LONGEST_LIST);
    Optional<ReversePath> keeper = owner(name);
    String extension = aliases.propagates(ALIAS) ? alias.key().dropped() : "";
    members()
        .follow(
            new Members.Source(
                address, ALIAS, name, extension, keeper.or(() -> owner), keeper.isPresent(), null),
            AddressItems.of(alias.value()));
  }

  private Members members() {
    return new Members(this, aliases, facts, trail, forwarders, found);
  }

  /** Whom reports on a list's mail go to. */
  private Optional<ReversePath> owner(String list) {
    Optional<TableList.Found> owner = aliases.owner(list, facts);
    if (owner.isEmpty()) {
      return Optional.empty();
    }
    String text = aliases.expandsOwner() ? owner.get().value() : "owner-" + list;
    Address address = address(text);
    if (address == null) {
      found.refuse("no address: " + text, Targets.MISCONFIGURED);
      return Optional.empty();
    }
    return Optional.of(ReversePath.of(address));
  }

  /** A name of ours that is no alias, or not here: where its user says, or into his mailbox. */
  void self(Address address, Optional<ReversePath> owner) {
    if (!goesOn(address, owner)) {
      end(address, owner);
    }
  }

  /** Whether a user of this machine has said himself where his mail goes, which is then done. */
  private boolean goesOn(Address address, Optional<ReversePath> owner) {
    ForwardFiles files = aliases.forwards();
    // Nobody's files are looked for, nor the list of users read, for names that nobody has.
    Optional<ForwardFiles.Found> file =
        files.isEmpty() || router.holder(address, facts).isEmpty()
            ? Optional.empty()
            : files.find(address, facts);
    if (file.isEmpty()) {
      return false;
    }
    found.lookAtFile(trail.steps());
    if (forwarders.have(address)) {
      circles.add(address, owner, found);
      return true;
    }
    HomeFile.Reading reading = file.get().reading();
    if (reading instanceof HomeFile.Reading.Said said) {
      return byOwnFile(address, owner, file.get(), said.items());
    }
    if (reading instanceof HomeFile.Reading.Failed failed) {
      found.refuse(
          file.get().path() + " " + failed.why(),
          new Route.Nowhere(451, "4.3.0", "cannot read the file that says where mail goes"));
      return true;
    }
    if (reading instanceof HomeFile.Reading.Ignored ignored) {
      found.tell("not by " + file.get().path() + ", which " + ignored.why() + " (forward_path)");
    }
    return false;
  }

  private boolean byOwnFile(
      Address address, Optional<ReversePath> owner, ForwardFiles.Found file, List<String> items) {
    ForwardFiles files = aliases.forwards();
    found.tell(address + " -> " + shown(items) + " (" + file.path() + ")");
    found.admit(LONGEST_OWN);
    String extension = file.named() || !aliases.propagates(FORWARD) ? "" : files.extension(address);
    forwarders.enter(address);
    try {
      return members()
          .follow(
              new Members.Source(
                  address, FORWARD, files.user(address), extension, owner, true, file.user()),
              items);
    } finally {
      forwarders.leave();
    }
  }

  private static String shown(List<String> items) {
    String first = String.join(", ", items.subList(0, Math.min(items.size(), TOLD_ITEMS)));
    int more = items.size() - TOLD_ITEMS;
    int end = Math.min(first.length(), TOLD_CHARACTERS);
    if (end < first.length() && Character.isLowSurrogate(first.charAt(end))) {
      end--; // no half of a character
    }
    String some = first.substring(0, end) + (end < first.length() ? "..." : "");
    return more > 0 ? some + " and " + more + " more" : some;
  }

  /** By its route. */
  void end(Address address, Optional<ReversePath> owner) {
    try {
      List<String> steps = new ArrayList<>(0);
      Route route = router.route(query(address, owner), facts, steps);
      found.tell(steps);
      if (isNobody(route) && isLocal(address)) {
        Optional<String> instead = relayed(address);
        if (instead.isPresent()) {
          relay(address, owner, instead.get());
          return;
        }
      }
      put(address, owner, route);
    } catch (Wanted more) {
      found.want(more);
    }
  }

  private RouteQuery query(Address address, Optional<ReversePath> owner) {
    return new RouteQuery(owner.orElse(sender), address, address.equals(named));
  }

  private static boolean isNobody(Route route) {
    return route instanceof Route.Nowhere nowhere && nowhere.isUnknown();
  }

  /** Names that clients give are known, unless no table says so; those in tables need not be. */
  private Optional<String> relayed(Address address) {
    return aliases.takesUnknown() || !address.equals(recipient.address())
        ? aliases.unknown(address)
        : Optional.empty();
  }

  private void relay(Address address, Optional<ReversePath> owner, String instead) {
    found.tell(address + " -> " + instead + " (luser_relay)");
    Address relay = address(instead);
    if (relay == null) {
      found.refuse("no address: " + instead, Targets.MISCONFIGURED);
    } else if (Trail.name(relay).equals(Trail.name(address)) || trail.has(Trail.name(relay))) {
      put(address, owner, Route.Nowhere.unknown("User unknown"));
    } else if (isLocal(relay)) {
      inside(relay, owner, relay.localPart());
    } else {
      follow(relay, owner, null);
    }
  }

  private void put(Address address, Optional<ReversePath> owner, Route route) {
    Recipient who = Target.named(address, recipient, owner);
    found.put(Trail.name(address), target(who, route, owner));
  }

  private Target target(Recipient who, Route route, Optional<ReversePath> owner) {
    Optional<ReversePath> otherSender =
        route instanceof Route.Onward onward && onward.leaves() && owner.isEmpty()
            ? forwarded(who.address())
            : Optional.empty();
    return new Target(who, route, owner, otherSender, forwarders.named());
  }

  /** What comes back is sent on as well, whoever has sent it. */
  private Optional<ReversePath> forwarded(Address to) {
    Optional<Domain> from = unasked ? Optional.empty() : Optional.of(recipient.address().domain());
    List<String> steps = new ArrayList<>(0);
    Optional<ReversePath> written = forwarding.sender(sender, from, to, clock, steps);
    found.tell(steps);
    return written;
  }

  /** To a program or a file that {@code address} stands for. */
  void toAgent(Address address, Optional<ReversePath> owner, Route.ToAgent agent) {
    Route route = router.aside(query(address, owner), agent, facts);
    found.put(agent.what(), new Target(Target.named(address, recipient, owner), route, owner));
  }

  void discard(String item, Optional<ReversePath> owner) {
    found.put(item, new Target(recipient, new Route.Discarded(), owner));
  }

  /** Whether names of aliases(5) and files of users count for it. */
  boolean isLocal(Address address) {
    return policy.domains().classOf(address.domain()) == AddressClass.LOCAL;
  }

  /** What a table or a file has written; null for what is no address. */
  @Nullable Address address(String text) {
    try {
      return policy.qualified(WrittenAddress.parse(text));
    } catch (MalformedAddress e) {
      return null;
    }
  }
}
