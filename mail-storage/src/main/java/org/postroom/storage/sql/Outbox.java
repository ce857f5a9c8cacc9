package org.postroom.storage.sql;

import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;
import org.postroom.core.mail.Envelope;
import org.postroom.core.queue.NamedMails;
import org.postroom.core.queue.OutboxStore;
import org.postroom.core.refusal.NotEnqueued;

/**
 * What becomes ours once, however often it is begun: a store's outbox, where its database can have
 * one, because transactions of others reach it; and mails that are handed in under names.
 */
public final class Outbox {
  private final String store;
  private final NamedMails named;
  private final Optional<SqlOutbox> rows;

  private Outbox(String store, NamedMails named, Optional<SqlOutbox> rows) {
    this.store = store;
    this.named = named;
    this.rows = rows;
  }

  static Outbox of(
      Database database,
      Committer committer,
      SqlMailCommit commit,
      SqlMemoStore memos,
      Clock clock) {
    return new Outbox(
        database.toString(),
        new SqlNamedMails(memos, commit),
        database.dialect().hasOutbox()
            ? Optional.of(new SqlOutbox(committer, database, commit, clock))
            : Optional.empty());
  }

  /** Mails that are handed in under names. */
  public NamedMails named() {
    return named;
  }

  /** What is in it; empty where there is none. */
  public Optional<OutboxStore> rows() {
    return rows.map(known -> known);
  }

  /**
   * Writes a mail into it in an application's own transaction.
   *
   * @param most octets of content
   * @return whether it was written; else the key is known
   * @throws NotEnqueued when it cannot be, or must not be
   * @throws SQLException whatever the application's connection says
   */
  public boolean enqueue(
      Connection connection, String key, Envelope envelope, InputStream content, long most)
      throws SQLException {
    if (rows.isEmpty()) {
      throw new NotEnqueued(
          "a mail can be part of your transaction only where the server keeps its mail in"
              + " PostgreSQL, in the same database; this one keeps it in "
              + store);
    }
    return rows.get().enqueue(connection, key, envelope, content, most);
  }
}
