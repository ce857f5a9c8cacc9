package org.postroom.core.auth.scheme;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.postroom.core.config.BadValue;

/** How octets are written in a stored password. */
enum Encoding {
  TEXT,
  HEX,
  BASE64;

  /** What stands behind the dot of {@code {SSHA512.HEX}}. */
  static Encoding named(String suffix) {
    return switch (suffix.toUpperCase(Locale.ROOT)) {
      case "HEX" -> HEX;
      case "B64", "BASE64" -> BASE64;
      default -> throw new BadValue("unknown encoding: " + suffix);
    };
  }

  byte[] decode(String text) {
    try {
      return switch (this) {
        case TEXT -> text.getBytes(UTF_8);
        case HEX -> HexFormat.of().parseHex(text);
        case BASE64 -> Base64.getDecoder().decode(text);
      };
    } catch (IllegalArgumentException e) {
      throw new BadValue("it is not in " + name().toLowerCase(Locale.ROOT));
    }
  }

  /** Hexadecimal where it is as long as that makes {@code octets}, else base64. */
  static byte[] guessed(String text, int octets) {
    boolean hex = text.length() == 2 * octets && text.matches("[0-9A-Fa-f]*");
    return (hex ? HEX : BASE64).decode(text);
  }
}
