package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("seconds")
class ChangesTest {
  private static final String INSERT =
      "INSERT INTO t (id, i, b, s, o, counter) VALUES (?, ?, ?, ?, ?, 0)";
  private static final String COUNT =
      "UPDATE t SET counter = MOD(counter * 3 + ?, 1000003) WHERE id >= ?";
  private static final String TEXT = "UPDATE t SET s = ?, o = ?, b = ? WHERE id = ?";
  private static final String COPY =
      "INSERT INTO t (id, i, b, s, o, counter) SELECT id + ?, i, b, s, o, counter FROM t"
          + " WHERE id BETWEEN ? AND ?";
  private static final String DELETE = "DELETE FROM t WHERE id = ?";

  private Connection live;
  private Connection again;
  private final Changes changes = new Changes();
  private Statements statements;
  private PreparedStatement setNumber;
  private long number;
  private boolean numbered;

  @BeforeEach
  void connect() throws SQLException {
    live = database();
    again = database();
    statements = new Statements(live, changes);
    setNumber = again.prepareStatement("UPDATE n SET v = ?");
  }

  @AfterEach
  void disconnect() throws SQLException {
    live.close();
    again.close();
  }

  private static Connection database() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
    try (Statement run = connection.createStatement()) {
      run.execute(
          "CREATE TABLE t (id BIGINT PRIMARY KEY, i INT, b BOOLEAN, s VARCHAR, o BYTEA,"
              + " counter BIGINT)");
      run.execute("CREATE TABLE n (v VARCHAR)");
      run.execute("INSERT INTO n VALUES ('0')");
    }
    connection.setAutoCommit(false);
    return connection;
  }

  private static List<String> rows(Connection connection) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement run = connection.createStatement();
        ResultSet rows = run.executeQuery("SELECT * FROM t ORDER BY id")) {
      while (rows.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
          Object value = rows.getObject(i);
          row.add(value instanceof byte[] octets ? Arrays.toString(octets) : value);
        }
        found.add(row.toString());
      }
    }
    return found;
  }

  private void insert(long id) throws SQLException {
    Prepared insert = statements.of(INSERT);
    insert.setLong(1, id);
    insert.setInt(2, (int) id);
    insert.setBoolean(3, true);
    insert.setString(4, "s" + id);
    insert.setNull(5, Types.BINARY);
    insert.executeUpdate();
  }

  private void end() throws SQLException {
    changes.end(++number);
    live.commit();
  }

  private long redo(byte[] transactions, long after) throws IOException, SQLException {
    try (Redo redo = new Redo(again, after, setNumber)) {
      redo.run(new ByteArrayInputStream(transactions), transactions.length, octets -> {});
      return redo.last();
    }
  }

  /** One random statement, with values that may go wrong on their way. */
  private void change(Random random, long[] next) throws SQLException {
    int most = (int) next[0];
    switch (random.nextInt(6)) {
      case 0, 1 -> {
        Prepared insert = statements.of(INSERT);
        int rows = 1 + random.nextInt(4);
        for (int i = 0; i < rows; i++) {
          insert.setLong(1, next[0]++);
          if (!numbered || random.nextBoolean()) { // else the one before, as JDBC has it
            insert.setInt(2, random.nextInt());
            numbered = true;
          }
          if (random.nextInt(4) == 0) {
            insert.setNull(3, Types.BOOLEAN);
          } else {
            insert.setBoolean(3, random.nextBoolean());
          }
          insert.setString(4, text(random));
          insert.setBytes(5, octets(random));
          insert.addBatch();
        }
        insert.executeBatch();
      }
      case 2 -> statements.update(COUNT, random.nextLong() >> 20, random.nextInt(most));
      case 3 -> {
        Prepared update = statements.of(TEXT);
        update.setString(1, text(random));
        update.setBytes(2, octets(random));
        update.setBoolean(3, random.nextBoolean());
        update.setLong(4, random.nextInt(most));
        update.executeUpdate();
      }
      case 4 -> {
        long first = random.nextInt(most);
        long last = Math.min(most - 1, first + 3);
        next[0] += last - first + 1;
        statements.update(COPY, most - first, first, last);
      }
      default -> statements.update(DELETE, random.nextInt(most));
    }
  }

  private static @Nullable String text(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> null;
      case 1 -> "";
      case 2 -> "\u0000\n'; DROP TABLE t; --\u00ff";
      case 3 -> "\u00e4\u20ac\ud83d\udce7".repeat(1 + random.nextInt(50));
      case 4 -> "x".repeat(random.nextInt(20_000));
      default -> Long.toString(random.nextLong());
    };
  }

  private static byte @Nullable [] octets(Random random) {
    int kind = random.nextInt(12);
    if (kind == 0) {
      return null;
    }
    byte[] octets = new byte[kind == 1 ? 0 : kind == 2 ? 200_000 : random.nextInt(300)];
    if (kind > 3) { // else all 0x00
      random.nextBytes(octets);
    }
    return octets;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void doneAgainGiveTheSameRowsWhereverTheDatabaseWas(int seed) throws Exception {
    Random random = new Random(seed);
    long[] next = {1};
    List<byte[]> records = new ArrayList<>();
    for (int t = 0; t < 60; t++) {
      int wanted = 1 + random.nextInt(8);
      for (int s = 0; s < wanted; s++) {
        change(random, next);
      }
      if (random.nextInt(5) == 0) { // given up
        changes.forget();
        live.rollback();
        continue;
      }
      end();
      if (random.nextInt(3) == 0) {
        records.add(changes.take());
      }
    }
    records.add(changes.take());
    assertThat(changes.isEmpty()).isTrue();

    // Again and again a part, then all from the beginning, as after a crash while it was done.
    long there = 0;
    for (int i = 0; i < records.size(); i++) {
      if (random.nextInt(4) == 0) {
        for (int k = 0; k < i; k++) {
          assertThat(redo(records.get(k), there)).isEqualTo(there);
        }
      }
      there = redo(records.get(i), there);
    }

    assertThat(there).isEqualTo(number);
    assertThat(rows(again)).isEqualTo(rows(live)).hasSizeGreaterThan(50);
  }

  @Test
  void skipsTheTransactionsThatAreThereAndNotesTheLast() throws Exception {
    insert(1);
    end();
    statements.update(COUNT, 5, 0);
    end();
    byte[] first = changes.take();
    statements.update(COUNT, 7, 0);
    end();
    byte[] second = changes.take();
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);

    assertThat(redo(first, 0)).isEqualTo(2);
    assertThat(redo(first, 2)).isEqualTo(2);
    assertThat(redo(both.toByteArray(), 2)).isEqualTo(3);
    assertThat(redo(both.toByteArray(), 3)).isEqualTo(3);

    assertThat(rows(again)).isEqualTo(rows(live)).hasSize(1);
    try (ResultSet rows = again.createStatement().executeQuery("SELECT v FROM n")) {
      rows.next();
      assertThat(rows.getString(1)).isEqualTo("3");
    }
  }

  @Test
  void doesNothingAgainOfATransactionThatFails() throws SQLException {
    insert(1);
    end();
    insert(2);
    insert(3);
    end();
    byte[] all = changes.take();
    try (Statement run = again.createStatement()) {
      run.execute("INSERT INTO t (id) VALUES (3)");
      again.commit();
    }

    assertThatThrownBy(() -> redo(all, 0)).isInstanceOf(SQLException.class);
    again.rollback();

    assertThat(rows(again)).extracting(row -> row.substring(0, 3)).containsExactly("[1,", "[3,");
  }

  /** A row that waits when its transaction fails must not be run with the next one. */
  @Test
  void forgetRowsThatWereNotRun() throws Exception {
    insert(1);
    end();
    Prepared delete = statements.of(DELETE);
    delete.setLong(1, 1);
    delete.addBatch();
    assertThatThrownBy(() -> insert(1)).isInstanceOf(SQLException.class);
    changes.forget();
    statements.forget();
    live.rollback();

    delete.setLong(1, 2);
    delete.addBatch();
    delete.executeBatch();
    end();
    redo(changes.take(), 0);

    assertThat(rows(live)).hasSize(1);
    assertThat(rows(again)).isEqualTo(rows(live));
  }

  @Test
  void areEmptyWithoutATransactionAndAfterOneThatChangedNothing() throws SQLException {
    assertThat(changes.inTransaction()).isFalse();
    try (ResultSet rows = statements.of("SELECT COUNT(*) FROM t").executeQuery()) {
      rows.next();
    }
    assertThat(statements.of(INSERT).executeBatch()).isEmpty();
    assertThat(changes.inTransaction()).isFalse();
    assertThat(changes.take()).isEmpty();

    insert(1);
    assertThat(changes.inTransaction()).isTrue();
    assertThat(changes.isEmpty()).isTrue();
    changes.forget();
    assertThat(changes.inTransaction()).isFalse();
  }

  @Test
  void goOnAfterOneThatWasVeryLong() throws Exception {
    Prepared insert = statements.of(INSERT);
    for (long id = 1; id <= 40; id++) {
      insert.setLong(1, id);
      insert.setInt(2, 0);
      insert.setBoolean(3, false);
      insert.setString(4, "");
      insert.setBytes(5, new byte[100_000]);
      insert.addBatch();
    }
    insert.executeBatch();
    end();
    byte[] large = changes.take();
    insert(41);
    end();
    byte[] small = changes.take();

    assertThat(large).hasSizeGreaterThan(4_000_000);
    assertThat(small).hasSizeLessThan(300);
    assertThat(redo(small, redo(large, 0))).isEqualTo(2);
    assertThat(rows(again)).isEqualTo(rows(live)).hasSize(41);
  }

  @Test
  void areToldOneByOneWhenTheyAreDoneAgain() throws Exception {
    insert(1);
    end();
    int first = changes.size();
    insert(2);
    statements.update(COUNT, 5, 0);
    end();
    byte[] both = changes.take();
    List<Long> told = new ArrayList<>();

    try (Redo redo = new Redo(again, 0, setNumber)) {
      redo.run(
          new ByteArrayInputStream(both),
          both.length,
          octets -> {
            told.add(octets);
            assertThat(redo.last()).isEqualTo(told.size());
            again.rollback(); // whatever was told of is committed
            assertThat(rows(again)).hasSize(told.size());
          });
    }

    assertThat(told).containsExactly((long) first, (long) both.length - first);
  }

  /** Wherever a length is wrong, nothing is read beyond, or made as long as it says. */
  @Test
  void areNotBelievedWhenTheyAreDamaged() throws Exception {
    insert(1);
    end();
    byte[] whole = changes.take();
    for (int at = 0; at <= whole.length - 4; at++) {
      byte[] damaged = whole.clone();
      ByteBuffer.wrap(damaged).putInt(at, at % 2 == 0 ? Integer.MAX_VALUE - at : -1 - at);
      try {
        redo(damaged, 0);
      } catch (IOException | SQLException e) {
        assertThat(e).as("damage at %d", at).isNotNull();
      }
      again.rollback();
      try (Statement run = again.createStatement()) {
        run.execute("DELETE FROM t");
        again.commit();
      }
    }
    for (int length : new int[] {0, 4, 8, 11}) {
      byte[] damaged = whole.clone();
      ByteBuffer.wrap(damaged).putInt(0, length);
      assertThatThrownBy(() -> redo(damaged, 0)).isInstanceOf(IOException.class);
    }
  }
}
