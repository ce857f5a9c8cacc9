package org.postroom.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Argon2;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.CutWire;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.store.SqlStorage;

/** One server at a time writes into a PostgreSQL database, whatever becomes of its connections. */
@Tag("process")
final class PostgresPlaceTest {
  private final Storage.Postgres place = PostgresServer.freshDatabase();
  private final List<Lifeline.Death> deaths = new ArrayList<>();

  private SqlStorage open() {
    return open(place);
  }

  private SqlStorage open(Storage where) {
    Lifeline lifeline = new Lifeline();
    lifeline.onDeath(deaths::add);
    return SqlStorage.open(
        where,
        Clock.systemUTC(),
        new SecureRandom(),
        SqlStorage.DEFAULT_MIN_FREE,
        lifeline,
        MemoryBudget.ofHeap(),
        Argon2.Effort.ofTheMachine(),
        () -> QuotaRules.NONE);
  }

  private Storage through(int port) {
    return Storage.postgres(
        place.url().replace(":" + PostgresServer.port() + "/", ":" + port + "/"), place.user(), "");
  }

  private static void add(SqlStorage store, String login) {
    store.accounts().add(login, Secret.of("secret"));
  }

  private static List<String> logins(SqlStorage store) {
    return store.accounts().list().stream().map(account -> account.login()).toList();
  }

  /** Ends backends, as an administrator does, or a server that goes down. */
  private void end(String which) throws SQLException {
    number(
        "SELECT COUNT(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND pid <> pg_backend_pid() AND "
            + which);
  }

  private static final String LOCK_HOLDER =
      "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')";

  private int locks() throws SQLException {
    return number(
        "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
            + " (SELECT oid FROM pg_database WHERE datname = current_database())");
  }

  private int number(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(place.url(), place.user(), "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  @Test
  void aServerThatWasRobbedOfItsLockWritesNothingAfterAnotherHasOpened() throws Exception {
    try (SqlStorage first = open()) {
      add(first, "ada@example.org");
      end(LOCK_HOLDER);
      try (SqlStorage second = open()) {
        assertThatThrownBy(() -> add(first, "bea@example.org"))
            .isInstanceOf(StorageUnavailable.class)
            .hasMessageContaining("another server has taken the database");
        assertThatThrownBy(() -> add(first, "cleo@example.org"))
            .isInstanceOf(StorageUnavailable.class);
        assertThat(deaths).singleElement().extracting(Lifeline.Death::part).isEqualTo("the store");
        add(second, "dora@example.org");
        assertThat(logins(second)).containsExactly("ada@example.org", "dora@example.org");
      }
    }
  }

  @Test
  void aServerThatLostAllConnectionsTakesItsPlaceAgain() throws Exception {
    try (SqlStorage store = open()) {
      add(store, "ada@example.org");
      end("true");
      assertThatThrownBy(() -> add(store, "bea@example.org"))
          .isInstanceOf(StorageUnavailable.class);

      add(store, "cleo@example.org");

      assertThat(locks()).isEqualTo(1);
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(StorageFault.class, f -> assertThat(f.mayPass()).isTrue())
          .hasMessageContaining("another server");
      assertThat(logins(store)).contains("ada@example.org", "cleo@example.org");
      assertThat(deaths).isEmpty();
    }
    assertThat(locks()).isZero();
  }

  /** The reader's pool has handed out a connection a moment ago, and believes it to be good. */
  @Test
  void aBodyIsReadOnWhenItsConnectionIsLost() throws Exception {
    try (SqlStorage store = open()) {
      Account ada = store.accounts().add("ada@example.org", Secret.of("secret"));
      MailboxId inbox = store.mail().find(ada.id(), MailboxName.INBOX).orElseThrow().id();
      InternalDate date = new InternalDate(1_700_000_000_000L, 0);
      store
          .mail()
          .append(
              inbox,
              List.of(new NewMessage(StagedOctets.of("Subject: a\n\nb\n"), 0, Set.of(), date)));
      List<Content> bodies = new ArrayList<>();
      store
          .mail()
          .read(
              inbox,
              store.mail().snapshot(inbox).uids(),
              EnumSet.of(MailStore.Detail.CONTENT),
              row -> bodies.add(row.content().orElseThrow()));
      end("true");

      assertThat(new String(bodies.get(0).toBytes(), US_ASCII))
          .isEqualTo("Subject: a\r\n\r\nb\r\n");
    }
  }

  /** Connections are lost to us that the database has not noticed. */
  @Test
  void aBackendOfOursThatHoldsTheLockStillIsEnded() throws Exception {
    try (CutWire wire = CutWire.to(PostgresServer.port());
        SqlStorage store = open(through(wire.port()))) {
      add(store, "ada@example.org");
      wire.cut();
      assertThatThrownBy(() -> add(store, "bea@example.org"))
          .isInstanceOf(StorageUnavailable.class);
      assertThat(locks()).isEqualTo(1);

      add(store, "cleo@example.org");

      assertThat(locks()).isEqualTo(1);
      assertThat(logins(store)).contains("ada@example.org", "cleo@example.org");
    }
  }

  /** As with a look-alike that knows the function and has no such locks. */
  @Test
  void refusesADatabaseThatGivesTheLockToEverybody() throws Exception {
    try (Connection connection = DriverManager.getConnection(place.url(), place.user(), "");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE FUNCTION pg_try_advisory_xact_lock(BIGINT) RETURNS BOOLEAN"
              + " LANGUAGE SQL AS 'SELECT TRUE'");
    }
    Storage lenient =
        Storage.postgres(
            place.url() + "&options=-c%20search_path=public,pg_catalog", place.user(), "");

    assertThatThrownBy(() -> open(lenient))
        .isInstanceOfSatisfying(StorageFault.class, fault -> assertThat(fault.mayPass()).isFalse())
        .hasMessageContaining("does not keep a second server out")
        .hasMessageContaining("Name one PostgreSQL server");
    assertThat(
            number("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'"))
        .as("nothing was changed")
        .isZero();
  }
}
