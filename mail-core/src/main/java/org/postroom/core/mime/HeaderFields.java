package org.postroom.core.mime;

import java.util.Collection;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The fields of one header block, in order, read from its octets. The block ends at the first empty
 * line or at the end of the array; any octets are accepted.
 */
public final class HeaderFields implements Iterable<HeaderField> {
  private final byte[] block;
  private final int from;
  private final int to;

  private HeaderFields(byte[] block, int from, int to) {
    this.block = block;
    this.from = from;
    this.to = to;
  }

  /** Reads from the array itself; it must not change meanwhile. */
  public static HeaderFields of(byte[] block) {
    return new HeaderFields(block, 0, block.length);
  }

  /** Reads a part of an array; offsets of the fields count from the array's start. */
  public static HeaderFields of(byte[] block, int off, int len) {
    return new HeaderFields(block, off, off + len);
  }

  /** The matching fields as they stand, then one CRLF (IMAP's HEADER.FIELDS). */
  public byte[] fields(Collection<String> names) {
    return filtered(names, true);
  }

  /** All other fields as they stand, then one CRLF (IMAP's HEADER.FIELDS.NOT). */
  public byte[] fieldsNot(Collection<String> names) {
    return filtered(names, false);
  }

  private byte[] filtered(Collection<String> names, boolean wanted) {
    OctetBuffer out = new OctetBuffer(256);
    Walk walk = new Walk(block, from, to);
    while (walk.next()) {
      boolean named = false;
      for (String name : names) {
        if (walk.nameLength > 0
            && Ascii.equalsIgnoreCase(block, walk.start, walk.nameLength, name)) {
          named = true;
          break;
        }
      }
      if (named == wanted) {
        out.add(block, walk.start, walk.end - walk.start);
        if (block[walk.end - 1] != '\n') {
          out.add('\r');
          out.add('\n');
        }
      }
    }
    out.add('\r');
    out.add('\n');
    return out.toBytes();
  }

  @Override
  public Iterator<HeaderField> iterator() {
    return new Iterator<>() {
      private final Walk walk = new Walk(block, from, to);
      private boolean ready = walk.next();

      @Override
      public boolean hasNext() {
        return ready;
      }

      @Override
      public HeaderField next() {
        if (!ready) {
          throw new NoSuchElementException();
        }
        HeaderField field =
            new HeaderField(block, walk.start, walk.nameLength, walk.value, walk.end);
        ready = walk.next();
        return field;
      }
    };
  }

  /** The loop under both this class and the scanner: no object for a field. */
  static final class Walk {
    private final byte[] b;
    private final int to;
    int start;
    int nameLength;
    int value;
    int end;

    Walk(byte[] b, int from, int to) {
      this.b = b;
      this.to = to;
      this.end = from;
    }

    boolean next() {
      int i = end;
      if (i >= to || b[i] == '\n' || b[i] == '\r' && (i + 1 < to && b[i + 1] == '\n')) {
        return false;
      }
      start = i;
      int colon = -1;
      while (i < to && b[i] != '\n') {
        if (b[i] == ':' && colon < 0) {
          colon = i;
        }
        i++;
      }
      i = Math.min(i + 1, to);
      while (i < to && Ascii.blank(b[i])) {
        while (i < to && b[i] != '\n') {
          i++;
        }
        i = Math.min(i + 1, to);
      }
      end = i;
      value = colon < 0 || Ascii.blank(b[start]) ? start : colon + 1;
      int n = value == start ? start : colon;
      while (n > start && Ascii.blank(b[n - 1])) {
        n--;
      }
      nameLength = n - start;
      return true;
    }
  }
}
