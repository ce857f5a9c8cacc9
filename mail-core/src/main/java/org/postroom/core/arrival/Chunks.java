package org.postroom.core.arrival;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postroom.core.memory.MemoryBudget;

/**
 * Octets in memory that grow by pieces: nothing is copied when they grow. Written by one thread;
 * read by any, once the writing is done.
 */
final class Chunks {
  private static final int FIRST = 4 * 1024;
  private static final int LARGEST = 64 * 1024;

  private final MemoryBudget budget;
  private final List<byte[]> pieces = new ArrayList<>();
  private int[] starts = new int[8];
  private int size;
  private int capacity;

  Chunks(MemoryBudget budget) {
    this.budget = budget;
  }

  int size() {
    return size;
  }

  /**
   * Takes all of {@code octets}, or as many as {@code limit} and the budget leave room for.
   *
   * @param limit how large this may grow in all
   * @param expected how large it is thought to become
   * @return whether all were taken
   */
  boolean write(ByteBuffer octets, int limit, long expected) {
    while (octets.hasRemaining()) {
      if (size == capacity && !grow(limit, Math.max(expected, (long) size + octets.remaining()))) {
        return false;
      }
      byte[] last = pieces.get(pieces.size() - 1);
      int at = size - starts[pieces.size() - 1];
      int count = Math.min(octets.remaining(), last.length - at);
      octets.get(last, at, count);
      size += count;
    }
    return true;
  }

  /** Whether {@link #write} would take so many octets now, as long as nobody else takes memory. */
  boolean hasRoom(int octets, int limit, long expected) {
    long wanted = Math.max(expected, (long) size + octets);
    return wanted <= limit && budget.has(wanted - capacity + LARGEST);
  }

  int read(long position, ByteBuffer target) {
    int from = (int) Math.min(position, size);
    int begin = from;
    while (from < size && target.hasRemaining()) {
      int index = Arrays.binarySearch(starts, 0, pieces.size(), from);
      int piece = index < 0 ? -index - 2 : index;
      int at = from - starts[piece];
      int end = Math.min(size - starts[piece], pieces.get(piece).length);
      int count = Math.min(target.remaining(), end - at);
      target.put(pieces.get(piece), at, count);
      from += count;
    }
    return from - begin;
  }

  /** Gives the memory back. What is read from now on is nothing. */
  void release() {
    budget.give(capacity);
    capacity = 0;
    size = 0;
    pieces.clear();
  }

  private boolean grow(int limit, long wanted) {
    // Most mail is a little longer than the first piece: the next ones grow by halves.
    long more = Math.min(Math.max(wanted - size, size == 0 ? FIRST : size / 2), LARGEST);
    int length = (int) Math.min(more, (long) limit - size);
    if (length <= 0 || !budget.tryTake(length)) {
      return false;
    }
    if (pieces.size() == starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
    }
    starts[pieces.size()] = capacity;
    pieces.add(new byte[length]);
    capacity += length;
    return true;
  }
}
