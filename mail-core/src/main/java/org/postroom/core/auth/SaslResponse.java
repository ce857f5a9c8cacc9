package org.postroom.core.auth;

import java.util.Base64;
import java.util.Optional;

/** A client's line in an exchange, decoded: the same in SMTP, POP3 and IMAP. */
public sealed interface SaslResponse {

  /** The octets of the response. The array is handed over. */
  final class Octets implements SaslResponse {
    private final byte[] octets;

    private Octets(byte[] octets) {
      this.octets = octets;
    }

    public byte[] octets() {
      return octets;
    }
  }

  /** The client gives up: {@code *}. */
  record Cancelled() implements SaslResponse {}

  /** No base64. */
  record Malformed() implements SaslResponse {}

  /** Decodes a line that answers a challenge. */
  static SaslResponse parse(String line) {
    return line.equals("*") ? new Cancelled() : decode(line);
  }

  /** Decodes an initial response, where {@code =} is the empty one (RFC 4954, 4; RFC 4959, 3). */
  static SaslResponse parseInitial(String word) {
    return word.equals("=") ? new Octets(new byte[0]) : decode(word);
  }

  /** A challenge as it is written. */
  static String encode(byte[] challenge) {
    return Base64.getEncoder().encodeToString(challenge);
  }

  private static SaslResponse decode(String text) {
    try {
      // Java takes it without padding; RFC 4648, 3.2 does not.
      return text.length() % 4 == 0
          ? new Octets(Base64.getDecoder().decode(text))
          : new Malformed();
    } catch (IllegalArgumentException e) {
      return new Malformed();
    }
  }

  /** The octets, when there are any. */
  default Optional<byte[]> value() {
    return this instanceof Octets some ? Optional.of(some.octets()) : Optional.empty();
  }
}
