package org.postroom.core.mail;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Content, read from front to end. What cannot be read is thrown as {@link Content#read} says. */
final class ContentStream extends InputStream {
  private final Content content;
  private final byte[] one = new byte[1];
  private long position;

  ContentStream(Content content) {
    this.content = content;
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
    int count = content.read(position, ByteBuffer.wrap(target, offset, length));
    position += count;
    return count == 0 ? -1 : count;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, content.size() - position));
  }
}
