package org.postroom.storage.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A randomly written file (H2's database file) whose writes are held back until a commit of the
 * {@link Journal}. Reads see them at once. When they exceed a limit they are moved into the open
 * commit in the journal, so memory stays bounded however much is written between two syncs.
 *
 * <p>Thread-safe; a read that meets no pending block runs beside everything else, even a sync. Lock
 * order: the journal's lock, then this.
 */
final class JournaledFile implements Journal.Target {
  private static final int BLOCK = Journal.BLOCK;

  private final Journal journal;
  private final String name;
  private final DiskFile base;
  private final int limit;
  private TreeMap<Long, byte[]> pending = new TreeMap<>();
  private TreeMap<Long, byte[]> committing = new TreeMap<>();
  private Map<Long, Long> spilled = new HashMap<>();
  private Map<Long, Long> committingSpilled = new HashMap<>();

  /** Joins neighbouring blocks on their way into the journal. */
  private final ByteBuffer run = ByteBuffer.allocate(64 * BLOCK);

  private long size;
  private boolean sizeChanged;

  /** A cut that no record has yet. */
  private long cutToRecord = Long.MAX_VALUE;

  /** From here on, what the running commit and the file hold is dropped. */
  private long cut = Long.MAX_VALUE;

  /** From here on, what the file holds is dropped by the running commit. */
  private long committingCut = Long.MAX_VALUE;

  /** Who may write; nobody any more when that one has gone. */
  private @Nullable Object holder;

  private boolean taken;
  private long syncs;

  private JournaledFile(Journal journal, String name, DiskFile base, int limit) {
    this.journal = journal;
    this.name = name;
    this.base = base;
    this.limit = limit;
  }

  /** Puts a file under the journal; one that the journal does not know yet is taken as it is. */
  static JournaledFile open(Journal journal, String name, DiskFile base, int overlayLimit)
      throws IOException {
    JournaledFile file = new JournaledFile(journal, name, base, overlayLimit);
    Long known = journal.sizeOf(name);
    file.size = known == null ? base.size() : known;
    file.sizeChanged = known == null;
    journal.attach(file);
    if (known == null) {
      journal.commit();
    }
    return file;
  }

  synchronized long size() {
    return size;
  }

  /**
   * Makes {@code channel} the one that may write. There is one in the life of a file: whoever comes
   * second stands for a second instance of the database, and the first may still be at work, even
   * when it says that it is closed.
   *
   * @return whether it is the one now
   */
  synchronized boolean take(Object channel) {
    if (taken) {
      return false;
    }
    taken = true;
    holder = channel;
    return true;
  }

  /** Whether there was one already. */
  synchronized boolean wasTaken() {
    return taken;
  }

  /** Ends the right to write. */
  synchronized void release(Object channel) {
    if (holder == channel) {
      holder = null;
    }
  }

  /**
   * Refuses whoever may not write.
   *
   * @throws IOException to a channel that has not the file, or has it no longer
   */
  synchronized void requireHeldBy(Object channel) throws IOException {
    if (holder != channel) {
      throw new IOException(name + " belongs to another instance of the database");
    }
  }

  /** How often its holder has synced it. */
  synchronized long syncs() {
    return syncs;
  }

  /** As {@link java.nio.channels.FileChannel#read(ByteBuffer, long)}. */
  int read(ByteBuffer target, long position) throws IOException {
    int count;
    synchronized (this) {
      if (position >= size) {
        return -1;
      }
      count = (int) Math.min(target.remaining(), size - position);
      if (meetsPending(position, position + count)) {
        for (int done = 0; done < count; ) {
          int offset = (int) ((position + done) % BLOCK);
          int length = Math.min(BLOCK - offset, count - done);
          target.put(block((position + done) / BLOCK), offset, length);
          done += length;
        }
        return count;
      }
    }
    readBase(target.duplicate().limit(target.position() + count), position);
    target.position(target.position() + count);
    return count;
  }

  /** Holds all of {@code source} back until the next commit. */
  int write(ByteBuffer source, long position) throws IOException {
    journal.requireUsable();
    try {
      return hold(source, position);
    } catch (Error e) {
      journal.fail(e); // a half of it must not get into a commit
      throw e;
    }
  }

  private int hold(ByteBuffer source, long position) throws IOException {
    int count = source.remaining();
    boolean full;
    synchronized (this) {
      for (int done = 0; done < count; ) {
        long index = (position + done) / BLOCK;
        int offset = (int) ((position + done) % BLOCK);
        int length = Math.min(BLOCK - offset, count - done);
        byte[] block = pending.get(index);
        if (block == null) {
          block = length == BLOCK ? new byte[BLOCK] : block(index).clone();
          pending.put(index, block);
        }
        source.get(block, offset, length);
        done += length;
      }
      if (position + count > size) {
        size = position + count;
        sizeChanged = true;
      }
      full = (long) pending.size() * BLOCK > limit;
    }
    if (full) {
      spill();
    }
    return count;
  }

  /** As {@link java.nio.channels.FileChannel#truncate(long)}. */
  synchronized void truncate(long newSize) throws IOException {
    journal.requireUsable();
    if (newSize >= size) {
      return;
    }
    long index = newSize / BLOCK;
    int kept = (int) (newSize % BLOCK);
    byte[] last = kept == 0 ? null : block(index).clone();
    pending.tailMap(index, true).clear();
    spilled.keySet().removeIf(block -> block >= index);
    cut = Math.min(cut, index * BLOCK);
    cutToRecord = Math.min(cutToRecord, index * BLOCK);
    if (last != null) {
      Arrays.fill(last, kept, BLOCK, (byte) 0);
      pending.put(index, last);
    }
    size = newSize;
    sizeChanged = true;
  }

  /** Makes everything written so far, here and in the blob log, durable with one sync. */
  void force() throws IOException {
    journal.commit();
    synchronized (this) {
      syncs++;
    }
  }

  /** Commits what is left, if it can, and lets the file go. */
  void close() throws IOException {
    try {
      if (journal.usable()) {
        journal.commit();
      }
    } finally {
      synchronized (this) {
        taken = true;
        holder = null;
      }
      journal.detach(this);
      base.close();
    }
  }

  private void spill() throws IOException {
    journal.spill(new Spill());
  }

  @Override
  public synchronized void take(Journal.Recorder out) throws IOException {
    record(out, false);
    if (sizeChanged) {
      out.size(name, size);
      sizeChanged = false;
    }
    committing = pending;
    pending = new TreeMap<>();
    committingSpilled = spilled;
    spilled = new HashMap<>();
    committingCut = cut;
    cut = Long.MAX_VALUE;
  }

  /** Writes the pending blocks, neighbours as one write unless their places must be known. */
  private void record(Journal.Recorder out, boolean remember) throws IOException {
    if (cutToRecord != Long.MAX_VALUE) {
      out.cut(name, cutToRecord);
      cutToRecord = Long.MAX_VALUE;
    }
    ByteBuffer run = this.run.clear().limit(remember ? BLOCK : this.run.capacity());
    long start = 0;
    for (Map.Entry<Long, byte[]> entry : pending.entrySet()) {
      long at = entry.getKey() * BLOCK;
      if (run.position() > 0 && (at != start + run.position() || !run.hasRemaining())) {
        out.write(name, start, run.flip());
        run.clear();
      }
      if (run.position() == 0) {
        start = at;
      }
      run.put(entry.getValue());
      if (remember) {
        spilled.put(entry.getKey(), out.write(name, start, run.flip()));
        run.clear();
      }
    }
    if (run.position() > 0) {
      out.write(name, start, run.flip());
    }
  }

  @Override
  public void syncDirect() {}

  @Override
  public synchronized void applied() {
    committing = new TreeMap<>();
    committingSpilled = new HashMap<>();
    committingCut = Long.MAX_VALUE;
  }

  private boolean meetsPending(long from, long to) {
    if (!spilled.isEmpty() || !committingSpilled.isEmpty() || to > cut || to > committingCut) {
      return true;
    }
    return meets(pending, from, to) || meets(committing, from, to);
  }

  private static boolean meets(NavigableMap<Long, byte[]> blocks, long from, long to) {
    Long first = blocks.ceilingKey(from / BLOCK);
    return first != null && first * BLOCK < to;
  }

  /** The block as a reader must see it now; the array is not to be changed. */
  private byte[] block(long index) throws IOException {
    byte[] found = pending.get(index);
    if (found != null) {
      return found;
    }
    Long place = spilled.get(index);
    if (place == null && index * BLOCK < cut) {
      found = committing.get(index);
      if (found != null) {
        return found;
      }
      place = committingSpilled.get(index);
    }
    byte[] block = new byte[BLOCK];
    if (place != null) {
      journal.readBack(ByteBuffer.wrap(block), place);
    } else if (index * BLOCK < Math.min(cut, committingCut)) {
      readBase(ByteBuffer.wrap(block), index * BLOCK);
    }
    return block;
  }

  /** Fills {@code target}; what the file does not have yet is zero. */
  private void readBase(ByteBuffer target, long position) throws IOException {
    base.read(target, position);
    while (target.hasRemaining()) {
      target.put((byte) 0);
    }
  }

  /** This file while its pending blocks are moved to the journal. */
  private final class Spill implements Journal.Target {

    @Override
    public void take(Journal.Recorder out) throws IOException {
      synchronized (JournaledFile.this) {
        record(out, true);
        pending = new TreeMap<>();
      }
    }

    @Override
    public void syncDirect() {}

    @Override
    public void applied() {}
  }
}
