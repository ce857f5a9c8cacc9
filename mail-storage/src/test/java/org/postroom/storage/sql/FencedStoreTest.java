package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postroom.core.life.Lifeline;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.storage.schema.Schema;

/** Of two that have one database open, only the one that opened it last can change it. */
final class FencedStoreTest {
  private final MemoryOrigin place = new MemoryOrigin();
  private final List<Lifeline.Death> deaths = new ArrayList<>();
  private final List<Writer> writers = new ArrayList<>();

  @BeforeEach
  void makeTheTables() throws SQLException {
    try (Connection connection = place.source().getConnection()) {
      Schema.createTemporary(connection);
    }
  }

  @AfterEach
  void close() {
    writers.forEach(writer -> writer.committer.close());
    place.close();
  }

  /** As far as a store of its own is needed: a committer on connections of its own. */
  private final class Writer {
    private final Catalog catalog = new Catalog(1 << 20);
    private final Database database;
    private final Committer committer;

    Writer() throws SQLException {
      Lifeline lifeline = new Lifeline();
      lifeline.onDeath(deaths::add);
      StoreHealth health =
          new StoreHealth(
              "the database", lifeline, StoreHealth.Reopenings.DEFAULT, System::nanoTime);
      database = new Database("the database", new Dialect.H2(), place, catalog, health);
      database.takePlace();
      committer = new Committer(database, catalog, new MemoryBlobs(), statements -> {}, lifeline);
      database.opened();
      committer.start();
      writers.add(this);
    }

    void note(String key) {
      committer.run(
          batch -> {
            batch.durable();
            batch.op(
                statements -> {
                  Prepared insert =
                      statements.of("INSERT INTO store_state (k, v) VALUES (?, 'noted')");
                  insert.setString(1, key);
                  insert.executeUpdate();
                });
            return true;
          });
    }
  }

  private List<String> noted() throws SQLException {
    return column("SELECT k FROM store_state WHERE v = 'noted' ORDER BY k");
  }

  private List<String> column(String sql) throws SQLException {
    DataSource source = place.source();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> found = new ArrayList<>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  @Test
  void theFirstWritesNothingOnceASecondHasOpened() throws Exception {
    Writer first = new Writer();
    first.note("a");
    Writer second = new Writer();

    assertThatThrownBy(() -> first.note("b"))
        .isInstanceOf(StorageUnavailable.class)
        .hasMessageContaining("another server has taken the database");
    second.note("c");

    assertThat(noted()).containsExactly("a", "c");
    assertThat(deaths).singleElement().extracting(Lifeline.Death::part).isEqualTo("the store");
  }

  @Test
  void whoHasLostItsPlaceDoesNotGetItBack() throws Exception {
    Writer first = new Writer();
    new Writer();
    assertThatThrownBy(() -> first.note("a")).isInstanceOf(StorageUnavailable.class);

    assertThatThrownBy(() -> first.note("b")).isInstanceOf(StorageUnavailable.class);
    assertThatThrownBy(() -> first.database.read("it", connection -> true))
        .isInstanceOf(StorageUnavailable.class);

    assertThat(noted()).isEmpty();
    assertThat(deaths).hasSize(1);
  }

  @Test
  void aNewConnectionFindsTheOthersNumber() throws Exception {
    Writer first = new Writer();
    new Writer();
    first.database.rollback(new IllegalStateException("given up"));

    assertThatThrownBy(() -> first.note("a")).isInstanceOf(StorageUnavailable.class);

    assertThat(noted()).isEmpty();
    assertThat(deaths).hasSize(1);
  }

  @Test
  void aDatabaseThatHasForgottenTheDrawingIsToldAgain() throws Exception {
    Writer only = new Writer();
    only.note("a");
    try (Connection connection = place.source().getConnection()) {
      Database.execute(connection, "UPDATE store_state SET v = '0' WHERE k = 'runs'");
    }
    only.database.rollback(new IllegalStateException("given up"));

    only.note("b");

    assertThat(noted()).containsExactly("a", "b");
    assertThat(column("SELECT v FROM store_state WHERE k = 'runs'")).containsExactly("1");
    assertThat(deaths).isEmpty();
  }

  @Test
  void eachOpeningHasItsOwnNumber() throws Exception {
    assertThat(List.of(new Writer(), new Writer(), new Writer()))
        .extracting(writer -> writer.database.epoch().number())
        .containsExactly(1L, 2L, 3L);
  }
}
