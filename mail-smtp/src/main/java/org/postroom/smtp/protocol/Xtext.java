package org.postroom.smtp.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** The escaping of parameter values (RFC 3461, 4): {@code +3D} for an equals sign. */
public final class Xtext {
  private static final String HEX = "0123456789ABCDEF";

  private Xtext() {}

  /** Escapes what may not stand in a parameter value; text beyond ASCII octet by octet in UTF-8. */
  public static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte octet : text.getBytes(UTF_8)) {
      int c = octet & 0xFF;
      if (c > ' ' && c < 0x7F && c != '+' && c != '=') {
        encoded.append((char) c);
      } else {
        encoded.append('+').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
    return encoded.toString();
  }

  /**
   * Undoes {@link #encode}.
   *
   * @throws IllegalArgumentException when this is no xtext, or hides a control character in it
   */
  public static String decode(String xtext) {
    if (xtext.indexOf('+') < 0) {
      return xtext;
    }
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(xtext.length());
    for (int i = 0; i < xtext.length(); i++) {
      char c = xtext.charAt(i);
      if (c == '+') {
        int value = i + 2 < xtext.length() ? hex(xtext, i + 1) << 4 | hex(xtext, i + 2) : -1;
        if (value < ' ' || value == 0x7F) {
          throw new IllegalArgumentException("xtext: " + xtext);
        }
        decoded.write(value);
        i += 2;
      } else {
        decoded.writeBytes(String.valueOf(c).getBytes(UTF_8));
      }
    }
    return decoded.toString(UTF_8);
  }

  private static int hex(String text, int at) {
    int digit = HEX.indexOf(text.charAt(at));
    if (digit < 0) {
      throw new IllegalArgumentException("xtext: " + text);
    }
    return digit;
  }
}
