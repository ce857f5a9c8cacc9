package org.postroom.imap.command.search;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/** Decodes quoted-printable (RFC 2045, 6.7), leniently: what is no escape stays as it is. */
final class QuotedPrintableStream extends InputStream {
  private final PushbackInputStream in;

  QuotedPrintableStream(InputStream in) {
    this.in = new PushbackInputStream(new BufferedInputStream(in), 2);
  }

  @Override
  public int read() throws IOException {
    while (true) {
      int c = in.read();
      if (c != '=') {
        return c;
      }
      int one = in.read();
      if (one == '\n') {
        continue;
      }
      int two = in.read();
      if (one == '\r' && two == '\n') {
        continue;
      }
      int high = Character.digit(one, 16);
      int low = Character.digit(two, 16);
      if (high >= 0 && low >= 0) {
        return high << 4 | low;
      }
      if (two >= 0) {
        in.unread(two);
      }
      if (one >= 0) {
        in.unread(one);
      }
      return c;
    }
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = 0;
    while (count < length) {
      int c = read();
      if (c < 0) {
        return count == 0 ? -1 : count;
      }
      target[offset + count++] = (byte) c;
    }
    return count;
  }
}
