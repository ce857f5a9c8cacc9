package org.postroom.storage.blob;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * H2's way to its files: {@code postroomjnl:<id>:<path>}. The database file ({@code *.mv.db}) goes
 * through the journal of the open {@link DataFolder} with that id, all other files of H2 are plain.
 *
 * <p>H2 keeps its file systems in a static table, so one stateless provider is registered there
 * under one scheme. The state belongs to the open data folders: they are found by the id in the
 * path and are removed from the table when they close, so nothing outlives {@code close()}.
 */
final class JournalFilePath extends FilePath {
  static final String SCHEME = "postroomjnl";
  private static final Map<String, DataFolder> OPEN = new ConcurrentHashMap<>();

  private final String id;
  private final Path path;

  /** The provider itself. */
  private JournalFilePath() {
    this.id = "";
    this.path = Path.of("");
    this.name = SCHEME + ":";
  }

  private JournalFilePath(String id, Path path) {
    this.id = id;
    this.path = path;
    this.name = SCHEME + ":" + id + ":" + path.toString().replace('\\', '/');
  }

  static void enter(String id, DataFolder folder) {
    OPEN.put(id, folder);
    FilePath.register(new JournalFilePath());
  }

  static void leave(String id) {
    OPEN.remove(id);
  }

  private DataFolder folder() throws IOException {
    DataFolder folder = OPEN.get(id);
    if (folder == null) {
      throw new IOException("the data folder of " + name + " is closed");
    }
    return folder;
  }

  private boolean isDatabase() {
    return name.endsWith(".mv.db");
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FilePath getPath(String text) {
    String rest = text.startsWith(SCHEME + ":") ? text.substring(SCHEME.length() + 1) : text;
    int colon = rest.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("no data folder id in " + text);
    }
    return new JournalFilePath(rest.substring(0, colon), Path.of(rest.substring(colon + 1)));
  }

  @Override
  public long size() {
    try {
      if (!exists()) {
        return 0; // H2 asks for its trace file before it writes the first error into it
      }
      return isDatabase() ? folder().database(path).size() : Files.size(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void moveTo(FilePath target, boolean atomicReplace) {
    JournalFilePath to = (JournalFilePath) target;
    try {
      if (isDatabase()) {
        folder().releaseDatabase(path);
      }
      if (to.isDatabase()) {
        folder().releaseDatabase(to.path);
      }
      try (FileChannel whole = FileChannel.open(path, StandardOpenOption.WRITE)) {
        whole.force(true);
      }
      if (atomicReplace) {
        Files.move(
            path, to.path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.move(path, to.path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean createFile() {
    try {
      OwnersOnly.createFile(path);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean exists() {
    try {
      return isDatabase() ? folder().databaseExists(path) : Files.exists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void delete() {
    try {
      if (isDatabase() && exists()) {
        folder().releaseDatabase(path);
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<FilePath> newDirectoryStream() {
    try (Stream<Path> files = Files.list(path)) {
      return files.<FilePath>map(file -> new JournalFilePath(id, file)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public FilePath toRealPath() {
    return new JournalFilePath(id, path.toAbsolutePath().normalize());
  }

  @Override
  public @Nullable FilePath getParent() {
    Path parent = path.getParent();
    return parent == null ? null : new JournalFilePath(id, parent);
  }

  @Override
  public boolean isDirectory() {
    return Files.isDirectory(path);
  }

  @Override
  public boolean isRegularFile() {
    return Files.isRegularFile(path);
  }

  @Override
  public boolean isAbsolute() {
    return path.isAbsolute();
  }

  @Override
  public long lastModified() {
    try {
      return Files.getLastModifiedTime(path).toMillis();
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public boolean canWrite() {
    return isDatabase() || Files.isWritable(path);
  }

  @Override
  public void createDirectory() {
    try {
      OwnersOnly.createFolders(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean setReadOnly() {
    return false;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    if (isDatabase()) {
      return new Channel(folder().databaseToOpen(path));
    }
    return mode.equals("r")
        ? FileChannel.open(path, StandardOpenOption.READ)
        : OwnersOnly.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  /** What H2 holds of the database file. */
  private static final class Channel extends FileBaseDefault {
    private final JournaledFile file;

    private Channel(JournaledFile file) {
      this.file = file;
    }

    /** The file, for a change. */
    private JournaledFile held() throws IOException {
      file.requireHeldBy(this);
      return file;
    }

    @Override
    public long size() {
      return file.size();
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the file below is thread-safe
    public int read(ByteBuffer target, long position) throws IOException {
      return file.read(target, position);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the file below is thread-safe
    public int write(ByteBuffer source, long position) throws IOException {
      return held().write(source, position);
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      held().truncate(size);
    }

    @Override
    public void force(boolean metaData) throws IOException {
      held().force();
    }

    /**
     * The lock of the data folder keeps other folders and processes out; this one a second instance
     * of the database on the same folder.
     */
    @Override
    public @Nullable FileLock tryLock(long position, long size, boolean shared) {
      return file.take(this) ? new Held(this, position, size, shared) : null;
    }

    @Override
    public void implCloseChannel() {
      file.release(this);
    }
  }

  /** Says that a channel has the file, for as long as it is open. */
  private static final class Held extends FileLock {
    private volatile boolean valid = true;

    private Held(FileChannel channel, long position, long size, boolean shared) {
      super(channel, position, size, shared);
    }

    @Override
    public boolean isValid() {
      return valid && acquiredBy().isOpen();
    }

    @Override
    public void release() {
      valid = false;
    }
  }
}
