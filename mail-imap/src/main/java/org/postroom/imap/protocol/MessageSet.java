package org.postroom.imap.protocol;

import java.util.Arrays;
import java.util.Comparator;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;

/**
 * The messages a client names (RFC 9051, 9: sequence-set): ranges of numbers, kept as given and
 * resolved against a view of a mailbox when that is known; never expanded.
 */
public final class MessageSet {
  /** Stands for {@code *}, the largest number in use. */
  static final long STAR = Uid.MAX + 1;

  private final long[] from;
  private final long[] to;

  MessageSet(long[] from, long[] to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Reads the text of a set.
   *
   * @throws BadCommand when it is none
   */
  public static MessageSet parse(String text) {
    return new ImapReader(text).messageSet();
  }

  /** The members of {@code view} whose UIDs are named; a UID that is not there is left out. */
  public UidSet uids(UidSet view) {
    if (view.isEmpty()) {
      return UidSet.EMPTY;
    }
    UidSet named = resolve(view.max());
    return named.intersect(view);
  }

  /** The same for a set that need not be inside a view: {@code *} stands for {@code largest}. */
  public UidSet resolve(long largest) {
    long[][] ranges = new long[from.length][];
    for (int i = 0; i < from.length; i++) {
      long a = from[i] == STAR ? largest : from[i];
      long b = to[i] == STAR ? largest : to[i];
      ranges[i] = new long[] {Math.min(a, b), Math.max(a, b)};
    }
    Arrays.sort(ranges, Comparator.comparingLong(range -> range[0]));
    UidSet.Builder set = new UidSet.Builder();
    for (long[] range : ranges) {
      set.addRange(range[0], range[1]);
    }
    return set.build();
  }

  /**
   * The UIDs behind sequence numbers.
   *
   * @throws BadCommand when a number is beyond the view
   */
  public UidSet sequence(UidSet view) {
    for (int i = 0; i < from.length; i++) {
      boolean beyond = from[i] != STAR && from[i] > view.size();
      boolean beyondTo = to[i] != STAR && to[i] > view.size();
      boolean star = from[i] == STAR || to[i] == STAR;
      // In an empty mailbox "1:*" is nothing: clients that open empty folders send it.
      if ((beyond || beyondTo) && !(star && view.isEmpty())) {
        throw new BadCommand("No such message number");
      }
    }
    return sequenceOrLess(view);
  }

  /** The UIDs behind sequence numbers; numbers beyond the view match nothing. */
  public UidSet sequenceOrLess(UidSet view) {
    if (view.isEmpty()) {
      return UidSet.EMPTY;
    }
    UidSet numbers = resolve(view.size()).between(1, view.size());
    UidSet.Builder uids = new UidSet.Builder();
    for (int run = 0; run < numbers.runs(); run++) {
      addBetween(
          view, view.nth((int) numbers.runFirst(run)), view.nth((int) numbers.runLast(run)), uids);
    }
    return uids.build();
  }

  private static void addBetween(UidSet view, long first, long last, UidSet.Builder uids) {
    int low = 0;
    int high = view.runs() - 1;
    while (low < high) {
      int mid = (low + high) >>> 1;
      if (view.runLast(mid) < first) {
        low = mid + 1;
      } else {
        high = mid;
      }
    }
    for (int i = low; i < view.runs() && view.runFirst(i) <= last; i++) {
      uids.addRange(Math.max(first, view.runFirst(i)), Math.min(last, view.runLast(i)));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MessageSet set
        && Arrays.equals(from, set.from)
        && Arrays.equals(to, set.to);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < from.length; i++) {
      text.append(i > 0 ? "," : "").append(name(from[i]));
      if (to[i] != from[i]) {
        text.append(':').append(name(to[i]));
      }
    }
    return text.toString();
  }

  private static String name(long number) {
    return number == STAR ? "*" : Long.toString(number);
  }
}
