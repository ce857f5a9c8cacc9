package org.postroom.core.auth.scheme;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.commons.codec.digest.Md5Crypt;
import org.apache.commons.codec.digest.Sha2Crypt;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.postroom.core.auth.Argon2;
import org.postroom.core.config.BadValue;
import org.postroom.core.secret.Secret;

/** Makes of a password what a file or a database may keep, as {@link StoredPassword} reads it. */
public final class NewPassword {
  private static final String SALT_SIGNS =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private static final int SALT_OCTETS = 4;
  private static final Map<String, Maker> MAKERS = makers();

  private final SecureRandom random;

  /** By chance of this kind. */
  public NewPassword(SecureRandom random) {
    this.random = random;
  }

  private interface Maker {
    String of(byte[] password, SecureRandom random, OptionalInt rounds);
  }

  private static Map<String, Maker> makers() {
    Map<String, Maker> makers = new LinkedHashMap<>();
    for (String plain : List.of("PLAIN", "CLEAR", "CLEARTEXT")) {
      makers.put(plain, (password, random, rounds) -> new String(password, UTF_8));
    }
    makers.put("CRYPT", NewPassword::bcrypt);
    makers.put("BLF-CRYPT", NewPassword::bcrypt);
    makers.put(
        "SHA512-CRYPT",
        (password, random, rounds) ->
            Sha2Crypt.sha512Crypt(password.clone(), sha2Salt("$6$", random, rounds)));
    makers.put(
        "SHA256-CRYPT",
        (password, random, rounds) ->
            Sha2Crypt.sha256Crypt(password.clone(), sha2Salt("$5$", random, rounds)));
    makers.put(
        "MD5-CRYPT",
        (password, random, rounds) -> Md5Crypt.md5Crypt(password.clone(), "$1$" + salt(random, 8)));
    makers.put("ARGON2ID", NewPassword::argon2);
    salted(makers, "SSHA", "SHA-1");
    salted(makers, "SSHA256", "SHA-256");
    salted(makers, "SSHA512", "SHA-512");
    salted(makers, "SMD5", "MD5");
    digest(makers, "SHA", "SHA-1");
    digest(makers, "SHA1", "SHA-1");
    digest(makers, "SHA256", "SHA-256");
    digest(makers, "SHA512", "SHA-512");
    digest(makers, "LDAP-MD5", "MD5");
    makers.put(
        "PLAIN-MD5",
        (password, random, rounds) -> HexFormat.of().formatHex(hashed("MD5", password)));
    return makers;
  }

  /** The names of the schemes that there are. */
  public static List<String> schemes() {
    return List.copyOf(MAKERS.keySet());
  }

  /**
   * One, as {@code {SCHEME}data}.
   *
   * @param scheme in any case
   * @param rounds how much work it is to be, where the scheme can say so
   * @throws BadValue where there is no such scheme, or no such rounds
   */
  public String of(String scheme, Secret password, OptionalInt rounds) {
    String name = scheme.toUpperCase(Locale.ROOT);
    Maker maker = MAKERS.get(name);
    if (maker == null) {
      throw new BadValue("Unknown scheme: " + scheme);
    }
    return "{" + name + "}" + maker.of(password.octets(), random, rounds);
  }

  private static String bcrypt(byte[] password, SecureRandom random, OptionalInt rounds) {
    int cost = within(rounds, 5, 4, 31);
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    char[] signs = new String(password, UTF_8).toCharArray();
    return OpenBSDBCrypt.generate("2y", signs, salt, cost);
  }

  private static String argon2(byte[] password, SecureRandom random, OptionalInt rounds) {
    Argon2.Cost usual = Argon2.Cost.DEFAULT;
    int passes = within(rounds, usual.passes(), 1, 64);
    Argon2.Cost cost = new Argon2.Cost(usual.memoryKib(), passes, usual.lanes());
    return new Argon2(cost, 1, random).hash(Secret.of(password));
  }

  private static String sha2Salt(String form, SecureRandom random, OptionalInt rounds) {
    return form
        + (rounds.isPresent() ? "rounds=" + within(rounds, 5000, 1000, 999_999_999) + "$" : "")
        + salt(random, 16);
  }

  private static int within(OptionalInt rounds, int usual, int least, int most) {
    int number = rounds.orElse(usual);
    if (number < least || number > most) {
      throw new BadValue("expected " + least + " to " + most + " rounds, found " + number);
    }
    return number;
  }

  private static String salt(SecureRandom random, int signs) {
    StringBuilder salt = new StringBuilder();
    for (int i = 0; i < signs; i++) {
      salt.append(SALT_SIGNS.charAt(random.nextInt(SALT_SIGNS.length())));
    }
    return salt.toString();
  }

  private static void salted(Map<String, Maker> makers, String name, String algorithm) {
    makers.put(
        name,
        (password, random, rounds) -> {
          byte[] salt = new byte[SALT_OCTETS];
          random.nextBytes(salt);
          return base64(joined(hashed(algorithm, joined(password, salt)), salt));
        });
  }

  private static void digest(Map<String, Maker> makers, String name, String algorithm) {
    makers.put(name, (password, random, rounds) -> base64(hashed(algorithm, password)));
  }

  private static byte[] hashed(String algorithm, byte[] octets) {
    try {
      return MessageDigest.getInstance(algorithm).digest(octets);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has " + algorithm, e);
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static String base64(byte[] octets) {
    return new String(Base64.getEncoder().encode(octets), US_ASCII);
  }
}
