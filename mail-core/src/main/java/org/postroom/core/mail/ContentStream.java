package org.postroom.core.mail;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Octets that can be read from anywhere, read from front to end. */
final class ContentStream extends InputStream {
  private final Octets octets;
  private final long size;
  private final byte[] one = new byte[1];
  private long position;

  /** Where they come from; 0 at the end. */
  interface Octets {
    int read(long position, ByteBuffer target);
  }

  ContentStream(Octets octets, long size) {
    this.octets = octets;
    this.size = size;
  }

  @Override
  public int read() {
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    int count = octets.read(position, ByteBuffer.wrap(target, offset, length));
    position += count;
    return count == 0 ? -1 : count;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, size - position));
  }
}
