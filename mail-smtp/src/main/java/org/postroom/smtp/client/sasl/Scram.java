package org.postroom.smtp.client.sasl;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.KeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.secret.Secret;

/**
 * SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, 7677) without channel binding. The server has to prove
 * that it knows the password, too: until it has, its word that we are logged in is worth nothing.
 */
final class Scram implements Dialogue {
  private static final int NONCE_OCTETS = 18;

  /** RFC 7677, 4: what fewer rounds made is soon guessed by whoever asked for them. */
  private static final int FEWEST_ROUNDS = 4096;

  /** What a server may have us compute: some tenths of a second. */
  private static final int MOST_ROUNDS = 500_000;

  private static final Pattern FIRST =
      Pattern.compile(
          "r=(?<nonce>[\\x21-\\x2b\\x2d-\\x7e]+),s=(?<salt>[A-Za-z0-9+/=]+),i=(?<rounds>\\d{1,9})(?:,.*)?");

  private final String hash;
  private final LogIn logIn;
  private final String nonce;
  private final String bare;
  private byte @Nullable [] expected;
  private boolean proven;

  /**
   * A dialogue.
   *
   * @param hash as Java's HMAC calls it, such as {@code SHA256}
   */
  Scram(String hash, LogIn logIn, String nonce) {
    this.hash = hash;
    this.logIn = logIn;
    this.nonce = nonce;
    String user = logIn.user().replace("=", "=3D").replace(",", "=2C");
    this.bare = "n=" + user + ",r=" + nonce;
  }

  /** One whose nonce nobody can guess. */
  static Scram of(String hash, LogIn logIn, SecureRandom random) {
    byte[] octets = new byte[NONCE_OCTETS];
    random.nextBytes(octets);
    return new Scram(hash, logIn, Base64.getEncoder().encodeToString(octets));
  }

  @Override
  public Optional<byte[]> initial() {
    return Optional.of(("n,," + bare).getBytes(UTF_8));
  }

  @Override
  public byte[] answer(byte[] challenge) {
    String text = new String(challenge, UTF_8);
    return expected == null ? proof(text) : verified(text, expected);
  }

  @Override
  public boolean isComplete() {
    return proven;
  }

  private byte[] proof(String first) {
    Matcher matcher = FIRST.matcher(first);
    if (!matcher.matches()) {
      throw LogInFailed.malformed("the server's first message is not SCRAM's");
    }
    String both = matcher.group("nonce");
    int rounds = Integer.parseInt(matcher.group("rounds"));
    if (!both.startsWith(nonce) || both.length() == nonce.length()) {
      throw LogInFailed.malformed("the server's nonce does not follow ours");
    }
    if (rounds < FEWEST_ROUNDS || rounds > MOST_ROUNDS) {
      throw LogInFailed.malformed(
          "the server asks for "
              + rounds
              + " rounds of SCRAM; "
              + FEWEST_ROUNDS
              + " to "
              + MOST_ROUNDS
              + " are computed");
    }
    byte[] salted = salted(decoded(matcher.group("salt")), rounds);
    byte[] clientKey = hmac(salted, "Client Key");
    String unproven = "c=" + Base64.getEncoder().encodeToString("n,,".getBytes(US_ASCII));
    unproven += ",r=" + both;
    String signed = bare + "," + first + "," + unproven;
    byte[] proof = hmac(digest(clientKey), signed);
    for (int i = 0; i < proof.length; i++) {
      proof[i] ^= clientKey[i];
    }
    expected = hmac(hmac(salted, "Server Key"), signed);
    return (unproven + ",p=" + Base64.getEncoder().encodeToString(proof)).getBytes(UTF_8);
  }

  private byte[] verified(String last, byte[] signature) {
    if (proven) {
      throw LogInFailed.malformed("the server asked for more than SCRAM says");
    }
    if (last.startsWith("e=")) {
      return new byte[0]; // it refuses, and says so in its reply
    }
    String given = last.startsWith("v=") ? last.substring(2).split(",", 2)[0] : "";
    if (!MessageDigest.isEqual(decoded(given), signature)) {
      throw LogInFailed.malformed("the server does not know the password itself");
    }
    proven = true;
    return new byte[0];
  }

  private byte[] salted(byte[] salt, int rounds) {
    try (Secret prepared = ScramKeys.prepared(logIn.password())) {
      SecretKeyFactory factory = SecretKeyFactory.getInstance("PBKDF2WithHmac" + hash);
      KeySpec spec =
          new PBEKeySpec(
              prepared.reveal().toCharArray(),
              salt,
              rounds,
              digest(new byte[0]).length * Byte.SIZE);
      return factory.generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has PBKDF2 with " + hash, e);
    }
  }

  private byte[] hmac(byte[] key, String text) {
    return mac("Hmac" + hash, key, text.getBytes(UTF_8));
  }

  private byte[] digest(byte[] data) {
    try {
      return MessageDigest.getInstance(hash.replace("SHA", "SHA-")).digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + hash, e);
    }
  }

  /** A keyed digest (RFC 2104) under Java's name for it. */
  static byte[] mac(String algorithm, byte[] key, byte[] data) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw LogInFailed.malformed("the server's message is not SCRAM's");
    }
  }
}
