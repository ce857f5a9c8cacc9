package org.postroom.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.refusal.MailboxNotFound;

/**
 * One transaction of the committer, with the units of work in it. Units read and change accounts
 * and mailboxes as immutable states in memory, and stage inserts and other statements; the database
 * is written once, at the end, with one statement for each kind of row. So a unit that fails is
 * undone by forgetting what it put here.
 *
 * <p>Lock order of the writes (it matters when something else works in the same database): account
 * rows, then mailbox rows, each ascending, then the rest.
 */
final class Batch implements AfterCommit {
  private static final String INSERT_MESSAGE =
      "INSERT INTO message (id, blob_segment, blob_offset, blob_length, blob_described,"
          + " envelope, structure) VALUES (?, ?, ?, ?, ?, ?, ?)";
  private static final String INSERT_SHARE =
      "INSERT INTO message_share (message_id, extra) VALUES (?, ?)";
  private static final String INSERT_COPY =
      "INSERT INTO mailbox_message (id, message_id, internal_ts, internal_offset, saved_ts, header)"
          + " VALUES (?, ?, ?, ?, ?, ?)";
  private static final String UPDATE_ACCOUNT =
      "UPDATE account SET used_octets = ?, used_messages = ?, modseq = ?, uid_validity = ?"
          + " WHERE id = ?";
  private static final String UPDATE_MAILBOX =
      "UPDATE mailbox SET uid_next = ?, highest_modseq = ?, vanished_modseq = ?,"
          + " first_recent_uid = ?, messages = ?, unseen = ?, deleted = ?, octets = ?, keywords = ?"
          + " WHERE id = ?";
  private static final String UPDATE_PAGE =
      "UPDATE mailbox_page SET modseq = ?, data = ? WHERE id = ?";
  private static final String INSERT_PAGE =
      "INSERT INTO mailbox_page (modseq, data, id) VALUES (?, ?, ?)";
  private static final String DELETE_PAGE = "DELETE FROM mailbox_page WHERE id = ?";

  private final Journaled statements;
  private final Catalog catalog;
  private final BlobStore blobs;
  private final Ids ids;

  // What the units before have done, and what the running one has done so far.
  private final Work all = new Work();
  private Work unit = new Work();

  Batch(Journaled statements, Catalog catalog, BlobStore blobs, Ids ids) {
    this.statements = statements;
    this.catalog = catalog;
    this.blobs = blobs;
    this.ids = ids;
  }

  /** Everything that has to be written, and what comes of it. */
  private static final class Work {
    private final Map<Integer, AccountState> accounts = new HashMap<>();
    private final Map<Integer, MailboxState> mailboxes = new TreeMap<>();
    private final Set<Integer> removedMailboxes = new HashSet<>();
    private final Set<Integer> removedAccounts = new HashSet<>();
    private final List<NewBody> bodies = new ArrayList<>();
    private final List<NewCopy> copies = new ArrayList<>();
    private final List<Op> creations = new ArrayList<>();
    private final List<Op> ops = new ArrayList<>();
    private final QueueWrites queue = new QueueWrites();
    private final List<BlobRef> freed = new ArrayList<>();
    private final List<Runnable> afterwards = new ArrayList<>();
    private boolean durable;
    private boolean readsCold; // of a unit alone

    private void take(Work other) {
      accounts.putAll(other.accounts);
      mailboxes.putAll(other.mailboxes);
      removedMailboxes.addAll(other.removedMailboxes);
      mailboxes.keySet().removeAll(other.removedMailboxes);
      removedAccounts.addAll(other.removedAccounts);
      accounts.keySet().removeAll(other.removedAccounts);
      bodies.addAll(other.bodies);
      copies.addAll(other.copies);
      creations.addAll(other.creations);
      ops.addAll(other.ops);
      queue.take(other.queue);
      freed.addAll(other.freed);
      afterwards.addAll(other.afterwards);
      durable |= other.durable;
    }
  }

  /** A statement to be run in its turn. */
  interface Op {
    void run(Journaled statements) throws SQLException;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record NewBody(
      long id, PlacedBody body, Supplier<byte[]> description, Parsed parsed, int sharers) {}

  /** A row of mailbox_message. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record NewCopy(
      long key,
      long message,
      long internalMillis,
      int internalOffset,
      long savedMillis,
      byte @Nullable [] header) {}

  // --- states

  /** The account as the units before have left it. */
  AccountState account(AccountId id) throws SQLException {
    return findAccount(id)
        .orElseThrow(() -> new MailboxNotFound("There is no account " + id.value()));
  }

  /** The same; empty when there is none. */
  Optional<AccountState> findAccount(AccountId id) throws SQLException {
    int key = id.value();
    AccountState state = unit.accounts.get(key);
    if (state == null) {
      state = all.accounts.get(key);
    }
    if (state == null
        && !unit.removedAccounts.contains(key)
        && !all.removedAccounts.contains(key)) {
      state = catalog.account(key);
      if (state == null) {
        state = load(id);
      }
    }
    return Optional.ofNullable(state);
  }

  /** What accounts may hold now. */
  QuotaRules quotas() {
    return catalog.quotas();
  }

  /** The mailbox as the units before have left it. */
  MailboxState mailbox(MailboxId id) throws SQLException {
    int key = id.value();
    MailboxState state = null;
    if (!unit.removedMailboxes.contains(key)) {
      state = overlay(key);
      if (state == null && !all.removedMailboxes.contains(key)) {
        state = catalog.mailbox(key);
        if (state == null) {
          loadAccountOf(id);
          state = catalog.mailbox(key);
        }
      }
    }
    if (state == null) {
      throw new MailboxNotFound("The mailbox does not exist any more");
    }
    return state;
  }

  /**
   * The mailbox with all its pages.
   *
   * @throws ColdMailbox when they are not in memory: to be let through, {@link WholeMailboxes}
   *     reads them and runs the unit again
   */
  MailboxState complete(MailboxId id) throws SQLException {
    MailboxState state = mailbox(id);
    if (state.messages().complete()) {
      return state;
    }
    if (!unit.readsCold) {
      throw new ColdMailbox(id, state.messages().since());
    }
    return withPages(state, Loading.pages(statements, id.value()), true);
  }

  /** This unit reads on the committer's thread what is not in memory. */
  void readColdMailboxes() {
    unit.readsCold = true;
  }

  /**
   * Takes a mailbox's pages that were read beforehand.
   *
   * @param since what {@link Messages#since} was before they were read
   * @return whether they were taken: not when they may be older than what has been forgotten
   *     meanwhile
   */
  boolean take(MailboxId id, KeptPage[] pages, Object since) throws SQLException {
    MailboxState state = mailbox(id);
    MailboxState known = catalog.mailbox(id.value());
    if (known == null || known.messages().since() != since) {
      return false;
    }
    if (!state.messages().complete()) {
      withPages(state, pages, true);
    }
    return true;
  }

  /** The mailbox with at least the page that its next UID falls into, if there is one. */
  MailboxState withTail(MailboxId id) throws SQLException {
    MailboxState state = mailbox(id);
    long uid = state.row().uidNext();
    int index = Page.indexOf(uid);
    boolean first = index << Page.SHIFT == uid || uid == 1;
    if (first || state.messages().complete() || state.messages().has(index)) {
      return state;
    }
    Page page = Loading.page(statements, id.value(), index);
    return page == null ? state : withPages(state, new Page[] {page}, false);
  }

  /**
   * Pages are written at the end of a batch, so what the database has now is what the catalogue's
   * state stands for: both get them, and can be compared page by page afterwards.
   */
  private MailboxState withPages(MailboxState state, KeptPage[] stored, boolean complete) {
    MailboxState base = catalog.mailbox(state.id());
    if (base == null) {
      throw new IllegalStateException("mailbox " + state.id() + " was changed, but never loaded");
    }
    MailboxState known = over(base, stored, complete);
    catalog.put(known);
    // What the units before have made of it gets them, too, whatever becomes of this one: to the
    // comparison a page that only one of the two has is one that was removed.
    all.mailboxes.computeIfPresent(state.id(), (id, one) -> over(one, stored, complete));
    unit.mailboxes.computeIfPresent(state.id(), (id, one) -> over(one, stored, complete));
    MailboxState more = overlay(state.id());
    return more == null ? known : more;
  }

  private static MailboxState over(MailboxState state, KeptPage[] stored, boolean complete) {
    return state.with(state.messages().over(stored, complete));
  }

  private @Nullable MailboxState overlay(int key) {
    MailboxState state = unit.mailboxes.get(key);
    return state != null ? state : all.mailboxes.get(key);
  }

  void put(AccountState state) {
    unit.accounts.put(state.id().value(), state);
  }

  void put(MailboxState state) {
    unit.mailboxes.put(state.id(), state);
  }

  void removeMailbox(int id) {
    unit.mailboxes.remove(id);
    unit.removedMailboxes.add(id);
  }

  void removeAccount(int id) {
    unit.accounts.remove(id);
    unit.removedAccounts.add(id);
  }

  private @Nullable AccountState load(AccountId id) throws SQLException {
    AccountState state = Loading.account(statements, id, catalog::put);
    if (state != null) {
      catalog.put(state);
    }
    return state;
  }

  private void loadAccountOf(MailboxId id) throws SQLException {
    AccountId account = Loading.accountOf(statements, id);
    // A mailbox that is missing beside its loaded account is one that does not exist.
    if (account != null && catalog.account(account.value()) == null) {
      load(account);
    }
  }

  // --- staging

  /** The next id of its kind. */
  long id(Ids.Kind kind) throws SQLException {
    return ids.next(kind, statements);
  }

  /**
   * Stages a content.
   *
   * @param sharers how many rows will refer to it
   */
  void body(long id, PlacedBody body, Supplier<byte[]> description, Parsed parsed, int sharers) {
    unit.bodies.add(new NewBody(id, body, description, parsed, sharers));
  }

  void copy(NewCopy copy) {
    unit.copies.add(copy);
  }

  /** Stages the insert of an account or a mailbox. */
  void creation(Op op) {
    unit.creations.add(op);
  }

  /** Stages what is written in the queue: what comes in before all statements, what goes behind. */
  QueueWrites queue() {
    return unit.queue;
  }

  /** Stages a statement; it runs after all bodies and copies were inserted. */
  void op(Op op) {
    unit.ops.add(op);
  }

  @Override
  public void freeAfterCommit(BlobRef ref) {
    all.freed.add(ref);
  }

  @Override
  public void afterCommit(Runnable task) {
    all.afterwards.add(task);
  }

  /** The caller will be told that this is safe: the batch must be synced. */
  void durable() {
    unit.durable = true;
  }

  /** Runs {@code task} when the unit is durable and its states are to be seen. */
  void afterwards(Runnable task) {
    unit.afterwards.add(task);
  }

  /** To read from in a unit; see {@link #flush}. */
  Journaled statements() {
    return statements;
  }

  /** Writes what the units before have staged, so that the running one can read it by SQL. */
  void flush() throws SQLException {
    write(all);
  }

  // --- the end of a unit, and of the batch

  /** The unit has succeeded. */
  void keepUnit() {
    all.take(unit);
    unit = new Work();
  }

  /** The unit has failed. */
  void forgetUnit() {
    unit = new Work();
  }

  /** Whether somebody will be told that this batch is safe. */
  boolean isDurable() {
    return all.durable;
  }

  /** Writes everything; commit and sync are the committer's. */
  void write() throws SQLException {
    for (Op op : all.creations) {
      op.run(statements);
    }
    all.creations.clear();
    writeAccounts();
    writeMailboxes();
    write(all);
    writePages();
    for (BlobRef ref : all.freed) {
      blobs.free(statements, ref);
    }
  }

  /** Shows the new states to everybody. */
  void publish() {
    all.accounts.values().forEach(catalog::put);
    all.mailboxes.values().forEach(catalog::put);
    all.removedMailboxes.forEach(catalog::removeMailbox);
    all.removedAccounts.forEach(catalog::removeAccount);
    catalog.trim();
    all.freed.forEach(blobs::freed);
  }

  /** What was to be done afterwards. */
  Collection<Runnable> afterwards() {
    return Collections.unmodifiableList(all.afterwards);
  }

  private void write(Work work) throws SQLException {
    writeBodies(work.bodies);
    writeCopies(work.copies);
    work.queue.insert(statements);
    for (Op op : work.ops) {
      op.run(statements);
    }
    work.ops.clear();
    work.queue.remove(this, statements);
  }

  private void writeBodies(List<NewBody> bodies) throws SQLException {
    if (bodies.isEmpty()) {
      return;
    }
    Prepared insert = statements.of(INSERT_MESSAGE);
    Prepared share = statements.of(INSERT_SHARE);
    boolean shared = false;
    for (NewBody body : bodies) {
      BlobRef ref = blobs.put(statements, body.id, body.description.get(), body.body);
      body.body.put(ref);
      insert.setLong(1, body.id);
      insert.setInt(2, ref.segment());
      insert.setLong(3, ref.offset());
      insert.setLong(4, ref.length());
      insert.setInt(5, ref.described());
      insert.setBytes(6, body.parsed.envelope());
      insert.setBytes(7, body.parsed.structure());
      insert.addBatch();
      if (body.sharers > 1) {
        share.setLong(1, body.id);
        share.setInt(2, body.sharers - 1);
        share.addBatch();
        shared = true;
      }
    }
    insert.executeBatch();
    if (shared) {
      share.executeBatch();
    }
    bodies.clear();
  }

  private void writeCopies(List<NewCopy> copies) throws SQLException {
    if (copies.isEmpty()) {
      return;
    }
    Prepared insert = statements.of(INSERT_COPY);
    for (NewCopy copy : copies) {
      insert.setLong(1, copy.key);
      insert.setLong(2, copy.message);
      insert.setLong(3, copy.internalMillis);
      insert.setInt(4, copy.internalOffset);
      insert.setLong(5, copy.savedMillis);
      if (copy.header == null) {
        insert.setNull(6, Types.BINARY);
      } else {
        insert.setBytes(6, copy.header);
      }
      insert.addBatch();
    }
    insert.executeBatch();
    copies.clear();
  }

  private void writeAccounts() throws SQLException {
    if (all.accounts.isEmpty()) {
      return;
    }
    Prepared update = statements.of(UPDATE_ACCOUNT);
    for (AccountState state : new TreeMap<>(all.accounts).values()) {
      update.setLong(1, state.usedOctets());
      update.setLong(2, state.usedMessages());
      update.setLong(3, state.modSeq());
      update.setLong(4, state.uidValidity());
      update.setInt(5, state.id().value());
      update.addBatch();
    }
    update.executeBatch();
  }

  private void writeMailboxes() throws SQLException {
    if (all.mailboxes.isEmpty()) {
      return;
    }
    Prepared update = statements.of(UPDATE_MAILBOX);
    for (MailboxState state : all.mailboxes.values()) {
      update.setLong(1, state.row().uidNext());
      update.setLong(2, state.row().highestModSeq());
      update.setLong(3, state.vanishedModSeq());
      update.setLong(4, state.row().firstRecentUid());
      update.setInt(5, state.row().messages());
      update.setInt(6, state.row().unseen());
      update.setInt(7, state.row().deleted());
      update.setLong(8, state.row().octets());
      update.setString(9, state.keywords().column());
      update.setInt(10, state.id());
      update.addBatch();
    }
    update.executeBatch();
  }

  /** Writes the pages that differ from those the database has. */
  private void writePages() throws SQLException {
    List<PageWrite> updates = new ArrayList<>();
    List<PageWrite> inserts = new ArrayList<>();
    Prepared delete = statements.of(DELETE_PAGE);
    boolean deletes = false;
    for (MailboxState state : all.mailboxes.values()) {
      MailboxState stored = catalog.mailbox(state.id());
      Messages before = stored == null ? Messages.NONE : stored.messages();
      Messages now = state.messages();
      int b = 0;
      for (int n = 0; n < now.count(); n++) {
        KeptPage page = now.page(n);
        while (b < before.count() && before.page(b).index() < page.index()) {
          delete.setLong(1, state.pageKey(before.page(b).index()));
          delete.addBatch();
          deletes = true;
          b++;
        }
        boolean known = b < before.count() && before.page(b).index() == page.index();
        if (known && before.page(b) != page) {
          updates.add(new PageWrite(state.pageKey(page.index()), page));
        } else if (!known) {
          inserts.add(new PageWrite(state.pageKey(page.index()), page));
        }
        if (known) {
          b++;
        }
      }
      for (; b < before.count(); b++) {
        delete.setLong(1, state.pageKey(before.page(b).index()));
        delete.addBatch();
        deletes = true;
      }
    }
    write(UPDATE_PAGE, updates);
    write(INSERT_PAGE, inserts);
    if (deletes) {
      delete.executeBatch();
    }
  }

  private record PageWrite(long key, KeptPage page) {}

  private void write(String sql, List<PageWrite> pages) throws SQLException {
    if (pages.isEmpty()) {
      return;
    }
    Prepared statement = statements.of(sql);
    for (PageWrite write : pages) {
      statement.setLong(1, write.page.highestModSeq());
      statement.setBytes(2, write.page.encode());
      statement.setLong(3, write.key);
      statement.addBatch();
    }
    statement.executeBatch();
  }

  /** A row of one number, or 0. */
  long number(String sql, long... parameters) throws SQLException {
    Prepared select = statements.of(sql);
    for (int i = 0; i < parameters.length; i++) {
      select.setLong(i + 1, parameters[i]);
    }
    try (ResultSet rows = select.executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }
}
