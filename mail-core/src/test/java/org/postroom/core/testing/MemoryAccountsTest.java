package org.postroom.core.testing;

import java.time.Clock;

class MemoryAccountsTest extends AccountsContract {
  @Override
  protected Stores open(Clock clock) {
    return MemoryStores.open(clock);
  }
}
