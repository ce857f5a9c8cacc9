package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/** One line from a peer, without its line end. */
public final class Line {
  private final byte[] octets;
  private final End end;

  /**
   * A line.
   *
   * @param octets what stood before the line end; handed over, not copied
   */
  public Line(byte[] octets, End end) {
    this.octets = octets;
    this.end = end;
  }

  /** How a line ended. */
  public enum End {
    /** CRLF, as every protocol here wants it. */
    CRLF,
    /** A bare LF. */
    LF,
    /** It was longer than the limit; what goes beyond it is never handed out. */
    TOO_LONG
  }

  /** What stood before the line end; not shared, the receiver may keep it. */
  public byte[] octets() {
    return octets;
  }

  public End end() {
    return end;
  }

  /** The line as text, one character an octet. */
  public String latin1() {
    return new String(octets, ISO_8859_1);
  }

  /** The line as UTF-8 text; octets that are none become U+FFFD. */
  public String utf8() {
    return new String(octets, UTF_8);
  }
}
