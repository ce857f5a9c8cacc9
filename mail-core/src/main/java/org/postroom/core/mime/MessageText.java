package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks for text in a message (RFC 9051, 6.4.4): header fields unfolded with their encoded words
 * decoded, bodies with transfer encoding and charset taken off, HTML as source and as its reader
 * sees it.
 *
 * <p>Bodies are read in slices of 64 KiB; one header block is held whole, 10 MiB of it at most.
 * Malformed mail gives some answer, never an error. An empty needle is in every text. Where the
 * source fails, its exception comes through. One thread at a time; one object for one message.
 */
public final class MessageText {
  private static final int SLICE = 64 * 1024;

  private final OctetSource source;
  private final MessageStructure structure;

  /** What was read last, and from where. */
  private byte[] window = new byte[0];

  private long windowStart;
  private int windowLength;

  /** Reads {@code octets} only when asked; {@code structure} says where its parts lie. */
  public MessageText(OctetSource octets, MessageStructure structure) {
    this.source = octets;
    this.structure = structure;
  }

  /** BODY: whether the content of a text or message part holds it. */
  public boolean matchesBody(Needle needle) {
    return needle.isEmpty() || !needle.isImpossible() && matches(structure.root(), false, needle);
  }

  /** TEXT: BODY, or any header field of the message, of a part or of an embedded message. */
  public boolean matchesText(Needle needle) {
    return needle.isEmpty() || !needle.isImpossible() && matches(structure.root(), true, needle);
  }

  /**
   * HEADER: whether a field of the message's own header holds it. From, To, Cc and Bcc are read as
   * {@code Name <local@domain>, ...}.
   *
   * @param field a name in any case
   * @param needle empty: whether there is such a field
   */
  public boolean matchesHeader(String field, Needle needle) {
    if (needle.isImpossible()) {
      return false;
    }
    int length = blockLength(structure.root());
    int at = load(0, length);
    boolean addresses = isAddressField(field);
    HeaderFields.Walk walk = new HeaderFields.Walk(window, at, at + available(at, length));
    OctetBuffer line = new OctetBuffer(256);
    while (walk.next()) {
      if (walk.nameLength == 0
          || !Ascii.equalsIgnoreCase(window, walk.start, walk.nameLength, field)) {
        continue;
      }
      if (needle.isEmpty()) {
        return true;
      }
      if (addresses) {
        if (needle.isIn(AddressText.of(window, walk.value, walk.end))) {
          return true;
        }
      } else {
        line.clear();
        HeaderText.collapse(window, walk.value, walk.end, line);
        if (lineHolds(line.bytes, 0, line.length, needle)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isAddressField(String field) {
    return field.equalsIgnoreCase("from")
        || field.equalsIgnoreCase("to")
        || field.equalsIgnoreCase("cc")
        || field.equalsIgnoreCase("bcc");
  }

  /** The tree's depth is bounded by who scanned it. */
  private boolean matches(MimePart part, boolean headers, Needle needle) {
    if (headers && headerHolds(part, needle)) {
      return true;
    }
    for (MimePart child : part.children()) {
      if (matches(child, headers, needle)) {
        return true;
      }
    }
    if (part.isMultipart()) {
      return false;
    }
    Optional<EmbeddedMessage> inner = part.embedded();
    if (inner.isPresent()) {
      return matches(inner.get().root(), headers, needle);
    }
    return (part.isText() || part.type().equalsIgnoreCase("message")) && bodyHolds(part, needle);
  }

  private static int blockLength(MimePart part) {
    return (int) Math.min(part.headerLength(), ScanLimits.SEARCHED_HEADER);
  }

  private boolean headerHolds(MimePart part, Needle needle) {
    int wanted = blockLength(part);
    int at = load(part.headerOffset(), wanted);
    byte[] lines = new byte[available(at, wanted)];
    int length = unfold(window, at, at + lines.length, lines);
    if (EncodedWords.isPlain(lines, 0, length)) {
      return needle.isAscii() && needle.isIn(lines, 0, length, true, true);
    }
    int start = 0;
    while (start < length) {
      int end = start;
      while (end < length && lines[end] != '\n') {
        end++;
      }
      if (lineHolds(lines, start, end, needle)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  static boolean lineHolds(byte[] line, int from, int to, Needle needle) {
    if (EncodedWords.isPlain(line, from, to)) {
      return needle.isAscii() && needle.isIn(line, from, to, true, true);
    }
    return needle.isIn(EncodedWords.decode(line, from, to - from));
  }

  /** Takes folding out; runs of blanks become one space, line ends LF. */
  private static int unfold(byte[] b, int from, int to, byte[] out) {
    int o = 0;
    boolean gap = false;
    for (int i = from; i < to; i++) {
      byte c = b[i];
      if (c > ' ' || c < 0) {
        out[o++] = c;
        gap = false;
      } else if (c == '\n') {
        if (i + 1 < to && Ascii.blank(b[i + 1])) {
          continue;
        }
        out[o++] = c;
        gap = false;
      } else if (Ascii.blank(c)) {
        if (!gap) {
          out[o++] = ' ';
        }
        gap = true;
      } else if (c != '\r' || i + 1 < to && b[i + 1] != '\n') {
        out[o++] = c;
        gap = false;
      }
    }
    return o;
  }

  private boolean bodyHolds(MimePart part, Needle needle) {
    Charset charset =
        part.parameter("charset").map(name -> TextDecoder.charset(name.latin1())).orElse(UTF_8);
    boolean html = part.isText() && part.subtype().equalsIgnoreCase("html");
    boolean identity = TransferDecoder.isIdentity(part.encoding());
    boolean asciiWithin = TextDecoder.isAsciiWithin(charset);
    if (!needle.isAscii() && identity && asciiWithin && !html && !structure.has8Bit()) {
      return false;
    }
    @Nullable OctetMatcher octets =
        needle.isAscii() && asciiWithin ? new OctetMatcher(needle, charset.equals(UTF_8)) : null;
    TextSearch text = new TextSearch(needle, charset, octets == null, html);
    // An encoding nobody knows is looked through as it stands.
    @Nullable TransferDecoder decoder =
        identity ? null : TransferDecoder.of(part.encoding()).orElse(null);
    byte[] decoded = new byte[decoder == null ? 0 : TransferDecoder.room(decodedSlice(part))];

    long end = part.bodyOffset() + part.bodyLength();
    long position = part.bodyOffset();
    while (position < end) {
      int wanted = (int) Math.min(end - position, SLICE);
      int at = load(position, wanted);
      int count = available(at, wanted);
      if (count == 0) {
        break;
      }
      position += count;
      byte[] b = window;
      if (decoder != null) {
        count = decoder.decode(window, at, count, decoded, 0);
        b = decoded;
        at = 0;
      }
      if (seen(octets, text, b, at, count)) {
        return true;
      }
    }
    if (decoder != null && seen(octets, text, decoded, 0, decoder.finish(decoded, 0))) {
      return true;
    }
    return octets != null && octets.finish() || text.finish();
  }

  private static int decodedSlice(MimePart part) {
    return (int) Math.min(part.bodyLength(), SLICE);
  }

  private static boolean seen(
      @Nullable OctetMatcher octets, TextSearch text, byte[] b, int off, int len) {
    if (octets != null) {
      octets.octets(b, off, len);
      if (octets.found()) {
        return true;
      }
    }
    text.octets(b, off, len);
    return text.found();
  }

  /** The way through characters: of the text as it is, and of HTML without its tags. */
  private static final class TextSearch {
    private final @Nullable TextMatcher whole;
    private final @Nullable TextMatcher stripped;
    private final @Nullable HtmlText html;
    private final @Nullable TextDecoder decoder;

    TextSearch(Needle needle, Charset charset, boolean source, boolean isHtml) {
      TextMatcher plain = source ? new TextMatcher(needle) : null;
      TextMatcher reader = isHtml ? new TextMatcher(needle) : null;
      HtmlText tags = reader == null ? null : new HtmlText(reader);
      whole = plain;
      stripped = reader;
      html = tags;
      decoder =
          !source && !isHtml
              ? null
              : new TextDecoder(
                  charset,
                  (chars, off, len) -> {
                    if (plain != null) {
                      plain.text(chars, off, len);
                    }
                    if (tags != null) {
                      tags.text(chars, off, len);
                    }
                  });
    }

    void octets(byte[] b, int off, int len) {
      if (decoder != null) {
        decoder.decode(b, off, len);
      }
    }

    boolean found() {
      return whole != null && whole.found() || stripped != null && stripped.found();
    }

    boolean finish() {
      if (decoder != null) {
        decoder.finish();
      }
      if (html != null) {
        html.finish();
      }
      return whole != null && whole.finish() || stripped != null && stripped.finish();
    }
  }

  /**
   * Sees to it that the window holds these octets, or as many as there are. A small message is read
   * once, in whole.
   *
   * @return where in the window they start
   */
  private int load(long from, int wanted) {
    if (from >= windowStart && from + wanted <= windowStart + windowLength) {
      return (int) (from - windowStart);
    }
    boolean whole = structure.size() <= SLICE && from + wanted <= structure.size();
    int room = whole ? (int) structure.size() : Math.max(wanted, 0);
    windowStart = whole ? 0 : from;
    if (window.length < room) {
      window = new byte[room];
    }
    windowLength = 0;
    ByteBuffer target = ByteBuffer.wrap(window, 0, room);
    while (target.hasRemaining()) {
      int count = source.read(windowStart + windowLength, target);
      if (count <= 0) {
        break;
      }
      windowLength += count;
    }
    return (int) (from - windowStart);
  }

  private int available(int at, int wanted) {
    return Math.max(0, Math.min(wanted, windowLength - at));
  }
}
