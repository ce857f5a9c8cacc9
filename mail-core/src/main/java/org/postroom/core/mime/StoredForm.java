package org.postroom.core.mime;

/** Reads the primitives that {@link OctetBuffer} writes; never beyond the array. */
final class StoredForm {
  final byte[] bytes;
  private final int end;
  int at;

  StoredForm(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  boolean atEnd() {
    return at >= end;
  }

  int octet() {
    if (at >= end) {
      throw new CorruptStructure("Stored form ends early");
    }
    return bytes[at++] & 0xFF;
  }

  long number() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int o = octet();
      value |= (long) (o & 0x7F) << shift;
      if (o < 0x80) {
        if (value < 0) {
          break;
        }
        return value;
      }
    }
    throw new CorruptStructure("Number out of range");
  }

  /** A count of octets that must lie ahead. */
  int length(long claimed) {
    if (claimed < 0 || claimed > end - at) {
      throw new CorruptStructure("Length beyond the end");
    }
    return (int) claimed;
  }
}
