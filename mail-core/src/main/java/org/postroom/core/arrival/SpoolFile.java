package org.postroom.core.arrival;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Locale;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;

/**
 * Octets in an unsynced file, written through a small buffer, or without one where the budget has
 * nothing left. Written by one thread; read by any, once the writing is done.
 */
final class SpoolFile {
  /** How much octets a file that is written takes from the budget. */
  static final int BUFFER = 16 * 1024;

  // The most that is handed to the channel at once: NIO keeps a direct buffer of that size for each
  // thread.
  private static final int AT_ONCE = 64 * 1024;

  private final FileChannel channel;
  private final MemoryBudget budget;
  private ByteBuffer buffer;
  private long size;

  private SpoolFile(FileChannel channel, MemoryBudget budget) {
    this.channel = channel;
    this.budget = budget;
    this.buffer = budget.tryTake(BUFFER) ? ByteBuffer.allocate(BUFFER) : ByteBuffer.allocate(0);
  }

  static SpoolFile create(SpoolFiles files, MemoryBudget budget) {
    try {
      return new SpoolFile(files.create(), budget);
    } catch (IOException e) {
      throw failed("cannot make a staging file", e);
    }
  }

  long size() {
    return size;
  }

  void write(ByteBuffer octets) {
    size += octets.remaining();
    if (buffer.capacity() == 0) {
      pass(octets);
      return;
    }
    while (octets.hasRemaining()) {
      int count = Math.min(octets.remaining(), buffer.remaining());
      buffer.put(buffer.position(), octets, octets.position(), count);
      buffer.position(buffer.position() + count);
      octets.position(octets.position() + count);
      if (!buffer.hasRemaining()) {
        flush();
      }
    }
  }

  /** Writes what is still in the buffer, and gives the buffer up. */
  void finish() {
    flush();
    giveUpBuffer();
  }

  private void giveUpBuffer() {
    budget.give(buffer.capacity());
    buffer = ByteBuffer.allocate(0);
  }

  private void flush() {
    if (buffer.capacity() > 0) {
      pass(buffer.flip());
      buffer.clear();
    }
  }

  private void pass(ByteBuffer octets) {
    int limit = octets.limit();
    try {
      while (octets.position() < limit) {
        octets.limit(Math.min(limit, octets.position() + AT_ONCE));
        channel.write(octets);
      }
    } catch (IOException e) {
      throw failed("cannot write a staging file", e);
    } finally {
      octets.limit(limit);
    }
  }

  int read(long position, ByteBuffer target) {
    int limit = target.limit();
    int total = 0;
    try {
      while (limit > target.position() && position + total < size) {
        target.limit(Math.min(limit, target.position() + AT_ONCE));
        int count = channel.read(target, position + total);
        if (count <= 0) {
          throw new StorageUnavailable("a staging file ends at " + (position + total));
        }
        total += count;
      }
      return total;
    } catch (IOException e) {
      throw failed("cannot read a staging file", e);
    } finally {
      target.limit(limit);
    }
  }

  /** Closes and with it deletes the file. */
  void release() {
    giveUpBuffer();
    try {
      channel.close();
    } catch (IOException e) {
      throw failed("cannot close a staging file", e);
    }
  }

  private static RuntimeException failed(String what, IOException e) {
    String reason = String.valueOf(e.getMessage());
    String lower = reason.toLowerCase(Locale.ROOT);
    // What Linux, the BSDs and Windows say for ENOSPC, EDQUOT and their like.
    boolean full =
        lower.contains("no space left")
            || lower.contains("quota exceeded")
            || lower.contains("not enough space");
    return full
        ? new StorageFull(what + ": " + reason, e)
        : new StorageUnavailable(what + ": " + reason, e);
  }
}
