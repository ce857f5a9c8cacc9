package org.postroom.core.mime;

import java.util.Arrays;
import java.util.Optional;

/**
 * Takes a Content-Transfer-Encoding off a stream of octets (RFC 2045, 6), in pieces of any size.
 * Any octets give some result: base64 skips what is not of its alphabet, quoted-printable leaves
 * what is no escape as it is. One thread at a time; one decoder for one body.
 */
public abstract class TransferDecoder {
  /** What a decoder may hold back and give out later. */
  private static final int HELD = 256;

  private TransferDecoder() {}

  /** How many octets {@link #decode} and {@link #finish} together may write for so many read. */
  public static int room(int octets) {
    return octets + HELD + 4;
  }

  /**
   * The decoder for an encoding, named in any case.
   *
   * @return empty for an encoding that is not known (IMAP's UNKNOWN-CTE)
   */
  public static Optional<TransferDecoder> of(Octets encoding) {
    if (isIdentity(encoding)) {
      return Optional.of(new Identity());
    }
    if (encoding.equalsIgnoreCase("base64")) {
      return Optional.of(base64());
    }
    if (encoding.equalsIgnoreCase("quoted-printable")) {
      return Optional.of(quotedPrintable());
    }
    return Optional.empty();
  }

  /** Whether a body of this encoding is its own decoded form. */
  static boolean isIdentity(Octets encoding) {
    return encoding.equalsIgnoreCase("7bit")
        || encoding.equalsIgnoreCase("8bit")
        || encoding.equalsIgnoreCase("binary");
  }

  static TransferDecoder base64() {
    return new Base64();
  }

  static TransferDecoder quotedPrintable() {
    return new QuotedPrintable();
  }

  /**
   * Decodes a piece into {@code out}, which needs {@link #room} for it from {@code at} on.
   *
   * @return the place in {@code out} after the last octet written
   */
  public abstract int decode(byte[] in, int off, int len, byte[] out, int at);

  /**
   * Gives out what was held back; the decoder is then as new.
   *
   * @return the place in {@code out} after the last octet written
   */
  public abstract int finish(byte[] out, int at);

  private static final class Identity extends TransferDecoder {
    @Override
    public int decode(byte[] in, int off, int len, byte[] out, int at) {
      System.arraycopy(in, off, out, at, len);
      return at + len;
    }

    @Override
    public int finish(byte[] out, int at) {
      return at;
    }
  }

  private static final class Base64 extends TransferDecoder {
    private static final byte[] VALUES = values();

    private int bits;
    private int count;

    private static byte[] values() {
      byte[] values = new byte[256];
      Arrays.fill(values, (byte) -1);
      String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      for (int i = 0; i < alphabet.length(); i++) {
        values[alphabet.charAt(i)] = (byte) i;
      }
      return values;
    }

    @Override
    public int decode(byte[] in, int off, int len, byte[] out, int at) {
      int o = at;
      for (int i = off; i < off + len; i++) {
        int value = VALUES[in[i] & 0xFF];
        if (value < 0) {
          if (in[i] == '=') {
            o = finish(out, o); // padding; some bodies are several of them, one after another
          }
          continue;
        }
        bits = bits << 6 | value;
        if (++count == 4) {
          out[o++] = (byte) (bits >> 16);
          out[o++] = (byte) (bits >> 8);
          out[o++] = (byte) bits;
          count = 0;
        }
      }
      return o;
    }

    @Override
    public int finish(byte[] out, int at) {
      int o = at;
      if (count == 2) {
        out[o++] = (byte) (bits >> 4);
      } else if (count == 3) {
        out[o++] = (byte) (bits >> 10);
        out[o++] = (byte) (bits >> 2);
      }
      count = 0;
      return o;
    }
  }

  private static final class QuotedPrintable extends TransferDecoder {
    private enum State {
      TEXT,
      /** Blanks that vanish if the line ends here (rule 3). */
      BLANKS,
      EQUALS,
      /** An equals sign and one hex digit. */
      DIGIT,
      /** An equals sign and blanks: a soft break if the line ends here. */
      SOFT,
      /** The CR of a soft break; its LF belongs to it. */
      SOFT_CR
    }

    private final byte[] held = new byte[HELD];
    private int count;
    private State state = State.TEXT;

    @Override
    public int decode(byte[] in, int off, int len, byte[] out, int at) {
      int o = at;
      int end = off + len;
      int i = off;
      while (i < end) {
        byte c = in[i];
        switch (state) {
          case TEXT -> {
            if (c == '=') {
              state = State.EQUALS;
              hold(c);
            } else if (!Ascii.blank(c)) {
              out[o++] = c;
            } else if (i + 1 < end && in[i + 1] > ' ') {
              out[o++] = c; // the common case: a blank between words
            } else {
              state = State.BLANKS;
              hold(c);
            }
            i++;
          }
          case BLANKS -> {
            if (Ascii.blank(c)) {
              i++;
              o = count == HELD ? release(out, o) : o;
              state = State.BLANKS;
              hold(c);
            } else if (c == '\r' || c == '\n') {
              drop();
            } else {
              o = release(out, o);
            }
          }
          case EQUALS -> {
            if (Character.digit(c, 16) >= 0) {
              state = State.DIGIT;
              hold(c);
              i++;
            } else if (Ascii.space(c)) {
              state = State.SOFT;
            } else {
              o = release(out, o);
            }
          }
          case DIGIT -> {
            int low = Character.digit(c, 16);
            if (low >= 0) {
              out[o++] = (byte) (Character.digit(held[1], 16) << 4 | low);
              drop();
              i++;
            } else {
              o = release(out, o);
            }
          }
          case SOFT -> {
            if (Ascii.blank(c) && count < HELD) {
              hold(c);
              i++;
            } else if (c == '\r') {
              state = State.SOFT_CR;
              i++;
            } else if (c == '\n') {
              drop();
              i++;
            } else {
              o = release(out, o);
            }
          }
          case SOFT_CR -> {
            drop();
            i += c == '\n' ? 1 : 0;
          }
        }
      }
      return o;
    }

    @Override
    public int finish(byte[] out, int at) {
      int o = state == State.DIGIT ? release(out, at) : at;
      drop();
      return o;
    }

    private void hold(byte c) {
      held[count++] = c;
    }

    private void drop() {
      count = 0;
      state = State.TEXT;
    }

    /** It was text after all. */
    private int release(byte[] out, int at) {
      System.arraycopy(held, 0, out, at, count);
      int o = at + count;
      drop();
      return o;
    }
  }
}
