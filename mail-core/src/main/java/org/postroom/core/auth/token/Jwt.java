package org.postroom.core.auth.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Base64;
import java.util.Optional;

/** A signed token that says itself whose it is (RFC 7519, as RFC 7515 writes it in short). */
final class Jwt {
  private final JwsAlgorithm algorithm;
  private final Optional<String> keyId;
  private final Claims claims;
  private final byte[] signed;
  private final byte[] signature;

  private Jwt(
      JwsAlgorithm algorithm,
      Optional<String> keyId,
      Claims claims,
      byte[] signed,
      byte[] signature) {
    this.algorithm = algorithm;
    this.keyId = keyId;
    this.claims = claims;
    this.signed = signed;
    this.signature = signature;
  }

  /** Nothing where it is none, or one that is signed or encrypted in a way that does not count. */
  static Optional<Jwt> parse(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    Optional<byte[]> header = octets(parts[0]);
    Optional<byte[]> payload = octets(parts[1]);
    Optional<byte[]> signature = octets(parts[2]);
    if (header.isEmpty() || payload.isEmpty() || signature.isEmpty()) {
      return Optional.empty();
    }
    // RFC 7515, 4.1.11: who does not understand what is critical must not take it.
    Optional<Claims> head = Claims.read(header.get()).filter(said -> !said.has("crit"));
    Optional<JwsAlgorithm> algorithm =
        head.flatMap(said -> said.text("alg")).flatMap(JwsAlgorithm::named);
    Optional<Claims> claims = Claims.read(payload.get());
    if (algorithm.isEmpty() || claims.isEmpty()) {
      return Optional.empty();
    }
    byte[] signed = token.substring(0, token.lastIndexOf('.')).getBytes(US_ASCII);
    return Optional.of(
        new Jwt(
            algorithm.get(),
            head.flatMap(said -> said.text("kid")),
            claims.get(),
            signed,
            signature.get()));
  }

  /** RFC 7515, 2: base64url without padding. */
  private static Optional<byte[]> octets(String part) {
    try {
      return part.indexOf('=') < 0
          ? Optional.of(Base64.getUrlDecoder().decode(part))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  JwsAlgorithm algorithm() {
    return algorithm;
  }

  Optional<String> keyId() {
    return keyId;
  }

  Claims claims() {
    return claims;
  }

  byte[] signed() {
    return signed;
  }

  byte[] signature() {
    return signature;
  }
}
