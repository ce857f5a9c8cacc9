package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.CameFrom;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.queue.QueueStore.SetAside;
import org.postroom.core.queue.QueueStore.Share;

/**
 * The queue's rows as they are read: by whoever asks, on a reader's connection, so that neither
 * many rows nor one that makes no sense hold the committer up.
 */
final class QueueRows {
  // Outer joins: a recipient without its mail, or a mail without its message, must not be passed
  // over in silence, or it would be due for ever.
  static final String SELECT =
      "SELECT r.id, r.address, r.report_on, r.original, r.destination, r.attempts,"
          + " r.delay_reported, r.last_reason, q.id, q.queue_id, q.sender, q.body, q.smtp_utf8,"
          + " q.envelope_id, q.full_return, q.arrived_ts, m.blob_segment, m.blob_offset,"
          + " m.blob_length, m.blob_described, r.ready_ts, r.mail_id, r.due_ts, r.leased,"
          + " r.lease_owner IS NOT NULL, r.expires, r.last_attempt_ts, q.client_address,"
          + " q.client_name, q.client_helo, q.client_protocol, q.submitter, q.traceparent,"
          + " q.require_tls, q.client_port, q.sasl_method, q.sasl_sender, q.message_id"
          + " FROM queue_recipient r"
          + " LEFT JOIN queue_mail q ON q.id = r.mail_id"
          + " LEFT JOIN message m ON m.id = q.message_id";
  private static final String READY =
      SELECT + " WHERE r.destination = ? AND r.ready_ts <= ? ORDER BY r.ready_ts, r.id LIMIT ?";

  /** In the order in which mails were taken in, which is that of their numbers. */
  private static final String OLDEST =
      SELECT
          + " WHERE r.leased IN "
          + RowState.LISTED
          + " AND r.mail_id >= ? AND (r.mail_id, r.id) > (?, ?) ORDER BY r.mail_id, r.id LIMIT ?";

  private static final String ASIDE =
      SELECT + " WHERE r.leased = " + RowState.ASIDE + " ORDER BY r.id LIMIT ?";
  private static final String FIRST =
      "SELECT MIN(ready_ts) FROM queue_recipient WHERE leased = 0"
          + " UNION ALL SELECT MIN(ready_ts) FROM queue_recipient WHERE leased = 1";

  /** Rows that a listing reads at a time. */
  private static final int PAGE = 500;

  private static final String OWNED =
      "SELECT r.mail_id, q.message_id, r.destination, r.attempts, q.queue_id, m.blob_segment,"
          + " m.blob_offset, m.blob_length, m.blob_described"
          + " FROM queue_recipient r JOIN queue_mail q ON q.id = r.mail_id"
          + " LEFT JOIN message m ON m.id = q.message_id WHERE r.id = ?";

  private final Connection connection;
  private final BlobStore blobs;

  QueueRows(Connection connection, BlobStore blobs) {
    this.connection = connection;
    this.blobs = blobs;
  }

  /**
   * A row that is read.
   *
   * @param message the mail's
   * @param body where it lies
   * @param readyAt until when it was not to be leased
   * @param delivery which of its mail's deliveries it is part of
   */
  record Ready(long mail, long message, BlobRef body, long readyAt, int delivery, QueuedMail one) {
    Ready in(int other) {
      return new Ready(mail, message, body, readyAt, other, one);
    }

    Owned owned() {
      int attempts = one.recipients().get(0).attempts();
      return new Owned(recipient(), mail, message, body, one.destination(), attempts, one.id());
    }

    long recipient() {
      return one.recipients().get(0).id();
    }
  }

  /** A row that cannot be read as what it should be. */
  record Unreadable(long recipient, String destination, String why) {}

  /**
   * Rows of one destination that are due by {@code now}, earliest first, as many as its share has.
   *
   * @param held recipients to be left out
   */
  void ready(
      String destination,
      long now,
      Share share,
      LongPredicate held,
      List<Ready> ready,
      List<Unreadable> others)
      throws SQLException {
    int most = share.recipients();
    while (true) {
      int seen = 0;
      List<Ready> found = new ArrayList<>();
      try (PreparedStatement select = connection.prepareStatement(READY)) {
        select.setString(1, destination);
        select.setLong(2, now);
        select.setInt(3, most);
        try (ResultSet rows = select.executeQuery()) {
          for (; rows.next(); seen++) {
            if (!held.test(rows.getLong(1))) {
              take(rows, found, others);
            }
          }
        }
      }
      share(found.subList(0, Math.min(found.size(), share.recipients())), share, ready);
      if (!found.isEmpty() || !others.isEmpty() || seen < most) {
        return;
      }
      most *= 2; // all of these are held: what is due stands behind them
    }
  }

  /** Takes as many rows as there are deliveries for. */
  private static void share(List<Ready> found, Share share, List<Ready> ready) {
    Map<Long, Integer> recipients = new HashMap<>(); // by mail
    int deliveries = 0;
    for (Ready row : found) {
      int before = recipients.getOrDefault(row.mail(), 0);
      boolean begins = before % share.perDelivery() == 0;
      if (!begins || deliveries < share.deliveries()) {
        deliveries += begins ? 1 : 0;
        recipients.put(row.mail(), before + 1);
        ready.add(row.in(before / share.perDelivery()));
      }
    }
  }

  /**
   * The oldest mails with their recipients, as far as they can be read. Read in pages, because a
   * driver may keep all rows of an answer in memory.
   */
  List<QueuedMail> oldest(int limit) throws SQLException {
    Groups groups = new Groups();
    try (PreparedStatement select = connection.prepareStatement(OLDEST)) {
      long mail = 0;
      long recipient = 0;
      int seen = PAGE;
      while (seen == PAGE && groups.size() <= limit) {
        select.setLong(1, mail);
        select.setLong(2, mail);
        select.setLong(3, recipient);
        select.setInt(4, PAGE);
        seen = 0;
        List<Ready> found = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
          for (; rows.next(); seen++) {
            take(rows, found, new ArrayList<>());
            mail = rows.getLong(22);
            recipient = rows.getLong(1);
          }
        }
        found.forEach(groups::add);
      }
    }
    return groups.mails().stream().limit(limit).toList();
  }

  /** What was set aside, and why. */
  List<SetAside> setAside(int limit) throws SQLException {
    List<SetAside> aside = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(ASIDE)) {
      select.setInt(1, limit);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          List<Unreadable> others = new ArrayList<>();
          take(rows, new ArrayList<>(), others);
          aside.add(
              new SetAside(
                  rows.getLong(1),
                  rows.getString(5),
                  others.isEmpty() ? SetAside.MENDED : others.get(0).why()));
        }
      }
    }
    return aside;
  }

  /** When the first row is ready, or its lease ends; of what is not set aside. */
  Optional<Instant> first() throws SQLException {
    long first = Long.MAX_VALUE;
    try (PreparedStatement select = connection.prepareStatement(FIRST);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        long found = rows.getLong(1);
        first = rows.wasNull() ? first : Math.min(first, found);
      }
    }
    return first == Long.MAX_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(first));
  }

  private void take(ResultSet row, List<Ready> ready, List<Unreadable> others) throws SQLException {
    long id = row.getLong(1);
    try {
      QueuedMail one = mail(row); // throws before anything else is looked at
      ready.add(new Ready(row.getLong(9), row.getLong(38), body(row), row.getLong(21), 0, one));
    } catch (RuntimeException e) {
      // Whatever is wrong with it: the others must go on.
      others.add(new Unreadable(id, row.getString(5), e.toString()));
    }
  }

  /** What a row of {@link #SELECT} says; throws what it likes when that makes no sense. */
  QueuedMail mail(ResultSet row) throws SQLException {
    QueuedMail.QueuedRecipient recipient =
        new QueuedMail.QueuedRecipient(
            row.getLong(1),
            new Recipient(
                Addresses.address(row.getString(2)),
                Addresses.reportOn(row.getInt(3)),
                Optional.ofNullable(row.getString(4))),
            row.getInt(6),
            row.getBoolean(7),
            row.getString(8),
            row.getBoolean(26));
    boolean full = row.getBoolean(15);
    Optional<Boolean> fullReturn = row.wasNull() ? Optional.empty() : Optional.of(full);
    BlobRef body = body(row);
    return new QueuedMail(
        new QueueId(row.getString(10)),
        Addresses.sender(row.getString(11)),
        new QueuedMail.Traits(
            BodyType.valueOf(row.getString(12)),
            row.getBoolean(13),
            Optional.ofNullable(row.getString(14)),
            fullReturn,
            row.getBoolean(34)),
        blobs.open(body),
        Instant.ofEpochMilli(row.getLong(16)),
        origin(row),
        row.getString(5),
        List.of(recipient));
  }

  private static BlobRef body(ResultSet row) throws SQLException {
    BlobRef body = new BlobRef(row.getInt(17), row.getLong(18), row.getLong(19), row.getInt(20));
    if (row.wasNull()) {
      throw new IllegalStateException("its message is gone");
    }
    return body;
  }

  private static Optional<CameFrom> origin(ResultSet row) throws SQLException {
    String address = row.getString(28);
    if (address == null) {
      return Optional.empty();
    }
    int number = row.getInt(35);
    Optional<Integer> port = row.wasNull() ? Optional.empty() : Optional.of(number);
    return Optional.of(
        new CameFrom(
            address,
            row.getString(29),
            row.getString(30),
            row.getString(31),
            Optional.ofNullable(row.getString(32)),
            Optional.ofNullable(row.getString(33)),
            port,
            Optional.ofNullable(row.getString(36)),
            Optional.ofNullable(row.getString(37))));
  }

  /**
   * What a recipient's row belongs to, and the attempts it has had. That does not change while its
   * lease is held, so it may be read before the unit of work that needs it.
   *
   * @param body where the message lies; where that is gone, anywhere
   */
  record Owned(
      long recipient,
      long mail,
      long message,
      BlobRef body,
      String destination,
      int attempts,
      QueueId id) {}

  /** What recipients' rows belong to, by recipient; those that are gone are missing. */
  Map<Long, Owned> owned(List<Long> recipients) throws SQLException {
    Map<Long, Owned> found = new LinkedHashMap<>();
    try (PreparedStatement select = connection.prepareStatement(OWNED)) {
      for (Long recipient : recipients) {
        select.setLong(1, recipient);
        try (ResultSet row = select.executeQuery()) {
          if (row.next()) {
            found.put(
                recipient,
                new Owned(
                    recipient,
                    row.getLong(1),
                    row.getLong(2),
                    new BlobRef(row.getInt(6), row.getLong(7), row.getLong(8), row.getInt(9)),
                    row.getString(3),
                    row.getInt(4),
                    new QueueId(row.getString(5))));
          }
        }
      }
    }
    return found;
  }

  /** The numbers that a statement finds for who has leased. */
  List<Long> numbers(String which, String owner) throws SQLException {
    List<Long> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(which)) {
      select.setString(1, owner);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getLong(1));
        }
      }
    }
    return found;
  }

  /** Rows brought together by mail, destination and delivery, in the order they came. */
  static final class Groups {
    private record Group(long mail, String destination, int delivery) {}

    private final Map<Group, QueuedMail> heads = new LinkedHashMap<>();
    private final Map<Group, List<QueuedMail.QueuedRecipient>> recipients = new LinkedHashMap<>();

    int size() {
      return heads.size();
    }

    void add(Ready row) {
      Group group = new Group(row.mail(), row.one().destination(), row.delivery());
      heads.putIfAbsent(group, row.one());
      recipients.computeIfAbsent(group, key -> new ArrayList<>()).addAll(row.one().recipients());
    }

    List<QueuedMail> mails() {
      List<QueuedMail> mails = new ArrayList<>();
      heads.forEach(
          (group, head) -> mails.add(head.with(recipients.getOrDefault(group, List.of()))));
      return mails;
    }
  }
}
