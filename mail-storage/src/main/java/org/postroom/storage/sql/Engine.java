package org.postroom.storage.sql;

import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Argon2;
import org.postroom.core.auth.Homes;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.memo.MemoStore;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueStore;

/** A store that is open: its parts, put together. */
public final class Engine implements AutoCloseable {
  private final Database database;
  private final BlobStore blobs;
  private final Committer committer;
  private final Purge purge;
  private final Clock clock;
  private final SqlMailStore mail;
  private final SqlMailCommit commit;
  private final SqlQueueStore queue;
  private final SqlAccounts accounts;
  private final SqlHomes homes;
  private final Outbox outbox;
  private final SqlMemoStore memos;

  /**
   * Puts a store together.
   *
   * @param database open, ours, and of the newest schema
   */
  Engine(Database database, BlobStore blobs, Catalog catalog, Life life, SecureRandom random)
      throws SQLException {
    this.database = database;
    this.blobs = blobs;
    this.clock = life.clock();
    Epoch epoch = database.epoch();
    Standing.Start start = Standing.begin(database, random);
    Watchers watchers = new Watchers();
    Destinations destinations = new Destinations();
    destinations.begin(start.queued(), start.waiting());
    List<Runnable> queued = new CopyOnWriteArrayList<>();
    Rows rows = new Rows(database, blobs, life.memory());
    Argon2 hashes = new Argon2(life.hashing().cost(), life.hashing().atOnce(), random);
    Credentials credentials = new Credentials(database, clock, random, start.secret(), hashes);
    KnownAccounts known = new KnownAccounts(credentials);
    Standing standing = new Standing(known, destinations, queued);
    committer = new Committer(database, catalog, blobs, standing, life.lifeline());
    WholeMailboxes whole = new WholeMailboxes(committer, catalog, database);
    purge = new Purge(whole);
    BodyRoom bodies = new BodyRoom(database, blobs);
    mail = new SqlMailStore(committer, whole, catalog, database, bodies, rows, watchers, clock);
    commit = new SqlMailCommit(committer, bodies, watchers, clock, epoch, standing);
    queue = new SqlQueueStore(committer, database, blobs, commit, clock, standing, epoch);
    AccountRows accountRows = new AccountRows(committer, database, known, clock);
    accounts = new SqlAccounts(accountRows, database, catalog, whole, credentials, random, clock);
    homes = new SqlHomes(accountRows, accounts, credentials);
    memos = new SqlMemoStore(committer, database);
    outbox = Outbox.of(database, committer, commit, memos, clock);
    database.opened();
    committer.start(); // nobody commits, or saves, before the database is known to be good
  }

  /** The mailboxes. */
  public MailStore mail() {
    return mail;
  }

  /** Where mails become ours. */
  public MailCommit mailCommit() {
    return commit;
  }

  /** The queue. */
  public QueueStore queue() {
    return queue;
  }

  /** The accounts. */
  public Accounts accounts() {
    return accounts;
  }

  /** The same, for people who are known elsewhere. */
  public Homes homes() {
    return homes;
  }

  /** Mails that become ours once: of applications' own transactions, and those with names. */
  public Outbox outbox() {
    return outbox;
  }

  /** Small things that parts remember. */
  public MemoStore memos() {
    return memos;
  }

  /** Clears away what was expunged {@code grace} ago or longer; returns how many messages. */
  public int purge(Duration grace) {
    int purged = purge.run(clock.millis() - grace.toMillis() + 1);
    committer.run(
        batch -> {
          database.tidy();
          return purged;
        });
    return purged;
  }

  /** Returns when the committer has got to this. */
  public void pulse() {
    committer.pulse();
  }

  @Override
  public void close() {
    committer.close();
    database.rest();
    blobs.close();
    database.close();
  }
}
