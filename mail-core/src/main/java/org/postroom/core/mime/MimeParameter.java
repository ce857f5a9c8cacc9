package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;

/**
 * One parameter of Content-Type or Content-Disposition, as written. Pieces of RFC 2231 are joined;
 * a name ending in {@code *} has its value still in percent form.
 */
public record MimeParameter(Octets name, Octets value) {

  /** Whether it is called so, in any case, be its value in percent form or not. */
  public boolean isNamed(String ascii) {
    return name.equalsIgnoreCase(ascii) || name.equalsIgnoreCase(ascii + "*");
  }

  /**
   * The value as people read it: percent form in its charset (RFC 2231, 4), else encoded words,
   * which many write here although RFC 2047, 5 says not to. What is broken stays as it is.
   */
  public String text() {
    boolean percent = name.length() > 0 && name.at(name.length() - 1) == '*';
    return percent ? percentDecoded(value.latin1()) : EncodedWords.decode(value);
  }

  private static String percentDecoded(String text) {
    int charset = text.indexOf('\'');
    int language = text.indexOf('\'', charset + 1);
    if (charset < 0 || language < 0) {
      return text;
    }
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    for (int i = language + 1; i < text.length(); i++) {
      int high = digit(text, i + 1);
      int low = digit(text, i + 2);
      if (text.charAt(i) == '%' && high >= 0 && low >= 0) {
        octets.write(high << 4 | low);
        i += 2;
      } else {
        octets.write(text.charAt(i));
      }
    }
    Charset meant = charset == 0 ? US_ASCII : TextDecoder.charset(text.substring(0, charset));
    return octets.toString(meant);
  }

  private static int digit(String text, int at) {
    return at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
  }
}
