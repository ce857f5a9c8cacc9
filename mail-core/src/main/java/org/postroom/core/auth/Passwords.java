package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.text.Normalizer;
import java.util.Arrays;
import org.postroom.core.secret.Secret;

/** Brings passwords into the one form in which they are hashed and compared. */
final class Passwords {
  private Passwords() {}

  /**
   * Prepares a password by the mapping and normalisation steps of SASLprep (RFC 4013, 2.1 and 2.2):
   * other spaces become a space, what is "commonly mapped to nothing" goes, then NFKC. So it does
   * not matter how a keyboard composes an umlaut.
   *
   * <p>Deviation: prohibited characters are not refused (RFC 4013, 2.3 to 2.5) and octets that are
   * not UTF-8 are kept as they are; a password that somebody has set must work.
   */
  static Secret prepare(Secret password) {
    byte[] octets = password.octets();
    if (isAscii(octets)) {
      return Secret.of(octets.clone());
    }
    CharBuffer text;
    try {
      text = UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
    } catch (CharacterCodingException e) {
      return Secret.of(octets.clone());
    }
    StringBuilder mapped = new StringBuilder(text.length());
    text.chars().forEach(c -> map((char) c, mapped));
    wipe(text);
    return Secret.of(Normalizer.normalize(mapped, Normalizer.Form.NFKC));
  }

  private static void map(char c, StringBuilder out) {
    // RFC 3454, C.1.2: non-ASCII space characters.
    if (c == 0xA0
        || c == 0x1680
        || c >= 0x2000 && c <= 0x200B
        || c == 0x202F
        || c == 0x205F
        || c == 0x3000) {
      out.append(' ');
      return;
    }
    // RFC 3454, B.1: commonly mapped to nothing. (U+200B is in both tables; RFC 4013 maps spaces.)
    boolean nothing =
        c == 0xAD
            || c == 0x34F
            || c == 0x1806
            || c >= 0x180B && c <= 0x180D
            || c == 0x200C
            || c == 0x200D
            || c == 0x2060
            || c >= 0xFE00 && c <= 0xFE0F
            || c == 0xFEFF;
    if (!nothing) {
      out.append(c);
    }
  }

  private static boolean isAscii(byte[] octets) {
    for (byte octet : octets) {
      if (octet < 0) {
        return false;
      }
    }
    return true;
  }

  private static void wipe(CharBuffer text) {
    if (text.hasArray()) {
      Arrays.fill(text.array(), (char) 0);
    }
  }
}
