package org.postroom.core.policy;

import java.util.List;
import org.postroom.core.restriction.Verdict;

/** An item of a list: a restriction with its argument, or a class of several. */
final class Rule {
  private final String name;
  private final Effect effect;
  private final HouseRestriction restriction;
  private final List<Rule> members;
  private final boolean warnOnly;

  private Rule(
      String name,
      Effect effect,
      HouseRestriction restriction,
      List<Rule> members,
      boolean warnOnly) {
    this.name = name;
    this.effect = effect;
    this.restriction = restriction;
    this.members = members;
    this.warnOnly = warnOnly;
  }

  static Rule of(String name, Effect effect, HouseRestriction restriction) {
    return new Rule(name, effect, restriction, List.of(), false);
  }

  /** A class of the administrator's. */
  static Rule group(String name, List<Rule> members) {
    return new Rule(name, Effect.NEUTRAL, (mail, facts) -> Verdict.DUNNO, members, false);
  }

  /** The same behind {@code warn_if_reject}. */
  Rule warning() {
    return new Rule(name, effect, restriction, members, true);
  }

  /** As it was written. */
  String name() {
    return name;
  }

  /** What it stands for, if it is a class. */
  List<Rule> members() {
    return members;
  }

  HouseRestriction restriction() {
    return restriction;
  }

  boolean warnOnly() {
    return warnOnly;
  }

  /** Whether it permits, whoever it is. */
  boolean permitsAll() {
    return effect == Effect.PERMITS_ALL;
  }

  /** Whether nothing behind it is asked. */
  boolean endsTheList() {
    return effect == Effect.PERMITS_ALL || effect == Effect.REFUSES_ALL && !warnOnly;
  }

  /** Its part in the question whether strangers can relay, those of a class one by one. */
  private RelayGuard guard() {
    if (!members.isEmpty()) {
      return warnOnly && guard(members) == RelayGuard.DENIES ? RelayGuard.OPEN : guard(members);
    }
    return switch (effect) {
      case PERMITS_ALL -> RelayGuard.PERMITS;
      case REFUSES_ALL, DENIES_RELAY -> warnOnly ? RelayGuard.OPEN : RelayGuard.DENIES;
      case PERMITS_SOME, NEUTRAL -> RelayGuard.OPEN;
    };
  }

  /** Whether a stranger's mail for elsewhere meets a refusal before it meets a permission. */
  static boolean denyRelay(List<Rule> rules) {
    return guard(rules) == RelayGuard.DENIES;
  }

  private static RelayGuard guard(List<Rule> rules) {
    for (Rule rule : rules) {
      RelayGuard guard = rule.guard();
      if (guard != RelayGuard.OPEN) {
        return guard;
      }
    }
    return RelayGuard.OPEN;
  }

  private enum RelayGuard {
    PERMITS,
    DENIES,
    OPEN
  }

  @Override
  public String toString() {
    return name;
  }
}
