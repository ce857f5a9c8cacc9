package org.postroom.core.mime;

import java.util.Arrays;

/** Growing octets, with the few primitives of the stored forms. */
final class OctetBuffer {
  byte[] bytes;
  int length;

  OctetBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  void add(int octet) {
    room(1);
    bytes[length++] = (byte) octet;
  }

  void add(byte[] b, int off, int len) {
    room(len);
    System.arraycopy(b, off, bytes, length, len);
    length += len;
  }

  /** Seven bits an octet, low bits first. */
  void addNumber(long value) {
    room(10);
    long v = value;
    while ((v & ~0x7FL) != 0) {
      bytes[length++] = (byte) (v & 0x7F | 0x80);
      v >>>= 7;
    }
    bytes[length++] = (byte) v;
  }

  void clear() {
    length = 0;
  }

  /** Gives back what was taken in advance. */
  void trim() {
    if (bytes.length > length) {
      bytes = Arrays.copyOf(bytes, length);
    }
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  Octets toOctets() {
    return Octets.copyOf(bytes, 0, length);
  }
}
