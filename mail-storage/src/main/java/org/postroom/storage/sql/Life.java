package org.postroom.storage.sql;

import java.time.Clock;
import org.postroom.core.auth.Argon2;
import org.postroom.core.life.Lifeline;
import org.postroom.core.memory.MemoryBudget;

/**
 * What a store lives by.
 *
 * @param lifeline who hears when it has died
 * @param memory what is held for clients beside the store's own is charged to it
 * @param reopenings how often it may be opened again before that
 * @param hashing what goes into the hashes of passwords
 */
record Life(
    Clock clock,
    Lifeline lifeline,
    MemoryBudget memory,
    StoreHealth.Reopenings reopenings,
    Argon2.Effort hashing) {
  Life(Clock clock, Lifeline lifeline, MemoryBudget memory, StoreHealth.Reopenings reopenings) {
    this(clock, lifeline, memory, reopenings, Argon2.Effort.ofTheMachine());
  }

  /**
   * The same with passwords that cost less: those of a store that is gone when it is closed. Tests
   * make accounts and log in all the time.
   */
  Life hashingCheaply() {
    Argon2.Effort cheap = new Argon2.Effort(Argon2.Cost.CHEAP, hashing.atOnce());
    return new Life(clock, lifeline, memory, reopenings, cheap);
  }

  StoreHealth of(String name) {
    return new StoreHealth(name, lifeline, reopenings, System::nanoTime);
  }
}
