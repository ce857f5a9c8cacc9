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
import org.postroom.core.arrival.ScannedContent;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.mime.MessageEnvelope;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.mime.ScanLimits;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;

/**
 * Shows the messages of a mailbox. Flags, mod-sequences and sizes come from the state in memory; a
 * row of the database is read only when a visitor asks for more, and then those of its neighbours
 * that were asked for too, in one go.
 *
 * <p>What a reading holds is bounded in octets, whatever the rows are: of its neighbours only as
 * many as {@link #HELD} octets go, a value that is not short is read by itself when it is asked
 * for, and one that is longer than any is made today is not read at all but found out again from
 * the message.
 */
final class Rows {
  private static final int BLOCK = 128;

  /** UIDs that were not asked for and are read all the same, between two that were. */
  private static final int GAP = 4;

  /** Octets of rows that are held while they are shown. */
  private static final int HELD = 64 << 10;

  /** The longest value that is read together with those of other rows. */
  private static final int SHORT = 4 << 10;

  private static final String COLUMNS =
      "SELECT b.id, b.message_id, b.internal_ts, b.internal_offset, b.saved_ts, b.header";
  private static final String BODY =
      ", m.blob_segment, m.blob_offset, m.blob_length, m.blob_described";
  private static final String ENVELOPE = value("envelope");
  private static final String STRUCTURE = value("structure");
  private static final String FROM = " FROM mailbox_message b";
  private static final String JOIN = " LEFT JOIN message m ON m.id = b.message_id";
  private static final String WHERE = " WHERE b.id BETWEEN ? AND ? ORDER BY b.id";

  private static String value(String column) {
    String length = "OCTET_LENGTH(m." + column + ")";
    return ", " + length + ", CASE WHEN " + length + " <= " + SHORT + " THEN m." + column + " END";
  }

  private final Database database;
  private final BlobStore blobs;
  private final MemoryBudget memory;

  /**
   * Shows what these have.
   *
   * @param memory what looking into a message again takes is charged to it
   */
  Rows(Database database, BlobStore blobs, MemoryBudget memory) {
    this.database = database;
    this.blobs = blobs;
    this.memory = memory;
  }

  void read(MailboxState mailbox, UidSet uids, Set<Detail> details, Consumer<MessageRow> visitor) {
    new Reading(mailbox, details).show(uids, visitor);
  }

  private final class Reading {
    private final MailboxState mailbox;
    private final Set<Detail> details;
    private final Keywords.Naming naming;

    // The block that is being shown: state first, the rows' columns when somebody asks.
    private final long[] uid = new long[BLOCK];
    private final long[] flags = new long[BLOCK];
    private final Wide[] wide = new Wide[BLOCK];
    private final long[] modSeq = new long[BLOCK];
    private final int[] size = new int[BLOCK];
    private int count;
    private int loadedFrom;
    private int loadedTo;
    private final Columns[] columns = new Columns[BLOCK];

    Reading(MailboxState mailbox, Set<Detail> details) {
      this.mailbox = mailbox;
      this.details = details;
      this.naming = mailbox.keywords().naming();
    }

    void show(UidSet uids, Consumer<MessageRow> visitor) {
      mailbox
          .messages()
          .forEach(
              uids,
              (page, entry) -> {
                uid[count] = page.uid(entry);
                flags[count] = page.flags(entry);
                wide[count] = page.wide(entry);
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
      loadedFrom = 0;
      loadedTo = 0;
      for (int i = 0; i < count; i++) {
        try (Row row = new Row(this, i)) {
          visitor.accept(row);
        }
      }
      count = 0;
    }

    Columns columns(int i) {
      if (i < loadedFrom || i >= loadedTo) {
        load(i);
      }
      Columns found = columns[i];
      return found == null ? Columns.NONE : found;
    }

    /** Reads rows from the one at {@code first} on, as many as may be held. */
    private void load(int first) {
      loadedTo = first; // nothing, if reading fails
      loadedFrom = first;
      loadedTo = database.read("messages", connection -> load(connection, first));
    }

    /** Returns up to where. */
    private int load(Connection connection, int first) throws SQLException {
      Arrays.fill(columns, null);
      try (PreparedStatement select = connection.prepareStatement(sql())) {
        // Ranges with few gaps are read as one; what was not asked for is skipped.
        int from = first;
        int octets = 0;
        while (from < count && octets < HELD) {
          int to = from;
          while (to + 1 < count && uid[to + 1] - uid[to] <= GAP) {
            to++;
          }
          select.setLong(1, mailbox.key(uid[from]));
          select.setLong(2, mailbox.key(uid[to]));
          try (ResultSet rows = select.executeQuery()) {
            from = to + 1;
            while (rows.next()) {
              int at = place(rows.getLong(1) & 0xFFFF_FFFFL);
              if (at < 0) {
                continue;
              }
              if (octets >= HELD) {
                from = at;
                break;
              }
              columns[at] = columns(rows);
              octets += columns[at].octets();
            }
          }
        }
        return from;
      }
    }

    private int place(long found) {
      return Arrays.binarySearch(uid, 0, count, found);
    }

    private boolean wantsStructure() {
      return details.contains(Detail.STRUCTURE);
    }

    /** A structure needs the envelope, which is kept beside it. */
    private boolean wantsEnvelope() {
      return wantsStructure() || details.contains(Detail.ENVELOPE);
    }

    private String sql() {
      if (details.isEmpty()) {
        return COLUMNS + FROM + WHERE;
      }
      return COLUMNS
          + BODY
          + (wantsEnvelope() ? ENVELOPE : "")
          + (wantsStructure() ? STRUCTURE : "")
          + FROM
          + JOIN
          + WHERE;
    }

    private Columns columns(ResultSet row) throws SQLException {
      BlobRef blob = null;
      if (!details.isEmpty()) {
        int segment = row.getInt(7);
        if (!row.wasNull()) {
          blob = new BlobRef(segment, row.getLong(8), row.getLong(9), row.getInt(10));
        }
      }
      return new Columns(
          row.getLong(2),
          new InternalDate(row.getLong(3), row.getInt(4)),
          row.getLong(5),
          row.getBytes(6),
          blob,
          wantsEnvelope() ? Value.of(row, 11) : Value.NONE,
          wantsStructure() ? Value.of(row, 13) : Value.NONE);
    }
  }

  /**
   * A value of a row.
   *
   * @param length 0 when there is none
   * @param octets missing when it is not short, too
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Value(long length, byte @Nullable [] octets) {
    static final Value NONE = new Value(0, null);

    static Value of(ResultSet row, int column) throws SQLException {
      return new Value(row.getLong(column), row.getBytes(column + 1));
    }

    int held() {
      return octets == null ? 0 : octets.length;
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
      Value envelope,
      Value structure) {
    /** For a message whose row is gone though its state was still there. */
    private static final Columns NONE =
        new Columns(0, new InternalDate(0, 0), 0, null, null, Value.NONE, Value.NONE);

    /** About how much memory it takes. */
    int octets() {
      return 200 + (header == null ? 0 : header.length) + envelope.held() + structure.held();
    }

    /** Whether it says more than is kept of a message today. */
    boolean isTooLong() {
      return envelope.length > ScanLimits.ENVELOPE || structure.length > ScanLimits.STRUCTURE;
    }
  }

  /** A value that is not short. */
  private byte[] read(long message, String column) {
    return database.read("messages", connection -> select(connection, message, column));
  }

  private static byte[] select(Connection connection, long message, String column)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT " + column + " FROM message WHERE id = ?")) {
      select.setLong(1, message);
      try (ResultSet rows = select.executeQuery()) {
        byte[] octets = rows.next() ? rows.getBytes(1) : null;
        if (octets == null) {
          throw new ContentDamaged("message " + message + " is gone");
        }
        return octets;
      }
    }
  }

  private final class Row implements MessageRow, AutoCloseable {
    private final Set<Detail> details;
    private final int i;
    private final long uid;
    private final long flags;
    private final Wide wide;
    private final Keywords.Naming naming;
    private final long modSeq;
    private final int size;

    /** Until the columns are there: a row that is kept must not keep its neighbours. */
    private @Nullable Reading reading;

    private @Nullable Columns columns;

    /** What was found out again of it; charged until the visit is over. */
    private @Nullable ScannedContent scanned;

    private boolean visited;

    Row(Reading reading, int i) {
      this.details = reading.details;
      this.reading = reading;
      this.i = i;
      this.uid = reading.uid[i];
      this.flags = reading.flags[i];
      this.wide = reading.wide[i];
      this.naming = reading.naming;
      this.modSeq = reading.modSeq[i];
      this.size = reading.size[i];
    }

    private Columns columns() {
      Columns known = columns;
      Reading from = reading;
      if (known == null) {
        if (from == null || i >= from.count || from.uid[i] != uid) {
          throw new IllegalStateException("the row of UID " + uid + " was kept beyond its visit");
        }
        known = from.columns(i);
        columns = known;
        reading = null;
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
    public Flags flags() {
      return naming.flags(flags, wide);
    }

    @Override
    public long systemFlags() {
      return flags & Flags.SYSTEM;
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
      return columns().isTooLong() ? foundAgain().envelope() : Parsed.envelope(envelopeOctets());
    }

    private byte @Nullable [] envelopeOctets() {
      return octets(columns().envelope(), "envelope");
    }

    private byte @Nullable [] octets(Value value, String column) {
      byte[] octets = value.octets();
      return octets == null && value.length() > 0 ? read(columns().message(), column) : octets;
    }

    /** Of the shared content, once for all that is asked for. */
    private MessageStructure foundAgain() {
      ScannedContent known = scanned;
      if (known != null) {
        return known.structure();
      }
      BlobRef blob = columns().blob();
      if (blob == null) {
        return Parsed.NOTHING;
      }
      try {
        ScannedContent found = new ScannedContent(blobs.open(blob), memory);
        if (visited) {
          found.close();
        } else {
          scanned = found;
        }
        return found.structure();
      } catch (StorageFull e) {
        throw new StorageUnavailable("there is no memory to look into message " + uid + " now", e);
      }
    }

    @Override
    public MessageStructure structure() {
      need(Detail.STRUCTURE);
      byte[] header = columns().header();
      int before = header == null ? 0 : header.length;
      return columns().isTooLong()
          ? foundAgain().shifted(before)
          : Parsed.structure(octets(columns().structure(), "structure"), envelopeOctets(), before);
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

    /** The visit is over; whoever keeps the row has no more than rows have. */
    @Override
    public void close() {
      visited = true;
      ScannedContent found = scanned;
      scanned = null;
      if (found != null) {
        found.close();
      }
    }

    private void need(Detail detail) {
      if (!details.contains(detail)) {
        throw new IllegalStateException(detail + " was not asked for");
      }
    }
  }
}
