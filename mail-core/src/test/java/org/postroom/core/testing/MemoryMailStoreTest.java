package org.postroom.core.testing;

import java.time.Clock;

class MemoryMailStoreTest extends MailStoreContract {
  @Override
  protected Stores open(Clock clock) {
    return MemoryStores.open(clock);
  }
}
