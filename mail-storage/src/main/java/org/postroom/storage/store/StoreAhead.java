package org.postroom.storage.store;

import org.postroom.storage.sql.MemoryAhead;

/**
 * A store in memory that is begun before it is known what it is to be like: half of a server's
 * start is then done beside the other half. Closing it gives up what no store has taken.
 */
public final class StoreAhead implements AutoCloseable {
  final MemoryAhead begun = new MemoryAhead();

  /** Begins, on a thread of its own. */
  public StoreAhead() {}

  @Override
  public void close() {
    begun.close();
  }
}
