package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postroom.core.json.Json;

/** A key by which an issuer of tests signs, by one algorithm of RFC 7518 or RFC 8037. */
public final class SigningKey {
  private final String id;
  private final String algorithm;
  private final KeyPair pair;

  private SigningKey(String id, String algorithm, KeyPair pair) {
    this.id = id;
    this.algorithm = algorithm;
    this.pair = pair;
  }

  /** A new key. */
  public static SigningKey of(String id, String algorithm) {
    return new SigningKey(
        id,
        algorithm,
        switch (algorithm.substring(0, 2)) {
          case "ES" -> pair("EC", new ECGenParameterSpec(curve(algorithm)));
          case "Ed" -> pair("Ed25519", null);
          default -> rsa(2048);
        });
  }

  /** The same key, which signs by another algorithm. */
  public SigningKey by(String other) {
    return new SigningKey(id, other, pair);
  }

  /** The same key under another name. */
  public SigningKey named(String other) {
    return new SigningKey(other, algorithm, pair);
  }

  /** A key of RSA. */
  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair pair(String name, AlgorithmParameterSpec of) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(name);
      if (of != null) {
        generator.initialize(of);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String curve(String algorithm) {
    return switch (algorithm) {
      case "ES256" -> "secp256r1";
      case "ES384" -> "secp384r1";
      default -> "secp521r1";
    };
  }

  /** As a set of keys has it. */
  public Map<String, Object> jwk() {
    Map<String, Object> jwk = new LinkedHashMap<>();
    jwk.put("kid", id);
    jwk.put("use", "sig");
    if (pair.getPublic() instanceof RSAPublicKey rsa) {
      jwk.put("kty", "RSA");
      jwk.put("n", base64(octets(rsa.getModulus(), (rsa.getModulus().bitLength() + 7) / 8)));
      jwk.put("e", base64(rsa.getPublicExponent().toByteArray()));
    } else if (pair.getPublic() instanceof ECPublicKey ec) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      int octets = (bits + 7) / 8;
      jwk.put("kty", "EC");
      jwk.put("crv", "P-" + bits);
      jwk.put("x", base64(octets(ec.getW().getAffineX(), octets)));
      jwk.put("y", base64(octets(ec.getW().getAffineY(), octets)));
    } else {
      EdECPublicKey ed = (EdECPublicKey) pair.getPublic();
      byte[] y = octets(ed.getPoint().getY(), 32);
      byte[] x = new byte[32];
      for (int i = 0; i < x.length; i++) {
        x[i] = y[x.length - 1 - i];
      }
      x[31] |= (byte) (ed.getPoint().isXOdd() ? 0x80 : 0);
      jwk.put("kty", "OKP");
      jwk.put("crv", "Ed25519");
      jwk.put("x", base64(x));
    }
    return jwk;
  }

  private static byte[] octets(BigInteger number, int count) {
    byte[] all = number.toByteArray();
    byte[] octets = new byte[count];
    int length = Math.min(all.length, count);
    System.arraycopy(all, all.length - length, octets, count - length, length);
    return octets;
  }

  /** A token that says so, signed. */
  public String sign(Map<String, ?> claims) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", algorithm);
    header.put("kid", id);
    return sign(header, claims);
  }

  /** The same with a header of one's own. */
  public String sign(Map<String, ?> header, Map<String, ?> claims) {
    String signed = base64(Json.write(header)) + "." + base64(Json.write(claims));
    return signed + "." + base64(signature(signed.getBytes(US_ASCII)));
  }

  private byte[] signature(byte[] octets) {
    try {
      Signature signature = Signature.getInstance(name());
      String bits = algorithm.substring(Math.max(0, algorithm.length() - 3));
      if (algorithm.startsWith("PS")) {
        signature.setParameter(
            new PSSParameterSpec(
                "SHA-" + bits,
                "MGF1",
                new MGF1ParameterSpec("SHA-" + bits),
                Integer.parseInt(bits) / 8,
                1));
      }
      signature.initSign(pair.getPrivate());
      signature.update(octets);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private String name() {
    String bits = algorithm.substring(Math.max(0, algorithm.length() - 3));
    return switch (algorithm.substring(0, 2)) {
      case "RS" -> "SHA" + bits + "withRSA";
      case "PS" -> "RSASSA-PSS";
      case "ES" -> "SHA" + bits + "withECDSAinP1363Format";
      default -> "Ed25519";
    };
  }

  /** The octets of the public key: what an attacker has, too. */
  public byte[] publicOctets() {
    return pair.getPublic().getEncoded();
  }

  /** As JWTs are written. */
  public static String base64(byte[] octets) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
  }

  /** The octets behind it. */
  public static byte[] octets(String base64) {
    return Base64.getUrlDecoder().decode(base64);
  }

  /** A token whose last part is this. */
  public static String withSignature(String token, byte[] signature) {
    return token.substring(0, token.lastIndexOf('.') + 1) + base64(signature);
  }

  @Override
  public String toString() {
    return id + " (" + algorithm + ", " + Arrays.hashCode(publicOctets()) + ")";
  }
}
