package org.postroom.storage.sql;

import java.util.Arrays;
import org.postroom.core.mailbox.UidSet;

/** Numbers written compactly, seven bits to an octet: what pages and sets of UIDs are kept as. */
final class Octets {
  private byte[] data;
  private int length;

  Octets(int room) {
    data = new byte[room];
  }

  void octet(int value) {
    if (length == data.length) {
      data = Arrays.copyOf(data, Math.max(16, length * 2));
    }
    data[length++] = (byte) value;
  }

  /** Writes {@code value} as an unsigned number. */
  void number(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      octet((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    octet((int) rest);
  }

  /** Writes {@code value} so that small numbers of either sign are short. */
  void signed(long value) {
    number(value << 1 ^ value >> 63);
  }

  byte[] toBytes() {
    return Arrays.copyOf(data, length);
  }

  static byte[] encode(UidSet uids) {
    Octets out = new Octets(uids.runs() * 4 + 4);
    out.number(uids.runs());
    long previous = 0;
    for (int i = 0; i < uids.runs(); i++) {
      out.number(uids.runFirst(i) - previous);
      out.number(uids.runLast(i) - uids.runFirst(i));
      previous = uids.runLast(i);
    }
    return out.toBytes();
  }

  static UidSet decodeUids(byte[] data) {
    Reader in = new Reader(data);
    UidSet.Builder uids = new UidSet.Builder();
    long runs = in.number();
    long previous = 0;
    for (long i = 0; i < runs; i++) {
      long first = previous + in.number();
      previous = first + in.number();
      uids.addRange(first, previous);
    }
    return uids.build();
  }

  /** Reads what was written so. */
  static final class Reader {
    private final byte[] data;
    private int position;

    Reader(byte[] data) {
      this.data = data;
    }

    int octet() {
      return data[position++];
    }

    long number() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte octet = data[position++];
        value |= (octet & 0x7FL) << shift;
        if (octet >= 0) {
          return value;
        }
      }
    }

    long signed() {
      long value = number();
      return value >>> 1 ^ -(value & 1);
    }
  }
}
