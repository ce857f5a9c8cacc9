package org.postroom.storage;

import java.security.SecureRandom;
import java.time.Clock;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Argon2;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.testing.Stores;
import org.postroom.storage.store.SqlStorage;

/** An SQL store as the contracts look at it. */
record SqlStores(SqlStorage storage) implements Stores {

  static SqlStores open(Storage place, Clock clock) {
    return new SqlStores(openCheaply(place, clock));
  }

  /** With passwords that cost next to nothing, in a folder or a database too. */
  static SqlStorage openCheaply(Storage place, Clock clock) {
    return SqlStorage.open(
        place,
        clock,
        new SecureRandom(),
        SqlStorage.DEFAULT_MIN_FREE,
        new Lifeline(),
        MemoryBudget.ofHeap(),
        new Argon2.Effort(Argon2.Cost.CHEAP, 2),
        () -> QuotaRules.NONE);
  }

  @Override
  public MailStore mail() {
    return storage.mail();
  }

  @Override
  public QueueStore queue() {
    return storage.queue();
  }

  @Override
  public MailCommit mailCommit() {
    return storage.mailCommit();
  }

  @Override
  public Accounts accounts() {
    return storage.accounts();
  }

  @Override
  public void close() {
    storage.close();
  }
}
