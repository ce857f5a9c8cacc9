package org.postroom.testkit.fault;

import java.time.Duration;
import org.postroom.core.address.Domain;

/** When a name is not to be found, always if nothing else is said; says how, and sets the fault. */
public final class NameTrouble {
  private final Rules rules;
  private final String name;
  private Times times = Times.ALL;

  NameTrouble(Rules rules, String name) {
    this.rules = rules;
    this.name = Domain.of(name).name();
  }

  /** So many times from now. */
  public NameTrouble times(int count) {
    times = new Times(times.first(), count);
    return this;
  }

  /** The how manieth time from now, from 1, once if {@link #times} does not say more. */
  public NameTrouble nth(int time) {
    times = new Times(time, 1);
    return this;
  }

  /** There is no such name (NXDOMAIN). */
  public Fault isUnknown() {
    return set(new Act.NoSuchName());
  }

  /** The question cannot be answered now (SERVFAIL). */
  public Fault fails() {
    return set(new Act.Unavailable(Duration.ZERO));
  }

  /** The same after so long, by the server's clock. */
  public Fault timesOut(Duration wait) {
    return set(new Act.Unavailable(wait));
  }

  private Fault set(Act act) {
    Fault fault = new Fault(new Occasion.Asked(name, times.first(), times.count()), act);
    rules.add(fault, times);
    return fault;
  }
}
