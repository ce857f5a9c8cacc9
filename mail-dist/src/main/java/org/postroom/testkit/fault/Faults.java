package org.postroom.testkit.fault;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.postroom.core.dns.Resolver;
import org.postroom.core.door.Door;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Meddler;
import org.postroom.dist.assembly.Disturbance;
import org.postroom.dist.operation.FaultRules;

/**
 * The faults that a server makes for its tests. Those set first happen first; what else is to
 * happen at the same time happens behind it, until something ends the command or the session. A
 * fault holds for all clients, also of sessions that were open before (octets of a whole session
 * are counted from its beginning).
 *
 * <p>What is left to chance goes by the seed, the number of the session and what was said in it
 * before, and not by what happens in other sessions.
 *
 * <p>Thread-safe.
 */
public final class Faults implements Disturbance {
  private final Rules rules;
  private final Timers timers;

  /**
   * None.
   *
   * @param clock the server's
   * @param timers what waits goes by
   */
  public Faults(Clock clock, Timers timers) {
    this.rules = new Rules(clock);
    this.timers = timers;
  }

  /** Where a protocol is spoken, whatever the door. */
  public Place at(Protocol protocol) {
    return new Place(rules, protocol, Optional.empty());
  }

  /** One door. */
  public Place at(Door door) {
    Protocol protocol =
        Protocol.at(door)
            .orElseThrow(
                () -> new IllegalArgumentException("nothing is known of what is said at " + door));
    return new Place(rules, protocol, Optional.of(door.name()));
  }

  /** The store, when it is to do something. */
  public StoreTrouble store(StoreWork work) {
    return new StoreTrouble(rules, work);
  }

  /** A name, when it is looked up. */
  public NameTrouble dns(String name) {
    return new NameTrouble(rules, name);
  }

  /** What chance goes by from the next session on; 0 from the beginning. Sessions count anew. */
  public Faults seed(long seed) {
    rules.seed(seed);
    return this;
  }

  /** What chance goes by. */
  long seed() {
    return rules.seed();
  }

  /** Those that are set, in this order. */
  public List<Fault> all() {
    return rules.all();
  }

  /** Those that have not happened. */
  public List<Fault> unused() {
    return rules.unused();
  }

  /** What has happened, the last thousand of it. */
  public List<Fired> fired() {
    return rules.fired();
  }

  /** No fault is set any more, and sessions count anew. Who stands in one stays there. */
  public void clear() {
    rules.clear();
  }

  /** The seed, the faults and what came of them, for whoever reads why a test has failed. */
  public String told() {
    List<Fault> all = all();
    if (all.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder("faults (seed " + rules.seed() + "):");
    all.forEach(fault -> text.append("\n  ").append(fault));
    List<Fault> unused = unused();
    if (!unused.isEmpty()) {
      text.append("\nof which these never happened:");
      unused.forEach(fault -> text.append("\n  ").append(fault));
    }
    return text.toString();
  }

  // --- for who puts a server together

  @Override
  public Optional<FaultRules> rules() {
    return Optional.of(new WishedFaults(this));
  }

  @Override
  public Optional<Meddler> wire() {
    return Optional.of((listener, hands) -> Protocol.door(listener).map(door -> talk(door, hands)));
  }

  private Talk talk(Door door, Meddler.Hands hands) {
    Protocol protocol = Protocol.at(door).orElseThrow();
    int number = rules.begins(protocol);
    Seat seat = new Seat(protocol, door.name(), hands.session(), number, rules.seed());
    return new Talk(rules, seat, door.implicitTls(), hands);
  }

  @Override
  public MailStore over(MailStore mailboxes) {
    return new TroubledMailStore(mailboxes, rules);
  }

  @Override
  public MailCommit over(MailCommit commit) {
    return new TroubledMailCommit(commit, rules);
  }

  /** The same names, but for those that are in trouble. */
  public Resolver over(Resolver names) {
    return new TroubledNames(names, rules, timers);
  }
}
