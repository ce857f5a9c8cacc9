package org.postroom.storage.sql;

import java.util.Arrays;

/**
 * The state of up to 256 messages with neighbouring UIDs: flags, mod-sequences and sizes, as one
 * row of the database and one immutable object in memory. Flags of a mailbox of 20,000 messages are
 * 80 rows: STORE, SELECT and CHANGEDSINCE never touch the messages' own rows.
 *
 * <p>Expunged messages stay as traces (with {@link #EXPUNGED} set) until they are purged, because
 * sessions may still show them.
 */
final class Page implements KeptPage {
  /** How many UIDs fall into one page, as a power of two. */
  static final int SHIFT = 8;

  /** Internal bit: the message is gone for everybody who does not know it yet. */
  static final long EXPUNGED = 1L << 6;

  /** Internal bit, with {@link #EXPUNGED}: another row has taken over its share of the body. */
  static final long MOVED = 1L << 7;

  private static final long INTERNAL = EXPUNGED | MOVED;
  private static final byte VERSION = 1;

  private final int index;
  private final byte[] place;
  private final long[] flags;
  private final long[] modSeq;
  private final long[] born;
  private final int[] size;
  private final long highestModSeq;
  private final int living;

  private Page(int index, byte[] place, long[] flags, long[] modSeq, long[] born, int[] size) {
    this.index = index;
    this.place = place;
    this.flags = flags;
    this.modSeq = modSeq;
    this.born = born;
    this.size = size;
    long highest = 0;
    int alive = 0;
    for (int i = 0; i < place.length; i++) {
      highest = Math.max(highest, modSeq[i]);
      alive += (flags[i] & EXPUNGED) == 0 ? 1 : 0;
    }
    this.highestModSeq = highest;
    this.living = alive;
  }

  static Page empty(int index) {
    return new Page(index, new byte[0], new long[0], new long[0], new long[0], new int[0]);
  }

  static int indexOf(long uid) {
    return (int) (uid >>> SHIFT);
  }

  @Override
  public int index() {
    return index;
  }

  int count() {
    return place.length;
  }

  long uid(int i) {
    return ((long) index << SHIFT) | (place[i] & 0xFF);
  }

  /** The flags clients know. */
  long flags(int i) {
    return flags[i] & ~INTERNAL;
  }

  long modSeq(int i) {
    return modSeq[i];
  }

  /** The mod-sequence with which the message came. */
  long born(int i) {
    return born[i];
  }

  int size(int i) {
    return size[i];
  }

  boolean live(int i) {
    return (flags[i] & EXPUNGED) == 0;
  }

  boolean moved(int i) {
    return (flags[i] & MOVED) != 0;
  }

  @Override
  public long highestModSeq() {
    return highestModSeq;
  }

  @Override
  public int living() {
    return living;
  }

  @Override
  public int octets() {
    return 128 + count() * 29;
  }

  @Override
  public Page open() {
    return this;
  }

  /** As it is to be kept when it is not the last of its mailbox, which is changed soon. */
  KeptPage atRest() {
    return living == 0 && count() > 0 ? new DormantPage(index, highestModSeq, encode()) : this;
  }

  /** Where {@code uid} is; negative when it is not here, as binary searches say it. */
  int find(long uid) {
    if (indexOf(uid) != index) {
      return -1;
    }
    int wanted = (int) (uid & 0xFF);
    int low = 0;
    int high = place.length - 1;
    while (low <= high) {
      int mid = (low + high) >>> 1;
      int value = place[mid] & 0xFF;
      if (value == wanted) {
        return mid;
      }
      if (value < wanted) {
        low = mid + 1;
      } else {
        high = mid - 1;
      }
    }
    return -low - 1;
  }

  /** A copy to change, with room for {@code more} entries at its end. */
  Draft draft(int more) {
    return new Draft(this, more);
  }

  /** A copy without the entries that {@code gone} marks. */
  Page without(boolean[] gone) {
    int kept = 0;
    Draft draft = draft(0);
    for (int i = 0; i < count(); i++) {
      if (!gone[i]) {
        draft.place[kept] = place[i];
        draft.flags[kept] = flags[i];
        draft.modSeq[kept] = modSeq[i];
        draft.born[kept] = born[i];
        draft.size[kept] = size[i];
        kept++;
      }
    }
    draft.count = kept;
    return draft.build();
  }

  @Override
  public byte[] encode() {
    Octets out = new Octets(16 + count() * 10);
    out.octet(VERSION);
    out.number(count());
    int previousPlace = -1;
    long previousBorn = 0;
    for (int i = 0; i < count(); i++) {
      out.number((place[i] & 0xFF) - previousPlace);
      out.number(flags[i]);
      out.number(size[i]);
      out.signed(born[i] - previousBorn);
      out.signed(modSeq[i] - born[i]);
      previousPlace = place[i] & 0xFF;
      previousBorn = born[i];
    }
    return out.toBytes();
  }

  static Page decode(int index, byte[] data) {
    Octets.Reader in = new Octets.Reader(data);
    int version = in.octet();
    if (version != VERSION) {
      throw new IllegalStateException("page of version " + version);
    }
    int count = (int) in.number();
    byte[] place = new byte[count];
    long[] flags = new long[count];
    long[] modSeq = new long[count];
    long[] born = new long[count];
    int[] size = new int[count];
    int previousPlace = -1;
    long previousBorn = 0;
    for (int i = 0; i < count; i++) {
      previousPlace += (int) in.number();
      place[i] = (byte) previousPlace;
      flags[i] = in.number();
      size[i] = (int) in.number();
      previousBorn += in.signed();
      born[i] = previousBorn;
      modSeq[i] = previousBorn + in.signed();
    }
    return new Page(index, place, flags, modSeq, born, size);
  }

  /** A page that is being changed, by one thread. */
  static final class Draft {
    private final int index;
    private byte[] place;
    private long[] flags;
    private long[] modSeq;
    private long[] born;
    private int[] size;
    private int count;

    private Draft(Page page, int more) {
      int room = page.count() + more;
      index = page.index;
      place = Arrays.copyOf(page.place, room);
      flags = Arrays.copyOf(page.flags, room);
      modSeq = Arrays.copyOf(page.modSeq, room);
      born = Arrays.copyOf(page.born, room);
      size = Arrays.copyOf(page.size, room);
      count = page.count();
    }

    /** Adds a message behind all others. */
    void add(long uid, long newFlags, int newSize, long newModSeq) {
      if (count == place.length) {
        grow(Math.min(1 << SHIFT, count * 2 + 8));
      }
      place[count] = (byte) uid;
      flags[count] = newFlags;
      modSeq[count] = newModSeq;
      born[count] = newModSeq;
      size[count] = newSize;
      count++;
    }

    private void grow(int room) {
      place = Arrays.copyOf(place, room);
      flags = Arrays.copyOf(flags, room);
      modSeq = Arrays.copyOf(modSeq, room);
      born = Arrays.copyOf(born, room);
      size = Arrays.copyOf(size, room);
    }

    void flags(int i, long newFlags, long newModSeq) {
      flags[i] = newFlags | flags[i] & INTERNAL;
      modSeq[i] = newModSeq;
    }

    void expunge(int i, boolean moved, long newModSeq) {
      flags[i] |= EXPUNGED | (moved ? MOVED : 0);
      modSeq[i] = newModSeq;
    }

    Page build() {
      if (count == place.length) {
        return new Page(index, place, flags, modSeq, born, size);
      }
      return new Page(
          index,
          Arrays.copyOf(place, count),
          Arrays.copyOf(flags, count),
          Arrays.copyOf(modSeq, count),
          Arrays.copyOf(born, count),
          Arrays.copyOf(size, count));
    }
  }
}
