package org.postroom.storage.blob;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The redo journal of a data folder: makes writes to several files durable together with one
 * fdatasync.
 *
 * <p>Targets hold their writes back in memory. {@link #commit()} collects them, writes them as a
 * commit (one or more records, the last one marked), syncs the journal once, and then applies them
 * to their files without a sync. When the journal has grown over its limit the files are synced and
 * it starts again with a new generation (a <i>checkpoint</i>). Opening applies all complete commits
 * in order and ignores an incomplete tail, so after a crash every file is as it was at the end of a
 * commit, and every commit that returned is in it.
 *
 * <p>A commit may also carry <i>changes</i>: octets that say what was done in the database and that
 * its file does not have yet. They are kept until {@link #changesSaved()}; opening hands them out
 * ({@link #unsavedChanges}), to be done again. While there are any, no new generation begins; so
 * they are read where they lie.
 *
 * <p>The file: two header slots of 4 KB (the newer valid one counts: generation and the lengths of
 * the sized files), then records. Each record starts on a 4 KB boundary, so a committed sector is
 * never written again within a generation. The new header is synced before the first record of its
 * generation overwrites an old one. A record's checksum goes on from the one before, so that what
 * an incomplete commit left behind is never taken for the continuation of what overwrote its
 * beginning.
 *
 * <p>After any failed write or sync, and after an {@link Error} on the way, the journal refuses
 * further work: what the device has is then unknown, and only opening the folder again establishes
 * it. Thread-safe.
 */
final class Journal implements Closeable {
  static final int BLOCK = 4096;
  private static final int FIRST_RECORD = 2 * BLOCK;
  private static final int RECORD_HEADER = 40;
  private static final int BUFFER = 1 << 20;
  private static final int HEADER_MAGIC = 0x50524a48; // PRJH
  private static final int RECORD_MAGIC = 0x50524a52; // PRJR
  private static final int COMMIT = 1;
  private static final long GONE = -1;
  private static final byte WRITE = 1;
  private static final byte CUT = 2;
  private static final byte SIZE = 3;
  private static final byte DELETE = 4;
  private static final byte CHANGES = 5;

  /** Changes of which more follows. */
  private static final byte CHANGES_PART = 6;

  /** Somebody who holds writes back until the next commit. Called with the journal's lock held. */
  interface Target {
    /** Hands all pending writes over. They stay readable at the target until {@link #applied}. */
    void take(Recorder out) throws IOException;

    /** Syncs what was written to files directly and must be durable before this commit. */
    void syncDirect() throws IOException;

    /** What was taken is in the files now. */
    void applied();
  }

  private final Disk disk;
  private final Path root;
  private final DiskFile file;
  private final long limit;
  private final int step;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Target> targets = new CopyOnWriteArrayList<>();
  private final Map<String, Long> sizes = new TreeMap<>();
  private final Map<String, DiskFile> dirty = new HashMap<>();
  private final Recorder recorder = new Recorder();
  private final List<String> deletes = new ArrayList<>();
  private long allocated;
  private long generation;
  private long sequence;
  private long position = FIRST_RECORD;
  private long commitStart = FIRST_RECORD;

  /** The checksum of the record before; the first one's is the generation. */
  private int chain;

  private int commitChain;
  private boolean unsaved;
  private List<UnsavedChanges> found = new ArrayList<>();

  /** Of the changes that the opening is reading. */
  private final List<UnsavedChanges.Piece> pieces = new ArrayList<>();

  /**
   * The lengths that files have at the end of what is applied: the running commit, or while opening
   * the last one.
   */
  private final Map<String, Long> finalSizes = new HashMap<>();

  private boolean opened;
  private final Object telling = new Object();
  private volatile @Nullable Throwable failure;
  private volatile Consumer<Throwable> owner = why -> {};

  private Journal(Disk disk, Path root, DiskFile file, long limit, int step) throws IOException {
    this.disk = disk;
    this.root = root;
    this.file = file;
    this.limit = limit;
    this.step = step;
    this.allocated = file.size();
  }

  /**
   * Opens the journal and brings the folder's files to the end of the last complete commit.
   *
   * @param limit bytes after which a checkpoint is made
   * @param step bytes by which the file is preallocated
   */
  static Journal open(Disk disk, Path root, long limit, int step) throws IOException {
    disk.createFolder(root.resolve("journal"));
    DiskFile file = disk.open(root.resolve("journal").resolve("redo"));
    try {
      Journal journal = new Journal(disk, root, file, limit, step);
      journal.recover();
      journal.opened = true;
      return journal;
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  void attach(Target target) {
    targets.add(target);
  }

  void detach(Target target) {
    targets.remove(target);
  }

  /** The committed length of a file whose length the journal keeps; null when it is unknown. */
  @Nullable Long sizeOf(String name) {
    lock.lock();
    try {
      return sizes.get(name);
    } finally {
      lock.unlock();
    }
  }

  boolean usable() {
    return failure == null;
  }

  void requireUsable() throws IOException {
    Throwable why = failure;
    if (why != null) {
      throw new IOException("the journal failed; the data folder must be opened again", why);
    }
  }

  /** Makes all pending writes of all targets durable: all or none of them after a crash. */
  void commit() throws IOException {
    commit(null);
  }

  /**
   * The same, with what the file of the database does not have yet.
   *
   * @param changes kept until {@link #changesSaved()}
   */
  void commit(byte @Nullable [] changes) throws IOException {
    lock.lock();
    try {
      requireUsable();
      try {
        for (Target target : targets) {
          target.take(recorder);
        }
        for (String name : deletes) {
          recorder.delete(name);
        }
        deletes.clear();
        if (changes != null) {
          recorder.changes(changes);
          unsaved = true;
        }
        for (Target target : targets) {
          target.syncDirect();
        }
        if (recorder.isEmpty() && position == commitStart) {
          return;
        }
        boolean oneRecord = position == commitStart;
        recorder.flush(COMMIT);
        file.sync();
        if (oneRecord) {
          applyRecorded();
        } else {
          applyFromFile();
        }
        commitStart = position;
        commitChain = chain;
        finalSizes.clear();
        for (Target target : targets) {
          target.applied();
        }
        if (position >= limit && !unsaved) {
          checkpoint();
        }
      } catch (IOException | RuntimeException | Error e) {
        fail(e);
        throw e;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether the file of the database must not be read anew: it lacks changes, and nobody is about
   * to do them again.
   */
  boolean isAhead() {
    lock.lock();
    try {
      return unsaved && (found.isEmpty() || failure != null);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the journal is as long as it should become; only {@link #changesSaved()} helps. */
  boolean isFull() {
    lock.lock();
    try {
      return position >= limit;
    } finally {
      lock.unlock();
    }
  }

  /** What opening has found that the file of the database may not have, in its order. */
  List<UnsavedChanges> unsavedChanges() {
    return found;
  }

  /** Reads a part of them, which is where it was as long as the generation is the same. */
  void readChanges(ByteBuffer target, long at, long wanted) throws IOException {
    lock.lock();
    try {
      if (generation != wanted) {
        throw new IOException("the changes have been saved, and their place is used again");
      }
      readBack(target, at);
    } finally {
      lock.unlock();
    }
  }

  /** What opening has found is in the running database again, and not yet in its file. */
  void changesDone() {
    lock.lock();
    try {
      found = new ArrayList<>();
    } finally {
      lock.unlock();
    }
  }

  /** A commit has brought all changes into the file of the database. */
  void changesSaved() throws IOException {
    lock.lock();
    try {
      requireUsable();
      boolean begin = position >= limit || !found.isEmpty();
      unsaved = false;
      found = new ArrayList<>();
      if (begin && position == commitStart) { // else spilled writes wait here for their commit
        checkpoint();
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses further work: what is in memory, or the database, is not what the journal says. Waits
   * for nobody; a commit that is at it ends, and is good if it says so.
   */
  void fail(Throwable why) {
    boolean first = false;
    synchronized (telling) {
      if (failure == null) {
        failure = why;
        first = true;
      }
    }
    if (first) {
      owner.accept(why);
    }
  }

  /** Who is told of the first failure, on the thread that met it; at once if there was one. */
  void onFailure(Consumer<Throwable> owner) {
    Throwable before;
    synchronized (telling) {
      this.owner = owner;
      before = failure;
    }
    if (before != null) {
      owner.accept(before);
    }
  }

  /** Lets a target move writes out of memory into the open, not yet valid, commit. */
  void spill(Target target) throws IOException {
    lock.lock();
    try {
      requireUsable();
      try {
        target.take(recorder);
        recorder.flush(0);
      } catch (IOException | RuntimeException | Error e) {
        fail(e);
        throw e;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Reads bytes back that were spilled; only for positions of the open or the running commit. */
  void readBack(ByteBuffer target, long at) throws IOException {
    int wanted = target.remaining();
    if (file.read(target, at) != wanted) {
      throw new IOException("the journal ends before " + at);
    }
  }

  /** Stops covering a file, so that it can be replaced or deleted from outside. */
  void forget(String name) throws IOException {
    lock.lock();
    try {
      commit();
      sizes.remove(name);
      checkpoint();
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** Deletes a file with the next commit, made at once, so that no recovery brings it back. */
  void delete(String name) throws IOException {
    lock.lock();
    try {
      deletes.add(name);
      commit();
    } finally {
      lock.unlock();
    }
  }

  /** Syncs the files and starts a new generation; pending writes are not committed. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (failure == null) {
        failure = new IOException("closed");
        position = commitStart;
        if (!unsaved) {
          checkpoint();
        }
      }
    } finally {
      for (DiskFile open : dirty.values()) {
        open.close();
      }
      dirty.clear();
      file.close();
      lock.unlock();
    }
  }

  private void checkpoint() throws IOException {
    if (unsaved) {
      throw new IOException("the journal has changes that the database has not");
    }
    for (DiskFile open : dirty.values()) {
      open.sync();
      open.close();
    }
    dirty.clear();
    generation++;
    writeHeader();
    file.sync();
    position = FIRST_RECORD;
    commitStart = FIRST_RECORD;
    chain = (int) generation;
    commitChain = chain;
    if (allocated > 2 * limit) { // one very large commit
      file.truncate(limit);
      allocated = limit;
    }
  }

  private void writeHeader() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(BLOCK);
    header.putInt(HEADER_MAGIC).putLong(generation).putLong(sequence).putInt(sizes.size());
    for (Map.Entry<String, Long> entry : sizes.entrySet()) {
      byte[] name = entry.getKey().getBytes(StandardCharsets.UTF_8);
      header.putShort((short) name.length).put(name).putLong(entry.getValue());
    }
    header.putInt(BLOCK - 4, crc(header.duplicate().clear().limit(BLOCK - 4)));
    header.clear();
    file.write(header, (generation & 1) * BLOCK);
    allocated = Math.max(allocated, FIRST_RECORD);
  }

  private void recover() throws IOException {
    boolean one = readHeader(0);
    boolean other = readHeader(1);
    if (one || other) {
      long lastCommit = FIRST_RECORD;
      long commits = 0;
      long first = sequence;
      chain = (int) generation;
      finalSizes.putAll(sizes);
      Map<String, Long> begun = new HashMap<>();
      while (readRecord(position)) {
        boolean commit = recorder.flags() == COMMIT;
        noteSizes(begun);
        sequence++;
        position += aligned(recorder.length());
        if (commit) {
          lastCommit = position;
          commits++;
          finalSizes.putAll(begun);
        }
      }
      if (commits > 0) {
        sequence = first;
        chain = (int) generation;
        long end = lastCommit;
        position = FIRST_RECORD;
        while (position < end) {
          readAgain(position);
          applyRecorded();
          sequence++;
          position += aligned(recorder.length());
        }
      }
      recorder.clear();
      finalSizes.clear();
      for (Map.Entry<String, Long> entry : sizes.entrySet()) {
        resize(entry.getKey(), entry.getValue());
      }
      if (!found.isEmpty()) {
        // Nothing may take their place before the database has them: the generation goes on.
        unsaved = true;
        commitStart = position;
        commitChain = chain;
        return;
      }
    } else {
      // Both slots have their room from now on: opening must need none on a full disk.
      fillZeros(file, 0, FIRST_RECORD);
    }
    sequence++; // never reuse the number of a record whose commit was incomplete
    checkpoint();
    preallocate(Math.min(limit, FIRST_RECORD + (long) step));
  }

  private boolean readHeader(int slot) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(BLOCK);
    if (file.read(header, (long) slot * BLOCK) != BLOCK
        || header.getInt(0) != HEADER_MAGIC
        || header.getInt(BLOCK - 4) != crc(header.duplicate().clear().limit(BLOCK - 4))) {
      return false;
    }
    header.position(4);
    long found = header.getLong();
    if (found < generation) {
      return true;
    }
    generation = found;
    sequence = header.getLong();
    sizes.clear();
    for (int left = header.getInt(); left > 0; left--) {
      byte[] name = new byte[header.getShort()];
      header.get(name);
      sizes.put(new String(name, StandardCharsets.UTF_8), header.getLong());
    }
    return true;
  }

  /**
   * Reads the record at {@code at} into the recorder; false when none of this generation is there.
   */
  private boolean readRecord(long at) throws IOException {
    ByteBuffer buffer = recorder.buffer;
    buffer.clear().limit(RECORD_HEADER);
    if (file.read(buffer, at) != RECORD_HEADER
        || buffer.getInt(0) != RECORD_MAGIC
        || buffer.getInt(32) != crc(buffer.duplicate().position(0).limit(32))
        || buffer.getLong(8) != generation
        || buffer.getLong(16) != sequence) {
      return false;
    }
    int end = RECORD_HEADER + buffer.getInt(24);
    if (end < RECORD_HEADER || end > BUFFER) {
      return false;
    }
    buffer.limit(end);
    if (file.read(buffer, at + RECORD_HEADER) != end - RECORD_HEADER
        || buffer.getInt(28) != chained(buffer, end)) {
      return false;
    }
    chain = buffer.getInt(28);
    return true;
  }

  private void readAgain(long at) throws IOException {
    if (!readRecord(at)) {
      throw new IOException("the journal cannot be read back at " + at);
    }
  }

  private void applyFromFile() throws IOException {
    long end = position;
    long last = sequence;
    List<Long> starts = new ArrayList<>(recorder.starts);
    sequence = last - starts.size();
    chain = commitChain;
    for (long start : starts) {
      readAgain(start);
      applyRecorded();
      sequence++;
    }
    position = end;
    recorder.clear();
  }

  /** Notes the lengths that the record in the buffer gives to files; what it deletes has none. */
  private void noteSizes(Map<String, Long> noted) {
    ByteBuffer record = recorder.content();
    while (record.hasRemaining()) {
      byte kind = record.get();
      String name = name(record);
      long number = record.getLong();
      switch (kind) {
        case SIZE -> noted.put(name, number);
        case DELETE -> noted.put(name, GONE);
        case WRITE -> {
          skip(record);
          noted.replace(name, GONE, Long.MAX_VALUE); // it has come again
        }
        case CHANGES, CHANGES_PART -> skip(record);
        default -> {
          // A cut; the length comes with it.
        }
      }
    }
  }

  private static void skip(ByteBuffer record) {
    int length = record.getInt();
    record.position(record.position() + length);
  }

  private static String name(ByteBuffer record) {
    byte[] bytes = new byte[record.getShort()];
    record.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Performs what the record in the buffer says. */
  private void applyRecorded() throws IOException {
    ByteBuffer record = recorder.content();
    while (record.hasRemaining()) {
      byte kind = record.get();
      String name = name(record);
      long number = record.getLong();
      switch (kind) {
        case WRITE -> {
          int length = record.getInt();
          int wanted = wanted(name, number, length);
          if (wanted > 0) {
            target(name).write(record.duplicate().limit(record.position() + wanted), number);
          }
          record.position(record.position() + length);
        }
        case CUT -> cut(name, number);
        case SIZE -> {
          if (opened) {
            resize(name, number);
          } // else at the end
          sizes.put(name, number);
        }
        case DELETE -> {
          DiskFile open = dirty.remove(name);
          if (open != null) {
            open.close();
          }
          disk.delete(root.resolve(name));
        }
        case CHANGES, CHANGES_PART -> {
          int length = record.getInt();
          if (!opened) {
            note(new UnsavedChanges.Piece(position + record.position(), length), kind == CHANGES);
          }
          record.position(record.position() + length);
        }
        default -> throw new IOException("unknown entry " + kind + " in the journal");
      }
    }
    recorder.clear();
  }

  /** Only opening has a use for changes; to the running database they are no news. */
  private void note(UnsavedChanges.Piece piece, boolean last) {
    pieces.add(piece);
    if (last) {
      found.add(new UnsavedChanges(this, generation, pieces));
      pieces.clear();
    }
  }

  /**
   * How much of a write is needed: while opening, nothing of what was dropped later. Its room is
   * gone, and on a full disk there is no other.
   */
  private int wanted(String name, long offset, int length) {
    Long end = opened ? null : finalSizes.get(name);
    return end == null ? length : (int) Math.max(0, Math.min(length, end - offset));
  }

  /**
   * Drops everything from {@code size} on. A file keeps the room that it needs at the end: on a
   * full disk it would not get it again.
   */
  private void cut(String name, long size) throws IOException {
    DiskFile open = target(name);
    long end = Math.max(size, finalSizes.getOrDefault(name, size));
    long now = open.size();
    if (now > end) {
      open.truncate(end);
    }
    fillZeros(open, size, Math.min(now, end));
  }

  private void resize(String name, long size) throws IOException {
    DiskFile open = target(name);
    long now = open.size();
    if (now > size) {
      open.truncate(size);
    } else {
      fillZeros(open, now, size);
    }
  }

  private DiskFile target(String name) throws IOException {
    DiskFile open = dirty.get(name);
    if (open == null) {
      open = disk.open(root.resolve(name));
      dirty.put(name, open);
    }
    return open;
  }

  private void preallocate(long end) throws IOException {
    if (end > allocated) {
      long to = (end + step - 1) / step * step;
      fillZeros(file, allocated, to);
      allocated = to;
      file.sync();
    }
  }

  static void fillZeros(DiskFile file, long from, long to) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(1 << 18, Math.max(0, to - from)));
    for (long at = from; at < to; at += zeros.limit()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
      file.write(zeros, at);
    }
  }

  private static long aligned(long length) {
    return (length + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** The checksum of what a record says and contains, going on from the one before. */
  private int chained(ByteBuffer record, int end) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(4).putInt(0, chain));
    crc.update(record.duplicate().position(4).limit(28));
    crc.update(record.duplicate().position(RECORD_HEADER).limit(end));
    return (int) crc.getValue();
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** The commit under construction. */
  final class Recorder {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final List<Long> starts = new ArrayList<>();

    private Recorder() {
      buffer.position(RECORD_HEADER);
    }

    /** Records a write; long ones are split. Returns where in the journal the last piece lies. */
    long write(String name, long offset, ByteBuffer bytes) throws IOException {
      long at = 0;
      long to = offset;
      while (bytes.hasRemaining()) {
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        int extra = 15 + path.length;
        int room = buffer.remaining() - extra;
        if (room < Math.min(bytes.remaining(), 2 * BLOCK)) {
          flush(0);
          room = buffer.remaining() - extra;
        }
        int length = Math.min(room, bytes.remaining());
        entry(WRITE, path, to).putInt(length);
        at = position + buffer.position();
        buffer.put(bytes.duplicate().limit(bytes.position() + length));
        bytes.position(bytes.position() + length);
        to += length;
      }
      return at;
    }

    /** Records that everything from {@code size} on is dropped. */
    void cut(String name, long size) throws IOException {
      entry(CUT, path(name), size);
    }

    /** Records the length of a sized file at the end of this commit. */
    void size(String name, long size) throws IOException {
      DiskFile open = target(name); // room first: a full disk must show before the commit is valid
      fillZeros(open, open.size(), size);
      finalSizes.put(name, size);
      entry(SIZE, path(name), size);
    }

    private void changes(byte[] octets) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(octets);
      do {
        if (buffer.remaining() < 15 + Math.min(rest.remaining(), 2 * BLOCK)) {
          flush(0);
        }
        int length = Math.min(buffer.remaining() - 15, rest.remaining());
        boolean last = length == rest.remaining();
        entry(last ? CHANGES : CHANGES_PART, new byte[0], 0).putInt(length);
        buffer.put(rest.duplicate().limit(rest.position() + length));
        rest.position(rest.position() + length);
      } while (rest.hasRemaining());
    }

    private void delete(String name) throws IOException {
      entry(DELETE, path(name), 0);
    }

    private byte[] path(String name) throws IOException {
      byte[] path = name.getBytes(StandardCharsets.UTF_8);
      if (buffer.remaining() < path.length + 15) {
        flush(0);
      }
      return path;
    }

    private ByteBuffer entry(byte kind, byte[] path, long number) {
      return buffer.put(kind).putShort((short) path.length).put(path).putLong(number);
    }

    private boolean isEmpty() {
      return buffer.position() == RECORD_HEADER;
    }

    /** What the record in the buffer contains. */
    private ByteBuffer content() {
      return buffer.duplicate().position(RECORD_HEADER).limit(RECORD_HEADER + buffer.getInt(24));
    }

    private int flags() {
      return buffer.getInt(4);
    }

    private int length() {
      return RECORD_HEADER + buffer.getInt(24);
    }

    private void clear() {
      buffer.clear().position(RECORD_HEADER);
      starts.clear();
    }

    /** Writes the buffer as one record; the last one's bytes stay readable in the buffer. */
    private void flush(int flags) throws IOException {
      int end = buffer.position();
      if (end == RECORD_HEADER && flags == 0) {
        return;
      }
      buffer.putInt(0, RECORD_MAGIC).putInt(4, flags).putLong(8, generation);
      buffer.putLong(16, sequence).putInt(24, end - RECORD_HEADER);
      chain = chained(buffer, end);
      buffer.putInt(28, chain);
      buffer.putInt(32, crc(buffer.duplicate().position(0).limit(32))).putInt(36, 0);
      preallocate(position + aligned(end));
      file.write(buffer.duplicate().position(0).limit(end), position);
      starts.add(position);
      position += aligned(end);
      sequence++;
      buffer.clear().position(RECORD_HEADER);
    }
  }
}
