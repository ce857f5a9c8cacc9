package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * A message's octets as lines of a file, from pieces as they come: CRLF is a line end, header and
 * body can be left out, and each line may have a prefix. Nothing is kept but whether a line has
 * begun.
 */
final class QueuedText {
  private final OutputStream out;
  private final byte[] prefix;
  private final boolean header;
  private final boolean body;
  private boolean inBody;
  private boolean begun;
  private boolean afterReturn;

  /**
   * One.
   *
   * @param header whether the lines before the first empty one are shown
   * @param body whether the others are
   */
  QueuedText(OutputStream out, String prefix, boolean header, boolean body) {
    this.out = out;
    this.prefix = prefix.getBytes(UTF_8);
    this.header = header;
    this.body = body;
  }

  /** Takes a piece. */
  void add(byte[] octets) {
    try {
      for (byte octet : octets) {
        add(octet);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(byte octet) throws IOException {
    if (octet == '\n') {
      if (!begun) {
        inBody = true;
        begin();
      }
      show('\n');
      begun = false;
      afterReturn = false;
      return;
    }
    if (afterReturn) {
      begin();
      show('\r');
    }
    afterReturn = octet == '\r';
    if (!afterReturn) {
      begin();
      show(octet);
    }
  }

  private void begin() throws IOException {
    if (!begun && isShown()) {
      out.write(prefix);
    }
    begun = true;
  }

  private void show(int octet) throws IOException {
    if (isShown()) {
      out.write(octet);
    }
  }

  private boolean isShown() {
    return inBody ? body : header;
  }

  /** Ends the last line, whose end the message may not have. */
  void end() {
    try {
      if (begun && isShown()) {
        out.write('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
