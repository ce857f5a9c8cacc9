package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/**
 * A hash of Argon2 (RFC 9106), read from the PHC string form {@code
 * $argon2id$v=19$m=19456,t=2,p=1$salt$hash}. What computing it costs is for its user to bound.
 */
public final class Argon2Hash {
  private static final Pattern PHC =
      Pattern.compile(
          "\\$argon2(id|i|d)\\$v=(19|16)\\$m=(\\d{1,9}),t=(\\d{1,9}),p=(\\d{1,3})"
              + "\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{16,86})");

  private final int type;
  private final int version;
  private final Argon2.Cost cost;
  private final byte[] salt;
  private final byte[] hash;

  private Argon2Hash(int type, int version, Argon2.Cost cost, byte[] salt, byte[] hash) {
    this.type = type;
    this.version = version;
    this.cost = cost;
    this.salt = salt;
    this.hash = hash;
  }

  /** Empty where it is no such hash. */
  public static Optional<Argon2Hash> parse(String phc) {
    Matcher matcher = PHC.matcher(phc);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Argon2Hash(
              type(matcher.group(1)),
              Integer.parseInt(matcher.group(2)),
              new Argon2.Cost(
                  Integer.parseInt(matcher.group(3)),
                  Integer.parseInt(matcher.group(4)),
                  Integer.parseInt(matcher.group(5))),
              decoded(matcher.group(6)),
              decoded(matcher.group(7))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static int type(String name) {
    return switch (name) {
      case "id" -> Argon2Parameters.ARGON2_id;
      case "i" -> Argon2Parameters.ARGON2_i;
      default -> Argon2Parameters.ARGON2_d;
    };
  }

  private static byte[] decoded(String base64) {
    return Base64.getDecoder().decode(base64.getBytes(US_ASCII));
  }

  /** Whether it is what new hashes are: Argon2id in its last version. */
  boolean isArgon2id() {
    return type == Argon2Parameters.ARGON2_id && version == Argon2Parameters.ARGON2_VERSION_13;
  }

  public Argon2.Cost cost() {
    return cost;
  }

  /** Whether it is of {@code password}, octet for octet. Takes the memory and the time. */
  public boolean matches(byte[] password) {
    return matches(password, null);
  }

  boolean matches(byte[] password, Argon2BytesGenerator.@Nullable BlockPool memory) {
    byte[] computed = compute(password, type, version, cost, salt, hash.length, memory);
    return MessageDigest.isEqual(computed, hash);
  }

  static byte[] compute(
      byte[] password,
      int type,
      int version,
      Argon2.Cost at,
      byte[] salt,
      int length,
      Argon2BytesGenerator.@Nullable BlockPool memory) {
    Argon2Parameters.Builder parameters =
        new Argon2Parameters.Builder(type)
            .withVersion(version)
            .withMemoryAsKB(at.memoryKib())
            .withIterations(at.passes())
            .withParallelism(at.lanes())
            .withSalt(salt);
    if (memory != null) {
      parameters.withBlockPool(memory);
    }
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(parameters.build());
    byte[] computed = new byte[length];
    generator.generateBytes(password, computed);
    return computed;
  }

  /** Not what it is. */
  @Override
  public String toString() {
    return "***";
  }
}
