package org.postroom.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.queue.QueueControl.Listed;
import org.postroom.core.queue.QueueControl.ListedRecipient;
import org.postroom.core.queue.QueueControl.Page;
import org.postroom.core.queue.QueueControl.Position;
import org.postroom.core.queue.QueueControl.Section;
import org.postroom.core.queue.QueueControl.State;

/**
 * A page of what is in the queue. Mails are found by their number, then their rows by theirs, so
 * that neither many mails nor a mail with many recipients is read again for each page: all pages
 * together read each row a few times, however long the queue is. A page ends with so many rows or
 * so many characters, whichever comes first.
 */
final class QueuePages {
  private static final int ROWS = 250;
  private static final int CHARACTERS = 500_000;

  /** Mails that are looked for at a time: first few, since one alone may fill a page. */
  private static final int FIRST_MAILS = 4;

  private static final int MOST_MAILS = 64;

  private static final String MAIL = "SELECT q.id FROM queue_mail q WHERE q.id > ? AND ";
  private static final String IN_ORDER = " ORDER BY q.id LIMIT ?";

  /** Few are under way: by them, and not by all mails. */
  private static final String ACTIVE =
      "SELECT DISTINCT mail_id FROM queue_recipient WHERE leased = 1 AND mail_id + 0 > ?"
          + " ORDER BY mail_id LIMIT ?";

  private static final String DEFERRED = MAIL + has("(0)") + " AND NOT " + has("(1)") + IN_ORDER;
  private static final String HOLD = MAIL + has("(3, 4)") + " AND NOT " + has("(0, 1)") + IN_ORDER;
  static final String ANY = MAIL + has(RowState.LISTED) + IN_ORDER;
  private static final String NAMED = "SELECT id FROM queue_mail WHERE queue_id = ?";
  private static final String STATES =
      "SELECT DISTINCT leased FROM queue_recipient WHERE mail_id = ?";
  private static final String OF_MAIL =
      QueueRows.SELECT
          + " WHERE r.mail_id = ? AND r.id > ? AND r.leased IN "
          + RowState.LISTED
          + " ORDER BY r.id LIMIT ?";

  private final Connection connection;
  private final QueueRows queue;
  private final List<Listed> mails = new ArrayList<>();
  private int rows;
  private int characters;

  /** Of one page. */
  QueuePages(Connection connection, BlobStore blobs) {
    this.connection = connection;
    this.queue = new QueueRows(connection, blobs);
  }

  /** A page of a section, behind {@code from}. */
  Page of(Section section, Position from) throws SQLException {
    return page(statement(section), Optional.of(section), from);
  }

  /** A page of all of it, behind {@code from}. */
  Page of(Position from) throws SQLException {
    return page(ANY, Optional.empty(), from);
  }

  private Page page(String statement, Optional<Section> section, Position from)
      throws SQLException {
    long mail = from.mail();
    if (from.recipient() > 0) {
      Optional<Position> rest = add(section, mail, from.recipient());
      if (rest.isPresent()) {
        return new Page(mails, rest);
      }
    }
    for (int most = FIRST_MAILS; ; most = Math.min(2 * most, MOST_MAILS)) {
      List<Long> found = mails(statement, mail, most);
      for (Long one : found) {
        if (isFull()) {
          return new Page(mails, Optional.of(new Position(mail, 0)));
        }
        Optional<Position> rest = add(section, one, 0);
        if (rest.isPresent()) {
          return new Page(mails, rest);
        }
        mail = one;
      }
      if (found.size() < most) {
        return new Page(mails, Optional.empty());
      }
    }
  }

  /** A page of one mail; the name is unknown where there is none. */
  Page of(String name, Position from) throws SQLException {
    List<Long> found;
    try (PreparedStatement select = connection.prepareStatement(NAMED)) {
      select.setString(1, name);
      found = numbers(select);
    }
    if (found.isEmpty()) {
      return new Page(List.of(), Optional.empty());
    }
    long mail = found.get(0);
    return new Page(mails, add(Optional.empty(), mail, from.recipient()));
  }

  /**
   * Whether a mail has rows in one of these states: by its own rows. For the plain name H2 took the
   * index of all that are in a state; without the offset PostgreSQL joined the two tables, and read
   * all rows before those of a page once more for it.
   */
  private static String has(String states) {
    return "EXISTS (SELECT 1 FROM queue_recipient r WHERE r.mail_id = q.id AND r.leased + 0 IN "
        + states
        + " OFFSET 0)";
  }

  /** Finds mails of a section: behind a number, and so many. */
  static String statement(Section section) {
    return switch (section) {
      case ACTIVE -> ACTIVE;
      case DEFERRED -> DEFERRED;
      case HOLD -> HOLD;
    };
  }

  private Section section(long mail) throws SQLException {
    Set<Long> states = new HashSet<>();
    try (PreparedStatement select = connection.prepareStatement(STATES)) {
      select.setLong(1, mail);
      states.addAll(numbers(select));
    }
    if (states.contains((long) RowState.LEASED)) {
      return Section.ACTIVE;
    }
    return states.contains((long) RowState.WAITING) ? Section.DEFERRED : Section.HOLD;
  }

  /** Those behind one, in order, at most so many. */
  private List<Long> mails(String statement, long behind, int most) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(statement)) {
      select.setLong(1, behind);
      select.setInt(2, most);
      return numbers(select);
    }
  }

  private static List<Long> numbers(PreparedStatement select) throws SQLException {
    List<Long> found = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(row.getLong(1));
      }
    }
    return found;
  }

  private boolean isFull() {
    return rows >= ROWS || characters >= CHARACTERS;
  }

  /**
   * Adds a mail behind one of its recipients; gives where it goes on when the page is full.
   *
   * @param known where it is; empty when that is to be looked up
   */
  private Optional<Position> add(Optional<Section> known, long mail, long after)
      throws SQLException {
    Section section = known.isPresent() ? known.get() : section(mail);
    int most = ROWS - rows;
    int seen = 0;
    long last = after;
    List<ListedRecipient> recipients = new ArrayList<>();
    QueuedMail head = null;
    try (PreparedStatement select = connection.prepareStatement(OF_MAIL)) {
      select.setLong(1, mail);
      select.setLong(2, after);
      select.setInt(3, most);
      try (ResultSet row = select.executeQuery()) {
        while (!isFull() && row.next()) {
          seen++;
          last = row.getLong(1);
          QueuedMail read = readable(row);
          if (read != null) {
            head = head == null ? read : head;
            recipients.add(recipient(row, read));
          }
          rows++;
        }
      }
    }
    if (head != null) {
      characters += head.sender().toString().length();
      mails.add(
          new Listed(
              head.id(),
              section,
              head.sender(),
              head.traits(),
              head.content(),
              head.arrived(),
              head.origin(),
              recipients));
    }
    return isFull() && seen > 0 ? Optional.of(new Position(mail, last)) : Optional.empty();
  }

  private @Nullable QueuedMail readable(ResultSet row) throws SQLException {
    try {
      return queue.mail(row);
    } catch (RuntimeException e) {
      return null; // a lease will set it aside, and say so
    }
  }

  private ListedRecipient recipient(ResultSet row, QueuedMail read) throws SQLException {
    QueuedMail.QueuedRecipient one = read.recipients().get(0);
    characters +=
        one.recipient().address().toString().length()
            + one.recipient().original().map(String::length).orElse(0)
            + one.lastReason().length()
            + read.destination().length();
    return new ListedRecipient(
        one,
        read.destination(),
        switch (row.getInt(24)) {
          case RowState.LEASED -> State.UNDER_WAY;
          case RowState.HELD -> State.HELD;
          case RowState.PARKED -> State.PARKED;
          default -> State.WAITING;
        },
        row.getBoolean(25),
        Instant.ofEpochMilli(row.getLong(23)),
        lastAttempt(row));
  }

  private static Optional<Instant> lastAttempt(ResultSet row) throws SQLException {
    long time = row.getLong(27);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(time));
  }
}
