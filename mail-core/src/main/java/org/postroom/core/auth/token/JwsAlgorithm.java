package org.postroom.core.auth.token;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/**
 * The ways of signing that count (RFC 7518, 3.1; RFC 8037). Those by a shared secret are not among
 * them, nor is none at all: whoever has a public key could sign with it as a secret.
 */
enum JwsAlgorithm {
  RS256("SHA256withRSA", 0, 0),
  RS384("SHA384withRSA", 0, 0),
  RS512("SHA512withRSA", 0, 0),
  PS256("RSASSA-PSS", 0, 256),
  PS384("RSASSA-PSS", 0, 384),
  PS512("RSASSA-PSS", 0, 512),
  ES256("SHA256withECDSAinP1363Format", 256, 0),
  ES384("SHA384withECDSAinP1363Format", 384, 0),
  ES512("SHA512withECDSAinP1363Format", 521, 0),
  EdDSA("Ed25519", 0, 0);

  private final String java;
  private final int curveBits;
  private final int pssBits;

  /**
   * @param curveBits of the one curve it is for; 0 where it is for none
   * @param pssBits of the hash that PSS is told of; 0 where it is not PSS
   */
  JwsAlgorithm(String java, int curveBits, int pssBits) {
    this.java = java;
    this.curveBits = curveBits;
    this.pssBits = pssBits;
  }

  static Optional<JwsAlgorithm> named(String name) {
    return Arrays.stream(values()).filter(one -> one.name().equals(name)).findFirst();
  }

  /** Whether that is a key for it. */
  boolean fits(PublicKey key) {
    if (key instanceof RSAPublicKey) {
      return java.contains("RSA");
    }
    if (key instanceof ECPublicKey ec) {
      return ec.getParams().getCurve().getField().getFieldSize() == curveBits;
    }
    return this == EdDSA
        && key instanceof EdECPublicKey ed
        && ed.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
  }

  /** Whether {@code signature} is the key's over {@code signed}. */
  boolean verifies(PublicKey key, byte[] signed, byte[] signature) {
    if (key instanceof ECPublicKey ec && !EcKeys.isSignature(signature, ec.getParams())) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance(java);
      if (pssBits > 0) {
        String hash = "SHA-" + pssBits;
        verifier.setParameter(
            new PSSParameterSpec(
                hash,
                "MGF1",
                new MGF1ParameterSpec(hash),
                pssBits / 8,
                PSSParameterSpec.TRAILER_FIELD_BC));
      }
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // of another length, or no key: none of its
    }
  }
}
