package org.postroom.core.mailbox;

import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;

/**
 * An immutable, ascending set of UIDs, kept as runs without gaps: a mailbox of 200,000 messages
 * with 3,000 gaps takes 36 KB. The n-th member, and the place of a member, are binary searches over
 * the runs. UIDs are unsigned 32-bit numbers, handed over as {@code long}.
 */
public final class UidSet {
  public static final UidSet EMPTY = new UidSet(new int[0], new int[0], new int[0], 0);

  // Run i holds first[i] to last[i] (unsigned); before[i] members stand in the runs in front of it.
  private final int[] first;
  private final int[] last;
  private final int[] before;
  private final int size;

  private UidSet(int[] first, int[] last, int[] before, int size) {
    this.first = first;
    this.last = last;
    this.before = before;
    this.size = size;
  }

  /** All from {@code from} to {@code to}, both included. */
  public static UidSet range(long from, long to) {
    return new Builder().addRange(from, to).build();
  }

  /** The given UIDs, in any order. */
  public static UidSet of(long... uids) {
    long[] sorted = uids.clone();
    Arrays.sort(sorted);
    Builder builder = new Builder();
    for (long uid : sorted) {
      builder.add(uid);
    }
    return builder.build();
  }

  /** How many members there are. */
  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** How many runs without gaps there are. */
  public int runs() {
    return first.length;
  }

  /** The first UID of run {@code i}, counted from 0. */
  public long runFirst(int i) {
    return Integer.toUnsignedLong(first[i]);
  }

  /** The last UID of run {@code i}. */
  public long runLast(int i) {
    return Integer.toUnsignedLong(last[i]);
  }

  /** The lowest member; the set must not be empty. */
  public long min() {
    return runFirst(0);
  }

  /** The highest member; the set must not be empty. */
  public long max() {
    return runLast(last.length - 1);
  }

  public boolean contains(long uid) {
    int run = runAtOrBefore(uid);
    return run >= 0 && uid <= runLast(run);
  }

  /**
   * The member at {@code index}, counted from 1 as IMAP's sequence numbers are.
   *
   * @throws IndexOutOfBoundsException when there is none
   */
  public long nth(int index) {
    if (index < 1 || index > size) {
      throw new IndexOutOfBoundsException(index + " of " + size);
    }
    int run = Arrays.binarySearch(before, index - 1);
    if (run < 0) {
      run = -run - 2;
    }
    return runFirst(run) + (index - 1 - before[run]);
  }

  /** The place of {@code uid}, counted from 1; 0 when it is not a member. */
  public int indexOf(long uid) {
    int run = runAtOrBefore(uid);
    return run >= 0 && uid <= runLast(run) ? before[run] + 1 + (int) (uid - runFirst(run)) : 0;
  }

  /** How many members are at most {@code uid}. */
  public int countUpTo(long uid) {
    int run = runAtOrBefore(uid);
    if (run < 0) {
      return 0;
    }
    return before[run] + 1 + (int) (Math.min(uid, runLast(run)) - runFirst(run));
  }

  /** The members that are in {@code other} too. */
  public UidSet intersect(UidSet other) {
    Builder result = new Builder();
    int i = 0;
    int j = 0;
    while (i < runs() && j < other.runs()) {
      long from = Math.max(runFirst(i), other.runFirst(j));
      long to = Math.min(runLast(i), other.runLast(j));
      if (from <= to) {
        result.addRange(from, to);
      }
      if (runLast(i) < other.runLast(j)) {
        i++;
      } else {
        j++;
      }
    }
    return result.build();
  }

  /** The members that are not in {@code other}. */
  public UidSet minus(UidSet other) {
    Builder result = new Builder();
    int j = 0;
    for (int i = 0; i < runs(); i++) {
      long from = runFirst(i);
      long to = runLast(i);
      while (j < other.runs() && other.runLast(j) < from) {
        j++;
      }
      for (int k = j; k < other.runs() && other.runFirst(k) <= to; k++) {
        if (other.runFirst(k) > from) {
          result.addRange(from, other.runFirst(k) - 1);
        }
        from = other.runLast(k) + 1;
      }
      if (from <= to) {
        result.addRange(from, to);
      }
    }
    return result.build();
  }

  /** The members of either. */
  public UidSet union(UidSet other) {
    if (isEmpty()) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    Builder result = new Builder();
    int i = 0;
    int j = 0;
    while (i < runs() || j < other.runs()) {
      if (j >= other.runs() || i < runs() && runFirst(i) <= other.runFirst(j)) {
        result.addRange(runFirst(i), runLast(i));
        i++;
      } else {
        result.addRange(other.runFirst(j), other.runLast(j));
        j++;
      }
    }
    return result.build();
  }

  /** The members from {@code from} to {@code to}, both included. */
  public UidSet between(long from, long to) {
    return from > to ? EMPTY : intersect(range(Math.max(from, 1), Math.min(to, Uid.MAX)));
  }

  /** Shows every member, ascending. */
  public void forEach(LongConsumer visitor) {
    for (int i = 0; i < runs(); i++) {
      for (long uid = runFirst(i); uid <= runLast(i); uid++) {
        visitor.accept(uid);
      }
    }
  }

  /** The members, ascending. */
  public PrimitiveIterator.OfLong iterator() {
    return new PrimitiveIterator.OfLong() {
      private int run;
      private long next = isEmpty() ? 0 : runFirst(0);

      @Override
      public boolean hasNext() {
        return run < runs();
      }

      @Override
      public long nextLong() {
        if (!hasNext()) {
          throw new java.util.NoSuchElementException();
        }
        long uid = next;
        if (uid < runLast(run)) {
          next = uid + 1;
        } else if (++run < runs()) {
          next = runFirst(run);
        }
        return uid;
      }
    };
  }

  /** The members, ascending. */
  public LongStream stream() {
    return StreamSupport.longStream(
        Spliterators.spliterator(
            iterator(), size, Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.SORTED),
        false);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UidSet set
        && Arrays.equals(first, set.first)
        && Arrays.equals(last, set.last);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(first) + Arrays.hashCode(last);
  }

  /** As IMAP writes it: {@code 1:3,7}; empty for the empty set. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < runs(); i++) {
      if (i > 0) {
        text.append(',');
      }
      text.append(runFirst(i));
      if (runLast(i) > runFirst(i)) {
        text.append(':').append(runLast(i));
      }
    }
    return text.toString();
  }

  private int runAtOrBefore(long uid) {
    int low = 0;
    int high = first.length - 1;
    while (low <= high) {
      int mid = (low + high) >>> 1;
      if (runFirst(mid) <= uid) {
        low = mid + 1;
      } else {
        high = mid - 1;
      }
    }
    return high;
  }

  /** Collects a set; UIDs and ranges must come with rising beginnings, overlaps are merged. */
  public static final class Builder {
    private int[] first = new int[4];
    private int[] last = new int[4];
    private int runs;

    /** Adds one UID. */
    public Builder add(long uid) {
      return addRange(uid, uid);
    }

    /** Adds a range, both ends included. */
    public Builder addRange(long from, long to) {
      if (from < 1 || to > Uid.MAX || from > to) {
        throw new IllegalArgumentException("UID range " + from + ":" + to);
      }
      if (runs > 0) {
        long end = Integer.toUnsignedLong(last[runs - 1]);
        if (from < Integer.toUnsignedLong(first[runs - 1])) {
          throw new IllegalArgumentException(from + " comes after " + end);
        }
        if (from <= end + 1) {
          last[runs - 1] = (int) Math.max(end, to);
          return this;
        }
      }
      if (runs == first.length) {
        first = Arrays.copyOf(first, runs * 2);
        last = Arrays.copyOf(last, runs * 2);
      }
      first[runs] = (int) from;
      last[runs] = (int) to;
      runs++;
      return this;
    }

    /** The set. */
    public UidSet build() {
      if (runs == 0) {
        return EMPTY;
      }
      int[] before = new int[runs];
      long size = 0;
      for (int i = 0; i < runs; i++) {
        before[i] = (int) Math.min(size, Integer.MAX_VALUE);
        size += Integer.toUnsignedLong(last[i]) - Integer.toUnsignedLong(first[i]) + 1;
      }
      return new UidSet(
          Arrays.copyOf(first, runs),
          Arrays.copyOf(last, runs),
          before,
          (int) Math.min(size, Integer.MAX_VALUE));
    }
  }
}
