package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;

/**
 * Decodes the encoded words of a header field (RFC 2047). The blanks between two of them go away,
 * and a character may be cut by their seam; they are read anywhere, even inside quotes. What is no
 * encoded word stays as it is; never an error. Time grows with the length only.
 */
public final class EncodedWords {
  private static final int MAX_CHARSET = 60;

  private final byte[] b;
  private final int to;
  private final Charset plain;
  private final StringBuilder out;

  /** Decoded octets of the last words, and their charset, while the next may go on. */
  private final OctetBuffer word = new OctetBuffer(64);

  private Charset wordCharset = UTF_8;

  /** The parts of the word that {@link #isWord} found. */
  private int charsetEnd;

  private int textStart;
  private int textEnd;

  /** From here on no word ends. */
  private int noneFrom = Integer.MAX_VALUE;

  private EncodedWords(byte[] b, int off, int len) {
    this.b = b;
    this.to = off + len;
    this.plain = plainCharset(b, off, len);
    this.out = new StringBuilder(len);
  }

  /** Decodes an unfolded value. */
  public static String decode(String text) {
    if (!text.contains("=?")) {
      return text;
    }
    byte[] octets = text.getBytes(UTF_8);
    return decode(octets, 0, octets.length);
  }

  /** Decodes an unfolded value; octets beyond ASCII are UTF-8 or else windows-1252. */
  public static String decode(Octets value) {
    return decode(value.array(), 0, value.length());
  }

  /** Decodes an unfolded value; octets beyond ASCII are UTF-8 or else windows-1252. */
  public static String decode(byte[] octets, int off, int len) {
    if (next(octets, off, off + len) < 0) {
      return new String(octets, off, len, plainCharset(octets, off, len));
    }
    EncodedWords words = new EncodedWords(octets, off, len);
    words.decode(off);
    return words.out.toString();
  }

  /** Whether the octets are what they look like: ASCII without encoded words. */
  static boolean isPlain(byte[] octets, int from, int to) {
    for (int i = from; i < to; i++) {
      int c = octets[i];
      if (c < 0 || c == '?' && i > from && octets[i - 1] == '=') {
        return false;
      }
    }
    return true;
  }

  private static Charset plainCharset(byte[] octets, int off, int len) {
    for (int i = off; i < off + len; i++) {
      if (octets[i] < 0) {
        try {
          UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, off, len));
          return UTF_8;
        } catch (CharacterCodingException other) {
          return TextDecoder.FALLBACK;
        }
      }
    }
    return UTF_8;
  }

  private static int next(byte[] b, int from, int to) {
    for (int i = from; i + 1 < to; i++) {
      if (b[i] == '=' && b[i + 1] == '?') {
        return i;
      }
    }
    return -1;
  }

  private void decode(int from) {
    int copied = from;
    int at = from;
    boolean afterWord = false;
    while (true) {
      int start = next(b, at, to);
      if (start < 0) {
        break;
      }
      if (!isWord(start)) {
        at = start + 2;
        continue;
      }
      if (!afterWord || !blank(copied, start)) {
        endWords();
        out.append(new String(b, copied, start - copied, plain));
      }
      word(start + 2);
      afterWord = true;
      at = textEnd + 2;
      copied = at;
    }
    endWords();
    out.append(new String(b, copied, to - copied, plain));
  }

  private boolean blank(int from, int end) {
    for (int i = from; i < end; i++) {
      if (!Ascii.space(b[i])) {
        return false;
      }
    }
    return true;
  }

  private boolean isWord(int start) {
    int i = start + 2;
    int limit = Math.min(to, i + MAX_CHARSET);
    while (i < limit && b[i] > ' ' && b[i] != '?') {
      i++;
    }
    if (i >= limit || b[i] != '?' || i == start + 2 || i + 2 >= to || b[i + 2] != '?') {
      return false;
    }
    int encoding = Ascii.lower(b[i + 1]);
    if (encoding != 'b' && encoding != 'q') {
      return false;
    }
    charsetEnd = i;
    textStart = i + 3;
    int end = textStart;
    if (end >= noneFrom) {
      return false;
    }
    while (end + 1 < to && (b[end] != '?' || b[end + 1] != '=')) {
      end++;
    }
    if (end + 1 >= to) {
      noneFrom = textStart;
      return false;
    }
    textEnd = end;
    return true;
  }

  private void word(int charsetStart) {
    String name = new String(b, charsetStart, charsetEnd - charsetStart, ISO_8859_1);
    int language = name.indexOf('*'); // RFC 2231, 5
    Charset charset = TextDecoder.charset(language < 0 ? name : name.substring(0, language));
    if (!charset.equals(wordCharset)) {
      endWords();
      wordCharset = charset;
    }
    if (Ascii.lower(b[charsetEnd + 1]) == 'b') {
      byte[] decoded = new byte[TransferDecoder.room(textEnd - textStart)];
      TransferDecoder decoder = TransferDecoder.base64();
      int length = decoder.decode(b, textStart, textEnd - textStart, decoded, 0);
      length = decoder.finish(decoded, length);
      word.add(decoded, 0, length);
      return;
    }
    for (int i = textStart; i < textEnd; i++) {
      int c = b[i];
      if (c == '=' && i + 2 < textEnd) {
        int high = Character.digit(b[i + 1], 16);
        int low = Character.digit(b[i + 2], 16);
        if (high >= 0 && low >= 0) {
          word.add(high << 4 | low);
          i += 2;
          continue;
        }
      }
      word.add(c == '_' ? ' ' : c);
    }
  }

  private void endWords() {
    if (word.length > 0) {
      out.append(new String(word.bytes, 0, word.length, wordCharset));
      word.clear();
    }
  }
}
