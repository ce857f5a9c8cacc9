package org.postroom.storage.sql;

import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.storage.StorageFault;
import org.postroom.storage.blob.DataFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data folder that is opened again after it has failed: whoever uses it asks for the one that is
 * open. What fails of it is told to the store's {@link StoreHealth}. Opened and closed by one
 * thread, asked by any.
 */
final class HeldFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldFolder.class);

  private final Path path;
  private final Function<Path, DataFolder> opener;
  private final StoreHealth health;
  private volatile @Nullable DataFolder open;

  /**
   * Opens it.
   *
   * @param opener how, now and again after a fault
   * @throws StorageFault when it cannot be opened
   */
  HeldFolder(Path path, Function<Path, DataFolder> opener, StoreHealth health) {
    this.path = path;
    this.opener = opener;
    this.health = health;
    use(FolderOrigin.opened(path, opener), health.opening());
  }

  private void use(DataFolder opened, long opening) {
    open = opened;
    opened.onFailure(why -> health.broken(opening, why));
  }

  /**
   * The one that is open.
   *
   * @throws StorageUnavailable between two openings
   */
  DataFolder current() {
    DataFolder current = open;
    if (current == null) {
      throw new StorageUnavailable("the data folder " + path + " is not open");
    }
    return current;
  }

  /** Whether there is one that may be written to. */
  boolean works() {
    DataFolder current = open;
    return current != null && !current.failed();
  }

  /** Has nothing more written by the one that is open. */
  void fence(Throwable why) {
    DataFolder current = open;
    if (current != null) {
      current.fail(why);
    }
  }

  /**
   * Opens it in the place of the one that was {@linkplain #discard discarded}.
   *
   * @param opening the number with which its faults are told
   */
  void reopen(long opening) {
    use(opener.apply(path), opening);
  }

  /** Ends one that has failed; what it has not made durable is dropped. */
  void discard() {
    DataFolder old = open;
    open = null;
    try {
      if (old != null) {
        old.close();
      }
    } catch (StorageUnavailable e) {
      LOG.debug("closing a data folder that has failed", e);
    }
  }

  @Override
  public void close() {
    DataFolder current = open;
    if (current != null && !current.failed()) {
      current.close();
    } else {
      discard();
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
