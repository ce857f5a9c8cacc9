package org.postroom.core.flow;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.fact.Facts;
import org.postroom.core.inquiry.Wanted;
import org.postroom.core.machine.MachineUser;
import org.postroom.core.rewrite.AddressMap;

/**
 * What stands on the right of an alias, in a user's own file or in a list that one of them names
 * ({@code :include:}): each item goes its way, as aliases(5) has it.
 */
final class Members {
  private static final String INCLUDE = "include";
  private static final String INCLUDED = ":include:";

  /** So many files may be open, each named by the one before. */
  private static final int MOST_OPEN = 100;

  private final Course course;
  private final Aliases aliases;
  private final Facts facts;
  private final Trail trail;
  private final Forwarders forwarders;
  private final Targets found;

  Members(
      Course course,
      Aliases aliases,
      Facts facts,
      Trail trail,
      Forwarders forwarders,
      Targets found) {
    this.course = course;
    this.aliases = aliases;
    this.facts = facts;
    this.trail = trail;
    this.forwarders = forwarders;
    this.found = found;
  }

  /**
   * What names them.
   *
   * @param address that they stand for
   * @param kind what it is, as settings call it: {@code alias}, {@code include}, {@code forward}
   * @param name of the alias, or of the user whose file it is
   * @param extension what goes on to them
   * @param owner who hears what becomes of their mail
   * @param anew whether they get a mail of their own, which begins with virtual(5)
   * @param user as whom files are read and written, and programs run; null for what an
   *     administrator says
   */
  record Source(
      Address address,
      String kind,
      String name,
      String extension,
      Optional<ReversePath> owner,
      boolean anew,
      @Nullable MachineUser user) {

    /** The members of a list among them. */
    private Source included(String goesOn) {
      return new Source(address, INCLUDE, name, goesOn, owner, true, user);
    }
  }

  /** Lets all go their ways; false where nothing comes of any, because none gets mail here. */
  boolean follow(Source source, List<String> items) {
    boolean some = false;
    for (String item : items) {
      found.lookAt();
      if (found.areTooMany()) {
        break;
      }
      some |= follow(source, item);
    }
    return some;
  }

  private boolean follow(Source source, String item) {
    if (item.equals("/dev/null")) {
      found.tell("thrown away: " + item);
      course.discard(item, source.owner());
      return true;
    }
    if (item.startsWith("|")) {
      return agent(source, item, "command", aliases.refusesCommands(source.kind()));
    }
    if (item.startsWith("/")) {
      return agent(source, item, "file", aliases.refusesFiles(source.kind()));
    }
    MachineUser user = source.user();
    if (user != null && item.startsWith("~/")) {
      String file = user.home() + item.substring(1);
      return agent(source, file, "file", aliases.refusesFiles(source.kind()));
    }
    if (item.startsWith(INCLUDED)) {
      return list(source, item.substring(INCLUDED.length()));
    }
    address(source, item);
    return true;
  }

  private void address(Source source, String item) {
    boolean last = item.startsWith("\\");
    Address bare = course.address(last ? item.substring(1) : item);
    Address result = AddressMap.extended(bare, source.extension());
    if (bare == null || result == null) {
      found.refuse("no address: " + item, Targets.MISCONFIGURED);
    } else if (!course.isLocal(result)) {
      course.follow(result, source.owner(), source.name());
    } else if (forwarders.endWith(result)) {
      home(result, source.owner());
    } else if (last) {
      course.end(result, source.owner());
    } else if (bare.localPart().toLowerCase(Locale.ROOT).equals(source.name())) {
      course.self(result, source.owner());
    } else if (source.anew()) {
      course.follow(result, source.owner(), source.name());
    } else {
      course.inside(result, source.owner(), source.name());
    }
  }

  /** Into the mailbox of him whose file it is: that copy does not go on. */
  private void home(Address address, Optional<ReversePath> owner) {
    Address himself = forwarders.leave();
    try {
      course.end(address, owner);
    } finally {
      forwarders.enter(himself);
    }
  }

  private boolean list(Source source, String file) {
    if (trail.files() >= MOST_OPEN) {
      found.refuse("no end at " + INCLUDED + file, Targets.TOO_MANY);
      return false;
    }
    if (!trail.open(INCLUDED + file)) {
      return true;
    }
    found.lookAtFile(trail.steps());
    try {
      IncludeFile.Content content = content(file, source.user());
      found.tell(source.name() + " -> :include:" + file + ": " + content.fault().orElse("read"));
      content
          .fault()
          .ifPresent(why -> found.refuse(INCLUDED + file + " " + why, Targets.MISCONFIGURED));
      String goesOn = aliases.propagates(INCLUDE) ? source.extension() : "";
      return follow(source.included(goesOn), content.items());
    } catch (Wanted more) {
      found.want(more);
      return false;
    } finally {
      trail.close();
    }
  }

  private IncludeFile.Content content(String file, @Nullable MachineUser user) {
    if (user == null) {
      return aliases.forwards().list(file, facts);
    }
    HomeFile.Reading reading = aliases.forwards().include(file, user, facts);
    return reading instanceof HomeFile.Reading.Said said
        ? new IncludeFile.Content(said.items(), Optional.empty())
        : new IncludeFile.Content(List.of(), Optional.of(reading.why()));
  }

  /** A program or a file. Where it is refused, those beside it get their mail all the same. */
  private boolean agent(Source source, String item, String what, Optional<String> refused) {
    MachineUser user = source.user();
    Route.ToAgent agent =
        user == null || user.isRoot()
            ? new Route.ToAgent(item)
            : Route.ToAgent.as(user.name(), item);
    if (refused.isPresent()) {
      found.restrict(
          "no mail for " + item + ": " + refused.get(),
          new Route.Nowhere(554, "5.7.1", "mail to " + what + " is restricted"));
      return false;
    }
    if (!agent.fits()) {
      found.refuse("cannot be queued: " + agent.what(), Targets.MISCONFIGURED);
      return false;
    }
    course.toAgent(source.address(), source.owner(), agent);
    return true;
  }
}
