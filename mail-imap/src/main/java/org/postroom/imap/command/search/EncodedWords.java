package org.postroom.imap.command.search;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Decodes encoded words (RFC 2047); neighbours are joined, what is broken stays as it is. */
final class EncodedWords {
  private EncodedWords() {}

  static String decode(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int at = 0;
    boolean afterWord = false;
    while (at < text.length()) {
      int start = text.indexOf("=?", at);
      if (start < 0) {
        break;
      }
      int encoding = text.indexOf('?', start + 2);
      int body = encoding + 2;
      int end = encoding < 0 || body >= text.length() ? -1 : text.indexOf("?=", body + 1);
      if (end < 0 || text.charAt(body) != '?') {
        out.append(text, at, start + 2);
        at = start + 2;
        afterWord = false;
        continue;
      }
      String between = text.substring(at, start);
      if (!afterWord || !between.isBlank()) {
        out.append(between);
      }
      String word =
          word(
              text.substring(start + 2, encoding),
              text.charAt(encoding + 1),
              text.substring(body + 1, end));
      out.append(word == null ? text.substring(start, end + 2) : word);
      afterWord = word != null;
      at = end + 2;
    }
    return out.append(text, at, text.length()).toString();
  }

  private static @Nullable String word(String charset, char encoding, String body) {
    try {
      int star = charset.indexOf('*');
      Charset set = Charset.forName(star < 0 ? charset : charset.substring(0, star));
      if (encoding == 'B' || encoding == 'b') {
        return new String(Base64.getMimeDecoder().decode(body), set);
      }
      if (encoding != 'Q' && encoding != 'q') {
        return null;
      }
      byte[] octets = body.replace('_', ' ').getBytes(StandardCharsets.ISO_8859_1);
      InputStream decoded = new QuotedPrintableStream(new ByteArrayInputStream(octets));
      return new String(decoded.readAllBytes(), set);
    } catch (IllegalArgumentException | IOException broken) {
      return null;
    }
  }
}
