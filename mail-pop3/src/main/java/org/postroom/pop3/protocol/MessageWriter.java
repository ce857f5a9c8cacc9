package org.postroom.pop3.protocol;

import org.postroom.core.wire.Output;

/**
 * Sends a message's octets, stuffing dots at line starts and counting body lines. Octets go out in
 * slices between the places where something must be added. What is known about the current line
 * lives on over chunk borders.
 */
final class MessageWriter {
  private static final byte[] CRLF = {'\r', '\n'};

  private final Output out;
  private final boolean limited;
  private int linesLeft;
  private boolean lineStart = true;
  private boolean emptyLine = true;
  private boolean inBody;
  private boolean done;

  /** A writer of the header and {@code bodyLines} lines behind it; negative is all of them. */
  MessageWriter(Output out, int bodyLines) {
    this.out = out;
    this.limited = bodyLines >= 0;
    this.linesLeft = bodyLines;
  }

  /** Whether nothing more is wanted. */
  boolean isDone() {
    return done;
  }

  /** The next octets of the message; NUL becomes 0x80 in the array itself. */
  void write(byte[] octets, int length) {
    int from = 0;
    int at = 0;
    while (at < length && !done) {
      if (lineStart && octets[at] == '.') {
        out.write(octets, from, at - from).write('.');
        from = at;
      }
      int start = at;
      at = lineEnd(octets, start, length);
      if (at > start) {
        note(octets[start], at - start);
      }
      if (at < length) {
        at++;
        endLine();
      }
    }
    out.write(octets, from, at - from);
  }

  /** Ends the last line, and the header, where the message does not. */
  void finish() {
    if (!lineStart) {
      out.write(CRLF);
    }
    if (!inBody) {
      // Some clients wait for ever when there is a header and nothing behind it.
      out.write(CRLF);
    }
  }

  private static int lineEnd(byte[] octets, int start, int length) {
    int at = start;
    while (at < length) {
      byte octet = octets[at];
      if (octet == '\n') {
        break;
      }
      if (octet == 0) {
        octets[at] = (byte) 0x80;
      }
      at++;
    }
    return at;
  }

  /** Remembers whether the line so far may still be the empty one, CR being its only octet. */
  private void note(byte first, int count) {
    emptyLine = lineStart && count == 1 && first == '\r';
    lineStart = false;
  }

  private void endLine() {
    if (inBody) {
      linesLeft--;
    } else if (emptyLine) {
      inBody = true;
    }
    lineStart = true;
    emptyLine = true;
    done = limited && inBody && linesLeft <= 0;
  }
}
