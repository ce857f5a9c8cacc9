package org.postroom.smtp.protocol;

import java.nio.ByteBuffer;

/**
 * Takes the octets that follow DATA, or those of BDAT chunks, chunk by chunk as they come, and
 * hands on the content they carry: dots unstuffed, every line end a CRLF. The only end of DATA is
 * CRLF.CRLF (RFC 5321, 4.1.1.4).
 *
 * <p>A bare LF ends a line and is handed on as CRLF, but a dot between bare LFs ends nothing: two
 * servers that read the end of a mail differently is what smuggling lives on. A stray CR becomes a
 * space. Where the input is cut into chunks makes no difference.
 *
 * <p>Hot path: octets are handed on in runs as long as nothing has to be changed in them, a whole
 * chunk as a rule.
 */
public final class DataReader {
  private static final byte CR = '\r';
  private static final byte LF = '\n';
  private static final byte DOT = '.';
  private static final byte[] CRLF = {CR, LF};
  private static final byte[] SPACE = {' '};
  private static final byte[] LONE_CR = {CR};
  private static final int COPY = 8192;

  private final Target target;
  private final boolean dotStuffed;
  private final boolean refuseBareLf;
  private final byte[] strayCr;
  private State state = State.LINE;
  private boolean sawBareLf;
  private byte[] copy = {};

  /**
   * A reader at the beginning of the content.
   *
   * @param target where the content goes
   * @param dotStuffed DATA: dots are stuffed and one ends it; otherwise BDAT
   * @param refuseBareLf whether a bare LF is {@link Progress#BARE_LF}
   * @param replaceStrayCr whether a stray CR becomes a space, as it should
   */
  public DataReader(
      Target target, boolean dotStuffed, boolean refuseBareLf, boolean replaceStrayCr) {
    this.target = target;
    this.dotStuffed = dotStuffed;
    this.refuseBareLf = refuseBareLf;
    this.strayCr = replaceStrayCr ? SPACE : LONE_CR;
  }

  /** Takes the content. */
  @FunctionalInterface
  public interface Target {

    /** Takes octets; the array is used again afterwards. */
    void write(byte[] octets, int offset, int length);
  }

  /** How far it has got. */
  public enum Progress {
    /** More is to come. */
    MORE,
    /** The end was read; what follows in the buffer is the next command. */
    END,
    /** A bare LF came and is refused. */
    BARE_LF
  }

  private enum State {
    /** At the beginning of a line that follows a CRLF. */
    LINE,
    /** At the beginning of a line that follows a bare LF. */
    LINE_AFTER_LF,
    /** After a dot that is the first of a line that follows a CRLF; the dot is withheld. */
    DOT,
    /** After such a dot and a CR, both withheld. */
    DOT_CR,
    /** Within a line. */
    TEXT,
    /** After a CR within a line, withheld. */
    CR
  }

  /**
   * Reads what {@code chunk} holds, moving its position behind what was read: to its limit, or
   * behind the end of the data.
   */
  public Progress read(ByteBuffer chunk) {
    if (chunk.hasArray()) {
      int base = chunk.arrayOffset();
      int end = base + chunk.limit();
      int at = read(chunk.array(), base + chunk.position(), end);
      chunk.position((at < 0 ? ~at : at) - base);
      return progress(at);
    }
    while (chunk.hasRemaining()) {
      int start = chunk.position();
      int length = Math.min(COPY, chunk.remaining());
      if (copy.length < length) {
        copy = new byte[length];
      }
      chunk.get(copy, 0, length);
      int at = read(copy, 0, length);
      if (at < 0) {
        chunk.position(start + ~at);
        return progress(at);
      }
    }
    return Progress.MORE;
  }

  /** The content is complete by other means than a dot (BDAT LAST): nothing may be withheld. */
  public void finish() {
    if (state == State.CR) {
      target.write(strayCr, 0, 1);
      state = State.TEXT;
    }
  }

  /** Whether a bare LF has come. */
  public boolean sawBareLf() {
    return sawBareLf;
  }

  private Progress progress(int at) {
    if (at >= 0) {
      return Progress.MORE;
    }
    return refuseBareLf && sawBareLf ? Progress.BARE_LF : Progress.END;
  }

  /** Reads octets; gives the index behind the last one read, inverted when that ended it. */
  private int read(byte[] octets, int from, int end) {
    int at = from;
    // Octets from run to at are content as they stand and not handed on yet.
    int run = from;
    while (at < end) {
      byte octet = octets[at];
      switch (state) {
        case LINE, LINE_AFTER_LF -> {
          if (octet == DOT && dotStuffed) {
            hand(octets, run, at);
            at++;
            run = at;
            state = state == State.LINE ? State.DOT : State.TEXT;
          } else {
            state = State.TEXT;
          }
        }
        case DOT -> {
          if (octet == CR) {
            at++;
            run = at;
            state = State.DOT_CR;
          } else {
            state = State.TEXT;
          }
        }
        case DOT_CR -> {
          if (octet == LF) {
            return ~(at + 1);
          }
          target.write(strayCr, 0, 1);
          state = State.TEXT;
        }
        case CR -> {
          if (octet == LF) {
            target.write(CRLF, 0, 2);
            at++;
            run = at;
            state = State.LINE;
          } else {
            target.write(strayCr, 0, 1);
            state = State.TEXT;
          }
        }
        case TEXT -> {
          at = Octets.lineEnd(octets, at, end);
          if (at == end) {
            break;
          }
          if (octets[at] == CR && at + 1 < end && octets[at + 1] == LF) {
            at += 2;
            state = State.LINE;
          } else if (octets[at] == CR) {
            hand(octets, run, at);
            at++;
            run = at;
            state = State.CR;
          } else {
            hand(octets, run, at);
            at++;
            run = at;
            sawBareLf = true;
            if (refuseBareLf) {
              return ~at;
            }
            target.write(CRLF, 0, 2);
            state = State.LINE_AFTER_LF;
          }
        }
      }
    }
    hand(octets, run, end);
    return end;
  }

  private void hand(byte[] octets, int from, int to) {
    if (to > from) {
      target.write(octets, from, to - from);
    }
  }
}
