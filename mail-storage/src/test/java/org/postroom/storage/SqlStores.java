package org.postroom.storage;

import java.security.SecureRandom;
import java.time.Clock;
import org.postroom.core.auth.Accounts;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.testing.Stores;
import org.postroom.storage.store.SqlStorage;

/** An SQL store as the contracts look at it. */
record SqlStores(SqlStorage storage) implements Stores {

  static SqlStores open(Storage place, Clock clock) {
    return new SqlStores(SqlStorage.open(place, clock, new SecureRandom()));
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
