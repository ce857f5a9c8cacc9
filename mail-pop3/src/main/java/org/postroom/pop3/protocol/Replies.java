package org.postroom.pop3.protocol;

import java.nio.ByteBuffer;
import org.postroom.core.mail.Content;
import org.postroom.core.wire.Output;

/** Writes replies: the only place that knows {@code +OK}, {@code -ERR}, the dot and CRLF. */
public final class Replies {
  private static final int CHUNK = 64 * 1024;
  private static final int LINES_A_STEP = 4096;
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] END = {'.', '\r', '\n'};

  private final Output out;
  private final Runnable progress;
  private final byte[] digits = new byte[20];
  private boolean unfinished;

  /**
   * Replies to one client.
   *
   * @param progress called now and then while the client takes a long reply
   */
  public Replies(Output out, Runnable progress) {
    this.out = out;
    this.progress = progress;
  }

  /** {@code +OK}, with text if there is any. */
  public void ok(String text) {
    out.ascii(text.isEmpty() ? "+OK" : "+OK ").ascii(text).write(CRLF);
  }

  public void error(ResponseCode code, String text) {
    out.ascii("-ERR ").ascii(code.prefix()).ascii(text).write(CRLF);
  }

  /** A challenge (RFC 5034, 4); the space stays when there is nothing to say. */
  public void challenge(String base64) {
    out.ascii("+ ").ascii(base64).write(CRLF);
  }

  /** One line of a multi-line reply; it must not begin with a dot. */
  public void line(String text) {
    unfinished = true;
    out.ascii(text).write(CRLF);
  }

  /** A message number and what it has, on one line of a multi-line reply. */
  public void line(int number, String value) {
    begin(number);
    out.ascii(value).write(CRLF);
  }

  /** The same with a number as value. */
  public void line(int number, long value) {
    begin(number);
    decimal(value);
    out.write(CRLF);
  }

  /** The end of a multi-line reply. */
  public void end() {
    unfinished = false;
    out.write(END);
  }

  /** Whether a multi-line reply has begun whose end was not written. */
  public boolean isUnfinished() {
    return unfinished;
  }

  /**
   * {@code +OK} and a message, dot-stuffed (RFC 1939, 3), to the end of the reply. A missing line
   * end at its end is added; NUL octets leave as 0x80, because clients stumble over them.
   *
   * @param text behind {@code +OK}
   * @param bodyLines after the header's empty line only so many lines; negative is all of them
   */
  public void message(String text, Content content, int bodyLines) {
    long size = content.size();
    MessageWriter writer = new MessageWriter(out, bodyLines);
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.max(1, Math.min(size, CHUNK)));
    // What cannot be read is found out before the reply begins, if it is to be found out at all.
    int count = read(content, 0, chunk);
    ok(text);
    unfinished = true;
    long position = 0;
    while (count > 0) {
      writer.write(chunk.array(), count);
      position += count;
      progress.run();
      count = writer.isDone() ? 0 : read(content, position, chunk);
    }
    writer.finish();
    end();
  }

  private static int read(Content content, long position, ByteBuffer chunk) {
    if (position >= content.size()) {
      return 0;
    }
    chunk.clear();
    int count = content.read(position, chunk);
    if (count <= 0) {
      throw new Refused(ResponseCode.SYS_TEMP, "The message cannot be read now.");
    }
    return count;
  }

  private void begin(int number) {
    unfinished = true;
    if (number % LINES_A_STEP == 0) {
      progress.run();
    }
    decimal(number);
    out.write(' ');
  }

  private void decimal(long value) {
    int at = digits.length;
    long rest = value;
    do {
      digits[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    out.write(digits, at, digits.length - at);
  }
}
