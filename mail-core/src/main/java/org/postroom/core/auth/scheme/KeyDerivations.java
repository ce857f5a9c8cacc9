package org.postroom.core.auth.scheme;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.postroom.core.auth.ScramKeys;
import org.postroom.core.config.BadValue;
import org.postroom.core.secret.Secret;

/** PBKDF2 (RFC 8018) and what SCRAM (RFC 5802) keeps, which rests on it. */
final class KeyDerivations {
  /** Some two seconds. */
  private static final long MOST_ROUNDS = 2_000_000;

  private static final Pattern PBKDF2 =
      Pattern.compile("\\$1\\$([^$]*)\\$(\\d+)\\$([0-9A-Fa-f]{40})");
  private static final Pattern SCRAM =
      Pattern.compile("(\\d+),([A-Za-z0-9+/=]+),([A-Za-z0-9+/=]+),([A-Za-z0-9+/=]+)");

  private KeyDerivations() {}

  /** {@code $1$SALT$ROUNDS$HEX}, with SHA-1. */
  static Check pbkdf2(byte[] data, HashLimits limits) {
    Matcher matcher = PBKDF2.matcher(new String(data, UTF_8));
    if (!matcher.matches()) {
      throw new BadValue("expected $1$SALT$ROUNDS$HEX");
    }
    byte[] salt = matcher.group(1).getBytes(UTF_8);
    int rounds = rounds("PBKDF2", matcher.group(2));
    byte[] hash = Encoding.HEX.decode(matcher.group(3));
    return password -> MessageDigest.isEqual(sha1(password, salt, rounds), hash);
  }

  static Check scramSha256(byte[] data, HashLimits limits) {
    Scram kept = Scram.parse(data, 32);
    ScramKeys keys = new ScramKeys(kept.salt, kept.rounds, kept.storedKey, kept.serverKey);
    return new Check() {
      @Override
      public boolean matches(byte[] password) {
        try (Secret copy = Secret.of(password.clone())) {
          ScramKeys derived = ScramKeys.derive(copy, keys.salt(), keys.iterations());
          return MessageDigest.isEqual(derived.storedKey(), keys.storedKey());
        }
      }

      @Override
      public Optional<ScramKeys> scramKeys() {
        return Optional.of(keys);
      }
    };
  }

  static Check scramSha1(byte[] data, HashLimits limits) {
    Scram kept = Scram.parse(data, 20);
    return password -> {
      byte[] salted = sha1(password, kept.salt, kept.rounds);
      byte[] clientKey = new byte[20];
      HMac mac = new HMac(new SHA1Digest());
      mac.init(new KeyParameter(salted));
      byte[] label = "Client Key".getBytes(US_ASCII);
      mac.update(label, 0, label.length);
      mac.doFinal(clientKey, 0);
      byte[] storedKey = new byte[20];
      SHA1Digest digest = new SHA1Digest();
      digest.update(clientKey, 0, clientKey.length);
      digest.doFinal(storedKey, 0);
      return MessageDigest.isEqual(storedKey, kept.storedKey);
    };
  }

  private static byte[] sha1(byte[] password, byte[] salt, int rounds) {
    PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA1Digest());
    generator.init(password, salt, rounds);
    return ((KeyParameter) generator.generateDerivedMacParameters(160)).getKey();
  }

  private static int rounds(String scheme, String text) {
    HashLimits.requireRounds(scheme, text, MOST_ROUNDS);
    int rounds = Integer.parseInt(text);
    if (rounds == 0) {
      throw new BadValue(scheme + " of no rounds");
    }
    return rounds;
  }

  /** {@code ROUNDS,SALT,STOREDKEY,SERVERKEY}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Scram(int rounds, byte[] salt, byte[] storedKey, byte[] serverKey) {
    static Scram parse(byte[] data, int octets) {
      Matcher matcher = SCRAM.matcher(new String(data, UTF_8));
      if (!matcher.matches()) {
        throw new BadValue("expected ROUNDS,SALT,STOREDKEY,SERVERKEY");
      }
      Scram parsed =
          new Scram(
              KeyDerivations.rounds("SCRAM", matcher.group(1)),
              Encoding.BASE64.decode(matcher.group(2)),
              Encoding.BASE64.decode(matcher.group(3)),
              Encoding.BASE64.decode(matcher.group(4)));
      if (parsed.storedKey.length != octets || parsed.serverKey.length != octets) {
        throw new BadValue("its keys have not " + octets + " octets");
      }
      return parsed;
    }
  }
}
