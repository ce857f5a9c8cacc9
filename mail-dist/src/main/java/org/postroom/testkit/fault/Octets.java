package org.postroom.testkit.fault;

import java.util.Arrays;

/** Octets that have come and wait for being looked at. */
final class Octets {
  private byte[] all = new byte[256];
  private int from;
  private int to;

  int size() {
    return to - from;
  }

  boolean isEmpty() {
    return from == to;
  }

  void add(byte[] more) {
    if (to + more.length > all.length) {
      int size = size();
      byte[] wider = size + more.length > all.length / 2 ? new byte[2 * (size + more.length)] : all;
      System.arraycopy(all, from, wider, 0, size);
      all = wider;
      from = 0;
      to = size;
    }
    System.arraycopy(more, 0, all, to, more.length);
    to += more.length;
  }

  byte at(int index) {
    return all[from + index];
  }

  /** Where the next one is; -1 where none is. */
  int indexOf(char octet, int start) {
    for (int i = from + start; i < to; i++) {
      if (all[i] == octet) {
        return i - from;
      }
    }
    return -1;
  }

  byte[] take(int count) {
    byte[] taken = Arrays.copyOfRange(all, from, from + count);
    from += count;
    if (from == to) {
      from = 0;
      to = 0;
    }
    return taken;
  }

  byte[] takeAll() {
    return take(size());
  }

  void clear() {
    from = 0;
    to = 0;
  }
}
