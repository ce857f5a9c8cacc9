package org.postroom.storage;

import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.QueueStoreContract;
import org.postroom.core.testing.Stores;

/** The SQL store keeps the contract of the queue wherever it is. */
@Tag("seconds")
class SqlQueueStoreTest {

  @Nested
  class InAFolder extends QueueStoreContract {
    @TempDir static Path folder;

    @Override
    protected Stores open(Clock clock) {
      return SqlStores.open(Storage.h2(folder.resolve("data")), clock);
    }
  }

  @Nested
  class InMemory extends QueueStoreContract {
    @Override
    protected Stores open(Clock clock) {
      return SqlStores.open(Storage.inMemory(), clock);
    }
  }

  @Nested
  @Tag("process")
  class OnPostgres extends QueueStoreContract {
    @Override
    protected Stores open(Clock clock) {
      return SqlStores.open(PostgresServer.freshDatabase(), clock);
    }
  }
}
