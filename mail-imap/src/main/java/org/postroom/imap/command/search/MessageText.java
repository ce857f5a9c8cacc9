package org.postroom.imap.command.search;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mime.EmbeddedMessage;
import org.postroom.core.mime.HeaderField;
import org.postroom.core.mime.HeaderFields;
import org.postroom.core.mime.MimePart;

/** Looks for text in a message's octets: headers decoded, bodies decoded as they are read. */
final class MessageText {
  private static final int SLICE = 64 * 1024;
  private static final int MAX_HEADER = 1 << 20;

  private MessageText() {}

  /** Whether a field of that name holds the needle. */
  static boolean header(MessageRow row, String field, Needle needle) {
    Optional<Content> content = row.content();
    if (content.isEmpty()) {
      return false;
    }
    byte[] block = block(content.get(), 0, row.structure().headerLength());
    for (HeaderField each : HeaderFields.of(block)) {
      if (each.isNamed(field)) {
        byte[] value = each.value().toBytes();
        if (fieldHolds(value, 0, value.length, needle)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether the text of the message (and its header fields) holds the needle. */
  static boolean text(MessageRow row, boolean headers, Needle needle) {
    Optional<Content> content = row.content();
    if (content.isEmpty()) {
      return false;
    }
    return part(row.structure().root(), content.get(), headers, needle);
  }

  /** The tree's depth is bounded by who scanned it. */
  private static boolean part(MimePart part, Content content, boolean headers, Needle needle) {
    if (headers && block(part, content, needle)) {
      return true;
    }
    for (MimePart child : part.children()) {
      if (part(child, content, headers, needle)) {
        return true;
      }
    }
    if (part.isMultipart()) {
      return false;
    }
    EmbeddedMessage inner = part.embeddedOrNull();
    if (inner != null) {
      return part(inner.root(), content, headers, needle);
    }
    boolean readable = part.isText() || part.type().equalsIgnoreCase("message");
    return readable && body(part, content, needle);
  }

  private static boolean block(MimePart part, Content content, Needle needle) {
    byte[] block = block(content, part.headerOffset(), part.headerLength());
    int length = unfold(block);
    if (needle.isAscii() && needle.isIn(block, 0, length)) {
      return true;
    }
    if (isPlain(block, length)) {
      return false;
    }
    return needle.isIn(decodeField(block, 0, length));
  }

  private static byte[] block(Content content, long from, long length) {
    byte[] octets = new byte[(int) Math.min(length, MAX_HEADER)];
    ByteBuffer target = ByteBuffer.wrap(octets);
    while (target.hasRemaining()) {
      if (content.read(from + target.position(), target) <= 0) {
        return Arrays.copyOf(octets, target.position());
      }
    }
    return octets;
  }

  /** In place: line ends before blanks go, and runs of blanks become one space. */
  private static int unfold(byte[] block) {
    int length = 0;
    boolean blank = false;
    for (int i = 0; i < block.length; i++) {
      byte c = block[i];
      if (c == '\r') {
        continue;
      }
      if (c == '\n' && i + 1 < block.length && (block[i + 1] == ' ' || block[i + 1] == '\t')) {
        continue;
      }
      if (c == ' ' || c == '\t') {
        if (!blank) {
          block[length++] = ' ';
        }
        blank = true;
      } else {
        block[length++] = c;
        blank = false;
      }
    }
    return length;
  }

  /** Whether nothing needs decoding. */
  private static boolean isPlain(byte[] octets, int length) {
    for (int i = 0; i < length; i++) {
      if (octets[i] < 0 || octets[i] == '=' && i + 1 < length && octets[i + 1] == '?') {
        return false;
      }
    }
    return true;
  }

  static boolean fieldHolds(byte[] octets, int offset, int length, Needle needle) {
    if (needle.isAscii() && needle.isIn(octets, offset, length)) {
      return true;
    }
    for (int i = offset; i < offset + length; i++) {
      if (octets[i] < 0 || octets[i] == '=' && i + 1 < offset + length && octets[i + 1] == '?') {
        return needle.isIn(decodeField(octets, offset, length));
      }
    }
    return !needle.isAscii()
        && needle.isIn(new String(octets, offset, length, StandardCharsets.US_ASCII));
  }

  /** A field's octets as text: raw ones as UTF-8, encoded words decoded. */
  static String decodeField(byte[] octets, int offset, int length) {
    return EncodedWords.decode(new String(octets, offset, length, StandardCharsets.UTF_8));
  }

  private static boolean body(MimePart part, Content content, Needle needle) {
    Charset charset =
        part.parameter("charset")
            .map(name -> charset(name.latin1()))
            .orElse(StandardCharsets.UTF_8);
    InputStream octets = new ContentStream(content, part.bodyOffset(), part.bodyLength());
    String encoding = part.encoding().latin1().toLowerCase(Locale.ROOT);
    if (encoding.equals("base64")) {
      octets = Base64.getMimeDecoder().wrap(octets);
    } else if (encoding.equals("quoted-printable")) {
      octets = new QuotedPrintableStream(octets);
    }
    try {
      return needle.isAscii() && isAsciiBased(charset)
          ? scanOctets(octets, needle)
          : scan(new InputStreamReader(octets, charset), needle);
    } catch (IOException | IllegalArgumentException broken) {
      // Broken base64: what was readable has been looked at.
      return false;
    }
  }

  private static boolean isAsciiBased(Charset charset) {
    String name = charset.name();
    return name.equals("UTF-8")
        || name.equals("US-ASCII")
        || name.startsWith("ISO-8859-")
        || name.startsWith("windows-125");
  }

  private static boolean scanOctets(InputStream in, Needle needle) throws IOException {
    int keep = Math.max(0, needle.length() - 1);
    byte[] window = new byte[keep + SLICE];
    int held = 0;
    while (true) {
      int count = in.read(window, held, window.length - held);
      if (count < 0) {
        return needle.isEmpty();
      }
      int filled = held + count;
      if (needle.isIn(window, 0, filled)) {
        return true;
      }
      held = Math.min(keep, filled);
      System.arraycopy(window, filled - held, window, 0, held);
    }
  }

  private static boolean scan(Reader in, Needle needle) throws IOException {
    int keep = 2 * needle.length();
    char[] window = new char[keep + SLICE / 2];
    int held = 0;
    while (true) {
      int count = in.read(window, held, window.length - held);
      if (count < 0) {
        return needle.isEmpty();
      }
      int filled = held + count;
      if (needle.isIn(new String(window, 0, filled))) {
        return true;
      }
      held = Math.min(keep, filled);
      System.arraycopy(window, filled - held, window, 0, held);
    }
  }

  private static Charset charset(String name) {
    try {
      return Charset.forName(name);
    } catch (IllegalArgumentException unknown) {
      return WINDOWS_1252;
    }
  }

  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
}
