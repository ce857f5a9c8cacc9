package org.postroom.core.testing;

import java.time.Clock;
import org.junit.jupiter.api.Tag;

@Tag("seconds")
class MemoryQueueStoreTest extends QueueStoreContract {
  @Override
  protected Stores open(Clock clock) {
    return MemoryStores.open(clock);
  }
}
