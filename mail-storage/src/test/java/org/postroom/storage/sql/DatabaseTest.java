package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.life.Lifeline;
import org.postroom.core.refusal.StorageUnavailable;

/** What readers meet. */
final class DatabaseTest {
  private final MemoryOrigin place = new MemoryOrigin();
  private final StoreHealth health =
      new StoreHealth(
          "the database", new Lifeline(), StoreHealth.Reopenings.DEFAULT, System::nanoTime);
  private final Database database =
      new Database("the database", new Dialect.H2(), place, new Catalog(1 << 20), health);

  @BeforeEach
  void open() throws SQLException {
    database.writer();
    database.opened();
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** Those that the database does not hand on in an exception of its own, too. */
  @ParameterizedTest
  @ValueSource(
      classes = {OutOfMemoryError.class, StackOverflowError.class, NoClassDefFoundError.class})
  void anErrorOutOfAReadingIsTold(Class<? extends Error> type) throws Exception {
    Error thrown = type.getConstructor().newInstance();

    assertThatThrownBy(
            () ->
                database.read(
                    "it",
                    connection -> {
                      throw thrown;
                    }))
        .isSameAs(thrown);

    assertThat(health.state())
        .as("another one in memory is empty")
        .isEqualTo(StoreHealth.State.DEAD);
  }

  @Test
  void whatIsWrongWithOneReadingIsThatReadingsOnly() {
    AtomicInteger times = new AtomicInteger();

    assertThatThrownBy(
            () ->
                database.read(
                    "it",
                    connection -> {
                      times.incrementAndGet();
                      return connection.createStatement().execute("nonsense");
                    }))
        .isInstanceOf(StorageUnavailable.class)
        .hasMessage("cannot read it from the database");

    assertThat(times).hasValue(1);
    assertThat(health.state()).isEqualTo(StoreHealth.State.OPEN);
  }

  /** The pool's connection has nothing behind it then. */
  @Test
  void whoReadsWhileTheReadersPoolEndsHearsThatTheStoreIsNotThere() {
    assertThatThrownBy(
            () ->
                database.read(
                    "it",
                    connection -> {
                      database.close();
                      throw new NullPointerException("as the pool's connection says it");
                    }))
        .isInstanceOf(StorageUnavailable.class);
  }
}
