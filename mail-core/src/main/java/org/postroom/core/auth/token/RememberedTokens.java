package org.postroom.core.auth.token;

import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.secret.Secret;

/**
 * Tokens that were good a short time ago, as keyed hashes: a check for new mail must not ask the
 * issuer each time. Threads share it.
 */
final class RememberedTokens {
  private static final int REMEMBERED = 20_000;

  private final Clock clock;
  private final Duration longest;
  private final byte[] key = new byte[32];
  private final Map<String, Remembered> recent = new ConcurrentHashMap<>();

  private record Remembered(TokenVerdict.Accepted verdict, long until) {}

  /**
   * None yet.
   *
   * @param longest how long one is remembered at most
   * @param random must be cryptographically strong
   */
  RememberedTokens(Clock clock, Duration longest, RandomGenerator random) {
    this.clock = clock;
    this.longest = longest;
    random.nextBytes(key);
  }

  /**
   * It was good just now.
   *
   * @param end in seconds since 1970, where it has one
   */
  void accepted(Secret token, TokenVerdict.Accepted verdict, Optional<Double> end) {
    long until = clock.millis() + longest.toMillis();
    if (end.isPresent()) {
      until = Math.min(until, (long) (end.get() * 1000));
    }
    if (until > clock.millis()) {
      if (recent.size() >= REMEMBERED) {
        recent.clear();
      }
      recent.put(print(token), new Remembered(verdict, until));
    }
  }

  Optional<TokenVerdict> recall(Secret token) {
    Remembered known = recent.get(print(token));
    return known != null && clock.millis() < known.until()
        ? Optional.of(known.verdict())
        : Optional.empty();
  }

  private String print(Secret token) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return Base64.getEncoder().encodeToString(mac.doFinal(token.octets()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }
}
