package org.postroom.core.mail;

import java.nio.ByteBuffer;

/** Content in one array. */
final class MemoryContent implements Content {
  private final byte[] octets;

  MemoryContent(byte[] octets) {
    this.octets = octets;
  }

  @Override
  public long size() {
    return octets.length;
  }

  @Override
  public int read(long position, ByteBuffer target) {
    if (position >= octets.length) {
      return 0;
    }
    int from = (int) position;
    int count = Math.min(target.remaining(), octets.length - from);
    target.put(octets, from, count);
    return count;
  }

  @Override
  public byte[] toBytes() {
    return octets.clone();
  }
}
