package org.postroom.storage.sql;

import org.postroom.core.mailbox.MailboxId;

/**
 * Runs units of work that look at {@linkplain Batch#complete whole mailboxes}. One that meets a
 * mailbox which is not in memory is given up without a trace, the mailbox is read by whoever waits
 * for the unit, beside the committer, and the unit runs again: however long a mailbox is, reading
 * it keeps nobody else waiting.
 */
final class WholeMailboxes {
  /** Where pages are forgotten faster than they are read, the committer reads them itself. */
  private static final int LOADINGS = 3;

  private final Committer committer;
  private final Catalog catalog;
  private final Database database;

  WholeMailboxes(Committer committer, Catalog catalog, Database database) {
    this.committer = committer;
    this.catalog = catalog;
    this.database = database;
  }

  /** Has the unit done. It may run more than once before it succeeds. */
  <T> T run(Unit<T> unit) {
    return run(0, unit);
  }

  /**
   * The same for a unit that writes bodies.
   *
   * @param octets about how many
   */
  <T> T run(long octets, Unit<T> unit) {
    for (int attempt = 0; attempt < LOADINGS; attempt++) {
      try {
        return committer.run(octets, unit);
      } catch (ColdMailbox cold) {
        read(cold);
      }
    }
    return committer.run(
        octets,
        batch -> {
          batch.readColdMailboxes();
          return unit.run(batch);
        });
  }

  /** A mailbox with all its messages, as it is now. */
  MailboxState complete(MailboxId mailbox) {
    MailboxState known = catalog.mailbox(mailbox.value());
    return known != null && known.messages().complete()
        ? known
        : run(batch -> batch.complete(mailbox));
  }

  private void read(ColdMailbox cold) {
    KeptPage[] pages =
        database.read(
            "a mailbox",
            connection -> Loading.pages(new Statements(connection, null), cold.mailbox().value()));
    committer.run(batch -> batch.take(cold.mailbox(), pages, cold.since()));
  }
}
