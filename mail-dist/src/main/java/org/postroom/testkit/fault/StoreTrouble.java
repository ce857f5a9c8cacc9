package org.postroom.testkit.fault;

import java.time.Duration;

/** When the store is to fail, always if nothing else is said; says how, and that sets the fault. */
public final class StoreTrouble {
  private final Rules rules;
  private final StoreWork work;
  private Times times = Times.ALL;

  StoreTrouble(Rules rules, StoreWork work) {
    this.rules = rules;
    this.work = work;
  }

  /** So many times from now. */
  public StoreTrouble times(int count) {
    times = new Times(times.first(), count);
    return this;
  }

  /** The how manieth time from now, from 1, once if {@link #times} does not say more. */
  public StoreTrouble nth(int time) {
    times = new Times(time, 1);
    return this;
  }

  /** There is no room on the disk. */
  public Fault full() {
    if (work == StoreWork.READ) {
      throw new IllegalArgumentException("who reads needs no room; expected unavailable()");
    }
    return set(new Act.Full());
  }

  /** The store cannot do its work now. */
  public Fault unavailable() {
    return set(new Act.Unavailable(Duration.ZERO));
  }

  private Fault set(Act act) {
    Fault fault = new Fault(new Occasion.Kept(work, times.first(), times.count()), act);
    rules.add(fault, times);
    return fault;
  }
}
