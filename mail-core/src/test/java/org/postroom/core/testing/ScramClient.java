package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The client's side of SCRAM-SHA-256 (RFC 5802, 3), which shares no code with the server's. Its
 * messages are text; {@link #base64} is how they cross the wire.
 */
public final class ScramClient {
  private final String gs2;
  private final String bare;
  private final String password;
  private String verifier = "";

  /**
   * A client for one exchange.
   *
   * @param gs2 what stands before the first message's names: {@code n,,} where nothing is bound
   * @param nonce the client's half of it
   */
  public ScramClient(String gs2, String login, String nonce, String password) {
    this.gs2 = gs2;
    this.bare = "n=" + login + ",r=" + nonce;
    this.password = password;
  }

  /** The first message. */
  public String first() {
    return gs2 + bare;
  }

  /** The last message, the answer to the server's first. */
  public String last(String serverFirst) throws GeneralSecurityException {
    String[] fields = serverFirst.split(",");
    byte[] salt = Base64.getDecoder().decode(fields[1].substring(2));
    int iterations = Integer.parseInt(fields[2].substring(2));
    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
            .getEncoded();
    String last = "c=" + base64(gs2) + "," + fields[0];
    String signed = bare + "," + serverFirst + "," + last;
    verifier = "v=" + base64(hmac(hmac(salted, "Server Key"), signed));
    byte[] key = hmac(salted, "Client Key");
    byte[] proof = hmac(MessageDigest.getInstance("SHA-256").digest(key), signed);
    for (int i = 0; i < proof.length; i++) {
      proof[i] ^= key[i];
    }
    return last + ",p=" + base64(proof);
  }

  /** What a server that knows the password says at the end, known once {@link #last} is said. */
  public String verifier() {
    return verifier;
  }

  /** A message as it crosses the wire. */
  public static String base64(String message) {
    return base64(message.getBytes(UTF_8));
  }

  /** A message that came over the wire. */
  public static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), UTF_8);
  }

  private static String base64(byte[] octets) {
    return Base64.getEncoder().encodeToString(octets);
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }
}
