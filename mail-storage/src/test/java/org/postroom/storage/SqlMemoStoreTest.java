package org.postroom.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.memo.Memo;
import org.postroom.core.memo.MemoStore;
import org.postroom.core.testing.MemoStoreContract;
import org.postroom.storage.store.SqlStorage;

/** The SQL store keeps the contract of memos wherever it is. */
class SqlMemoStoreTest {

  private static SqlStorage open(Storage place) {
    return SqlStorage.open(place, Clock.systemUTC(), new SecureRandom());
  }

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class InAStore extends MemoStoreContract {
    private SqlStorage storage;

    abstract Storage place();

    @BeforeAll
    void openStore() {
      storage = open(place());
    }

    @AfterAll
    void closeStore() {
      storage.close();
    }

    @Override
    protected MemoStore memos() {
      MemoStore memos = storage.memos();
      for (String kind : new String[] {"a", "b", "x", "y", "policy", "count"}) {
        int unused = memos.forgetExpired(kind, Instant.parse("2100-01-01T00:00:00Z"));
      }
      return memos;
    }
  }

  @Nested
  class InMemory extends InAStore {
    @Override
    Storage place() {
      return Storage.inMemory();
    }
  }

  @Nested
  @Tag("process")
  class OnPostgres extends InAStore {
    @Override
    Storage place() {
      return PostgresServer.freshDatabase();
    }
  }

  @TempDir private Path folder;

  @Test
  void remembersOverARestart() {
    Memo memo = new Memo("example.org", "text", Instant.parse("2027-01-01T00:00:00Z"));
    try (SqlStorage storage = open(Storage.h2(folder.resolve("data")))) {
      storage.memos().keep("policy", memo);
    }

    try (SqlStorage storage = open(Storage.h2(folder.resolve("data")))) {
      assertThat(storage.memos().find("policy", "example.org")).contains(memo);
    }
  }
}
