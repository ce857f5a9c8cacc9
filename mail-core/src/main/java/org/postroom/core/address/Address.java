package org.postroom.core.address;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A mailbox address (RFC 5321, 2.3.11): local part, without quotes, and domain. The local part
 * keeps its case; {@link #toString} gives the SMTP form, quoted where the grammar asks for it.
 *
 * <p>Text in UTF-8 (RFC 6531) is an address too; whether the other side may be shown one is a
 * question of the session: {@link #isAscii}. At most 64 octets before the sign (RFC 5321,
 * 4.5.3.1.1) and 254 in all (4.5.3.1.3, less the angle brackets).
 */
public record Address(String localPart, Domain domain) {

  private static final int LONGEST_LOCAL_PART = 64;
  private static final int LONGEST = 254;
  private static final String ATEXT_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

  /** {@link MalformedAddress} if it is none. */
  public Address {
    int octets = localPart.getBytes(StandardCharsets.UTF_8).length;
    if (octets > LONGEST_LOCAL_PART) {
      throw new MalformedAddress("a local part has at most 64 octets");
    }
    if (!localPart.codePoints().allMatch(c -> c >= 0x80 ? isUtf8Character(c) : isPrintable(c))) {
      throw new MalformedAddress("a control character in the local part");
    }
    int all = octets + 1 + domain.name().getBytes(StandardCharsets.UTF_8).length;
    if (all > LONGEST) {
      throw new MalformedAddress("an address has at most 254 octets");
    }
  }

  /** The local part as it is meant, without quotes. */
  public static Address of(String localPart, Domain domain) {
    return new Address(localPart, domain);
  }

  /**
   * Reads the SMTP form: {@code ada@example.org}, {@code "a b"@example.org}, {@code
   * ada@[192.0.2.1]}.
   *
   * @throws MalformedAddress if it is anything else
   */
  public static Address parse(String text) {
    if (text.startsWith("\"")) {
      return parseQuoted(text);
    }
    int at = text.indexOf('@');
    if (at <= 0 || !isDotString(text.substring(0, at))) {
      throw new MalformedAddress("not an address");
    }
    return new Address(text.substring(0, at), Domain.of(text.substring(at + 1)));
  }

  /** As {@link #parse}; empty for what is no address. */
  public static Optional<Address> tryParse(String text) {
    try {
      return Optional.of(parse(text));
    } catch (MalformedAddress e) {
      return Optional.empty();
    }
  }

  private static Address parseQuoted(String text) {
    StringBuilder local = new StringBuilder();
    int i = 1;
    while (i < text.length() && text.charAt(i) != '"') {
      if (text.charAt(i) == '\\') {
        i++;
      }
      if (i < text.length()) {
        local.append(text.charAt(i++));
      }
    }
    if (i + 1 >= text.length() || text.charAt(i + 1) != '@') {
      throw new MalformedAddress("a quoted local part does not end in \"@");
    }
    return new Address(local.toString(), Domain.of(text.substring(i + 2)));
  }

  /** Whether it can be sent where UTF-8 is not allowed. */
  public boolean isAscii() {
    return localPart.chars().allMatch(c -> c < 0x80)
        && domain.name().chars().allMatch(c -> c < 0x80);
  }

  static boolean isUtf8Character(int c) {
    return c > 0x9F
        && c != 0xFFFD
        && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
        && !Character.isWhitespace(c)
        && !Character.isSpaceChar(c);
  }

  private static boolean isPrintable(int c) {
    return c >= ' ' && c < 0x7F;
  }

  private static boolean isDotString(String local) {
    return !local.isEmpty()
        && !local.startsWith(".")
        && !local.endsWith(".")
        && !local.contains("..")
        && local.codePoints().allMatch(c -> c == '.' || isAtext(c));
  }

  private static boolean isAtext(int c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c >= 0x80
        || ATEXT_SPECIALS.indexOf(c) >= 0;
  }

  @Override
  public String toString() {
    if (isDotString(localPart)) {
      return localPart + "@" + domain;
    }
    return '"' + localPart.replace("\\", "\\\\").replace("\"", "\\\"") + "\"@" + domain;
  }
}
