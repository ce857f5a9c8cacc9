package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.mail.Content;
import org.postroom.core.mime.MimePart;
import org.postroom.core.mime.StructureScanner;

/**
 * Content as a server without 8BITMIME may have it (RFC 6152, 3), and binary content as one without
 * BINARYMIME may (RFC 3030, 3): leaf parts with 8-bit octets, or in what is no text, are encoded in
 * quoted-printable or base64, whichever is shorter; every other octet stays. Decoded, the parts are
 * what they were. What is signed or encrypted as a whole must not be changed, so it cannot be sent
 * there.
 *
 * <p>Read in pieces: for where the parts lie, for what they hold, and for writing.
 */
final class SevenBit {
  private static final int CHUNK = 64 * 1024;
  private static final int MAX_HEADER = 1 << 20;
  private static final int BASE64_LINE = 57;
  private static final Pattern ENCODING =
      Pattern.compile(
          // Possessive: a field of thousands of folded lines must not cost a stack frame each.
          "(?im)^content-transfer-encoding[ \\t]*+:.*+\\r?\\n(?:[ \\t].*+\\r?\\n)*+");
  private static final Pattern MIME_VERSION = Pattern.compile("(?im)^mime-version[ \\t]*:");

  private final Content content;
  private final List<Edit> edits = new ArrayList<>();
  private final boolean binary;
  private boolean possible = true;

  private SevenBit(Content content, boolean binary) {
    this.content = content;
    this.binary = binary;
  }

  /** What stands instead of the octets between two positions. */
  private sealed interface Edit {
    long from();

    long to();

    record Text(long from, long to, String text) implements Edit {}

    record QuotedPrintable(long from, long to) implements Edit {}

    record Base64Lines(long from, long to) implements Edit {}
  }

  /**
   * Looks at content; empty when it must not be changed and yet holds what cannot be sent.
   *
   * @param binary whether its sender says that it need not consist of lines
   */
  static Optional<SevenBit> of(Content content, boolean binary) {
    StructureScanner scanner = new StructureScanner();
    SevenBit converted = new SevenBit(content, binary);
    converted.pieces(0, content.size(), scanner::update);
    converted.plan(scanner.finish().root(), true);
    converted.edits.sort(Comparator.comparingLong(Edit::from));
    return converted.possible ? Optional.of(converted) : Optional.empty();
  }

  /** Writes the converted content; its end is the caller's. */
  void writeTo(ContentWriter out) {
    long position = 0;
    for (Edit edit : edits) {
      pieces(position, edit.from(), (octets, from, length) -> out.write(octets, length));
      write(edit, out);
      position = edit.to();
    }
    pieces(position, content.size(), (octets, from, length) -> out.write(octets, length));
  }

  private void write(Edit edit, ContentWriter out) {
    if (edit instanceof Edit.Text text) {
      byte[] octets = text.text().getBytes(US_ASCII);
      out.write(octets, octets.length);
    } else if (edit instanceof Edit.QuotedPrintable) {
      QuotedPrintable encoder = new QuotedPrintable(out);
      pieces(edit.from(), edit.to(), encoder::write);
      encoder.end();
    } else {
      writeBase64(edit, out);
    }
  }

  private void writeBase64(Edit edit, ContentWriter out) {
    Base64.Encoder encoder = Base64.getEncoder();
    byte[] line = new byte[BASE64_LINE];
    for (long position = edit.from(); position < edit.to(); ) {
      int length = (int) Math.min(BASE64_LINE, edit.to() - position);
      ByteBuffer target = ByteBuffer.wrap(line, 0, length);
      while (target.hasRemaining()) {
        read(position + target.position(), target);
      }
      position += length;
      byte[] encoded = encoder.encode(Arrays.copyOf(line, length));
      out.write(encoded, encoded.length);
      if (position < edit.to()) {
        out.write(new byte[] {'\r', '\n'}, 2);
      }
    }
  }

  /** Whether the part had 8-bit octets. */
  private boolean plan(MimePart part, boolean root) {
    if (part.isMultipart()) {
      return planMultipart(part);
    }
    if (part.embedded().isPresent()) {
      boolean changed = plan(part.embedded().get().root(), true);
      if (changed) {
        encoding(part, "7bit", false);
      }
      return changed;
    }
    Octets8 octets = new Octets8();
    pieces(part.bodyOffset(), part.bodyOffset() + part.bodyLength(), octets::count);
    if (isEncoded(part) || octets.high == 0 && !(binary && octets.isNoText())) {
      return false;
    }
    // RFC 2046, 5.2: messages and what describes them are not encoded, but those of RFC 6533 may
    // be.
    if (is(part.type().latin1(), "message")
        && !lower(part.subtype().latin1()).startsWith("global")) {
      possible = false;
      return true;
    }
    long from = part.bodyOffset();
    long to = from + part.bodyLength();
    boolean mostlyText = octets.special * 6 <= part.bodyLength();
    encoding(part, mostlyText ? "quoted-printable" : "base64", root);
    edits.add(mostlyText ? new Edit.QuotedPrintable(from, to) : new Edit.Base64Lines(from, to));
    return true;
  }

  private boolean planMultipart(MimePart part) {
    boolean changed = false;
    for (MimePart child : part.children()) {
      changed |= plan(child, false);
    }
    if (changed) {
      String subtype = lower(part.subtype().latin1());
      // RFC 1847, 2.1: a signature covers the octets as they are.
      possible &= !subtype.equals("signed") && !subtype.equals("encrypted");
      encoding(part, "7bit", false);
    }
    return changed;
  }

  /** Says in the part's header how its body is encoded now. */
  private void encoding(MimePart part, String name, boolean mayAddVersion) {
    if (part.headerLength() > MAX_HEADER) {
      possible = false;
      return;
    }
    byte[] octets = new byte[(int) part.headerLength()];
    ByteBuffer target = ByteBuffer.wrap(octets);
    while (target.hasRemaining()) {
      read(part.headerOffset() + target.position(), target);
    }
    String header = new String(octets, ISO_8859_1);
    String field = "Content-Transfer-Encoding: " + name + "\r\n";
    Matcher present = ENCODING.matcher(header);
    boolean found = present.find();
    if (found) {
      edits.add(
          new Edit.Text(
              part.headerOffset() + present.start(), part.headerOffset() + present.end(), field));
    } else if (!name.equals("7bit")) {
      long end = part.bodyOffset() - (header.endsWith("\r\n") ? 2 : 1); // before the empty line
      edits.add(new Edit.Text(end, end, field));
    }
    if (mayAddVersion && !MIME_VERSION.matcher(header).find()) {
      edits.add(
          0, new Edit.Text(part.headerOffset(), part.headerOffset(), "MIME-Version: 1.0\r\n"));
    }
  }

  private static boolean isEncoded(MimePart part) {
    String encoding = part.encoding().latin1();
    return is(encoding, "base64") || is(encoding, "quoted-printable");
  }

  private static boolean is(String word, String lowerCase) {
    return lower(word).equals(lowerCase);
  }

  private static String lower(String word) {
    return word.toLowerCase(Locale.ROOT);
  }

  private interface Piece {
    void take(byte[] octets, int from, int length);
  }

  private void pieces(long from, long to, Piece each) {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(to - from, CHUNK)));
    for (long position = from; position < to; ) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), to - position));
      position += read(position, chunk);
      each.take(chunk.array(), 0, chunk.position());
    }
  }

  private int read(long position, ByteBuffer target) {
    int count = content.read(position, target);
    if (count <= 0) {
      throw new IllegalStateException("content ends at " + position + " of " + content.size());
    }
    return count;
  }

  /** Counts what decides. */
  private static final class Octets8 {
    private static final int LONGEST_LINE = 998;

    private long high;
    private long special;
    private boolean noText;
    private boolean cr;
    private int column;

    /** Whether it has NULs, line ends other than CRLF, or lines longer than lines may be. */
    boolean isNoText() {
      return noText || cr;
    }

    void count(byte[] octets, int from, int length) {
      for (int i = from; i < from + length; i++) {
        byte b = octets[i];
        if (b < 0) {
          high++;
        }
        boolean ends = b == '\n' && cr;
        noText |= b == 0 || b == '\n' != cr;
        cr = b == '\r';
        column = ends || cr ? (ends ? 0 : column) : column + 1;
        noText |= column > LONGEST_LINE;
        if (b < 0 || b == '=' || b == 0x7f || b < ' ' && b != '\r' && b != '\n' && b != '\t') {
          special++;
        }
      }
    }
  }

  /** RFC 2045, 6.7. */
  private static final class QuotedPrintable {
    private static final int LONGEST = 75; // and the = of a soft line break
    private static final byte[] SOFT_BREAK = {'=', '\r', '\n'};
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(US_ASCII);

    private final ContentWriter out;
    private int column;
    private int blank = -1; // space or tab that may turn out to be the line's last
    private boolean cr;

    QuotedPrintable(ContentWriter out) {
      this.out = out;
    }

    void write(byte[] octets, int from, int length) {
      for (int i = from; i < from + length; i++) {
        write(octets[i] & 0xff);
      }
    }

    private void write(int octet) {
      if (octet == '\n' && cr) {
        cr = false;
        blank(false);
        out.write(LINE_END, 2);
        column = 0;
        return;
      }
      if (cr || octet != '\r') {
        blank(!cr);
      }
      if (cr) {
        quoted('\r');
      }
      cr = octet == '\r';
      if (octet == ' ' || octet == '\t') {
        blank = octet;
      } else if (!cr) {
        // A line that begins with two hyphens could pass for a boundary.
        boolean plain = octet > ' ' && octet < 0x7f && octet != '=';
        if (plain && !(octet == '-' && column == 0)) {
          literal(octet);
        } else {
          quoted(octet);
        }
      }
    }

    void end() {
      blank(false);
      if (cr) {
        quoted('\r');
      }
    }

    private void blank(boolean asItIs) {
      int octet = blank;
      blank = -1;
      if (octet >= 0 && asItIs) {
        literal(octet);
      } else if (octet >= 0) {
        quoted(octet);
      }
    }

    private void literal(int octet) {
      room(1);
      out.write(new byte[] {(byte) octet}, 1);
    }

    private void quoted(int octet) {
      room(3);
      out.write(new byte[] {'=', HEX[octet >> 4], HEX[octet & 15]}, 3);
    }

    private void room(int wanted) {
      if (column + wanted > LONGEST) {
        out.write(SOFT_BREAK, 3);
        column = 0;
      }
      column += wanted;
    }
  }
}
