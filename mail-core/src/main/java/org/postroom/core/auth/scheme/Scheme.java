package org.postroom.core.auth.scheme;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Nearest;

/**
 * The catalogue of schemes, by Dovecot's names: one row each.
 *
 * @param octets how data without a word on its encoding becomes octets
 */
record Scheme(String name, Function<String, byte[]> octets, Maker maker) {

  /** Makes the check; {@link BadValue} for data that is none of the scheme's, or costs too much. */
  interface Maker {
    Check make(byte[] data, HashLimits limits);
  }

  /** One function for all names: each reference to it would be a class of its own. */
  private static final Maker CRYPT = Scheme::crypt;

  private static final Maker PLAIN = Scheme::plain;

  static final List<Scheme> ALL =
      List.of(
          text("PLAIN", PLAIN),
          text("CLEAR", PLAIN),
          text("CLEARTEXT", PLAIN),
          text("CRYPT", CRYPT),
          text("SHA512-CRYPT", CRYPT),
          text("SHA256-CRYPT", CRYPT),
          text("MD5-CRYPT", CRYPT),
          text("BLF-CRYPT", CRYPT),
          text("DES-CRYPT", CRYPT),
          text("ARGON2ID", CRYPT),
          text("ARGON2I", CRYPT),
          text("PBKDF2", KeyDerivations::pbkdf2),
          text("SCRAM-SHA-256", KeyDerivations::scramSha256),
          text("SCRAM-SHA-1", KeyDerivations::scramSha1),
          salted("SSHA", 20, "SHA-1"),
          salted("SSHA256", 32, "SHA-256"),
          salted("SSHA512", 64, "SHA-512"),
          salted("SMD5", 16, "MD5"),
          digest("SHA", 20, "SHA-1"),
          digest("SHA1", 20, "SHA-1"),
          digest("SHA256", 32, "SHA-256"),
          digest("SHA512", 64, "SHA-512"),
          digest("PLAIN-MD5", 16, "MD5"),
          digest("LDAP-MD5", 16, "MD5"),
          digest("PLAIN-MD4", 16, "MD4"),
          text("MD5", Scheme::md5),
          new Scheme("CRAM-MD5", data -> Encoding.guessed(data, 32), Digests::cramMd5),
          new Scheme("HMAC-MD5", data -> Encoding.guessed(data, 32), Digests::cramMd5));

  private static final Map<String, Scheme> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Scheme::name, scheme -> scheme));

  private static final Set<String> REFUSED =
      Set.of("DIGEST-MD5", "OTP", "SKEY", "RPA", "LANMAN", "NTLM", "PBKDF2-SHA512");

  private static Scheme text(String name, Maker maker) {
    return new Scheme(name, Encoding.TEXT::decode, maker);
  }

  private static Scheme salted(String name, int octets, String algorithm) {
    return new Scheme(
        name, Encoding.BASE64::decode, (data, limits) -> Digests.of(algorithm, octets, data));
  }

  private static Scheme digest(String name, int octets, String algorithm) {
    return new Scheme(
        name,
        data -> Encoding.guessed(data, octets),
        (data, limits) -> Digests.exactly(algorithm, octets, data));
  }

  /** {@link BadValue} for one that is not here. */
  static Scheme named(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    Scheme scheme = BY_NAME.get(upper);
    if (scheme == null) {
      throw new BadValue(
          REFUSED.contains(upper)
              ? "password scheme not supported: " + name
              : "unknown password scheme: "
                  + name
                  + Nearest.hint(upper, ALL.stream().map(Scheme::name).toList()));
    }
    return scheme;
  }

  /** Of data as it stands. */
  Check check(String data, HashLimits limits) {
    return named(() -> maker.make(octets.apply(data), limits));
  }

  /** Of data that was in another encoding than the scheme's own. */
  Check check(byte[] data, HashLimits limits) {
    return named(() -> maker.make(data, limits));
  }

  private Check named(Supplier<Check> making) {
    try {
      return making.get();
    } catch (BadValue e) {
      throw new BadValue(name + ": " + e.reason());
    }
  }

  private static Check plain(byte[] data, HashLimits limits) {
    if (data.length == 0) {
      throw new BadValue("it is empty");
    }
    return password -> MessageDigest.isEqual(password, data);
  }

  private static Check crypt(byte[] data, HashLimits limits) {
    return CryptForms.of(new String(data, ISO_8859_1), limits);
  }

  /** As the name is used: crypt(3)'s where it begins so, else the digest alone. */
  private static Check md5(byte[] data, HashLimits limits) {
    String text = new String(data, UTF_8);
    return text.startsWith("$1$")
        ? CryptForms.of(text, limits)
        : Digests.exactly("MD5", 16, Encoding.guessed(text, 16));
  }
}
