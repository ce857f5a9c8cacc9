package org.postroom.imap.command.search;

import java.io.InputStream;
import java.nio.ByteBuffer;
import org.postroom.core.mail.Content;

/** A part of a message's octets as a stream. */
final class ContentStream extends InputStream {
  private final Content content;
  private final long end;
  private long at;

  ContentStream(Content content, long from, long length) {
    this.content = content;
    this.at = from;
    this.end = from + length;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    int wanted = (int) Math.min(length, end - at);
    if (wanted <= 0) {
      return -1;
    }
    int count = content.read(at, ByteBuffer.wrap(target, offset, wanted));
    at += Math.max(0, count);
    return count <= 0 ? -1 : count;
  }
}
