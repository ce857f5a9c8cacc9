package org.postroom.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.store.SqlStorage;

@Tag("process")
class PostgresStoreTest extends StoreBehaviour {
  @TempDir Path folder;

  @Override
  Storage place() {
    return PostgresServer.freshDatabase();
  }

  @Test
  void letsOneServerIntoADatabaseAtATime() {
    Storage place = place();

    try (SqlStorage store = SqlStorage.open(place, Clock.systemUTC(), new SecureRandom())) {
      assertThat(store.accounts().list()).isEmpty();
      assertThatThrownBy(
              () -> SqlStorage.open(place, Clock.systemUTC(), new SecureRandom()).close())
          .isInstanceOf(StorageFault.class)
          .hasMessageContaining("another server");
    }
    SqlStorage.open(place, Clock.systemUTC(), new SecureRandom()).close();
  }

  /** The pool keeps the connections open that a store has closed. */
  @Test
  void leavesNoLockOnTheConnectionsOfAnApplication() throws Exception {
    Storage.Postgres place = (Storage.Postgres) place();
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(place.url());
    config.setUsername(place.user());
    try (HikariDataSource pool = new HikariDataSource(config);
        Connection occupied = pool.getConnection()) {
      Storage ofApplication = Storage.postgres(pool);
      SqlStorage.open(ofApplication, Clock.systemUTC(), new SecureRandom()).close();

      try (Statement statement = occupied.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
                      + " (SELECT oid FROM pg_database WHERE datname = current_database())")) {
        rows.next();
        assertThat(rows.getInt(1)).isZero();
      }
      try (Connection other = pool.getConnection()) {
        assertThat(other.getAutoCommit()).isTrue();
        SqlStorage.open(ofApplication, Clock.systemUTC(), new SecureRandom()).close();
      }
    }
  }

  /**
   * What a bad restore leaves, say: the reader is told, and does not look for the rest for ever.
   */
  @Test
  void aBodyThatIsCutIsDamaged() throws Exception {
    Storage.Postgres place = (Storage.Postgres) place();
    try (SqlStorage store = SqlStorage.open(place, Clock.systemUTC(), new SecureRandom())) {
      MailboxId inbox =
          store
              .mail()
              .find(store.accounts().add("ada@example.org", Secret.of("x")).id(), MailboxName.INBOX)
              .orElseThrow()
              .id();
      store
          .mail()
          .append(
              inbox,
              List.of(
                  new NewMessage(
                      StagedOctets.of("Subject: x\n\n" + "y".repeat(300_000)),
                      0,
                      Set.of(),
                      new InternalDate(1, 0))));
      try (Connection beside = DriverManager.getConnection(place.url(), place.user(), "");
          Statement cut = beside.createStatement()) {
        assertThat(
                cut.executeUpdate(
                    "UPDATE blob_chunk SET data = substring(data FROM 1 FOR 1000) WHERE chunk = 0"))
            .isEqualTo(1);
      }

      store
          .mail()
          .read(
              inbox,
              UidSet.of(1),
              EnumSet.of(MailStore.Detail.CONTENT),
              row ->
                  assertThatThrownBy(() -> row.content().orElseThrow().toBytes())
                      .isInstanceOf(ContentDamaged.class));
    }
  }

  @Test
  void numbersThatSomebodyElseHasWrittenAreCountedAnew() throws Exception {
    Storage.Postgres place = (Storage.Postgres) place();
    try (SqlStorage store = SqlStorage.open(place, Clock.systemUTC(), new SecureRandom())) {
      Account ada = store.accounts().add("ada@example.org", Secret.of("x"));
      MailboxId inbox = store.mail().find(ada.id(), MailboxName.INBOX).orElseThrow().id();
      NewMessage message =
          new NewMessage(StagedOctets.of("Subject: x\n\ny"), 0, Set.of(), new InternalDate(1, 0));
      store.mail().append(inbox, List.of(message));
      QuotaUse right = store.accounts().use(ada);
      try (Connection beside = DriverManager.getConnection(place.url(), place.user(), "");
          Statement statement = beside.createStatement()) {
        statement.execute("UPDATE account SET used_octets = 5, used_messages = 7");
        statement.execute("UPDATE mailbox SET octets = 5, messages = 7");

        assertThat(store.accounts().recount(ada.id())).isEqualTo(right);

        try (ResultSet rows =
            statement.executeQuery(
                "SELECT used_octets, used_messages, (SELECT sum(octets) FROM mailbox),"
                    + " (SELECT sum(messages) FROM mailbox) FROM account")) {
          rows.next();
          for (int i = 1; i <= 4; i++) {
            assertThat(rows.getLong(i)).isEqualTo(i % 2 == 1 ? right.octets() : right.messages());
          }
        }
        statement.execute("UPDATE account SET used_octets = 5, used_messages = 7");
        statement.execute("UPDATE mailbox SET octets = 5, messages = 7");
      }
      assertThat(right.messages()).isEqualTo(1);
    }
    try (SqlStorage store = SqlStorage.open(place, Clock.systemUTC(), new SecureRandom())) {
      Account ada = store.accounts().byLogin("ada@example.org").orElseThrow();
      assertThat(store.accounts().use(ada).messages()).isEqualTo(7);
      assertThat(store.accounts().recount(ada.id()).messages()).isEqualTo(1);
      assertThat(store.accounts().use(ada).messages()).isEqualTo(1);
    }
  }

  @Test
  void saysWhichDatabaseCannotBeReached() {
    Storage nowhere = Storage.postgres("jdbc:postgresql://127.0.0.1:1/mail", "mail", "secret");

    assertThatThrownBy(() -> SqlStorage.open(nowhere, Clock.systemUTC(), new SecureRandom()))
        .isInstanceOf(StorageFault.class)
        .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/mail")
        .hasMessageNotContaining("secret");
  }
}
