package org.postroom.core.mime;

import java.util.Arrays;

/**
 * The ten fields of IMAP's ENVELOPE (RFC 9051, 7.5.2) as raw octets: unfolded, encoded words left
 * alone, NUL replaced by 0x80.
 *
 * <p>It lives in its stored form, so {@link #decode} costs nothing and {@link #accept} walks the
 * ten fields without making objects.
 */
public final class MessageEnvelope {
  static final int VERSION = 1;

  /** The same form, of an envelope that was cut. */
  static final int VERSION_CUT = 2;

  /** The envelope of a message without any header. */
  public static final MessageEnvelope EMPTY =
      new MessageEnvelope(new byte[] {VERSION, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});

  private final byte[] stored;

  MessageEnvelope(byte[] stored) {
    this.stored = stored;
  }

  /** How a string may be written. */
  public enum Kind {
    /** Printable ASCII without quote and backslash: may be quoted as it is. */
    PLAIN,
    /** Printable ASCII with quotes or backslashes. */
    ESCAPED,
    /** Holds control characters or 8-bit octets. */
    RAW
  }

  /**
   * Hears the ten fields in ENVELOPE's order: a {@link #string} or {@link #nil} for date and
   * subject, a {@link #nil} or a list for from, sender, reply-to, to, cc and bcc, then in-reply-to
   * and message-id. Inside an address: name, route, mailbox, host. A group starts with an address
   * without host and ends with one of four NILs.
   */
  public interface Visitor {
    void nil();

    /** A string; the array is the envelope's own and must not be changed or kept. */
    void string(byte[] octets, int offset, int length, Kind kind);

    void beginList();

    void endList();

    void beginAddress();

    void endAddress();
  }

  /**
   * Takes the stored form; the array is handed over.
   *
   * @throws CorruptStructure when it is of another version
   */
  public static MessageEnvelope decode(byte[] stored) {
    if (stored.length < 11 || !isKnown(stored[0])) {
      throw new CorruptStructure("Not an envelope of version " + VERSION);
    }
    return new MessageEnvelope(stored);
  }

  private static boolean isKnown(int version) {
    return version == VERSION || version == VERSION_CUT;
  }

  /** Whether the message's header says more than this has: {@link ScanLimits}. */
  public boolean isCut() {
    return stored[0] == VERSION_CUT;
  }

  /** The stored form, versioned. */
  public byte[] encode() {
    return stored.clone();
  }

  byte[] stored() {
    return stored;
  }

  /**
   * Walks the ten fields.
   *
   * @throws CorruptStructure when the stored form was damaged
   */
  public void accept(Visitor visitor) {
    visit(stored, visitor);
  }

  /** Walks the ten fields of a stored form. */
  public static void visit(byte[] stored, Visitor visitor) {
    StoredForm in = new StoredForm(stored, 0, stored.length);
    if (!isKnown(in.octet())) {
      throw new CorruptStructure("Not an envelope of version " + VERSION);
    }
    string(in, visitor);
    string(in, visitor);
    int fromStart = 0;
    int fromEnd = 0;
    for (int field = 0; field < 6; field++) {
      long head = in.number();
      if (head == 0) {
        visitor.nil();
      } else if (head == 1) {
        list(stored, fromStart, fromEnd, visitor);
      } else {
        int length = in.length(head - 2);
        list(stored, in.at, in.at + length, visitor);
        if (field == 0) {
          fromStart = in.at;
          fromEnd = in.at + length;
        }
        in.at += length;
      }
    }
    string(in, visitor);
    string(in, visitor);
  }

  /** Walks one stored address list. */
  static void list(byte[] stored, int from, int to, Visitor visitor) {
    StoredForm in = new StoredForm(stored, from, to);
    visitor.beginList();
    while (!in.atEnd()) {
      visitor.beginAddress();
      for (int i = 0; i < 4; i++) {
        string(in, visitor);
      }
      visitor.endAddress();
    }
    visitor.endList();
  }

  private static void string(StoredForm in, Visitor visitor) {
    long head = in.number();
    if (head == 0) {
      visitor.nil();
      return;
    }
    int length = in.length((head - 1) >> 2);
    Kind kind =
        switch ((int) ((head - 1) & 3)) {
          case 0 -> Kind.PLAIN;
          case 1 -> Kind.ESCAPED;
          default -> Kind.RAW;
        };
    visitor.string(in.bytes, in.at, length, kind);
    in.at += length;
  }

  /** Writes a string so that its kind is known without looking at it again. */
  static void write(OctetBuffer out, byte[] b, int off, int len) {
    int kind = 0;
    for (int i = off; i < off + len; i++) {
      int c = b[i];
      if (c < 0x20 || c == 0x7F) {
        kind = 2;
        break;
      }
      if (c == '"' || c == '\\') {
        kind = 1;
      }
    }
    out.addNumber((((long) len << 2) | kind) + 1);
    out.add(b, off, len);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MessageEnvelope that && Arrays.equals(stored, that.stored);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(stored);
  }
}
