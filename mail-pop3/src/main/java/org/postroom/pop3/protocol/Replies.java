package org.postroom.pop3.protocol;

import java.nio.ByteBuffer;
import org.postroom.core.mail.Content;
import org.postroom.core.wire.Output;
import org.postroom.core.wire.Saying;

/** Writes replies: the only place that knows {@code +OK}, {@code -ERR}, the dot and CRLF. */
public final class Replies {
  private static final int CHUNK = 64 * 1024;
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] END = {'.', '\r', '\n'};

  private final Output out;
  private final byte[] digits = new byte[20];
  private boolean unfinished;

  /** Replies to one client. */
  public Replies(Output out) {
    this.out = out;
  }

  /** Where they go. */
  public Output out() {
    return out;
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
   * end at its end is added; NUL octets leave as 0x80, because clients stumble over them. Between
   * two steps nothing is held but the place.
   *
   * @param text behind {@code +OK}
   * @param bodyLines after the header's empty line only so many lines; negative is all of them
   */
  public Saying message(String text, Content content, int bodyLines) {
    MessageWriter writer = new MessageWriter(out, bodyLines);
    return new Saying() {
      private long position;

      @Override
      public boolean step() {
        byte[] chunk = new byte[(int) Math.min(content.size() - position, CHUNK)];
        int count = read(content, position, chunk);
        if (!unfinished) {
          // What cannot be read was found out before the reply begins, if it could be at all.
          ok(text);
          unfinished = true;
        }
        writer.write(chunk, count);
        position += count;
        if (position < content.size() && !writer.isDone()) {
          return true;
        }
        writer.finish();
        end();
        return false;
      }
    };
  }

  private static int read(Content content, long position, byte[] chunk) {
    int count = chunk.length == 0 ? 0 : content.read(position, ByteBuffer.wrap(chunk));
    if (count <= 0 && chunk.length > 0) {
      throw new Refused(ResponseCode.SYS_TEMP, "The message cannot be read now.");
    }
    return count;
  }

  private void begin(int number) {
    unfinished = true;
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
