package org.postroom.storage.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postroom.core.memo.Memo;
import org.postroom.core.memo.MemoStore;

/**
 * The rows of memos. What is kept is in the journal with the transaction, and synced with the next
 * one that must be: nobody was promised anything.
 */
final class SqlMemoStore implements MemoStore {
  private static final String FIND =
      "SELECT name, body, until_ts FROM memo WHERE kind = ? AND name = ?";
  private static final String PAGE =
      "SELECT name, body, until_ts FROM memo WHERE kind = ? AND name > ? ORDER BY name LIMIT ?";
  private static final String UPDATE =
      "UPDATE memo SET body = ?, until_ts = ? WHERE kind = ? AND name = ?";
  private static final String INSERT =
      "INSERT INTO memo (body, until_ts, kind, name) VALUES (?, ?, ?, ?)";
  private static final String IS_THERE = "SELECT 1 FROM memo WHERE kind = ? AND name = ?";
  private static final String FORGET = "DELETE FROM memo WHERE kind = ? AND name = ?";
  private static final String EXPIRED = "DELETE FROM memo WHERE kind = ? AND until_ts <= ?";

  private final Committer committer;
  private final Database database;

  SqlMemoStore(Committer committer, Database database) {
    this.committer = committer;
    this.database = database;
  }

  @Override
  public Optional<Memo> find(String kind, String name) {
    return database.read(
        "a memo",
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setString(1, kind);
            select.setString(2, name);
            return memos(select).stream().findFirst();
          }
        });
  }

  @Override
  public List<Memo> page(String kind, String after, int most) {
    return database.read(
        "memos",
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(PAGE)) {
            select.setString(1, kind);
            select.setString(2, after);
            select.setInt(3, most);
            return memos(select);
          }
        });
  }

  private static List<Memo> memos(PreparedStatement select) throws SQLException {
    List<Memo> memos = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        memos.add(
            new Memo(rows.getString(1), rows.getString(2), Instant.ofEpochMilli(rows.getLong(3))));
      }
    }
    return memos;
  }

  @Override
  public void keep(String kind, Memo memo) {
    change(
        statements -> {
          if (written(statements.of(UPDATE), kind, memo) == 0) {
            return written(statements.of(INSERT), kind, memo);
          }
          return 1;
        });
  }

  /**
   * Keeps a memo in a unit of work of which somebody is told that it is safe.
   *
   * @throws IllegalStateException when there is one of that name
   */
  static void add(Batch batch, String kind, Memo memo) throws SQLException {
    batch.flush(); // a unit of the same batch may have kept it
    Prepared select = batch.statements().of(IS_THERE);
    select.setString(1, kind);
    select.setString(2, memo.name());
    try (ResultSet rows = select.executeQuery()) {
      if (rows.next()) {
        throw new IllegalStateException("there is a " + kind + " " + memo.name() + " already");
      }
    }
    batch.op(
        statements -> {
          int unused = written(statements.of(INSERT), kind, memo);
        });
    batch.durable();
  }

  private static int written(Prepared statement, String kind, Memo memo) throws SQLException {
    statement.setString(1, memo.text());
    statement.setLong(2, memo.until().toEpochMilli());
    statement.setString(3, kind);
    statement.setString(4, memo.name());
    return statement.executeUpdate();
  }

  @Override
  public void forget(String kind, String name) {
    change(
        statements -> {
          Prepared delete = statements.of(FORGET);
          delete.setString(1, kind);
          delete.setString(2, name);
          return delete.executeUpdate();
        });
  }

  @Override
  public int forgetExpired(String kind, Instant now) {
    return change(
        statements -> {
          Prepared delete = statements.of(EXPIRED);
          delete.setString(1, kind);
          delete.setLong(2, now.toEpochMilli());
          return delete.executeUpdate();
        });
  }

  /** A change of rows; says how many. */
  private interface Change {
    int run(Journaled statements) throws SQLException;
  }

  private int change(Change change) {
    return committer
        .run(
            batch -> {
              int[] rows = {0};
              batch.op(statements -> rows[0] = change.run(statements));
              return rows;
            })[0];
  }
}
