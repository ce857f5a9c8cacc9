package org.postroom.core.inquiry;

import java.util.LinkedHashSet;
import java.util.Set;
import org.postroom.core.fact.Fact;

/** Thrown out of a decision that needs facts which are not known yet. Has no stack trace. */
public final class Wanted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Set<Fact<?>> facts;

  Wanted(Fact<?> fact) {
    this(Set.of(fact));
  }

  private Wanted(Set<Fact<?>> facts) {
    super("facts are wanted", null, false, false);
    this.facts = facts;
  }

  Set<Fact<?>> facts() {
    return facts;
  }

  /** Both. */
  public Wanted and(Wanted other) {
    Set<Fact<?>> all = new LinkedHashSet<>(facts);
    all.addAll(other.facts);
    return new Wanted(all);
  }

  /**
   * The same, with those of {@code later} that are {@linkplain Fact#isFarAway far away}: what the
   * decision would want next if nothing decided before.
   */
  public Wanted with(Wanted later) {
    Set<Fact<?>> all = new LinkedHashSet<>(facts);
    later.facts.stream().filter(Fact::isFarAway).forEach(all::add);
    return new Wanted(all);
  }
}
