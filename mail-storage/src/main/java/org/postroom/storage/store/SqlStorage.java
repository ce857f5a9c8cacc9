package org.postroom.storage.store;

import java.io.InputStream;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Argon2;
import org.postroom.core.auth.Homes;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.memo.MemoStore;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.NamedMails;
import org.postroom.core.queue.OutboxStore;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.refusal.NotEnqueued;
import org.postroom.storage.Storage;
import org.postroom.storage.StorageFault;
import org.postroom.storage.sql.Engine;
import org.postroom.storage.sql.StoreOpening;

/**
 * An open store. Several may be open in one process, each on its own place.
 *
 * <pre>{@code
 * try (SqlStorage storage = SqlStorage.open(Storage.inMemory(), Clock.systemUTC(), new SecureRandom())) {
 *   Account ada = storage.accounts().add("ada@example.org", Secret.of("…"));
 *   storage.mail().list(ada.id());
 * }
 * }</pre>
 *
 * <p>All methods of what it gives may be called from any thread. Closing it ends what was handed in
 * before; whoever still uses it afterwards hears {@code StorageUnavailable}.
 */
public final class SqlStorage implements AutoCloseable {
  /** What stays free on the disk when nothing else is said. */
  public static final long DEFAULT_MIN_FREE = 16L << 20;

  private final Engine engine;

  private SqlStorage(Engine engine) {
    this.engine = engine;
  }

  /**
   * Opens a store, making what is missing.
   *
   * @throws StorageFault when it cannot be opened; nothing was changed
   */
  public static SqlStorage open(Storage where, Clock clock, SecureRandom random) {
    return open(where, clock, random, () -> QuotaRules.NONE);
  }

  /**
   * The same with rules of what accounts may hold.
   *
   * @param quotas those in force, asked for again with every change; must not block
   */
  public static SqlStorage open(
      Storage where, Clock clock, SecureRandom random, Supplier<QuotaRules> quotas) {
    return open(
        where,
        clock,
        random,
        DEFAULT_MIN_FREE,
        new Lifeline(),
        MemoryBudget.ofHeap(),
        Argon2.Effort.ofTheMachine(),
        quotas);
  }

  /**
   * The same with a limit for the disk, and with somebody who hears when the store has died: after
   * a fault that it could not mend by opening itself again, or when another server has taken the
   * database, everything that is asked of it is refused with {@code StorageUnavailable}. What it
   * has acknowledged is on the disk; closing it and opening the place again, best in another
   * process, finds it.
   *
   * @param minFree octets that must stay free ({@code queue_minfree}); below that new mail is
   *     refused with {@code StorageFull}
   * @param lifeline is told, on a thread of the store, which must not wait for the store
   * @param memory what readers have the store hold is charged to it
   * @param hashing what goes into the hashes of passwords; a store in memory has cheap ones
   * @param quotas what accounts may hold, asked for again with every change; must not block
   */
  public static SqlStorage open(
      Storage where,
      Clock clock,
      SecureRandom random,
      long minFree,
      Lifeline lifeline,
      MemoryBudget memory,
      Argon2.Effort hashing,
      Supplier<QuotaRules> quotas) {
    return new SqlStorage(
        StoreOpening.open(where, clock, random, minFree, lifeline, memory, hashing, quotas));
  }

  /**
   * The same in memory, of what was begun before; see {@link StoreAhead}.
   *
   * @throws StorageFault when it cannot be opened
   */
  public static SqlStorage open(
      StoreAhead ahead,
      Clock clock,
      SecureRandom random,
      Lifeline lifeline,
      MemoryBudget memory,
      Argon2.Effort hashing,
      Supplier<QuotaRules> quotas) {
    return new SqlStorage(ahead.begun.open(clock, random, lifeline, memory, hashing, quotas));
  }

  /** The mailboxes. */
  public MailStore mail() {
    return engine.mail();
  }

  /** The queue. */
  public QueueStore queue() {
    return engine.queue();
  }

  /** Where mails become ours. */
  public MailCommit mailCommit() {
    return engine.mailCommit();
  }

  /** The accounts. */
  public Accounts accounts() {
    return engine.accounts();
  }

  /** Where the mail of those is kept whom others know. */
  public Homes homes() {
    return engine.homes();
  }

  /** Small things that parts of a server remember. */
  public MemoStore memos() {
    return engine.memos();
  }

  /** Mails that are handed in under names, each of which becomes ours once. */
  public NamedMails namedMails() {
    return engine.outbox().named();
  }

  /** Mails of applications' transactions; empty where {@link #enqueue} cannot be. */
  public Optional<OutboxStore> outbox() {
    return engine.outbox().rows();
  }

  /**
   * Writes a mail into the outbox with an application's own connection, in its transaction: it is
   * there when, and only when, that commits. The database must be the store's.
   *
   * @param key by which it is known: with the same one nothing is written any more
   * @param most octets of content
   * @return whether it was written; else the key is known
   * @throws NotEnqueued when it cannot be, or must not be; the transaction is as it was
   * @throws java.io.UncheckedIOException when the content cannot be read; the same
   * @throws SQLException whatever the application's connection says
   */
  public boolean enqueue(
      Connection connection, String key, Envelope envelope, InputStream content, long most)
      throws SQLException {
    return engine.outbox().enqueue(connection, key, envelope, content, most);
  }

  /**
   * Clears away messages that were expunged longer than {@code grace} ago, and gives their room
   * back. To be called from time to time, by a timer, on a worker thread: it takes its time, in
   * small steps between which others go on.
   *
   * @return how many messages
   */
  public int purge(Duration grace) {
    return engine.purge(grace);
  }

  /**
   * Asks the one writer of the store for a sign of life: returns when it has got to this, behind
   * all that was handed in before, however long that takes. Nothing is written.
   *
   * @throws org.postroom.core.refusal.StorageUnavailable when it got there and found a database
   *     that does not answer, or the store is closed
   */
  public void pulse() {
    engine.pulse();
  }

  @Override
  public void close() {
    engine.close();
  }
}
