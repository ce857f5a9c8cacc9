package org.postroom.dist.submit;

import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.refusal.NotEnqueued;

/**
 * Mail in the application's own transactions: written with its connection, sent if it commits, and
 * sent once however often that is asked for under one key. The server must keep its mail in
 * PostgreSQL, in the database of that connection.
 *
 * <p>Threads may share it; a connection is used on the caller's thread.
 */
public interface Outbox {

  /**
   * Writes a mail in the transaction that {@code connection} is in. When that commits, the server
   * takes the mail soon after, and it goes the way of every mail that is {@linkplain
   * org.postroom.dist.MailServer#submit(Envelope, InputStream) handed in}; when it rolls back,
   * there was none. Whom nobody knows, and what filters refuse, is reported to the sender.
   *
   * @param connection with auto-commit off; neither committed nor closed here
   * @param key by which the mail is known: with the same one nothing is written any more. 1 to 200
   *     characters
   * @param content a message, read to its end and not closed; a LF alone ends a line
   * @throws NotEnqueued when it cannot be, or must not be, and why; the transaction is as it was
   * @throws java.io.UncheckedIOException when the content cannot be read; the transaction is as it
   *     was
   * @throws SQLException whatever the connection says: the transaction is to be begun anew
   */
  Enqueued enqueue(Connection connection, String key, Envelope envelope, InputStream content)
      throws SQLException;

  /** The same for a message in memory. */
  Enqueued enqueue(Connection connection, String key, Envelope envelope, byte[] content)
      throws SQLException;

  /**
   * What has become of the mail with that key, for as long as {@code outbox_key_lifetime} says
   * after it was taken; empty for keys that are not known, or whose transaction has not committed.
   */
  Optional<Known> find(String key);

  /** What {@link Outbox#enqueue} has done. */
  enum Enqueued {
    /** The mail is in the transaction. */
    WRITTEN,
    /** A mail with that key is there already, in this transaction or one that has committed. */
    KNOWN
  }

  /**
   * What became of a mail.
   *
   * @param id by which the log names it; empty until it is taken, and where a filter threw it away
   * @param reply why it was refused or, while it waits, why it was put off; empty where it was not
   */
  record Known(String key, State state, Instant written, Optional<QueueId> id, String reply) {}

  /** How far it has got. */
  enum State {
    /** The server has still to take it. */
    WAITING,
    /** It has gone the way of every mail, into mailboxes and the queue. */
    TAKEN,
    /** Nobody gets it, and its sender was told. */
    REFUSED
  }
}
