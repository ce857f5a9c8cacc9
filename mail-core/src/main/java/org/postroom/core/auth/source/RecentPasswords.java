package org.postroom.core.auth.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.postroom.core.auth.scheme.StoredPassword;
import org.postroom.core.people.Person;
import org.postroom.core.secret.Secret;

/**
 * Passwords that matched what is stored of them a short time ago, as keyed hashes (the key is this
 * process's, and never leaves it): a check for new mail must not cost a hash each time. What is
 * remembered counts only as long as just the same is stored, so nothing need be forgotten when a
 * source changes. Threads share it.
 */
final class RecentPasswords {
  private static final Duration REMEMBERED_FOR = Duration.ofMinutes(10);
  private static final int REMEMBERED = 20_000;

  private final Clock clock;
  private final byte[] key = new byte[32];
  private final Map<String, Remembered> recent = new ConcurrentHashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Remembered(StoredPassword stored, byte[] mac, long until) {}

  RecentPasswords(Clock clock, RandomGenerator random) {
    this.clock = clock;
    random.nextBytes(key);
  }

  /** It has matched just now; nothing is kept of proofs that may answer otherwise next time. */
  void matched(Person person, Secret password) {
    if (person.proof() instanceof StoredPassword stored) {
      if (recent.size() >= REMEMBERED) {
        recent.clear();
      }
      recent.put(
          person.login(),
          new Remembered(
              stored, mac(person.login(), password), clock.millis() + REMEMBERED_FOR.toMillis()));
    }
  }

  /** Whether it has matched what is stored of that person now. */
  boolean recall(Person person, Secret password) {
    Remembered known = recent.get(person.login());
    return known != null
        && clock.millis() < known.until()
        && known.stored().equals(person.proof())
        && MessageDigest.isEqual(known.mac(), mac(person.login(), password));
  }

  private byte[] mac(String login, Secret password) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update(login.getBytes(UTF_8));
      mac.update((byte) 0);
      return mac.doFinal(password.octets());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }
}
