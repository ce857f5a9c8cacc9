package org.postroom.core.auth.token;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A key of an issuer, by which tokens are checked (RFC 7517).
 *
 * @param id empty where it has none
 * @param only the one algorithm that it is for; else for all that it fits
 */
record VerifyingKey(Optional<String> id, Optional<JwsAlgorithm> only, PublicKey key) {
  private static final int MOST = 100;

  /** Shorter ones can be broken; longer ones cost more than a stranger's token is worth. */
  private static final int RSA_LEAST_BITS = 2048;

  private static final int RSA_MOST_BITS = 8192;
  private static final int ED25519_OCTETS = 32;

  /** Those of a set that we understand and that are for signatures; at most a hundred. */
  static List<VerifyingKey> of(Claims set) {
    return set.objects("keys").stream()
        .limit(MOST)
        .flatMap(key -> VerifyingKey.ofOne(key).stream())
        .toList();
  }

  private static Optional<VerifyingKey> ofOne(Claims jwk) {
    Optional<String> algorithm = jwk.text("alg");
    Optional<JwsAlgorithm> only = algorithm.flatMap(JwsAlgorithm::named);
    boolean isForOthers = algorithm.isPresent() && only.isEmpty();
    if (isForOthers || jwk.text("use").filter(use -> !use.equals("sig")).isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new VerifyingKey(jwk.text("kid"), only, key(jwk)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty(); // none that we understand
    }
  }

  private static PublicKey key(Claims jwk) throws GeneralSecurityException {
    return switch (jwk.text("kty").orElse("")) {
      case "RSA" -> rsa(octets(jwk, "n"), octets(jwk, "e"));
      case "EC" -> EcKeys.at(jwk.text("crv").orElse(""), octets(jwk, "x"), octets(jwk, "y"));
      case "OKP" -> edwards(jwk.text("crv").orElse(""), octets(jwk, "x"));
      default -> throw new InvalidKeyException("unknown type");
    };
  }

  private static byte[] octets(Claims jwk, String name) throws GeneralSecurityException {
    return Base64.getUrlDecoder()
        .decode(jwk.text(name).orElseThrow(() -> new InvalidKeyException("no " + name)));
  }

  private static PublicKey rsa(byte[] n, byte[] e) throws GeneralSecurityException {
    BigInteger modulus = new BigInteger(1, n);
    BigInteger exponent = new BigInteger(1, e);
    boolean isUsual =
        modulus.bitLength() >= RSA_LEAST_BITS
            && modulus.bitLength() <= RSA_MOST_BITS
            && exponent.bitLength() <= 33
            && exponent.testBit(0);
    if (!isUsual) {
      throw new InvalidKeyException("of an unusual size");
    }
    return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
  }

  /** RFC 8032, 5.1.2: the y coordinate, least octet first, and in its last bit whether x is odd. */
  private static PublicKey edwards(String curve, byte[] x) throws GeneralSecurityException {
    if (!curve.equals("Ed25519") || x.length != ED25519_OCTETS) {
      throw new InvalidKeyException("unknown curve");
    }
    byte[] y = new byte[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[x.length - 1 - i];
    }
    boolean isOdd = y[0] < 0;
    y[0] &= 0x7f;
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(
            new EdECPublicKeySpec(
                NamedParameterSpec.ED25519, new EdECPoint(isOdd, new BigInteger(1, y))));
  }

  /** Whether it may have signed what names this key, or none. */
  boolean isMeant(Optional<String> keyId) {
    return keyId.isEmpty() || keyId.equals(id);
  }

  boolean verifies(Jwt token) {
    JwsAlgorithm algorithm = token.algorithm();
    return only.filter(one -> one != algorithm).isEmpty()
        && algorithm.fits(key)
        && algorithm.verifies(key, token.signed(), token.signature());
  }
}
