package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.mime.MessageEnvelope;
import org.postroom.core.mime.MessageStructure;

/**
 * Shows the messages of a mailbox. Flags, mod-sequences and sizes come from the state in memory; a
 * row of the database is read only when a visitor asks for more, and then those of its neighbours
 * that were asked for too, in one go.
 */
final class Rows {
  private static final int BLOCK = 512;
  private static final String COLUMNS =
      "SELECT b.id, b.message_id, b.internal_ts, b.internal_offset, b.saved_ts, b.header";
  private static final String BODY =
      ", m.blob_segment, m.blob_offset, m.blob_length, m.blob_described, m.envelope, m.structure";
  private static final String FROM = " FROM mailbox_message b";
  private static final String JOIN = " LEFT JOIN message m ON m.id = b.message_id";
  private static final String WHERE = " WHERE b.id BETWEEN ? AND ? ORDER BY b.id";

  private final Database database;
  private final BlobStore blobs;

  Rows(Database database, BlobStore blobs) {
    this.database = database;
    this.blobs = blobs;
  }

  void read(MailboxState mailbox, UidSet uids, Set<Detail> details, Consumer<MessageRow> visitor) {
    new Reading(mailbox, details).show(uids, visitor);
  }

  private final class Reading {
    private final MailboxState mailbox;
    private final Set<Detail> details;

    // The block that is being shown: state first, the rows' columns when somebody asks.
    private final long[] uid = new long[BLOCK];
    private final long[] flags = new long[BLOCK];
    private final long[] modSeq = new long[BLOCK];
    private final int[] size = new int[BLOCK];
    private int count;
    private boolean loaded;
    private final Columns[] columns = new Columns[BLOCK];

    Reading(MailboxState mailbox, Set<Detail> details) {
      this.mailbox = mailbox;
      this.details = details;
    }

    void show(UidSet uids, Consumer<MessageRow> visitor) {
      mailbox
          .messages()
          .forEach(
              uids,
              (page, entry) -> {
                uid[count] = page.uid(entry);
                flags[count] = page.flags(entry);
                modSeq[count] = page.modSeq(entry);
                size[count] = page.size(entry);
                count++;
                if (count == BLOCK) {
                  showBlock(visitor);
                }
              });
      showBlock(visitor);
    }

    private void showBlock(Consumer<MessageRow> visitor) {
      loaded = false;
      for (int i = 0; i < count; i++) {
        visitor.accept(new Row(this, i));
      }
      count = 0;
    }

    Columns columns(int i) {
      if (!loaded) {
        load();
        loaded = true;
      }
      Columns found = columns[i];
      return found == null ? Columns.NONE : found;
    }

    private void load() {
      Arrays.fill(columns, null);
      String sql = COLUMNS + (details.isEmpty() ? FROM : BODY + FROM + JOIN) + WHERE;
      try (Connection connection = database.reader();
          PreparedStatement select = connection.prepareStatement(sql)) {
        select.setFetchSize(BLOCK);
        // Ranges with few gaps are read as one; what was not asked for is skipped.
        int from = 0;
        while (from < count) {
          int to = from;
          while (to + 1 < count && uid[to + 1] - uid[to] <= 16) {
            to++;
          }
          select.setLong(1, mailbox.key(uid[from]));
          select.setLong(2, mailbox.key(uid[to]));
          try (ResultSet rows = select.executeQuery()) {
            take(rows, from);
          }
          from = to + 1;
        }
      } catch (SQLException e) {
        throw new StorageUnavailable("cannot read messages from " + database, e);
      }
    }

    private void take(ResultSet rows, int from) throws SQLException {
      int at = from;
      while (rows.next()) {
        long found = rows.getLong(1) & 0xFFFF_FFFFL;
        while (at < count && uid[at] < found) {
          at++;
        }
        if (at == count) {
          return;
        }
        if (uid[at] == found) {
          columns[at] = columns(rows);
        }
      }
    }

    private Columns columns(ResultSet row) throws SQLException {
      byte[] header = row.getBytes(6);
      BlobRef blob = null;
      byte[] envelope = null;
      byte[] structure = null;
      if (!details.isEmpty()) {
        int segment = row.getInt(7);
        if (!row.wasNull()) {
          blob = new BlobRef(segment, row.getLong(8), row.getLong(9), row.getInt(10));
        }
        structure = details.contains(Detail.STRUCTURE) ? row.getBytes(12) : null;
        envelope = structure != null || details.contains(Detail.ENVELOPE) ? row.getBytes(11) : null;
      }
      return new Columns(
          row.getLong(2),
          new InternalDate(row.getLong(3), row.getInt(4)),
          row.getLong(5),
          header,
          blob,
          envelope,
          structure);
    }
  }

  /** What the database has about a message beside its state. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Columns(
      long message,
      InternalDate date,
      long savedAt,
      byte @Nullable [] header,
      @Nullable BlobRef blob,
      byte @Nullable [] envelope,
      byte @Nullable [] structure) {
    /** For a message whose row is gone though its state was still there. */
    private static final Columns NONE =
        new Columns(0, new InternalDate(0, 0), 0, null, null, null, null);
  }

  private final class Row implements MessageRow {
    private final Reading reading;
    private final int i;
    private final long uid;
    private final long flags;
    private final long modSeq;
    private final int size;
    private @Nullable Columns columns;

    Row(Reading reading, int i) {
      this.reading = reading;
      this.i = i;
      this.uid = reading.uid[i];
      this.flags = reading.flags[i];
      this.modSeq = reading.modSeq[i];
      this.size = reading.size[i];
    }

    private Columns columns() {
      Columns known = columns;
      if (known == null) {
        if (i >= reading.count || reading.uid[i] != uid) {
          throw new IllegalStateException("the row of UID " + uid + " was kept beyond its visit");
        }
        known = reading.columns(i);
        columns = known;
      }
      return known;
    }

    @Override
    public long uid() {
      return uid;
    }

    @Override
    public long modSeq() {
      return modSeq;
    }

    @Override
    public long flags() {
      return flags;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public InternalDate internalDate() {
      return columns().date();
    }

    @Override
    public long savedAt() {
      return columns().savedAt();
    }

    @Override
    public long emailId() {
      return columns().message();
    }

    @Override
    public MessageEnvelope envelope() {
      need(Detail.ENVELOPE);
      return Parsed.envelope(columns().envelope());
    }

    @Override
    public MessageStructure structure() {
      need(Detail.STRUCTURE);
      byte[] header = columns().header();
      return Parsed.structure(
          columns().structure(), columns().envelope(), header == null ? 0 : header.length);
    }

    @Override
    public Optional<Content> content() {
      need(Detail.CONTENT);
      BlobRef blob = columns().blob();
      if (blob == null) {
        return Optional.empty();
      }
      byte[] header = columns().header();
      Content body = blobs.open(blob);
      return Optional.of(
          header == null || header.length == 0 ? body : Content.concat(Content.of(header), body));
    }

    private void need(Detail detail) {
      if (!reading.details.contains(detail)) {
        throw new IllegalStateException(detail + " was not asked for");
      }
    }
  }
}
