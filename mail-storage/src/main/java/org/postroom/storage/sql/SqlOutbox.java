package org.postroom.storage.sql;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.OutboxStore;
import org.postroom.core.refusal.ContentDamaged;

/**
 * The outbox's rows: applications write them, in transactions of their own; the committer ends
 * them, together with what becomes of the mail.
 */
final class SqlOutbox implements OutboxStore {
  private static final int REPLY = 2000;

  /** Keys that one unit of work forgets. */
  private static final int FORGOTTEN_AT_ONCE = 1000;

  private static final String DUE =
      "SELECT id FROM outbox_mail WHERE next_ts <= ? ORDER BY next_ts, id LIMIT ?";
  private static final String WAITING =
      "SELECT mail_key, sender, body, smtp_utf8, envelope_id, full_return, octets, written_ts,"
          + " attempts, require_tls FROM outbox_mail WHERE id = ? AND next_ts IS NOT NULL";
  private static final String RECIPIENTS =
      "SELECT address, report_on, original FROM outbox_recipient WHERE mail_id = ? ORDER BY place";
  private static final String KNOWN =
      "SELECT written_ts, next_ts, reply, queue_id FROM outbox_mail WHERE mail_key = ?";
  private static final String CHUNK =
      "SELECT data FROM outbox_chunk WHERE mail_id = ? AND chunk = ?";

  /** For those that read by {@link Batch#number}. */
  private static final String IS_WAITING =
      "SELECT COUNT(*) FROM outbox_mail WHERE id = ? AND next_ts IS NOT NULL";

  private static final String END =
      "UPDATE outbox_mail SET next_ts = NULL, ended_ts = ?, queue_id = ?, reply = ? WHERE id = ?";
  private static final String LATER =
      "UPDATE outbox_mail SET next_ts = ?, reply = ?, attempts = attempts + 1"
          + " WHERE id = ? AND next_ts IS NOT NULL";
  private static final String FORGET =
      "DELETE FROM outbox_mail WHERE id IN"
          + " (SELECT id FROM outbox_mail WHERE ended_ts < ? ORDER BY ended_ts LIMIT "
          + FORGOTTEN_AT_ONCE
          + ")";

  private final Committer committer;
  private final Database database;
  private final SqlMailCommit commit;
  private final Clock clock;
  private HostTransaction.@Nullable Place place;

  SqlOutbox(Committer committer, Database database, SqlMailCommit commit, Clock clock) {
    this.committer = committer;
    this.database = database;
    this.commit = commit;
    this.clock = clock;
  }

  // --- writing, in somebody else's transaction

  /** See {@link HostTransaction#write}. */
  boolean enqueue(
      Connection connection, String key, Envelope envelope, InputStream content, long most)
      throws SQLException {
    return new HostTransaction(place(), connection)
        .write(key, envelope, content, most, clock.millis());
  }

  private synchronized HostTransaction.Place place() {
    HostTransaction.Place known = place;
    if (known == null) {
      known = database.read("the schema", this::look);
      place = known;
    }
    return known;
  }

  private HostTransaction.Place look(Connection connection) throws SQLException {
    String id = StoreState.get(connection, "store_id");
    try (PreparedStatement select = connection.prepareStatement("SELECT current_schema()");
        ResultSet rows = select.executeQuery()) {
      rows.next();
      return new HostTransaction.Place(
          database.toString(),
          rows.getString(1),
          id == null ? "" : id,
          Long.toString(database.epoch().number()));
    }
  }

  // --- reading

  @Override
  public List<Long> due(Instant now, int most) {
    return database.read(
        "the outbox",
        connection -> {
          List<Long> rows = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(DUE)) {
            select.setLong(1, now.toEpochMilli());
            select.setInt(2, most);
            try (ResultSet found = select.executeQuery()) {
              while (found.next()) {
                rows.add(found.getLong(1));
              }
            }
          }
          return rows;
        });
  }

  @Override
  public Optional<Waiting> waiting(long row) {
    return database.read("the outbox", connection -> waiting(connection, row));
  }

  private Optional<Waiting> waiting(Connection connection, long row) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(WAITING)) {
      select.setLong(1, row);
      try (ResultSet found = select.executeQuery()) {
        if (!found.next()) {
          return Optional.empty();
        }
        boolean full = found.getBoolean(6);
        Optional<Boolean> fullReturn = found.wasNull() ? Optional.empty() : Optional.of(full);
        Envelope envelope =
            new Envelope(
                Addresses.sender(found.getString(2)),
                recipients(connection, row),
                BodyType.valueOf(found.getString(3)),
                found.getBoolean(4),
                Optional.ofNullable(found.getString(5)),
                fullReturn,
                found.getBoolean(10));
        return Optional.of(
            new Waiting(
                row,
                found.getString(1),
                envelope,
                new Body(row, found.getLong(7)),
                Instant.ofEpochMilli(found.getLong(8)),
                found.getInt(9)));
      }
    }
  }

  private static List<Recipient> recipients(Connection connection, long row) throws SQLException {
    List<Recipient> recipients = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(RECIPIENTS)) {
      select.setLong(1, row);
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          recipients.add(
              new Recipient(
                  Addresses.address(found.getString(1)),
                  Addresses.reportOn(found.getInt(2)),
                  Optional.ofNullable(found.getString(3))));
        }
      }
    }
    return recipients;
  }

  @Override
  public Optional<Known> find(String key) {
    return database.read("the outbox", connection -> find(connection, key));
  }

  private static Optional<Known> find(Connection connection, String key) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(KNOWN)) {
      select.setString(1, key);
      try (ResultSet found = select.executeQuery()) {
        if (!found.next()) {
          return Optional.empty();
        }
        long unused = found.getLong(2);
        boolean ended = found.wasNull();
        String reply = found.getString(3);
        Known.State state =
            !ended
                ? Known.State.WAITING
                : reply.isEmpty() ? Known.State.TAKEN : Known.State.REFUSED;
        return Optional.of(
            new Known(
                key,
                state,
                Instant.ofEpochMilli(found.getLong(1)),
                Optional.ofNullable(found.getString(4)).map(QueueId::new),
                reply));
      }
    }
  }

  // --- ending rows

  @Override
  public MailCommit ending(long row, Optional<String> refusal) {
    return new MailCommit() {
      @Override
      public List<Acceptance> commit(List<Acceptance> acceptances) {
        Optional<String> id =
            refusal.isPresent() || acceptances.isEmpty()
                ? Optional.empty()
                : Optional.of(acceptances.get(0).mail().id().value());
        return commit.commit(acceptances, batch -> end(batch, row, id, refusal.orElse("")));
      }

      @Override
      public QueueId newId() {
        return commit.newId();
      }
    };
  }

  /** Only the committer ends rows, one unit after the other: what is read here stays true. */
  private void end(Batch batch, long row, Optional<String> id, String reply) throws SQLException {
    if (batch.number(IS_WAITING, row) == 0) {
      throw new IllegalStateException("row " + row + " of the outbox was ended before");
    }
    batch.op(
        statements -> {
          Prepared end = statements.of(END);
          end.setLong(1, clock.millis());
          end.setString(2, id.orElse(null));
          end.setString(3, cut(reply));
          end.setLong(4, row);
          end.executeUpdate();
          statements.update("DELETE FROM outbox_chunk WHERE mail_id = ?", row);
          statements.update("DELETE FROM outbox_recipient WHERE mail_id = ?", row);
        });
    batch.durable();
  }

  @Override
  public void later(long row, Instant next, String reason) {
    committer.run(
        batch -> {
          batch.op(
              statements -> {
                Prepared later = statements.of(LATER);
                later.setLong(1, next.toEpochMilli());
                later.setString(2, cut(reason));
                later.setLong(3, row);
                later.executeUpdate();
              });
          return true;
        });
  }

  @Override
  public int forget(Instant end) {
    int[] forgotten = new int[1];
    committer.run(
        batch -> {
          batch.op(statements -> forgotten[0] = statements.update(FORGET, end.toEpochMilli()));
          return true;
        });
    return forgotten[0];
  }

  private static String cut(String text) {
    String clean = text.replace("\0", "");
    return clean.length() <= REPLY ? clean : clean.substring(0, REPLY);
  }

  /** Keeps the chunk it read last: it is read from front to end. */
  private final class Body implements Content {
    private final long row;
    private final long size;
    private int number = -1;
    private byte[] chunk = {};

    Body(long row, long size) {
      this.row = row;
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public synchronized int read(long position, ByteBuffer target) {
      int total = 0;
      while (position + total < size && target.hasRemaining()) {
        long at = position + total;
        load((int) (at / HostTransaction.CHUNK));
        int from = (int) (at % HostTransaction.CHUNK);
        int count = Math.min(target.remaining(), chunk.length - from);
        if (count <= 0) {
          throw new ContentDamaged("a part of mail " + row + " of the outbox is gone");
        }
        target.put(chunk, from, count);
        total += count;
      }
      return total;
    }

    private void load(int wanted) {
      if (wanted != number) {
        chunk = database.read("mail " + row + " of the outbox", c -> select(c, wanted));
        number = wanted;
      }
    }

    private byte[] select(Connection connection, int wanted) throws SQLException {
      try (PreparedStatement select = connection.prepareStatement(CHUNK)) {
        select.setLong(1, row);
        select.setInt(2, wanted);
        try (ResultSet rows = select.executeQuery()) {
          if (!rows.next()) {
            throw new ContentDamaged("a part of mail " + row + " of the outbox is gone");
          }
          return rows.getBytes(1);
        }
      }
    }
  }
}
