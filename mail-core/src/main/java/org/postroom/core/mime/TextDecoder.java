package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderMalfunctionError;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Map;

/**
 * Turns octets of a charset into text, in pieces of any size. A broken sequence becomes U+FFFD,
 * never an error. One thread at a time; one decoder for one body.
 */
public final class TextDecoder {
  private static final int PIECE = 8192;
  static final Charset FALLBACK = Charset.forName("windows-1252");

  /** Names that mail uses for something wider than, or other than, what they say. */
  private static final Map<String, String> MEANT =
      Map.of(
          "us-ascii", "utf-8",
          "ascii", "utf-8",
          "iso-8859-1", "windows-1252",
          "latin1", "windows-1252",
          "iso-8859-8-i", "iso-8859-8",
          "gb2312", "gb18030",
          "gbk", "gb18030",
          "ks_c_5601-1987", "x-windows-949",
          "unicode-1-1-utf-8", "utf-8");

  private final CharsetDecoder decoder;
  private final TextSink sink;
  private final ByteBuffer in = ByteBuffer.allocate(PIECE);
  private final CharBuffer out = CharBuffer.allocate(PIECE);

  public TextDecoder(Charset charset, TextSink sink) {
    this.decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    this.sink = sink;
  }

  /**
   * The charset that mail means by a name: windows-1252 for one that is not known, and UTF-8 for
   * US-ASCII, of which it is a superset.
   */
  public static Charset charset(String name) {
    String lower = name.trim().toLowerCase(Locale.ROOT);
    if (lower.equals("utf-8") || lower.equals("us-ascii")) {
      return UTF_8;
    }
    try {
      return Charset.forName(MEANT.getOrDefault(lower, lower));
    } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
      return FALLBACK;
    }
  }

  /**
   * Whether octets below 0x80 always are the ASCII characters, and no octet above can be a
   * diacritic of the character before it, UTF-8's apart.
   */
  static boolean isAsciiWithin(Charset charset) {
    String name = charset.name();
    return name.equals("UTF-8")
        || name.startsWith("ISO-8859-")
        || name.startsWith("KOI8-")
        || name.startsWith("windows-125") && !name.equals("windows-1258");
  }

  /** Decodes a piece; the sink may hear of it now or with a later one. */
  public void decode(byte[] octets, int off, int len) {
    int at = off;
    int end = off + len;
    while (at < end) {
      int count = Math.min(in.remaining(), end - at);
      in.put(octets, at, count);
      at += count;
      run(false);
    }
  }

  /** Decodes what was held back; the decoder is then as new. */
  public void finish() {
    run(true);
    while (decoder.flush(out).isOverflow()) {
      hand();
    }
    hand();
    decoder.reset();
  }

  private void run(boolean last) {
    in.flip();
    try {
      CoderResult result;
      do {
        result = decoder.decode(in, out, last);
        hand();
      } while (result.isOverflow());
      in.compact();
    } catch (CoderMalfunctionError broken) {
      // A decoder that stumbles over octets it does not expect: what it read so far counts.
      hand();
      out.put('\uFFFD');
      hand();
      in.clear();
      decoder.reset();
      if (last) {
        decoder.decode(ByteBuffer.allocate(0), out, true);
      }
    }
  }

  private void hand() {
    if (out.position() > 0) {
      sink.text(out.array(), 0, out.position());
      out.clear();
    }
  }
}
