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
 * @param hashesAtOnce how many passwords may be hashed at the same time
 */
record Life(
    Clock clock,
    Lifeline lifeline,
    MemoryBudget memory,
    StoreHealth.Reopenings reopenings,
    int hashesAtOnce) {
  Life(Clock clock, Lifeline lifeline, MemoryBudget memory, StoreHealth.Reopenings reopenings) {
    this(clock, lifeline, memory, reopenings, Argon2.atOnce());
  }

  StoreHealth of(String name) {
    return new StoreHealth(name, lifeline, reopenings, System::nanoTime);
  }
}
