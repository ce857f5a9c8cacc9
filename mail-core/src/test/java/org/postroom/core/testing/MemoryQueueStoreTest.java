package org.postroom.core.testing;

import java.time.Clock;

class MemoryQueueStoreTest extends QueueStoreContract {
  @Override
  protected Stores open(Clock clock) {
    return MemoryStores.open(clock);
  }
}
