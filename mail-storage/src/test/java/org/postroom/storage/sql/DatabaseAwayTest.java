package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.life.Lifeline;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.Fault;
import org.postroom.core.testing.Until;

/** A database behind a wire, and what is opened beside it: it may be away, and come back. */
@Timeout(60)
final class DatabaseAwayTest {
  private final Fault away =
      Fault.of(() -> new SQLException("the test's database is away", "08001"));
  private final AtomicInteger folders = new AtomicInteger();
  private final MemoryOrigin place = new MemoryOrigin();
  private final DataSource source = source(place.source(), away);
  private final Lifeline lifeline = new Lifeline();
  private final StoreHealth health =
      new StoreHealth(
          "the database",
          lifeline,
          new StoreHealth.Reopenings(3, Duration.ofMinutes(5), Duration.ZERO),
          System::nanoTime);
  private final Origin origin =
      new Origin() {
        @Override
        public DataSource source() {
          return source;
        }

        @Override
        public boolean canReopen() {
          return true;
        }

        @Override
        public void reopen(long opening) {
          folders.incrementAndGet();
        }

        @Override
        public void close() {
          place.close();
        }
      };

  private @Nullable Database opened;

  /**
   * Opens it.
   *
   * @param patience longer than any test may take, where impatience is not what it is about
   */
  private Database database(Duration patience) throws SQLException {
    Database database =
        new Database(
            "the database", new Dialect.Postgres(), origin, new Catalog(1 << 20), health, patience);
    opened = database;
    database.writer();
    database.opened();
    return database;
  }

  /** The real one, to which something happens before it connects. */
  private static DataSource source(DataSource real, Runnable happens) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (self, method, arguments) -> {
              if (method.getName().equals("getConnection")) {
                happens.run();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @AfterEach
  void close() {
    away.end();
    if (opened != null) {
      opened.close();
    }
  }

  private static String read(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseProductName();
  }

  /** Not once for each connection that the pool may have. */
  @Test
  void aReaderWaitsForAConnectionUntilOneDeadline() throws SQLException {
    Database database = database(Duration.ofMillis(200));
    away.begin();
    long begun = System.nanoTime();

    assertThatThrownBy(() -> database.read("it", DatabaseAwayTest::read))
        .isInstanceOf(StorageUnavailable.class);

    // The deadline, and the try of a second that was under way then.
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
    away.end();
    Until.so(() -> isServed(database)); // however slow the machine: its patience is short
  }

  private static boolean isServed(Database database) {
    try {
      return database.read("it", DatabaseAwayTest::read).equals("H2");
    } catch (StorageUnavailable e) {
      return false;
    }
  }

  @Test
  void aReadingWhoseConnectionIsLostIsDoneAgain() throws SQLException {
    Database database = database(Duration.ofMinutes(5));
    AtomicInteger times = new AtomicInteger();

    String found =
        database.read(
            "it",
            connection -> {
              if (times.incrementAndGet() < 3) {
                throw new SQLException("the test's connection is lost", "08006");
              }
              return read(connection);
            });

    assertThat(found).isEqualTo("H2");
    assertThat(times).hasValue(3);
  }

  /**
   * What failed was the folder, once; that the database is away meanwhile costs no store its life.
   */
  @Test
  void isNoFailedOpeningOfWhatLiesBesideIt() throws SQLException {
    Database database = database(Duration.ofMillis(200));
    away.begin();
    health.broken(health.opening(), new IOException("the test's folder has failed"));

    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(database::writer).isInstanceOf(StorageUnavailable.class);
      assertThat(health.state()).isEqualTo(StoreHealth.State.BROKEN);
    }
    away.end();
    database.writer();

    assertThat(health.state()).isEqualTo(StoreHealth.State.OPEN);
    assertThat(folders).hasValue(11);
    assertThat(lifeline.death()).isEmpty();
  }
}
