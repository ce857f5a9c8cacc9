package org.postroom.smtp.protocol;

import java.nio.ByteBuffer;

/**
 * Hands on a message as a mail has it that somebody on this machine has written: a LF alone ends a
 * line, a CR alone is a space, and the last line gets its end.
 */
public final class MessageLines {
  private static final byte[] LINE_END = {'\r', '\n'};

  private final DataReader.Target target;
  private final DataReader lines;
  private byte last = '\n';

  /**
   * At the beginning of a message.
   *
   * @param target where it goes
   */
  public MessageLines(DataReader.Target target) {
    this.target = target;
    this.lines = new DataReader(target, false, false, true);
  }

  /** Takes octets; the array may be used again afterwards. */
  public void write(byte[] octets, int offset, int length) {
    if (length > 0) {
      DataReader.Progress unused = lines.read(ByteBuffer.wrap(octets, offset, length));
      last = octets[offset + length - 1];
    }
  }

  /** No more will come. */
  public void finish() {
    lines.finish();
    if (last != '\n') {
      target.write(LINE_END, 0, LINE_END.length);
    }
  }
}
