package org.postroom.storage.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Types;
import java.util.List;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Recipient;
import org.postroom.core.refusal.NotEnqueued;

/**
 * Writes a mail into the outbox with the connection of an application, in its transaction: whether
 * it commits is the application's. Whatever goes wrong here leaves the transaction as it was.
 */
final class HostTransaction {
  static final int CHUNK = 256 * 1024;
  private static final int KEY = 200;
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private final Place place;
  private final Connection connection;

  /**
   * In the transaction of a connection.
   *
   * @param place where our tables are
   */
  HostTransaction(Place place, Connection connection) {
    this.place = place;
    this.connection = connection;
  }

  /**
   * Where our tables are, and how it is seen that they are ours.
   *
   * @param store the store, for people
   * @param schema that they are in
   * @param id the store's
   * @param opening which one it is: a copy of the database has another one
   */
  record Place(String store, String schema, String id, String opening) {
    private String table(String name) {
      return new OwnSchema(schema).quoted() + "." + name;
    }
  }

  /**
   * Writes one.
   *
   * @param most octets of content
   * @return whether it was written; else there is, or was, one with that key
   * @throws NotEnqueued when it cannot be, the connection's user may not, or it is too long
   * @throws UncheckedIOException when the content cannot be read
   * @throws SQLException whatever the application's connection says
   */
  boolean write(String key, Envelope envelope, InputStream content, long most, long now)
      throws SQLException {
    if (key.isEmpty() || key.length() > KEY || key.indexOf('\0') >= 0) {
      throw new NotEnqueued("the key of a mail has 1 to " + KEY + " characters");
    }
    requireTransaction();
    Savepoint before = connection.setSavepoint();
    boolean written;
    try {
      requireOurs();
      written = insert(key, envelope, content, most, now);
    } catch (SQLException e) {
      rollback(before, e);
      if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
        throw new NotEnqueued(
            "the connection's user may not do in the schema "
                + place.schema()
                + " what is needed: "
                + e.getMessage(),
            e);
      }
      throw e;
    } catch (RuntimeException | Error e) {
      rollback(before, e);
      throw e;
    }
    connection.releaseSavepoint(before);
    return written;
  }

  private void rollback(Savepoint before, Throwable why) {
    try {
      connection.rollback(before);
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
  }

  private void requireTransaction() throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    if (!product.equals("PostgreSQL")) {
      throw new NotEnqueued(
          "the connection is to " + product + ", and the server's mail is in " + place.store());
    }
    if (connection.getAutoCommit()) {
      throw new NotEnqueued(
          "the connection has auto-commit on: the mail would be in no transaction of yours");
    }
  }

  private void requireOurs() throws SQLException {
    String state = place.table("store_state");
    String found;
    try (PreparedStatement select = connection.prepareStatement("SELECT to_regclass(?)::TEXT")) {
      select.setString(1, state);
      try (ResultSet rows = select.executeQuery()) {
        rows.next();
        found = rows.getString(1);
      }
    }
    if (found == null) {
      throw otherDatabase("has no table " + state);
    }
    try (PreparedStatement select =
            connection.prepareStatement(
                "SELECT v FROM "
                    + state
                    + " WHERE k IN ('store_id', '"
                    + Epoch.KEY
                    + "') ORDER BY k DESC");
        ResultSet rows = select.executeQuery()) {
      String id = rows.next() ? rows.getString(1) : "";
      String opening = rows.next() ? rows.getString(1) : "";
      if (!id.equals(place.id())) {
        throw otherDatabase("has mail of another server in the schema " + place.schema());
      }
      if (!opening.equals(place.opening())) {
        throw otherDatabase("is a copy of it, or another server has taken it since");
      }
    }
  }

  private NotEnqueued otherDatabase(String what) {
    return new NotEnqueued(
        "the connection is to another database than the server's, "
            + place.store()
            + ": it "
            + what);
  }

  private boolean insert(String key, Envelope envelope, InputStream content, long most, long now)
      throws SQLException {
    byte[] chunk = next(content);
    boolean isAll = chunk.length < CHUNK;
    long row = insertMail(key, envelope, isAll ? chunk.length : 0, now);
    if (row == 0) {
      return false;
    }
    insertRecipients(row, envelope.recipients());
    long octets = 0;
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO "
                + place.table("outbox_chunk")
                + " (mail_id, chunk, data) VALUES (?, ?, ?)")) {
      for (int number = 0; chunk.length > 0; number++) {
        octets += chunk.length;
        if (octets > most) {
          throw new NotEnqueued("a mail may have " + most + " octets, and this one is longer");
        }
        insert.setLong(1, row);
        insert.setInt(2, number);
        insert.setBytes(3, chunk);
        insert.executeUpdate();
        chunk = chunk.length < CHUNK ? new byte[0] : next(content);
      }
    }
    if (!isAll) {
      try (PreparedStatement update =
          connection.prepareStatement(
              "UPDATE " + place.table("outbox_mail") + " SET octets = ? WHERE id = ?")) {
        update.setLong(1, octets);
        update.setLong(2, row);
        update.executeUpdate();
      }
    }
    return true;
  }

  private static byte[] next(InputStream content) {
    try {
      return content.readNBytes(CHUNK);
    } catch (IOException e) {
      throw new UncheckedIOException("the content cannot be read", e);
    }
  }

  /**
   * Its number; 0 when the key is known. Waits for another transaction that has just written it.
   */
  private long insertMail(String key, Envelope envelope, long octets, long now)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO "
                + place.table("outbox_mail")
                + " (mail_key, sender, body, smtp_utf8, envelope_id, full_return, octets,"
                + " written_ts, next_ts, require_tls, attempts, reply)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')"
                + " ON CONFLICT (mail_key) DO NOTHING RETURNING id")) {
      insert.setString(1, key);
      insert.setString(2, Addresses.column(envelope.sender()));
      insert.setString(3, envelope.body().name());
      insert.setBoolean(4, envelope.smtpUtf8());
      insert.setString(5, envelope.envelopeId().orElse(null));
      if (envelope.fullReturn().isPresent()) {
        insert.setBoolean(6, envelope.fullReturn().get());
      } else {
        insert.setNull(6, Types.BOOLEAN);
      }
      insert.setLong(7, octets);
      insert.setLong(8, now);
      insert.setLong(9, now);
      insert.setBoolean(10, envelope.requiresTls());
      try (ResultSet rows = insert.executeQuery()) {
        return rows.next() ? rows.getLong(1) : 0;
      }
    }
  }

  private void insertRecipients(long row, List<Recipient> recipients) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO "
                + place.table("outbox_recipient")
                + " (mail_id, place, address, report_on, original) VALUES (?, ?, ?, ?, ?)")) {
      for (int i = 0; i < recipients.size(); i++) {
        Recipient recipient = recipients.get(i);
        insert.setLong(1, row);
        insert.setInt(2, i);
        insert.setString(3, Addresses.column(recipient.address()));
        insert.setInt(4, Addresses.bits(recipient.reportOn()));
        insert.setString(5, recipient.original().orElse(null));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
