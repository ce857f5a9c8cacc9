package org.postroom.storage.blob;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;

/**
 * A data folder opened for this process alone: the blob log, H2's database file and the journal
 * that makes both durable together ({@code docs/storage.md}).
 *
 * <p>Use: open it, open H2 with {@link #databasePath}, {@link #checkDatabase} before creating or
 * migrating anything, do {@link #unsavedChanges} again, {@link #schemaCreated} afterwards. One
 * batch: reserve and write bodies, SQL, describe the records, {@link #commit} with what the SQL
 * changed (one sync for all of it), {@code COMMIT}. Now and then, and before H2 is closed: {@code
 * CHECKPOINT SYNC}, then {@link #changesSaved}. Close H2 before the folder.
 *
 * <p>When a sync fails the folder is {@linkplain #failed() failed}: nothing of that batch may be
 * acknowledged; close H2 and the folder, open both again, and the state is that of a completed
 * batch. A batch whose sync failed may turn out to be there.
 */
public final class DataFolder implements AutoCloseable {
  private final Path root;
  private final DataFolderOptions options;
  private final Disk disk;
  private final FolderLock lockFile;
  private final Journal journal;
  private final BlobLog log;
  private final String id = UUID.randomUUID().toString();
  private final Map<Path, JournaledFile> databases = new HashMap<>();
  private StoreIdentity identity;

  private DataFolder(
      Path root,
      DataFolderOptions options,
      Disk disk,
      FolderLock lockFile,
      Journal journal,
      BlobLog log,
      StoreIdentity identity) {
    this.root = root;
    this.options = options;
    this.disk = disk;
    this.lockFile = lockFile;
    this.journal = journal;
    this.log = log;
    this.identity = identity;
  }

  /**
   * Opens a data folder (creates it when missing) and completes what a crash interrupted.
   *
   * @throws DataFolderInUse when another process or store has it
   * @throws DataFolderExposed when other users can get into it
   * @throws StoreMismatch when its parts do not belong together
   * @throws StorageUnavailable when the device fails
   */
  public static DataFolder open(Path folder, DataFolderOptions options) {
    try {
      OwnersOnly.check(folder);
    } catch (UncheckedIOException e) {
      throw new StorageUnavailable("looking at the data folder " + folder, e);
    }
    return open(folder, options, new FileSystemDisk());
  }

  static DataFolder open(Path folder, DataFolderOptions options, Disk disk) {
    Path root = folder.toAbsolutePath().normalize();
    try {
      disk.createFolder(root);
      disk.createFolder(root.resolve("db"));
      FolderLock lockFile = FolderLock.take(root);
      @Nullable Journal journal = null;
      try {
        StoreIdentity identity = identify(disk, root);
        journal = Journal.open(disk, root, options.journal(), options.step());
        BlobLog log = BlobLog.open(disk, root, journal, identity.store(), options);
        DataFolder opened = new DataFolder(root, options, disk, lockFile, journal, log, identity);
        JournalFilePath.enter(opened.id, opened);
        return opened;
      } catch (IOException | RuntimeException | Error e) {
        try (lockFile) {
          if (journal != null) {
            journal.close();
          }
        }
        throw e;
      }
    } catch (DiskFull e) {
      throw new StorageFull("opening " + root + ": the disk is full", e);
    } catch (IOException e) {
      throw new StorageUnavailable("opening the data folder " + root, e);
    }
  }

  /** What goes into H2's URL between {@code jdbc:h2:} and the settings. */
  public String databasePath() {
    String path = root.resolve("db").resolve("mail").toString().replace('\\', '/');
    return JournalFilePath.SCHEME + ":" + id + ":" + path;
  }

  /** The bodies. */
  public BlobLog log() {
    return log;
  }

  /** Who this store is. */
  public synchronized StoreIdentity identity() {
    return identity;
  }

  /**
   * Refuses a database that does not belong to this folder. To be called before any schema work.
   *
   * @param storeInDatabase the store id the database carries; null when it has no schema yet
   * @throws StoreMismatch when it is empty although it must not be, or another store's
   */
  public void checkDatabase(@Nullable UUID storeInDatabase) {
    StoreIdentity known = identity();
    if (storeInDatabase == null) {
      if (known.schemaExpected() || !log.isEmpty()) {
        throw new StoreMismatch(
            "the database in "
                + root
                + " is empty, but the store has been in use; restore it or"
                + " rebuild it from the log");
      }
    } else if (!storeInDatabase.equals(known.store())) {
      throw new StoreMismatch(
          "the database in "
              + root
              + " belongs to the store "
              + storeInDatabase
              + ", not to "
              + known.store());
    }
  }

  /** Says that the database has its schema and this store's id, durably; remembered for good. */
  public synchronized void schemaCreated() {
    if (!identity.schemaExpected()) {
      StoreIdentity now = new StoreIdentity(identity.store(), true);
      try {
        disk.replace(root.resolve("store.id"), now.toBytes());
      } catch (IOException e) {
        throw new StorageUnavailable("writing store.id in " + root, e);
      }
      identity = now;
    }
  }

  /**
   * Makes bodies durable, and with them what was changed in the database.
   *
   * @param changes what {@link #unsavedChanges} gives back, until {@link #changesSaved}
   * @throws StorageFull when the disk is full; the folder is {@link #failed} then
   * @throws StorageUnavailable when the device fails; the folder is {@link #failed} then
   */
  public void commit(byte[] changes) {
    try {
      journal.commit(changes);
    } catch (DiskFull e) {
      throw new StorageFull("writing the journal of " + root + ": the disk is full", e);
    } catch (IOException e) {
      throw new StorageUnavailable("writing the journal of " + root, e);
    }
  }

  /**
   * What was committed before this folder was opened, and may not be in the file of the database:
   * in its order, to be done again before anybody uses the database. It lies in the journal, until
   * {@link #changesSaved}.
   */
  public List<UnsavedChanges> unsavedChanges() {
    return List.copyOf(journal.unsavedChanges());
  }

  /**
   * The {@link #unsavedChanges} are in the running database now; its file lacks them, so H2 must
   * stay open until {@link #changesSaved}.
   */
  public void changesDone() {
    journal.changesDone();
  }

  /** All changes are in the file of the database now, and durable there. */
  public void changesSaved() {
    try {
      journal.changesSaved();
    } catch (DiskFull e) {
      throw new StorageFull("writing the journal of " + root + ": the disk is full", e);
    } catch (IOException e) {
      throw new StorageUnavailable("writing the journal of " + root, e);
    }
  }

  /** Whether the journal is so long that the changes should be saved, so that it can begin anew. */
  public boolean isJournalFull() {
    return journal.isFull();
  }

  /** The database is not what the journal says: nothing more is done before opening again. */
  public void fail(Throwable why) {
    journal.fail(why);
  }

  /**
   * To be called before a batch, with the free space that must be left ({@code queue_minfree}).
   *
   * @throws StorageFull when there is less
   */
  public void requireFree(long bytes) {
    try {
      long free = disk.usableBytes(root);
      if (free < bytes) {
        throw new StorageFull(free + " bytes free below " + root + ", " + bytes + " required");
      }
    } catch (IOException e) {
      throw new StorageUnavailable("asking for the free space below " + root, e);
    }
  }

  /**
   * Who is told, once, when it fails: on the thread that met the fault, which may hold locks here.
   */
  public void onFailure(Consumer<Throwable> owner) {
    journal.onFailure(owner);
  }

  /** How often the database was synced; a sync that H2 says it did is one that is counted here. */
  public long databaseSyncs() {
    synchronized (databases) {
      return databases.values().stream().mapToLong(JournaledFile::syncs).sum();
    }
  }

  /** Whether a sync failed, so that the folder must be closed and opened again. */
  public boolean failed() {
    return !journal.usable();
  }

  /** Releases everything; what was not synced may be lost, as in a crash. Close H2 first. */
  @Override
  public void close() {
    JournalFilePath.leave(id);
    try (lockFile;
        journal;
        log) {
      synchronized (databases) {
        for (JournaledFile file : databases.values()) {
          file.close();
        }
        databases.clear();
      }
    } catch (IOException e) {
      throw new StorageUnavailable("closing the data folder " + root, e);
    }
  }

  /**
   * The database file for H2, which is about to read it anew.
   *
   * @throws IOException when it lacks changes that only the journal has, because H2 lost them or
   *     could not do them again, or when H2 has opened it before, and died: opening the folder
   *     again sees to that
   */
  JournaledFile databaseToOpen(Path path) throws IOException {
    JournaledFile file = database(path);
    @Nullable String why =
        journal.isAhead()
            ? "the database is behind the journal"
            : file.wasTaken() ? "the database is opened a second time" : null;
    if (why != null) {
      IOException refused = new IOException(why);
      journal.fail(refused);
      throw refused;
    }
    return file;
  }

  /** The database file, opened once for all of H2's channels. */
  JournaledFile database(Path path) throws IOException {
    synchronized (databases) {
      JournaledFile file = databases.get(path);
      if (file == null) {
        DiskFile base = disk.open(path);
        file = JournaledFile.open(journal, name(path), base, options.overlay());
        databases.put(path, file);
      }
      return file;
    }
  }

  boolean databaseExists(Path path) throws IOException {
    synchronized (databases) {
      // one that no commit ever gave a byte is not there, as H2 sees it
      return databases.containsKey(path) || (disk.exists(path) && database(path).size() > 0);
    }
  }

  /** Lets a database file be moved or deleted from outside. */
  void releaseDatabase(Path path) throws IOException {
    synchronized (databases) {
      JournaledFile file = databases.remove(path);
      if (file != null) {
        file.close();
      }
      journal.forget(name(path));
    }
  }

  private String name(Path path) {
    return root.relativize(path.toAbsolutePath().normalize()).toString().replace('\\', '/');
  }

  private static StoreIdentity identify(Disk disk, Path root) throws IOException {
    Path file = root.resolve("store.id");
    if (disk.exists(file)) {
      try (DiskFile open = disk.open(file)) {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(open.size(), 4096));
        open.read(bytes, 0);
        StoreIdentity known = StoreIdentity.parse(bytes.array());
        if (known == null) {
          throw new StoreMismatch(file + " is damaged");
        }
        return known;
      }
    }
    if (!disk.list(root.resolve("blob")).isEmpty() || !disk.list(root.resolve("db")).isEmpty()) {
      throw new StoreMismatch(file + " is missing, but " + root + " is not empty");
    }
    StoreIdentity fresh = new StoreIdentity(UUID.randomUUID(), false);
    disk.replace(file, fresh.toBytes());
    return fresh;
  }
}
