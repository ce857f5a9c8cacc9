package org.postroom.core.flow;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postroom.core.inquiry.Wanted;
import org.postroom.core.mail.Recipient;

/**
 * What an expansion has come to so far: its targets, each once; the steps that led there, for
 * people; why all of it is refused; and what has to be known first.
 */
final class Targets {
  static final Route.Nowhere TOO_MANY = new Route.Nowhere(451, "4.6.0", "Alias expansion error");
  static final Route.Nowhere MISCONFIGURED =
      new Route.Nowhere(451, "4.3.5", "Server configuration error");

  /** So many steps are told. */
  private static final int TOLD = 1000;

  /** So many items may be looked at for each that there may be: they may all mean the same. */
  private static final int LOOKED_AT = 20;

  /** A file is as much work as so many items. */
  private static final int FILE = 10;

  /** So many steps may lead to a file before the items may be fewer. */
  private static final int NEAR = 10;

  private Map<String, Target> all = Map.of(); // until there is one
  private final List<String> trace;
  private int most;
  private long lookedAt;
  private int farthest = NEAR;

  // Why all of it is refused; why a part gets no mail.
  private Route.@Nullable Nowhere fault;
  private Route.@Nullable Nowhere restricted;
  private @Nullable Wanted wanted;

  /**
   * None yet.
   *
   * @param most how many there may be
   * @param trace takes the steps
   */
  Targets(int most, List<String> trace) {
    this.most = most;
    this.trace = trace;
  }

  /** There may be {@code more} of them, if no more were allowed. */
  void admit(int more) {
    most = Math.max(most, more);
  }

  boolean areTooMany() {
    return all.size() > most || lookedAt * farthest > (long) LOOKED_AT * NEAR * most;
  }

  /** Something is looked at that may be one. */
  void lookAt() {
    lookedAt++;
  }

  /**
   * A file is looked at. What stands in it is known when it has been read, and all is looked at
   * anew then: with each file that the one before has named, once more.
   *
   * @param steps that have led there
   */
  void lookAtFile(int steps) {
    lookedAt += FILE;
    farthest = Math.max(farthest, steps);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  void tell(String step) {
    if (trace.size() < TOLD) {
      trace.add(step);
    }
  }

  void tell(List<String> steps) {
    for (String step : steps) {
      tell(step);
    }
  }

  /**
   * A target.
   *
   * @param name by which it is known; of several that are called so the first one counts
   */
  void put(String name, Target target) {
    if (all.isEmpty()) {
      all = new LinkedHashMap<>(2);
    }
    all.putIfAbsent(name, target);
  }

  /** All of it is refused; the first reason counts. */
  void refuse(String why, Route.Nowhere with) {
    tell(why);
    fault = fault == null ? with : fault;
  }

  /** A part gets no mail; that counts where nobody else does. */
  void restrict(String why, Route.Nowhere with) {
    tell(why);
    restricted = with;
  }

  /** Is to be thrown in the end, so that all that is wanted is asked for together. */
  void want(Wanted more) {
    wanted = wanted == null ? more : wanted.and(more);
  }

  /**
   * All have been looked for.
   *
   * @throws Wanted where something has to be known first
   */
  void complete() {
    if (wanted != null) {
      throw wanted;
    }
    if (areTooMany()) {
      tell("more than " + most + " addresses");
      fault = TOO_MANY;
    }
  }

  /** What {@code recipient} has come to. */
  Expanded of(Recipient recipient) {
    if (fault == null && all.isEmpty()) {
      fault = restricted == null ? MISCONFIGURED : restricted;
    }
    return new Expanded(
        recipient,
        fault == null ? List.copyOf(all.values()) : List.of(new Target(recipient, fault)),
        trace);
  }
}
