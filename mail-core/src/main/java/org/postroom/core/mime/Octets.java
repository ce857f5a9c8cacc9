package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** An immutable octet string: what a header said, in whatever charset it said it. */
public final class Octets {
  /** Nothing, which is not the same as absent. */
  public static final Octets EMPTY = new Octets(new byte[0]);

  private final byte[] bytes;

  private Octets(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Copies the octets. */
  public static Octets copyOf(byte[] b, int off, int len) {
    return len == 0 ? EMPTY : new Octets(Arrays.copyOfRange(b, off, off + len));
  }

  /** One octet a character (ISO 8859-1). */
  public static Octets latin1(String text) {
    return new Octets(text.getBytes(ISO_8859_1));
  }

  static Octets wrap(byte[] bytes) {
    return new Octets(bytes);
  }

  /** The array itself, for this package only. */
  byte[] array() {
    return bytes;
  }

  public int length() {
    return bytes.length;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** The octet at a place, 0 to 255. */
  public int at(int index) {
    return bytes[index] & 0xFF;
  }

  /** A copy the receiver may keep. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** Compares with ASCII text, in any case. */
  public boolean equalsIgnoreCase(String ascii) {
    return Ascii.equalsIgnoreCase(bytes, 0, bytes.length, ascii);
  }

  /** One character an octet. */
  public String latin1() {
    return new String(bytes, ISO_8859_1);
  }

  /** As UTF-8; octets that are none become U+FFFD. */
  public String utf8() {
    return new String(bytes, UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Octets that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return latin1();
  }
}
