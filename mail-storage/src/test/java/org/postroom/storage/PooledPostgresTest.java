package org.postroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.PgBouncer;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.store.SqlStorage;

/** A store on PostgreSQL behind a pooler of connections. */
@Tag("process")
final class PooledPostgresTest {
  private static final int WRITERS = 4;
  private static final int MAILS_EACH = 40;

  private final Storage.Postgres place = PostgresServer.freshDatabase();
  private final String database = place.url().replaceAll(".*/(\\w+).*", "$1");

  @TempDir private Path folder;

  private PgBouncer pooler(String mode) throws Exception {
    return PgBouncer.start(folder, PostgresServer.port(), mode);
  }

  private SqlStorage open(PgBouncer pooler) {
    return SqlStorage.open(
        Storage.postgres(pooler.url(database), "", ""), Clock.systemUTC(), new SecureRandom());
  }

  private int locks() throws SQLException {
    try (Connection connection = DriverManager.getConnection(place.url());
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                    + " AND database = (SELECT oid FROM pg_database WHERE datname ="
                    + " current_database())")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** Any transaction of the store, and any reader of it, may have a backend of its own. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void keepsMailAmongOthersThatShareItsBackends(String mode) throws Exception {
    Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    AtomicBoolean ended = new AtomicBoolean();
    try (PgBouncer pooler = pooler(mode);
        SqlStorage store = open(pooler)) {
      Account ada = store.accounts().add("ada@example.org", Secret.of("secret"));
      MailboxId inbox = store.mail().find(ada.id(), MailboxName.INBOX).orElseThrow().id();
      List<Thread> others =
          List.of(
              begin(faults, () -> others(pooler, ended)),
              begin(faults, () -> others(pooler, ended)));
      List<Thread> work =
          IntStream.range(0, WRITERS)
              .mapToObj(number -> begin(faults, () -> work(store, inbox)))
              .toList();
      for (Thread thread : work) {
        thread.join();
      }
      ended.set(true);
      for (Thread thread : others) {
        thread.join();
      }

      assertThat(faults).isEmpty();
      assertThat(store.mail().snapshot(inbox).uids().size()).isEqualTo(WRITERS * MAILS_EACH);
      assertThat(locks()).isEqualTo(1);
    }
  }

  private static Thread begin(Queue<Throwable> faults, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception | AssertionError e) {
                faults.add(e);
              }
            });
    thread.start();
    return thread;
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void work(SqlStorage store, MailboxId inbox) {
    for (int i = 0; i < MAILS_EACH; i++) {
      store
          .mail()
          .append(
              inbox,
              List.of(
                  new NewMessage(
                      StagedOctets.of("Subject: " + i + "\n\ntext\n"),
                      0,
                      Set.of(),
                      new InternalDate(1_700_000_000_000L, 0))));
      store
          .mail()
          .read(
              inbox,
              store.mail().snapshot(inbox).uids(),
              EnumSet.of(MailStore.Detail.CONTENT),
              row -> assertThat(row.content().orElseThrow().toBytes()).isNotEmpty());
    }
  }

  /** Has backends of the pool change hands. */
  private void others(PgBouncer pooler, AtomicBoolean ended) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection(pooler.url(database) + "&prepareThreshold=0")) {
      connection.setAutoCommit(false);
      while (!ended.get()) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("SELECT pg_sleep(0.001)");
        }
        connection.commit();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void letsOneServerInAndTheNextAfterIt(String mode) throws Exception {
    try (PgBouncer pooler = pooler(mode)) {
      try (SqlStorage store = open(pooler)) {
        store.accounts().add("user0@example.org", Secret.of("secret"));
        assertThatThrownBy(() -> open(pooler).close())
            .isInstanceOfSatisfying(StorageFault.class, f -> assertThat(f.mayPass()).isTrue())
            .hasMessageContaining("another server works in this database");
      }
      assertThat(locks()).as("what is left in the pool").isZero();
      for (int start = 1; start < 3; start++) {
        try (SqlStorage store = open(pooler)) {
          store.accounts().add("user" + start + "@example.org", Secret.of("secret"));
        }
        assertThat(locks()).as("what is left in the pool").isZero();
      }
    }
  }

  @Test
  void oneServerIsLetInWhicheverWayItComes() throws Exception {
    try (PgBouncer pooler = pooler("transaction");
        SqlStorage direct = SqlStorage.open(place, Clock.systemUTC(), new SecureRandom())) {
      assertThatThrownBy(() -> open(pooler).close())
          .isInstanceOf(StorageFault.class)
          .hasMessageContaining("another server works in this database");
      assertThat(direct.accounts().list()).isEmpty();
    }
  }

  /** What a session sets stays with the backend that it has just then. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void refusesASchemaOfItsOwn(String mode) throws Exception {
    try (PgBouncer pooler = pooler(mode)) {
      PGSimpleDataSource application = new PGSimpleDataSource();
      application.setURL(pooler.url(database));

      assertThatThrownBy(
              () ->
                  SqlStorage.open(
                          Storage.postgres(application).inSchema("mail"),
                          Clock.systemUTC(),
                          new SecureRandom())
                      .close())
          .isInstanceOfSatisfying(StorageFault.class, f -> assertThat(f.mayPass()).isFalse())
          .hasMessageContaining("There is a pooler in front of the database")
          .hasMessageContaining("ALTER ROLE ... SET search_path");
    }
  }

  @Test
  void refusesAPoolerThatHasNoTransactions() throws Exception {
    try (PgBouncer pooler = pooler("statement")) {
      assertThatThrownBy(() -> open(pooler).close())
          .isInstanceOfSatisfying(StorageFault.class, f -> assertThat(f.mayPass()).isFalse())
          .hasMessageContaining("transaction blocks not allowed in statement pooling mode")
          .hasMessageContaining("Set its pool_mode to transaction or session");
    }
  }
}
