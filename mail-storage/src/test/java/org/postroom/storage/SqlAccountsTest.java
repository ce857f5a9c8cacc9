package org.postroom.storage;

import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.AccountsContract;
import org.postroom.core.testing.Stores;

/** The SQL store keeps the contract of accounts wherever it is. */
class SqlAccountsTest {

  @Nested
  class InAFolder extends AccountsContract {
    @TempDir static Path folder;

    @Override
    protected Stores open(Clock clock) {
      return SqlStores.open(Storage.h2(folder.resolve("data")), clock);
    }
  }

  @Nested
  class InMemory extends AccountsContract {
    @Override
    protected Stores open(Clock clock) {
      return SqlStores.open(Storage.inMemory(), clock);
    }
  }

  @Nested
  class OnPostgres extends AccountsContract {
    @Override
    protected Stores open(Clock clock) {
      return SqlStores.open(PostgresServer.freshDatabase(), clock);
    }
  }
}
