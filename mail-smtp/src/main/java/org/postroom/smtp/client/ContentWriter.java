package org.postroom.smtp.client;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.postroom.core.mail.Content;
import org.postroom.core.wire.Output;

/**
 * Sends content as DATA wants it (RFC 5321, 4.5.2): CRLF only, dots at line starts doubled, and the
 * final dot. Lines beyond the limit are folded: in the mail's header where it has white space (RFC
 * 5322, 2.2.3), so that nothing is cut and nothing added; elsewhere by a line end and a space, but
 * never within a character of UTF-8.
 */
final class ContentWriter {
  private static final int CHUNK = 64 * 1024;
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] FOLD = {'\r', '\n', ' '};
  private static final byte[] END = {'.', '\r', '\n'};

  private final Output out;
  private final int lineLimit;
  private final HeaderLine header = new HeaderLine();
  private boolean inHeader = true;
  private int column;
  private boolean sawCr;

  /**
   * Begins.
   *
   * @param lineLimit octets of a line ({@code smtp_line_length_limit}); 0 for any
   */
  ContentWriter(Output out, int lineLimit) {
    this.out = out;
    this.lineLimit = lineLimit == 0 ? Integer.MAX_VALUE : lineLimit;
  }

  /** All of a content, and its end. */
  void write(Content content) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(content.size(), CHUNK)));
    long position = 0;
    while (position < content.size()) {
      chunk.clear();
      int count = content.read(position, chunk);
      if (count <= 0) {
        throw new IllegalStateException("content ends at " + position + " of " + content.size());
      }
      write(chunk.array(), count);
      position += count;
    }
    end();
  }

  /** Ends the content. */
  void end() {
    header.flush();
    if (sawCr || column > 0) {
      out.write(CRLF);
    }
    out.write(END);
  }

  /** Some of the content. */
  void write(byte[] octets, int length) {
    int at = 0;
    while (inHeader && at < length) {
      header(octets[at++]);
    }
    body(octets, at, length);
  }

  private void header(byte b) {
    if (b == '\n') {
      inHeader = header.hasOctets() || column > 0;
      header.flush();
      out.write(CRLF);
      column = 0;
      sawCr = false;
      return;
    }
    if (sawCr) {
      // A CR that ends no line must not reach anybody's parser.
      header.add((byte) ' ');
    }
    sawCr = b == '\r';
    if (!sawCr) {
      header.add(b);
    }
  }

  /** Octets go out in slices between the places where something changes. */
  private void body(byte[] octets, int start, int length) {
    int from = start;
    for (int at = start; at < length; at++) {
      byte b = octets[at];
      if (b == '\n') {
        if (!sawCr || at == from) { // else its CR stands before it, and both go out as they are
          out.write(octets, from, at - from);
          out.write(CRLF);
          from = at + 1;
        }
        sawCr = false;
        column = 0;
        continue;
      }
      if (sawCr) {
        // As above.
        out.write(octets, from, Math.max(0, at - from - 1)).write(' ');
        from = at;
        sawCr = false;
        column++;
      }
      if (b == '\r') {
        sawCr = true;
        if (at + 1 == length) {
          // It is written once it is known what follows.
          out.write(octets, from, at - from);
          from = length;
        }
        continue;
      }
      if (column == 0 && b == '.') {
        out.write(octets, from, at - from).write('.');
        from = at;
      }
      if (column + widthOf(b) > lineLimit) {
        out.write(octets, from, at - from).write(FOLD);
        from = at;
        column = 1;
      }
      column++;
    }
    if (from < length) {
      out.write(octets, from, length - from);
    }
  }

  /** How many octets there must be room for in this line: those of a character go together. */
  private static int widthOf(byte b) {
    int octet = b & 0xFF;
    return octet < 0xC0 ? 1 : octet < 0xE0 ? 2 : octet < 0xF0 ? 3 : 4;
  }

  private static boolean isWithinCharacter(byte b) {
    return (b & 0xC0) == 0x80;
  }

  /** A line of the header, held back until it is known where it has to be folded. */
  private final class HeaderLine {
    private byte[] held = new byte[128];
    private int length;

    boolean hasOctets() {
      return length > 0;
    }

    void add(byte b) {
      if (column + length >= lineLimit) {
        fold(b);
      }
      if (length == held.length) {
        held = Arrays.copyOf(held, length * 2);
      }
      held[length++] = b;
    }

    /** The line is as long as it may be, and {@code next} is to come. */
    private void fold(byte next) {
      int blank = isBlank(next) ? length : length - 1;
      while (blank > 0 && blank < length && !isBlank(held[blank])) {
        blank--;
      }
      if (hasText(blank)) {
        write(blank);
        out.write(CRLF);
        column = 0;
        return;
      }
      int cut = length;
      while (cut > length - 3 && cut > 1 && isWithinCharacter(cut == length ? next : held[cut])) {
        cut--;
      }
      write(cut);
      out.write(FOLD);
      column = 1;
    }

    /** A line of blanks alone would be the header's end for somebody. */
    private boolean hasText(int end) {
      for (int i = 0; i < end; i++) {
        if (!isBlank(held[i])) {
          return true;
        }
      }
      return false;
    }

    private static boolean isBlank(byte b) {
      return b == ' ' || b == '\t';
    }

    void flush() {
      write(length);
    }

    private void write(int count) {
      if (count == 0) {
        return;
      }
      if (column == 0 && held[0] == '.') {
        out.write('.');
      }
      out.write(held, 0, count);
      column += count;
      System.arraycopy(held, count, held, 0, length - count);
      length -= count;
    }
  }
}
