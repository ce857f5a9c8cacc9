package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.postroom.core.secret.Secret;

/**
 * Short names of logins and passwords, under a key that never leaves this object: they say whether
 * two are the same, and nothing else. Threads share it.
 */
final class Fingerprints {
  private final byte[] key = new byte[32];

  /**
   * Makes the key.
   *
   * @param random must be cryptographically strong
   */
  Fingerprints(RandomGenerator random) {
    random.nextBytes(key);
  }

  long of(String login) {
    return of(login.getBytes(UTF_8));
  }

  /** Of a password for an account; never 0. */
  long of(long account, Secret password) {
    byte[] octets = password.octets();
    ByteBuffer both = ByteBuffer.allocate(Long.BYTES + octets.length);
    long print = of(both.putLong(account).put(octets).array());
    Arrays.fill(both.array(), (byte) 0);
    return print == 0 ? 1 : print;
  }

  private long of(byte[] octets) {
    return ByteBuffer.wrap(ScramKeys.hmac(key, octets)).getLong();
  }
}
