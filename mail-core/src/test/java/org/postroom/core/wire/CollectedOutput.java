package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Keeps what is written, for tests of what writes. */
public final class CollectedOutput implements Output {
  private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

  /** All that was written, an octet a character. */
  public String text() {
    return octets.toString(ISO_8859_1);
  }

  @Override
  public Output write(byte[] source, int offset, int length) {
    octets.write(source, offset, length);
    return this;
  }

  @Override
  public Output write(ByteBuffer source) {
    while (source.hasRemaining()) {
      octets.write(source.get());
    }
    return this;
  }

  @Override
  public Output write(int octet) {
    octets.write(octet);
    return this;
  }

  @Override
  public Output ascii(CharSequence text) {
    octets.writeBytes(text.toString().getBytes(ISO_8859_1));
    return this;
  }

  @Override
  public void flush() {}

  @Override
  public boolean hasRoom() {
    return true;
  }
}
