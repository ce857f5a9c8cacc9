package org.postroom.core.mime;

/**
 * One field of a header block; a view, nothing is copied until asked for.
 *
 * <p>A line without colon is a field without name.
 */
public final class HeaderField {
  private final byte[] block;
  private final int start;
  private final int nameLength;
  private final int value;
  private final int end;

  HeaderField(byte[] block, int start, int nameLength, int value, int end) {
    this.block = block;
    this.start = start;
    this.nameLength = nameLength;
    this.value = value;
    this.end = end;
  }

  /** The name as written; empty for a line without colon. */
  public Octets name() {
    return Octets.copyOf(block, start, nameLength);
  }

  /** Whether the field has this name, in any case. */
  public boolean isNamed(String name) {
    return nameLength > 0 && Ascii.equalsIgnoreCase(block, start, nameLength, name);
  }

  /** Where the field starts in the block. */
  public int offset() {
    return start;
  }

  /** Octets of the whole field with its folding and last line end. */
  public int length() {
    return end - start;
  }

  /** The whole field: name, colon, value, folding, line end. */
  public Octets raw() {
    return Octets.copyOf(block, start, end - start);
  }

  /** The value in one line: line ends taken out, blanks at both ends trimmed. */
  public Octets value() {
    OctetBuffer out = new OctetBuffer(end - value);
    HeaderText.unfold(block, value, end, out);
    return out.toOctets();
  }
}
