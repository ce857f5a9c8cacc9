package org.postroom.storage.blob;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.Content;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The append-only log of message bodies and what was said about them, in segment files. Short
 * bodies become durable through the journal, in the same sync as the database; long ones are
 * written to the segment, which is synced before the journal's commit.
 *
 * <p>A record: header of 40 bytes (magic, version, description capacity, body length, sequence,
 * epoch, CRC32C of the header), body, length of the description, description padded to its
 * capacity, CRC32C over all of it. A record with a good header and a bad last CRC was reserved and
 * never completed; the log goes on behind it. The log ends where no header with the next sequence
 * number is.
 *
 * <p>Thread-safe. Reading never waits for a sync.
 */
public final class BlobLog implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(BlobLog.class);
  private static final int FIRST_RECORD = Journal.BLOCK;
  private static final int HEADER = 40;
  private static final int SEGMENT_MAGIC = 0x50524c53; // PRLS
  private static final int RECORD_MAGIC = 0x50524c52; // PRLR
  private static final int VERSION = 1;
  private static final int OPEN_SEGMENTS = 64;
  private static final int CHUNK = 64 * 1024;
  private static final int MAX_PENDING = 16 << 20;

  private final Disk disk;
  private final Path folder;
  private final Journal journal;
  private final UUID store;
  private final DataFolderOptions options;
  private final Pending pending = new Pending();
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * Writing in segments shares it; who closes this has it alone, and what comes later is refused.
   */
  private final ReentrantReadWriteLock fence = new ReentrantReadWriteLock();

  private boolean closed; // under the fence
  private final TreeMap<Integer, Long> ends = new TreeMap<>();
  private final Map<Integer, Long> live = new ConcurrentHashMap<>();
  private final LinkedHashMap<Integer, Reader> readers = new LinkedHashMap<>(16, 0.75f, true);
  private volatile Named named = new Named(0, "");
  private @Nullable DiskFile tail;
  private int tailNumber;
  private long end;
  private long allocated;
  private long sequence = 1;
  private int epoch = 1;

  private BlobLog(Disk disk, Path root, Journal journal, UUID store, DataFolderOptions options) {
    this.disk = disk;
    this.folder = root.resolve("blob");
    this.journal = journal;
    this.store = store;
    this.options = options;
  }

  /** Opens the log after the journal has been replayed, and finds its end. */
  static BlobLog open(Disk disk, Path root, Journal journal, UUID store, DataFolderOptions options)
      throws IOException {
    BlobLog log = new BlobLog(disk, root, journal, store, options);
    log.recover();
    journal.attach(log.pending);
    return log;
  }

  /**
   * Takes a place for a record.
   *
   * @param bodyLength octets of the body
   * @param descriptionCapacity most octets that the description will have
   * @throws StorageFull when the disk has no room
   * @throws StorageUnavailable when the store failed and must be opened again
   */
  public Reservation reserve(long bodyLength, int descriptionCapacity) {
    if (bodyLength < 0 || descriptionCapacity < 0 || descriptionCapacity > 1 << 20) {
      throw new IllegalArgumentException(bodyLength + ", " + descriptionCapacity);
    }
    lock.lock();
    try {
      journal.requireUsable();
      long total = total(bodyLength, descriptionCapacity);
      boolean direct = bodyLength > options.small() || pending.bytes() + bodyLength > MAX_PENDING;
      DiskFile file = room(total, direct);
      long offset = end;
      if (direct) {
        // the journal's later writes must find room, and nothing stale where they go
        Journal.fillZeros(file, offset, offset + HEADER);
        Journal.fillZeros(file, offset + HEADER + bodyLength, offset + total);
        allocated = Math.max(allocated, offset + total);
      }
      byte[] header = header(bodyLength, descriptionCapacity);
      pending.add(new Piece(tailNumber, offset, header));
      sequence++;
      end += total;
      ends.put(tailNumber, end);
      live.merge(tailNumber, total, Long::sum);
      return new Place(
          new BlobLocation(tailNumber, offset, bodyLength), descriptionCapacity, header, direct);
    } catch (IOException e) {
      throw trouble("reserving room in the blob log", e);
    } finally {
      lock.unlock();
    }
  }

  /** Whether a body of so many octets is written straight into its segment. */
  public boolean isLong(long bodyLength) {
    return bodyLength > options.small();
  }

  /** Adds a record without a body: an event that a rebuild needs. Durable with the next sync. */
  public BlobLocation append(byte[] description) {
    Reservation place = reserve(0, description.length);
    place.describe(description);
    return place.location();
  }

  /** Makes all completed records (and the database's writes) durable. With H2, its sync does it. */
  public void sync() {
    try {
      journal.commit();
    } catch (IOException e) {
      throw trouble("syncing the blob log", e);
    }
  }

  /** The body at a location, to be read again and again, from any thread. */
  public Content content(BlobLocation location) {
    return new Body(location);
  }

  /**
   * Reads from a body.
   *
   * @return how many octets; 0 at the end
   * @throws StorageUnavailable when the device fails
   * @throws ContentDamaged when it works, and has no such octets
   */
  public int read(BlobLocation location, long position, ByteBuffer target) {
    if (position >= location.length() || !target.hasRemaining()) {
      return 0;
    }
    int count = (int) Math.min(target.remaining(), location.length() - position);
    byte[] held = pending.body(location);
    if (held != null) {
      target.put(held, (int) position, count);
      return count;
    }
    ByteBuffer part = target.duplicate().limit(target.position() + count);
    try {
      readFully(location.segment(), part, location.offset() + HEADER + position);
    } catch (IOException e) {
      throw trouble("reading " + location, e);
    }
    target.position(target.position() + count);
    return count;
  }

  /** Whether the record at a location is complete and every byte of it as written. */
  public boolean verify(BlobLocation location) {
    try {
      Header header = readHeader(location.segment(), location.offset());
      return header != null
          && header.bodyLength() == location.length()
          && description(location, header) != null;
    } catch (IOException e) {
      throw trouble("verifying " + location, e);
    }
  }

  /**
   * Says that nobody refers to a body any more. A closed segment without live bytes is deleted.
   * Nobody who has finished with a body need hear that this fails: a journal that has failed has
   * told its owner, and the log that is opened after this one counts anew.
   *
   * @param descriptionCapacity as reserved
   */
  public void free(BlobLocation location, int descriptionCapacity) {
    int segment = location.segment();
    long left = live.merge(segment, -total(location.length(), descriptionCapacity), Long::sum);
    if (left <= 0 && journal.usable()) {
      try {
        drop(segment);
      } catch (StorageUnavailable | StorageFull e) {
        LOG.warn("room in the blob log is not given back", e);
      }
    }
  }

  /** Sets what the database knows to be live in a segment; deletes the segment when that is 0. */
  public void live(int segment, long bytes) {
    live.put(segment, bytes);
    if (bytes <= 0) {
      drop(segment);
    }
  }

  /** Live bytes by segment; until told otherwise all that was written counts as live. */
  public Map<Integer, Long> live() {
    return Map.copyOf(live);
  }

  /** Octets that a record takes in its segment. */
  public static long total(long bodyLength, int descriptionCapacity) {
    return HEADER + bodyLength + 4 + descriptionCapacity + 4;
  }

  /** Whether anything was ever written. */
  public boolean isEmpty() {
    lock.lock();
    try {
      return sequence == 1;
    } finally {
      lock.unlock();
    }
  }

  /** Where the next record goes (its length is 0). */
  public BlobLocation end() {
    lock.lock();
    try {
      return new BlobLocation(Math.max(1, tailNumber), end, 0);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Walks through all complete records from a location on ({@code null}: from the beginning), in
   * the order of the log. Records of transactions that never committed may be among them.
   */
  public void forEach(@Nullable BlobLocation from, Consumer<BlobRecord> visitor) {
    int first = from == null ? 0 : from.segment();
    Map<Integer, Long> known;
    lock.lock();
    try {
      known = new TreeMap<>(ends.tailMap(first, true));
    } finally {
      lock.unlock();
    }
    for (Map.Entry<Integer, Long> entry : known.entrySet()) {
      int segment = entry.getKey();
      long at = from != null && segment == first ? from.offset() : FIRST_RECORD;
      try {
        while (at < entry.getValue()) {
          Header header = readHeader(segment, at);
          if (header == null) {
            break; // reserved and not yet committed
          }
          BlobLocation location = new BlobLocation(segment, at, header.bodyLength());
          byte[] description = description(location, header);
          if (description != null) {
            visitor.accept(new BlobRecord(location, header.sequence(), description));
          }
          at += total(header.bodyLength(), header.capacity());
        }
      } catch (IOException e) {
        throw trouble("walking through segment " + segment, e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    fence.writeLock().lock();
    try {
      closed = true;
    } finally {
      fence.writeLock().unlock();
    }
    journal.detach(pending);
    lock.lock();
    try {
      if (tail != null) {
        tail.close();
      }
    } finally {
      lock.unlock();
    }
    synchronized (readers) {
      for (Reader reader : readers.values()) {
        reader.release();
      }
      readers.clear();
    }
  }

  private void recover() throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (String file : disk.list(folder)) {
      if (file.matches("\\d{8}\\.log")) {
        numbers.add(Integer.parseInt(file.substring(0, 8)));
      }
    }
    disk.createFolder(folder);
    for (int i = 0; i < numbers.size(); i++) {
      int number = numbers.get(i);
      boolean last = i == numbers.size() - 1;
      if (!headerFits(number)) {
        if (!last) {
          throw new StoreMismatch(file(number) + " is not a segment of the store " + store);
        }
        disk.delete(file(number)); // the power went while it was made; nothing can be in it
        continue;
      }
      long at = FIRST_RECORD;
      long expected = -1;
      Header header = readHeader(number, at);
      while (header != null
          && (expected < 0 ? header.sequence() >= sequence : header.sequence() == expected)
          && header.epoch() >= epoch) {
        expected = header.sequence() + 1;
        epoch = header.epoch();
        at += total(header.bodyLength(), header.capacity());
        header = readHeader(number, at);
      }
      sequence = Math.max(sequence, expected);
      ends.put(number, at);
      live.put(number, at - FIRST_RECORD);
      tailNumber = number;
      end = at;
    }
    epoch++;
    if (tailNumber > 0) {
      DiskFile file = disk.open(file(tailNumber));
      tail = file;
      allocated = end; // whatever lies behind it is overwritten with zeros before use
    }
  }

  /**
   * The tail segment with room for {@code total} bytes at {@code end}; starts a new one if full.
   */
  private DiskFile room(long total, boolean direct) throws IOException {
    DiskFile file = tail;
    if (file == null || (end + total > options.segment() && end > FIRST_RECORD)) {
      int number = tailNumber + 1;
      DiskFile fresh = disk.open(file(number));
      ByteBuffer header = ByteBuffer.allocate(FIRST_RECORD);
      header.putInt(SEGMENT_MAGIC).putInt(VERSION).putInt(number);
      header.putLong(store.getMostSignificantBits()).putLong(store.getLeastSignificantBits());
      header.putInt(28, crc(header.duplicate().position(0).limit(28))).clear();
      fresh.write(header, 0);
      fresh.sync();
      if (file != null) {
        file.close();
      }
      file = fresh;
      tail = fresh;
      tailNumber = number;
      end = FIRST_RECORD;
      allocated = FIRST_RECORD;
      ends.put(number, end);
    }
    if (!direct && end + total > allocated) {
      long to = Math.max(end + total, allocated + options.step());
      Journal.fillZeros(file, allocated, to);
      allocated = to;
    }
    return file;
  }

  private void drop(int segment) {
    lock.lock();
    try {
      if (segment == tailNumber || !ends.containsKey(segment)) {
        return;
      }
      ends.remove(segment);
      live.remove(segment);
      synchronized (readers) {
        Reader reader = readers.remove(segment);
        if (reader != null) {
          reader.release();
        }
      }
    } catch (IOException e) {
      throw trouble("deleting segment " + segment, e);
    } finally {
      lock.unlock();
    }
    try {
      journal.delete(name(segment));
    } catch (IOException e) {
      throw trouble("deleting segment " + segment, e);
    }
  }

  private boolean headerFits(int number) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(32);
    try (DiskFile file = disk.open(file(number))) {
      return file.read(header, 0) == 32
          && header.getInt(0) == SEGMENT_MAGIC
          && header.getInt(8) == number
          && header.getLong(12) == store.getMostSignificantBits()
          && header.getLong(20) == store.getLeastSignificantBits()
          && header.getInt(28) == crc(header.duplicate().position(0).limit(28));
    }
  }

  private byte[] header(long bodyLength, int capacity) {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    header.putInt(RECORD_MAGIC).putInt(VERSION).putInt(capacity).putLong(bodyLength);
    header.putLong(sequence).putInt(epoch);
    header.putInt(36, crc(header.duplicate().position(0).limit(36)));
    return header.array();
  }

  private @Nullable Header readHeader(int segment, long offset) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER);
    if (reading(segment, bytes, offset) != HEADER
        || bytes.getInt(0) != RECORD_MAGIC
        || bytes.getInt(36) != crc(bytes.duplicate().position(0).limit(36))) {
      return null;
    }
    return new Header(
        bytes.getInt(8), bytes.getLong(12), bytes.getLong(20), bytes.getInt(28), bytes.array());
  }

  /** The description of a complete record whose CRC fits, else null. */
  private byte @Nullable [] description(BlobLocation location, Header header) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(header.bytes());
    long at = location.offset() + HEADER;
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, Math.max(1, header.bodyLength())));
    for (long left = header.bodyLength(); left > 0; left -= chunk.limit()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), left));
      if (reading(location.segment(), chunk, at) != chunk.limit()) {
        return null;
      }
      crc.update(chunk.flip());
      at += chunk.limit();
    }
    ByteBuffer rest = ByteBuffer.allocate(8 + header.capacity());
    if (reading(location.segment(), rest, at) != rest.limit()) {
      return null;
    }
    crc.update(rest.array(), 0, rest.limit() - 4);
    int length = rest.getInt(0);
    if (rest.getInt(rest.limit() - 4) != (int) crc.getValue()
        || length < 0
        || length > header.capacity()) {
      return null;
    }
    byte[] description = new byte[length];
    rest.get(4, description);
    return description;
  }

  private void readFully(int segment, ByteBuffer target, long offset) throws IOException {
    int wanted = target.remaining();
    if (reading(segment, target, offset) != wanted) {
      throw new Missing("segment " + segment + " ends before " + (offset + wanted));
    }
  }

  private int reading(int segment, ByteBuffer target, long offset) throws IOException {
    return using(segment, file -> file.read(target, offset));
  }

  /**
   * Writes in a segment, unless this was closed: where it reserved room and had not committed that,
   * whoever opened the log after it has other records.
   */
  private void writing(int segment, ByteBuffer source, long offset) throws IOException {
    fence.readLock().lock();
    try {
      if (closed) {
        throw new IOException("the log was closed meanwhile");
      }
      using(
          segment,
          file -> {
            file.write(source, offset);
            return 0;
          });
    } finally {
      fence.readLock().unlock();
    }
  }

  /** Works with a segment's file, which stays open for others afterwards. */
  private int using(int segment, Work work) throws IOException {
    Reader reader;
    synchronized (readers) {
      reader = readers.get(segment);
      if (reader == null) {
        if (!disk.exists(file(segment))) {
          // A folder that is away, like a volume that is not mounted, may come back.
          boolean isAway =
              disk.list(folder).isEmpty() || !disk.exists(folder.resolveSibling("store.id"));
          String what = "there is no segment " + segment;
          throw isAway ? new IOException(what) : new Missing(what);
        }
        reader = new Reader(disk.open(file(segment)));
        readers.put(segment, reader);
        if (readers.size() > OPEN_SEGMENTS) {
          Reader old = readers.remove(readers.keySet().iterator().next());
          if (old != null) {
            old.release();
          }
        }
      }
      reader.users++;
    }
    try {
      return work.with(reader.file);
    } finally {
      synchronized (readers) {
        reader.release();
      }
    }
  }

  private Path file(int segment) {
    return folder.resolve(String.format(Locale.ROOT, "%08d.log", segment));
  }

  /** The segment's name in the journal; asked for with every record, so the last is kept. */
  private String name(int segment) {
    Named last = named;
    if (last.segment() != segment) {
      last = new Named(segment, String.format(Locale.ROOT, "blob/%08d.log", segment));
      named = last;
    }
    return last.name();
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static RuntimeException trouble(String what, IOException e) {
    return e instanceof DiskFull
        ? new StorageFull(what + ": the disk is full", e)
        : e instanceof Missing
            ? new ContentDamaged(what + ": " + e.getMessage(), e)
            : new StorageUnavailable(what, e);
  }

  /** The device answers, and does not have what was written there. */
  private static final class Missing extends IOException {
    private static final long serialVersionUID = 1L;

    Missing(String message) {
      super(message);
    }
  }

  private interface Work {
    int with(DiskFile file) throws IOException;
  }

  private record Named(int segment, String name) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Header(int capacity, long bodyLength, long sequence, int epoch, byte[] bytes) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Piece(int segment, long offset, byte[] bytes) {}

  /** A segment open for reading; closed when the last user leaves. Guarded by {@code readers}. */
  private static final class Reader {
    private final DiskFile file;
    private int users = 1; // the table's own use

    private Reader(DiskFile file) {
      this.file = file;
    }

    private void release() throws IOException {
      if (--users == 0) {
        file.close();
      }
    }
  }

  private final class Body implements Content {
    private final BlobLocation location;

    private Body(BlobLocation location) {
      this.location = location;
    }

    @Override
    public long size() {
      return location.length();
    }

    @Override
    public int read(long position, ByteBuffer target) {
      return BlobLog.this.read(location, position, target);
    }
  }

  private final class Place implements Reservation {
    private final BlobLocation location;
    private final int capacity;
    private final boolean direct;
    private final CRC32C crc = new CRC32C();

    /** What goes into the segment with the next commit: the description, and the body before it. */
    private final ByteBuffer held;

    private boolean written;

    private Place(BlobLocation location, int capacity, byte[] header, boolean direct) {
      this.location = location;
      this.capacity = capacity;
      this.direct = direct;
      int body = direct ? 0 : Math.toIntExact(location.length());
      this.held = ByteBuffer.allocate(body + 8 + capacity);
      this.written = location.length() == 0;
      crc.update(header);
    }

    @Override
    public BlobLocation location() {
      return location;
    }

    @Override
    public void write(Content body) {
      if (body.size() != location.length()) {
        throw new IllegalArgumentException(body.size() + " octets for " + location);
      }
      if (written) {
        if (location.length() > 0) {
          throw new IllegalStateException("written already: " + location);
        }
        return;
      }
      if (!direct) {
        hold(body);
      } else {
        stream(body);
        pending.touch(location.segment());
      }
      written = true;
    }

    @Override
    public void writeDurably(Content body) {
      if (!direct || written || body.size() != location.length()) {
        throw new IllegalStateException("no long body, or written already: " + location);
      }
      stream(body);
      try {
        using(
            location.segment(),
            file -> {
              file.sync();
              return 0;
            });
      } catch (IOException e) {
        // What the segment holds is unknown now, and the device says so to one who asks only.
        journal.fail(e);
        throw trouble("syncing a body", e);
      }
      written = true;
    }

    private void hold(Content body) {
      held.clear().limit(held.capacity() - 8 - capacity);
      while (held.hasRemaining()) {
        if (body.read(held.position(), held) <= 0) {
          throw new StorageUnavailable("content ends at " + held.position() + " of " + location);
        }
      }
      crc.update(held.array(), 0, held.position());
      held.limit(held.capacity());
    }

    private void stream(Content body) {
      ByteBuffer chunk = ByteBuffer.allocateDirect((int) Math.min(4L * CHUNK, location.length()));
      long position = 0;
      try {
        while (position < location.length()) {
          chunk.clear();
          int got;
          do {
            got = body.read(position + chunk.position(), chunk);
          } while (got > 0 && chunk.hasRemaining());
          if (chunk.flip().remaining() == 0) {
            throw new StorageUnavailable("content ends at " + position + " of " + location);
          }
          crc.update(chunk.duplicate());
          int count = chunk.remaining();
          writing(location.segment(), chunk, location.offset() + HEADER + position);
          position += count;
        }
      } catch (IOException e) {
        throw trouble("writing a body", e);
      }
    }

    @Override
    public void describe(byte[] description) {
      if (description.length > capacity) {
        throw new IllegalArgumentException(description.length + " octets for " + capacity);
      }
      if (!written) {
        throw new IllegalStateException("no body yet for " + location);
      }
      int body = held.position();
      held.putInt(description.length).put(description);
      crc.update(held.array(), body, 4 + capacity);
      held.putInt(held.capacity() - 4, (int) crc.getValue());
      long bodyInFile = direct ? location.length() : 0;
      pending.add(
          new Piece(location.segment(), location.offset() + HEADER + bodyInFile, held.array()));
    }
  }

  /** What waits for the next commit. */
  private final class Pending implements Journal.Target {
    private List<Piece> waiting = new ArrayList<>();
    private List<Piece> committing = new ArrayList<>();
    private final Set<Integer> direct = new HashSet<>();
    private final Map<BlobLocation, byte[]> bodies = new ConcurrentHashMap<>();
    private long bytes;

    private synchronized void add(Piece piece) {
      waiting.add(piece);
      bytes += piece.bytes().length;
      bodies.put(new BlobLocation(piece.segment(), piece.offset(), 0), piece.bytes());
    }

    private synchronized long bytes() {
      return bytes;
    }

    private synchronized void touch(int segment) {
      direct.add(segment);
    }

    /** The body if it is short and not yet in its segment. */
    private byte @Nullable [] body(BlobLocation location) {
      byte[] held = bodies.get(new BlobLocation(location.segment(), location.offset() + HEADER, 0));
      return held != null && held.length >= location.length() + 8 ? held : null;
    }

    @Override
    public synchronized void take(Journal.Recorder out) throws IOException {
      committing = waiting;
      waiting = new ArrayList<>();
      for (Piece piece : committing) {
        out.write(name(piece.segment()), piece.offset(), ByteBuffer.wrap(piece.bytes()));
      }
    }

    @Override
    public void syncDirect() throws IOException {
      Set<Integer> segments;
      synchronized (this) {
        segments = Set.copyOf(direct);
        direct.clear();
      }
      for (int segment : segments) {
        using(
            segment,
            file -> {
              file.sync();
              return 0;
            });
      }
    }

    @Override
    public synchronized void applied() {
      for (Piece piece : committing) {
        bytes -= piece.bytes().length;
        bodies.remove(new BlobLocation(piece.segment(), piece.offset(), 0));
      }
      committing = new ArrayList<>();
    }
  }
}
