package org.postroom.storage.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.trouble.Reason;
import org.postroom.storage.StorageFault;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.DataFolderExposed;
import org.postroom.storage.blob.DataFolderInUse;
import org.postroom.storage.blob.StoreMismatch;
import org.postroom.storage.blob.UnsavedChanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** H2 over the redo journal of a data folder, bodies in its log. */
final class FolderOrigin implements Origin {
  private static final Logger LOG = LoggerFactory.getLogger(FolderOrigin.class);
  private static final int FILL_RATE = 90; // per cent; H2's own goal
  private static final int TIDY_OCTETS = 16 << 20;

  /** Under it in store_state stands the number of the last transaction that is there. */
  private static final String NUMBER = "transaction";

  private final Path path;
  private final HeldFolder held;
  private final long minFree;
  private final Unsaved most;
  private final long cacheKilobytes;
  private Room room = new Room();
  private volatile @Nullable JdbcDataSource source;

  /** Keeps the database open until it is to be closed: on its files it is opened once. */
  private @Nullable Connection keeper;

  private org.h2.engine.@Nullable Database instance;

  // The committer's.
  private Changes changes = new Changes();
  private long number;
  private @Nullable PreparedStatement setNumber;
  private long unsaved;
  private long unsavedSince;

  /**
   * Opens the folder.
   *
   * @param opener how, now and again after a fault
   * @param minFree octets that stay free on the disk
   * @param most how much is not saved at once
   * @param health who hears when it fails
   */
  FolderOrigin(
      Path path,
      Function<Path, DataFolder> opener,
      long minFree,
      Unsaved most,
      StoreHealth health) {
    this.path = path;
    this.minFree = minFree;
    this.most = most;
    this.cacheKilobytes = Math.min(64 * 1024, Runtime.getRuntime().maxMemory() / 1024 * 15 / 100);
    this.held = new HeldFolder(path, opener, health);
    useDatabase();
  }

  private void useDatabase() {
    // Without WRITE_DELAY: every new connection would set it, see writeLater().
    source = H2.source("jdbc:h2:" + folder().databasePath() + ";CACHE_SIZE=" + cacheKilobytes);
  }

  DataFolder folder() {
    return held.current();
  }

  @Override
  public DataSource source() {
    JdbcDataSource current = source;
    if (current == null) {
      throw new StorageUnavailable("the data folder " + path + " is not open");
    }
    return current;
  }

  @Override
  public Changes changes() {
    return changes;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The journal may have transactions that the file of the database has not: they are done
   * again, and what was done is saved whenever it has become much, so that it takes little memory
   * whatever there is to do. A crash meanwhile begins anew with what is not saved. Opening needs no
   * room: when it has them all there is nothing to save, and on a disk that is nearly full they
   * stay in the memory of the database, as they were.
   */
  @Override
  public void catchUp() throws SQLException {
    changes = new Changes();
    unsaved = 0;
    try {
      Connection connection = source().getConnection();
      keeper = connection;
      instance = session(connection).getDatabase();
      List<UnsavedChanges> found = folder().unsavedChanges();
      if (!found.isEmpty()) {
        writeLater(connection);
        connection.setAutoCommit(false);
        redo(connection, found);
        settle(connection);
        connection.setAutoCommit(true);
      }
    } catch (SQLException | RuntimeException | Error e) {
      folder().fail(e);
      throw e;
    }
  }

  private void redo(Connection connection, List<UnsavedChanges> found) throws SQLException {
    try (PreparedStatement set = setNumber(connection);
        Redo redo = new Redo(connection, number(connection), set)) {
      for (UnsavedChanges some : found) {
        redo.run(some.read(), some.length(), octets -> done(connection, octets));
      }
      connection.commit();
    } catch (IOException e) {
      throw new StorageUnavailable("reading the journal of " + path, e);
    }
  }

  /** So many octets were done again. */
  private void done(Connection connection, long octets) throws SQLException {
    unsavedSince = unsaved == 0 ? System.nanoTime() : unsavedSince;
    unsaved += octets;
    if (unsaved > most.octets() && room.isPlenty(folder(), minFree, unsaved)) {
      save(connection);
    }
  }

  /** All is in the database again. */
  private void settle(Connection connection) throws SQLException {
    if (unsaved == 0) {
      folder().changesSaved();
    } else if (room.isPlenty(folder(), minFree, unsaved)) {
      sync(connection);
    } else {
      folder().changesDone();
    }
  }

  @Override
  public void adopt(Connection writer) throws SQLException {
    if (!folder().unsavedChanges().isEmpty()) {
      throw new IllegalStateException("the database is behind the journal of " + path);
    }
    writeLater(writer);
    long there = number(writer);
    if (there != number) {
      // H2 was opened anew and has lost what it had in memory only: the journal must not get it.
      changes = new Changes();
      number = there;
    }
    setNumber = setNumber(writer);
  }

  /**
   * COMMIT writes nothing to the file; it comes there by {@link #sync}, or when it is much. H2's
   * background writer ends: a CHECKPOINT SYNC that comes while that saves finds nothing to save,
   * and syncs without it. Its house-keeping is done by {@link #tidy}.
   */
  private static void writeLater(Connection connection) throws SQLException {
    MVStore store = store(connection);
    store.setAutoCommitDelay(0); // waits for the writer's end
    store.setAutoCommitDelay(-1);
  }

  private static MVStore store(Connection connection) throws SQLException {
    return session(connection).getDatabase().getStore().getMvStore();
  }

  private static SessionLocal session(Connection connection) throws SQLException {
    return (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
  }

  /** The number of the last transaction that is in the database. */
  private static long number(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("SELECT v FROM store_state WHERE k = '" + NUMBER + "'");
        ResultSet rows = select.executeQuery()) {
      if (rows.next()) {
        return Long.parseLong(rows.getString(1));
      }
    }
    Database.execute(connection, "INSERT INTO store_state (k, v) VALUES ('" + NUMBER + "', '0')");
    return 0;
  }

  /** What sets it, within a transaction. */
  private static PreparedStatement setNumber(Connection connection) throws SQLException {
    return connection.prepareStatement("UPDATE store_state SET v = ? WHERE k = '" + NUMBER + "'");
  }

  /**
   * {@inheritDoc}
   *
   * <p>What the transaction changes goes into the journal, with one sync and together with the
   * bodies; the pages of the database's file, which are many times as long, follow later for many
   * transactions at once. When the disk is nearly full they follow at once: there must be room for
   * what is promised.
   *
   * <p>What the journal has is done, whatever becomes of the database afterwards: it is done again
   * when the folder is opened.
   */
  @Override
  public void commit(Statements writer, boolean durable) throws SQLException {
    Connection connection = writer.connection();
    boolean kept = false;
    try {
      PreparedStatement setNumber = this.setNumber;
      if (changes.inTransaction() && setNumber != null) {
        number++;
        setNumber.setString(1, Long.toString(number));
        if (setNumber.executeUpdate() != 1) {
          throw new StorageUnavailable("the database of " + path + " has lost count");
        }
        changes.end(number);
      }
      boolean plenty = room.isPlenty(folder(), minFree, changes.size());
      boolean atOnce = durable && !plenty;
      if (durable && !atOnce) {
        byte[] taken = changes.take();
        unsavedSince = unsaved == 0 ? System.nanoTime() : unsavedSince;
        unsaved += Math.max(1, taken.length);
        folder().commit(taken);
        kept = true;
      }
      connection.commit();
      if (atOnce || plenty && isDue()) {
        sync(connection);
      }
    } catch (SQLException | RuntimeException | Error e) {
      // The journal may have what the database has not.
      folder().fail(e);
      if (!kept) {
        throw e;
      }
    }
  }

  private boolean isDue() {
    return unsaved + changes.size() > most.octets()
        || unsaved > 0
            && (folder().isJournalFull()
                || System.nanoTime() - unsavedSince > most.age().toNanos());
  }

  /** Brings all that was committed into the file of the database; the journal is free of it. */
  @Override
  public void sync(Connection writer) throws SQLException {
    save(writer);
    folder().changesSaved();
    changes.take(); // the file has those that the journal did not get
  }

  /**
   * Makes all that was committed durable in the file of the database. H2 says nothing when it was
   * closed meanwhile and has not synced, so the file is asked.
   */
  private void save(Connection writer) throws SQLException {
    DataFolder current = folder();
    long before = current.databaseSyncs();
    Database.execute(writer, "CHECKPOINT SYNC");
    if (current.databaseSyncs() == before) {
      StorageUnavailable lost =
          new StorageUnavailable("the database of " + path + " was not saved");
      current.fail(lost);
      throw lost;
    }
    unsaved = 0;
  }

  /** {@inheritDoc} On a disk that is nearly full, saving is left to the next batch. */
  @Override
  public void rest(Connection writer) throws SQLException {
    if ((unsaved > 0 || !changes.isEmpty()) && room.isPlenty(folder(), minFree, unsaved)) {
      sync(writer);
    }
  }

  @Override
  public void tidy(Connection writer) throws SQLException {
    try {
      store(writer).compact(FILL_RATE, TIDY_OCTETS);
    } catch (MVStoreException e) {
      folder().fail(e); // below SQL it has no other word for being closed, or worse
      throw new SQLException("giving room back in " + path, e);
    }
  }

  @Override
  public boolean hasRoomFor(long octets) {
    return room.enough(folder(), minFree, octets);
  }

  @Override
  public boolean isBrokenBy(Throwable fault) {
    return H2.isDeadAfter(fault);
  }

  @Override
  public void fence(Throwable why) {
    held.fence(why);
  }

  /**
   * {@inheritDoc}
   *
   * <p>H2 is ended without a word to its file, which the fence keeps it from anyway; what the
   * folder holds in memory is dropped with it.
   */
  @Override
  public void discard() {
    fence(new StorageUnavailable("the data folder " + path + " is to be opened again"));
    org.h2.engine.Database dead = instance;
    Connection kept = keeper;
    instance = null;
    keeper = null;
    source = null;
    try {
      if (dead != null) {
        dead.shutdownImmediately();
      }
      close(kept);
    } catch (RuntimeException e) {
      LOG.debug("ending a database that has failed", e);
    } finally {
      held.discard();
    }
  }

  @Override
  public boolean canReopen() {
    return true;
  }

  @Override
  public void reopen(long opening) throws SQLException {
    room = new Room();
    held.reopen(opening);
    useDatabase();
    catchUp();
  }

  private static void close(@Nullable Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      LOG.debug("closing a connection to a failed database", e);
    }
  }

  @Override
  public void close() {
    if (held.works()) {
      close(keeper);
      held.close();
    } else {
      discard();
    }
  }

  /** Opens a data folder; whatever is wrong with it is a {@link StorageFault}. */
  static DataFolder opened(Path path, Function<Path, DataFolder> opener) {
    try {
      return opener.apply(path);
    } catch (DataFolderInUse e) {
      throw StorageFault.passing(
          e.getMessage() + ". Stop the other server, or give this one its own folder.", e);
    } catch (DataFolderExposed e) {
      throw StorageFault.lasting(String.valueOf(e.getMessage()), e);
    } catch (StoreMismatch e) {
      throw StorageFault.lasting("Wrong parts: " + e.getMessage() + ".", e);
    } catch (StorageUnavailable | StorageFull e) {
      throw StorageFault.passing(
          "The data folder " + path + " cannot be used: " + reason(e) + ".", e);
    }
  }

  private static String reason(RuntimeException e) {
    Throwable cause = e.getCause();
    return Reason.withFile(cause == null ? e : cause);
  }

  /**
   * How much is left to the journal alone; then the database's file gets it.
   *
   * @param octets of changes
   * @param age of the oldest of them
   */
  record Unsaved(long octets, Duration age) {
    static final Unsaved DEFAULT = new Unsaved(4L << 20, Duration.ofSeconds(10));
  }
}
