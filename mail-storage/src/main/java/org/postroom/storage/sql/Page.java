package org.postroom.storage.sql;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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

  /** Of a page where no message has {@link Wide} keywords, and of one where some have. */
  private static final byte VERSION = 1;

  private static final byte VERSION_WIDE = 2;

  private final int index;
  private final byte[] place;
  private final long[] flags;
  private final long[] modSeq;
  private final long[] born;
  private final int[] size;

  /** Missing where no message has any. */
  private final @Nullable Wide @Nullable [] wide;

  private final int wideOctets;
  private final long highestModSeq;
  private final int living;
  private final Marks marks;
  private final Marks traces;

  private Page(
      int index,
      byte[] place,
      long[] flags,
      long[] modSeq,
      long[] born,
      int[] size,
      @Nullable Wide @Nullable [] wide) {
    this.index = index;
    this.place = place;
    this.flags = flags;
    this.modSeq = modSeq;
    this.born = born;
    this.size = size;
    long highest = 0;
    int alive = 0;
    long aliveFlags = 0;
    long goneFlags = 0;
    for (int i = 0; i < place.length; i++) {
      highest = Math.max(highest, modSeq[i]);
      if ((flags[i] & EXPUNGED) == 0) {
        alive++;
        aliveFlags |= flags[i];
      } else {
        goneFlags |= flags[i];
      }
    }
    this.highestModSeq = highest;
    this.living = alive;
    Wide aliveWide = Wide.NONE;
    Wide goneWide = Wide.NONE;
    int octets = 0;
    if (wide != null) {
      Wide last = Wide.NONE;
      for (int i = 0; i < place.length; i++) {
        Wide one = wide(wide, i);
        if (!one.isEmpty()) {
          if (one.equals(last)) {
            wide[i] = last;
          } else {
            octets += Wide.OCTETS;
            last = one;
          }
          if ((flags[i] & EXPUNGED) == 0) {
            aliveWide = aliveWide.or(one);
          } else {
            goneWide = goneWide.or(one);
          }
        }
      }
    }
    boolean isWide = octets > 0;
    this.wide = isWide ? wide : null;
    this.wideOctets = isWide ? 16 + 4 * place.length + octets : 0;
    this.marks = Marks.of(aliveFlags, aliveWide);
    this.traces = Marks.of(goneFlags, goneWide);
  }

  private static Wide wide(@Nullable Wide[] all, int i) {
    Wide one = all[i];
    return one == null ? Wide.NONE : one;
  }

  static Page empty(int index) {
    return new Page(index, new byte[0], new long[0], new long[0], new long[0], new int[0], null);
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

  /** System flags, and {@link Marks} as far as one word goes. */
  long flags(int i) {
    return flags[i] & ~INTERNAL;
  }

  /** The other {@link Marks}. */
  Wide wide(int i) {
    return wide == null ? Wide.NONE : wide(wide, i);
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
    return 144 + count() * 29 + wideOctets;
  }

  @Override
  public Marks marks() {
    return marks;
  }

  @Override
  public Marks traces() {
    return traces;
  }

  @Override
  public Page open() {
    return this;
  }

  /** As it is to be kept when it is not the last of its mailbox, which is changed soon. */
  KeptPage atRest() {
    return living == 0 && count() > 0
        ? new DormantPage(index, highestModSeq, traces, encode())
        : this;
  }

  /** A copy where no trace has these. */
  Page withoutTraces(Marks gone) {
    Draft draft = draft(0);
    for (int i = 0; i < count(); i++) {
      if (!live(i)) {
        draft.flags[i] &= ~gone.word();
        draft.wide(i, wide(i).minus(gone.wide()));
      }
    }
    return draft.build();
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
        draft.wide(kept, wide(i));
        kept++;
      }
    }
    draft.count = kept;
    return draft.build();
  }

  @Override
  public byte[] encode() {
    Octets out = new Octets(16 + count() * 10);
    out.octet(wide == null ? VERSION : VERSION_WIDE);
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
    if (wide != null) {
      encode(wide, out);
    }
    return out.toBytes();
  }

  private static void encode(@Nullable Wide[] all, Octets out) {
    int some = 0;
    for (int i = 0; i < all.length; i++) {
      some += wide(all, i).isEmpty() ? 0 : 1;
    }
    out.number(some);
    int previous = 0;
    for (int i = 0; i < all.length; i++) {
      Wide one = wide(all, i);
      if (!one.isEmpty()) {
        out.number(i - previous);
        one.encode(out);
        previous = i;
      }
    }
  }

  private static Wide[] decodeWide(int count, Octets.Reader in) {
    Wide[] all = new Wide[count];
    Arrays.fill(all, Wide.NONE);
    int some = (int) in.number();
    int at = 0;
    for (int i = 0; i < some; i++) {
      at += (int) in.number();
      all[at] = Wide.decode(in);
    }
    return all;
  }

  static Page decode(int index, byte[] data) {
    Octets.Reader in = new Octets.Reader(data);
    int version = in.octet();
    if (version != VERSION && version != VERSION_WIDE) {
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
    Wide[] wide = version == VERSION_WIDE ? decodeWide(count, in) : null;
    return new Page(index, place, flags, modSeq, born, size, wide);
  }

  /** A page that is being changed, by one thread. */
  static final class Draft {
    private final int index;
    private byte[] place;
    private long[] flags;
    private long[] modSeq;
    private long[] born;
    private int[] size;
    private @Nullable Wide @Nullable [] wide;
    private int count;

    private Draft(Page page, int more) {
      int room = page.count() + more;
      index = page.index;
      place = Arrays.copyOf(page.place, room);
      flags = Arrays.copyOf(page.flags, room);
      modSeq = Arrays.copyOf(page.modSeq, room);
      born = Arrays.copyOf(page.born, room);
      size = Arrays.copyOf(page.size, room);
      wide = page.wide == null ? null : Arrays.copyOf(page.wide, room);
      count = page.count();
    }

    /** Adds a message behind all others. */
    void add(long uid, long newFlags, Wide newWide, int newSize, long newModSeq) {
      if (count == place.length) {
        grow(Math.min(1 << SHIFT, count * 2 + 8));
      }
      place[count] = (byte) uid;
      flags[count] = newFlags;
      modSeq[count] = newModSeq;
      born[count] = newModSeq;
      size[count] = newSize;
      wide(count, newWide);
      count++;
    }

    private void grow(int room) {
      place = Arrays.copyOf(place, room);
      flags = Arrays.copyOf(flags, room);
      modSeq = Arrays.copyOf(modSeq, room);
      born = Arrays.copyOf(born, room);
      size = Arrays.copyOf(size, room);
      wide = wide == null ? null : Arrays.copyOf(wide, room);
    }

    void flags(int i, long newFlags, Wide newWide, long newModSeq) {
      flags[i] = newFlags | flags[i] & INTERNAL;
      modSeq[i] = newModSeq;
      wide(i, newWide);
    }

    private void wide(int i, Wide newWide) {
      @Nullable Wide[] all = wide;
      if (all == null) {
        if (newWide.isEmpty()) {
          return;
        }
        all = new Wide[place.length];
        wide = all;
      }
      all[i] = newWide;
    }

    void expunge(int i, boolean moved, long newModSeq) {
      flags[i] |= EXPUNGED | (moved ? MOVED : 0);
      modSeq[i] = newModSeq;
    }

    Page build() {
      if (count == place.length) {
        return new Page(index, place, flags, modSeq, born, size, wide);
      }
      return new Page(
          index,
          Arrays.copyOf(place, count),
          Arrays.copyOf(flags, count),
          Arrays.copyOf(modSeq, count),
          Arrays.copyOf(born, count),
          Arrays.copyOf(size, count),
          wide == null ? null : Arrays.copyOf(wide, count));
    }
  }
}
