package org.postroom.core.mime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds a message's structure in one pass while the message arrives (RFC 2045, 2046). Takes any
 * octets and never throws on them; where mail is malformed it sees what Dovecot sees.
 *
 * <p>Lines should end in CRLF. Memory is bounded, as {@link ScanLimits} says; what lies beyond is
 * measured but not split. One thread at a time; one scanner for one message.
 */
public final class StructureScanner {
  private static final int NO_FIELD = 0;

  /** What a part takes beside what its header says. */
  private static final int PART_WEIGHT = 320;

  private static final int MAX_BOUNDARY = 80;

  /** A longer line is no exact boundary; it may still start with one. */
  private static final int HELD = 160;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long LINE_FEEDS = 0x0A0A0A0A0A0A0A0AL;

  private static final Octets TEXT = Octets.latin1("text");
  private static final Octets PLAIN = Octets.latin1("plain");
  private static final Octets MESSAGE = Octets.latin1("message");
  private static final Octets RFC822 = Octets.latin1("rfc822");
  private static final MimeParameter US_ASCII =
      new MimeParameter(Octets.latin1("charset"), Octets.latin1("us-ascii"));

  /** The header field that is arriving, as far as it is kept. */
  private OctetBuffer field = new OctetBuffer(NO_FIELD);

  /** Whether octets of it were left out. */
  private boolean fieldCut;

  /** Whether it was found to say nothing, and is not kept at all. */
  private boolean fieldUnwanted;

  private final byte[] held = new byte[HELD];

  private Node node = new Node(null, 0, 0);
  private int parts = 1;
  private int structureLeft = ScanLimits.STRUCTURE;
  private boolean inHeader = true;

  /** How many boundaries may still occur. */
  private int watched;

  private long position;
  private long lineFeeds;
  private long highBits;
  private boolean nul;

  private boolean atLineStart = true;
  private long lineStart;
  private boolean lineEndedInCr;

  /** Octets of the line so far kept because they may be a boundary; -1 when none are. */
  private int heldLength = -1;

  /** A boundary was seen and its line is being skipped. */
  private boolean skipping;

  private boolean childFollows;

  private byte last;
  private @Nullable MimePart finished;

  /** A part whose end has not been seen. */
  private static final class Node {
    final @Nullable Node parent;
    final long start;
    final int depth;
    final boolean inMultipart;
    final boolean inDigest;
    PartHeader fields = new PartHeader();
    long headerLength;
    long lineFeedsBefore;
    boolean splitsParts;
    boolean splitsMessage;
    boolean isDigest;
    boolean headerDone;
    byte @Nullable [] boundary;
    @Nullable EnvelopeBuilder envelope;
    final List<MimePart> children = new ArrayList<>(0);
    @Nullable EmbeddedMessage embedded;

    Node(@Nullable Node parent, long start, long lineFeeds) {
      this.parent = parent;
      this.start = start;
      this.depth = parent == null ? 1 : parent.depth + 1;
      this.inMultipart = parent != null && parent.splitsParts;
      this.inDigest = inMultipart && parent != null && parent.isDigest;
      this.lineFeedsBefore = lineFeeds;
      if (!inMultipart) {
        envelope = new EnvelopeBuilder();
      }
    }
  }

  /** Takes the next octets of the message. */
  public void update(ByteBuffer octets) {
    if (octets.hasArray()) {
      update(octets.array(), octets.arrayOffset() + octets.position(), octets.remaining());
      octets.position(octets.limit());
      return;
    }
    byte[] piece = new byte[Math.min(octets.remaining(), 8192)];
    while (octets.hasRemaining()) {
      int n = Math.min(piece.length, octets.remaining());
      octets.get(piece, 0, n);
      update(piece, 0, n);
    }
  }

  /** Takes the next octets of the message; nothing of the array is kept. */
  public void update(byte[] b, int off, int len) {
    int end = off + len;
    int i = off;
    while (i < end) {
      if (atLineStart && !skipping) {
        lineStart = position;
        if (inHeader && !Ascii.blank(b[i])) {
          fieldEnds();
        }
        heldLength = watched > 0 && b[i] == '-' ? 0 : -1;
        atLineStart = false;
      }
      i = heldLength >= 0 ? hold(b, i, end) : line(b, i, end);
    }
  }

  /** Keeps octets of a line that may be a boundary until that is known. */
  private int hold(byte[] b, int from, int end) {
    int i = from;
    while (i < end) {
      byte c = b[i++];
      position++;
      held[heldLength++] = c;
      highBits |= c;
      nul |= c == 0;
      boolean lineEnd = c == '\n';
      if (lineEnd) {
        lineFeeds++;
      }
      if (lineEnd || heldLength == HELD || heldLength == 2 && c != '-') {
        judge(lineEnd);
        return i;
      }
    }
    return i;
  }

  private void judge(boolean lineEnd) {
    int length = heldLength;
    heldLength = -1;
    Node owner = ownerOfBoundary(length);
    if (owner != null) {
      boolean closes = closes(owner, length);
      finishTo(owner, lineEnd ? lineFeeds - 1 : lineFeeds);
      if (closes) {
        owner.boundary = null;
        watched--;
      }
      childFollows = !closes;
      inHeader = false;
      skipping = true;
      if (lineEnd) {
        boundaryLineEnds(held[length - 2] == '\r');
      }
      return;
    }
    byte before = length > 1 ? held[length - 2] : 0;
    if (inHeader) {
      keepHeader(held, 0, length);
    }
    last = held[length - 1];
    if (lineEnd) {
      lineEnds(before == '\r');
    }
  }

  /**
   * The inner boundary wins; of prefixes the longest; an exact one is the one (RFC 2046, 5.1.2).
   */
  private @Nullable Node ownerOfBoundary(int length) {
    if (length < 2 || held[0] != '-' || held[1] != '-') {
      return null;
    }
    int end = length;
    while (end > 2 && Ascii.space(held[end - 1])) {
      end--;
    }
    Node best = null;
    int bestLength = -1;
    for (Node n = node; n != null; n = n.parent) {
      byte[] boundary = n.boundary;
      if (boundary == null
          || boundary.length <= bestLength
          || boundary.length > end - 2
          || !Arrays.equals(boundary, 0, boundary.length, held, 2, 2 + boundary.length)) {
        continue;
      }
      best = n;
      bestLength = boundary.length;
      int rest = end - 2 - boundary.length;
      if (rest == 0 || rest == 2 && held[end - 1] == '-' && held[end - 2] == '-') {
        break;
      }
    }
    return best;
  }

  private boolean closes(Node owner, int length) {
    byte[] boundary = owner.boundary;
    int at = 2 + (boundary == null ? 0 : boundary.length);
    return at + 2 <= length && held[at] == '-' && held[at + 1] == '-';
  }

  private void boundaryLineEnds(boolean cr) {
    skipping = false;
    atLineStart = true;
    lineEndedInCr = cr;
    last = '\n';
    if (childFollows) {
      childFollows = false;
      node = new Node(node, position, lineFeeds);
      parts++;
      inHeader = true;
    }
    if (parts >= ScanLimits.PARTS) {
      watched = 0;
    }
  }

  /** Takes octets up to the end of the line, or all. */
  private int line(byte[] b, int from, int end) {
    if (!inHeader && watched == 0 && !skipping) {
      body(b, from, end);
      return end;
    }
    int i = toLineFeed(b, from, end);
    boolean lineEnd = i < end;
    int next = lineEnd ? i + 1 : end;
    if (inHeader) {
      keepHeader(b, from, next - from);
    }
    position += next - from;
    byte before = i > from ? b[i - 1] : last;
    last = b[next - 1];
    if (lineEnd) {
      lineFeeds++;
      if (skipping) {
        boundaryLineEnds(before == '\r');
      } else {
        lineEnds(before == '\r');
      }
    }
    return next;
  }

  private void lineEnds(boolean cr) {
    atLineStart = true;
    lineEndedInCr = cr;
    if (inHeader && position - lineStart == (cr ? 2 : 1)) {
      headerEnds(position, lineFeeds);
    }
  }

  /** Where the next LF is, or {@code end}; notes 8-bit octets and NULs on the way. */
  private int toLineFeed(byte[] b, int from, int end) {
    int i = from;
    long high = highBits;
    long zero = 0;
    for (; i + 8 <= end; i += 8) {
      long w = (long) WORD.get(b, i);
      long x = w ^ LINE_FEEDS;
      if (((x - ONES) & ~x & HIGHS) != 0) {
        break;
      }
      high |= w;
      zero |= (w - ONES) & ~w;
    }
    boolean sawNul = (zero & HIGHS) != 0;
    while (i < end && b[i] != '\n') {
      high |= b[i];
      sawNul |= b[i] == 0;
      i++;
    }
    highBits = (high & HIGHS) != 0 ? HIGHS : 0;
    nul |= sawNul;
    return i;
  }

  /** A body that no boundary can end: only line ends, 8-bit octets and NULs matter. */
  private void body(byte[] b, int from, int end) {
    int i = from;
    long high = 0;
    long zero = 0;
    long feeds = 0;
    for (; i + 8 <= end; i += 8) {
      long w = (long) WORD.get(b, i);
      high |= w;
      zero |= (w - ONES) & ~w;
      long x = w ^ LINE_FEEDS;
      // Exact per octet, without carries between them: the high bit is set where x is zero.
      feeds += Long.bitCount(~(((x & ~HIGHS) + ~HIGHS) | x | ~HIGHS));
    }
    boolean sawNul = (zero & HIGHS) != 0;
    for (; i < end; i++) {
      high |= b[i];
      sawNul |= b[i] == 0;
      if (b[i] == '\n') {
        feeds++;
      }
    }
    if ((high & HIGHS) != 0) {
      highBits = HIGHS;
    }
    nul |= sawNul;
    lineFeeds += feeds;
    position += end - from;
    last = b[end - 1];
  }

  private void keepHeader(byte[] b, int off, int len) {
    if (fieldUnwanted) {
      return;
    }
    boolean known = field.length >= PartHeader.NAME;
    int n = Math.min(len, ScanLimits.FIELD - field.length);
    if (!known && n >= PartHeader.NAME - field.length) {
      // Enough to see the name: most fields are none that anything is read from.
      int some = PartHeader.NAME - field.length;
      field.add(b, off, some);
      if (!PartHeader.wants(field.bytes, field.length)) {
        fieldUnwanted = true;
        field.clear();
        return;
      }
      field.add(b, off + some, n - some);
    } else {
      field.add(b, off, n);
    }
    fieldCut |= n < len;
  }

  /** The next line does not go on with the field, or there is none. */
  private void fieldEnds() {
    if (field.length > 0) {
      node.fields.take(field.bytes, field.length, !fieldCut, node.envelope);
    }
    field.clear();
    fieldCut = false;
    fieldUnwanted = false;
  }

  /** The header block is complete: decides what the body is. */
  private void headerEnds(long at, long feeds) {
    Node n = node;
    readHeader(n, at, feeds);
    inHeader = false;
    if (n.boundary != null && parts < ScanLimits.PARTS) {
      watched++;
    } else if (n.splitsMessage) {
      node = new Node(n, at, feeds);
      parts++;
      inHeader = true;
    }
    if (parts >= ScanLimits.PARTS) {
      watched = 0;
    }
  }

  private void readHeader(Node n, long end, long feeds) {
    n.headerDone = true;
    n.headerLength = end - n.start;
    n.lineFeedsBefore = feeds;
    fieldEnds();
    field = new OctetBuffer(NO_FIELD); // a long body must not keep it
    PartHeader fields = n.fields;
    charge(n);
    if (!fields.mime && !n.inMultipart) {
      fields = new PartHeader();
    }
    n.fields = fields;
    Octets type = fields.type;
    if (type == null) {
      fields.type = n.inDigest ? MESSAGE : TEXT;
      fields.subtype = n.inDigest ? RFC822 : PLAIN;
      fields.parameters = List.of();
      type = fields.type;
    }
    boolean multipart = type.equalsIgnoreCase("multipart");
    boolean message =
        type.equalsIgnoreCase("message")
            && (fields.subtype.equalsIgnoreCase("rfc822")
                || fields.subtype.equalsIgnoreCase("global"));
    if ((multipart || message) && (n.depth >= ScanLimits.DEPTH || parts >= ScanLimits.PARTS)) {
      fields.type = Octets.latin1("application");
      fields.subtype = Octets.latin1("octet-stream");
      fields.parameters = List.of();
      return;
    }
    n.splitsMessage = message;
    n.splitsParts = multipart;
    n.isDigest = multipart && fields.subtype.equalsIgnoreCase("digest");
    if (multipart) {
      n.boundary = boundary(fields.parameters);
    }
    if (type.equalsIgnoreCase("text") && !has(fields.parameters, "charset")) {
      List<MimeParameter> with = new ArrayList<>(fields.parameters);
      with.add(US_ASCII);
      fields.parameters = with;
    }
  }

  /** Counts what is kept of a part; when that is too much, no further one is split. */
  private void charge(Node n) {
    if (n.envelope != null) {
      n.envelope.trim();
    }
    EnvelopeBuilder envelope = n.parent == null ? null : n.envelope;
    int weight = PART_WEIGHT + n.fields.weight() + (envelope == null ? 0 : envelope.weight());
    if (weight > structureLeft) {
      n.fields.shorten();
      if (n.envelope != null && n.parent != null) {
        n.envelope = EnvelopeBuilder.leftOut();
      }
      parts = ScanLimits.PARTS;
    } else {
      structureLeft -= weight;
    }
  }

  /** Octets of memory that this holds now, about: never more than {@link ScanLimits} add up to. */
  public int held() {
    int octets = HELD + field.bytes.length + ScanLimits.STRUCTURE - structureLeft;
    Node n = node;
    if (!n.headerDone) {
      octets += n.fields.weight();
      octets += n.parent == null || n.envelope == null ? 0 : n.envelope.weight();
    }
    while (n.parent != null) {
      n = n.parent;
    }
    return n.envelope == null ? octets : octets + n.envelope.weight();
  }

  private static boolean has(List<MimeParameter> parameters, String name) {
    for (MimeParameter p : parameters) {
      if (p.name().equalsIgnoreCase(name) || p.name().equalsIgnoreCase(name + "*")) {
        return true;
      }
    }
    return false;
  }

  private static byte @Nullable [] boundary(List<MimeParameter> parameters) {
    for (MimeParameter p : parameters) {
      if (p.name().equalsIgnoreCase("boundary")) {
        int length = Math.min(p.value().length(), MAX_BOUNDARY);
        while (length > 0 && Ascii.space(p.value().at(length - 1))) {
          length--;
        }
        return length == 0 ? null : Arrays.copyOf(p.value().array(), length);
      }
    }
    return null;
  }

  /** Ends all parts inside {@code owner} before the boundary line that starts at the line start. */
  private void finishTo(Node owner, long feedsBefore) {
    while (node != owner) {
      long end = lineStart;
      long feeds = feedsBefore;
      long bodyStart = node.headerDone ? node.start + node.headerLength : node.start;
      if (bodyStart < lineStart) {
        end -= lineEndedInCr ? 2 : 1; // that line end belongs to the boundary
        feeds--;
      }
      finishNode(end, feeds);
    }
  }

  private void finishNode(long end, long feeds) {
    Node n = node;
    if (!n.headerDone) {
      readHeader(n, end, feeds);
    } else if (n.boundary != null && watched > 0) {
      watched--;
    }
    n.boundary = null;
    long bodyStart = n.start + n.headerLength;
    if (n.splitsParts && n.children.isEmpty()) {
      n.children.add(emptyPart(end));
    }
    if (n.splitsMessage && n.embedded == null) {
      n.embedded = new EmbeddedMessage(MessageEnvelope.EMPTY, emptyPart(bodyStart));
    }
    PartHeader f = n.fields;
    MimePart part =
        new MimePart(
            f.type == null ? TEXT : f.type,
            f.subtype,
            f.parameters,
            f.id,
            f.description,
            f.encoding,
            f.md5,
            f.disposition,
            f.dispositionParameters,
            f.languages,
            f.location,
            n.start,
            n.headerLength,
            end - bodyStart,
            feeds - n.lineFeedsBefore,
            n.children,
            n.embedded);
    Node parent = n.parent;
    if (parent == null) {
      finished = part;
    } else {
      if (parent.splitsParts) {
        parent.children.add(part);
      } else {
        EnvelopeBuilder envelope = n.envelope;
        parent.embedded =
            new EmbeddedMessage(envelope == null ? MessageEnvelope.EMPTY : envelope.build(), part);
      }
      node = parent;
    }
  }

  private static MimePart emptyPart(long at) {
    return new MimePart(
        TEXT,
        PLAIN,
        List.of(US_ASCII),
        null,
        null,
        Octets.latin1("7bit"),
        null,
        null,
        List.of(),
        List.of(),
        null,
        at,
        0,
        0,
        0,
        List.of(),
        null);
  }

  /** The message is complete. May be called once; nothing may follow it. */
  public MessageStructure finish() {
    if (heldLength > 0) {
      judge(false);
    }
    Node root = node;
    while (root.parent != null) {
      root = root.parent;
    }
    MimePart part = finished;
    while (part == null) {
      finishNode(position, lineFeeds);
      part = finished;
    }
    EnvelopeBuilder envelope = root.envelope;
    return new MessageStructure(
        position,
        nul,
        (highBits & HIGHS) != 0,
        envelope == null ? MessageEnvelope.EMPTY : envelope.build(),
        part);
  }
}
