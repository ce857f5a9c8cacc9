package org.postroom.storage.blob;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps everybody else out of a data folder: other processes by a lock on a file, which holds our
 * process id; other stores of this process by a table. The table is asked first: a POSIX lock
 * belongs to the process, and is lost when the process closes <i>any</i> descriptor of the file. So
 * whoever is refused here must not have opened it.
 */
final class FolderLock implements Closeable {
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /** Channels that must not be closed, see {@link #locked}; at most one for each folder. */
  private static final Map<Path, FileChannel> KEPT = new ConcurrentHashMap<>();

  private static final String OURSELVES = ProcessHandle.current().pid() + " (this one)";

  private final Path root;
  private final FileChannel channel;

  private FolderLock(Path root, FileChannel channel) {
    this.root = root;
    this.channel = channel;
  }

  /**
   * Takes the folder.
   *
   * @throws DataFolderInUse when somebody has it
   */
  static FolderLock take(Path folder) throws IOException {
    Path root = folder.toRealPath();
    if (!HELD.add(root)) {
      throw new DataFolderInUse(folder, OURSELVES);
    }
    try {
      return new FolderLock(root, locked(folder, root));
    } catch (IOException | RuntimeException | Error e) {
      HELD.remove(root);
      throw e;
    }
  }

  private static FileChannel locked(Path folder, Path root) throws IOException {
    if (isKept(root)) {
      throw new DataFolderInUse(folder, OURSELVES);
    }
    FileChannel channel = OwnersOnly.open(folder.resolve("lock"), READ, WRITE, CREATE);
    try {
      return locked(folder, channel);
    } catch (OverlappingFileLockException e) {
      // Somebody in this process whom the table does not know: under another class loader, or by
      // another mount. Closing the channel would take that one's lock away.
      KEPT.put(root, channel);
      throw new DataFolderInUse(folder, OURSELVES);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  /** Whether a channel must still be kept; one that need not is closed. */
  private static boolean isKept(Path root) throws IOException {
    FileChannel channel = KEPT.get(root);
    if (channel == null) {
      return false;
    }
    try {
      FileLock unused = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return true;
    }
    // Not used as it is: a folder that was put there anew has another file of this name.
    KEPT.remove(root);
    channel.close();
    return false;
  }

  private static FileChannel locked(Path folder, FileChannel channel) throws IOException {
    if (channel.tryLock() == null) {
      throw new DataFolderInUse(folder, holder(channel));
    }
    channel.truncate(0);
    String pid = Long.toString(ProcessHandle.current().pid());
    channel.write(ByteBuffer.wrap(pid.getBytes(US_ASCII)), 0);
    return channel;
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), US_ASCII).strip();
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(root); // after it: whoever takes the folder next must find the file unlocked
    }
  }
}
