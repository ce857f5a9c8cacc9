package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.postroom.core.secret.Secret;

/**
 * What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, 3; RFC 7677). The arrays are
 * handed over, not copied.
 */
public final class ScramKeys {
  private final byte[] salt;
  private final int iterations;
  private final byte[] storedKey;
  private final byte[] serverKey;

  public ScramKeys(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
    this.salt = salt;
    this.iterations = iterations;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /**
   * Derives the keys of a password (RFC 5802, 3: {@code SaltedPassword} and what follows from it).
   * The password is prepared by {@link Passwords#prepare} first.
   *
   * @param iterations at least 4096 for keys that are kept (RFC 7677, 4)
   */
  public static ScramKeys derive(Secret password, byte[] salt, int iterations) {
    try (Secret prepared = Passwords.prepare(password)) {
      byte[] salted = pbkdf2(prepared.octets(), salt, iterations);
      byte[] clientKey = hmac(salted, "Client Key".getBytes(US_ASCII));
      byte[] serverKey = hmac(salted, "Server Key".getBytes(US_ASCII));
      return new ScramKeys(salt, iterations, sha256(clientKey), serverKey);
    }
  }

  /** A password in the form in which SCRAM uses it (RFC 5802, 2.2; RFC 4013), for who closes it. */
  public static Secret prepared(Secret password) {
    return Passwords.prepare(password);
  }

  static byte[] hmac(byte[] key, byte[] data) {
    return mac(key).doFinal(data);
  }

  static byte[] sha256(byte[] data) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** One block of PBKDF2 (RFC 8018, 5.2): as long as the hash. */
  private static byte[] pbkdf2(byte[] password, byte[] salt, int iterations) {
    Mac mac = mac(password);
    mac.update(salt);
    byte[] round = mac.doFinal(new byte[] {0, 0, 0, 1});
    byte[] result = round.clone();
    for (int i = 1; i < iterations; i++) {
      round = mac.doFinal(round);
      for (int j = 0; j < result.length; j++) {
        result[j] ^= round[j];
      }
    }
    return result;
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      // A key must have an octet for Java; HMAC pads with zeros, so one zero is the same as none.
      mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }

  public byte[] salt() {
    return salt;
  }

  public int iterations() {
    return iterations;
  }

  public byte[] storedKey() {
    return storedKey;
  }

  public byte[] serverKey() {
    return serverKey;
  }
}
