package org.postroom.core.testing;

import java.time.Clock;

/** Everything in memory, empty at first. */
public record MemoryStores(MemoryMailStore mail, MemoryQueueStore queue, MemoryAccounts accounts)
    implements Stores {

  /** Empty stores that go by {@code clock}. */
  public static MemoryStores open(Clock clock) {
    MemoryMailStore mail = new MemoryMailStore(clock);
    return new MemoryStores(mail, new MemoryQueueStore(mail, clock), new MemoryAccounts(mail));
  }

  @Override
  public MemoryQueueStore mailCommit() {
    return queue;
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
