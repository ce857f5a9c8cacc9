package org.postroom.smtp.subetha;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.postroom.core.mail.Content;

/** Content that has come, from its beginning. */
final class ContentStream extends InputStream {
  private final Content content;
  private long position;

  ContentStream(Content content) {
    this.content = content;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
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
    return (int) Math.min(Integer.MAX_VALUE, content.size() - position);
  }
}
