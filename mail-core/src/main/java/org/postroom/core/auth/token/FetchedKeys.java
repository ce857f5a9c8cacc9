package org.postroom.core.auth.token;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.postroom.core.refusal.LookupUnavailable;

/**
 * The keys that an issuer shows, fetched when they are first needed, after a quarter of an hour,
 * and when none of them has signed a token: it may be a new one's, by a new name or the old one's.
 * At most every ten seconds, by one thread for all. While it does not answer, or shows none, those
 * of the last day go on to count. Threads share it.
 *
 * <p>A token of a key that is not there counts as somebody else's only when the issuer was asked
 * for its sake: within the ten seconds it is one that nobody can look at.
 */
final class FetchedKeys implements KeySource {
  private static final Duration FRESH = Duration.ofMinutes(15);
  private static final Duration KEPT = Duration.ofHours(24);
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final Issuer issuer;
  private final Place place;
  private final Clock clock;
  private final ReentrantLock fetching = new ReentrantLock();
  private volatile Known known = new Known(List.of(), Long.MIN_VALUE, Long.MIN_VALUE, "");

  /** Where they are. */
  sealed interface Place {

    /** There. */
    record Keys(URI uri) implements Place {}

    /**
     * Where the issuer's description says.
     *
     * @param issuers what it may say it is
     */
    record Described(URI uri, Set<String> issuers) implements Place {}
  }

  /**
   * What is known.
   *
   * @param of when the keys were fetched, in milliseconds
   * @param tried when that was last tried
   * @param trouble what came of that; empty where all is well
   */
  private record Known(List<VerifyingKey> keys, long of, long tried, String trouble) {}

  FetchedKeys(Issuer issuer, Place place, Clock clock) {
    this.issuer = issuer;
    this.place = place;
    this.clock = clock;
  }

  @Override
  public Optional<Signer> recall(Jwt token) {
    Known now = known;
    Signer signer = signer(now, token);
    boolean isPause = isWithin(PAUSE, now.tried());
    if (signer == Signer.ISSUER) {
      return isPause || isWithin(FRESH, now.of()) ? Optional.of(signer) : Optional.empty();
    }
    if (!isPause) {
      return Optional.empty();
    }
    requireNoTrouble(now);
    if (signer == Signer.UNKNOWN) {
      throw new LookupUnavailable(
          "the issuer has no such key, and was asked less than ten seconds ago");
    }
    return Optional.of(signer);
  }

  private static void requireNoTrouble(Known now) {
    if (!now.trouble().isEmpty()) {
      throw new LookupUnavailable(now.trouble());
    }
  }

  @Override
  public Signer find(Jwt token) {
    Optional<Signer> before = recall(token);
    if (before.isPresent()) {
      return before.get();
    }
    if (signer(known, token) != Signer.ISSUER) {
      fetching.lock();
    } else if (!fetching.tryLock()) {
      return Signer.ISSUER; // somebody else is waiting for newer ones
    }
    try {
      Optional<Signer> meanwhile = recall(token);
      if (meanwhile.isPresent()) {
        return meanwhile.get();
      }
      fetch();
    } finally {
      fetching.unlock();
    }
    Known now = known;
    Signer signer = signer(now, token);
    if (signer != Signer.ISSUER) {
      requireNoTrouble(now);
    }
    return signer;
  }

  private Signer signer(Known now, Jwt token) {
    return Signer.of(token, isWithin(KEPT, now.of()) ? now.keys() : List.of());
  }

  /** A clock that was put back makes nothing last longer. */
  private boolean isWithin(Duration span, long since) {
    long now = clock.millis();
    return since <= now && since > now - span.toMillis();
  }

  private void fetch() {
    Known before = known;
    try {
      URI uri = uri();
      List<VerifyingKey> keys = VerifyingKey.of(claims(uri));
      if (keys.isEmpty()) {
        throw Issuer.unavailable(uri, "it shows no key that is understood");
      }
      long now = clock.millis();
      known = new Known(keys, now, now, "");
    } catch (LookupUnavailable e) {
      known = new Known(before.keys(), before.of(), clock.millis(), String.valueOf(e.getMessage()));
    }
  }

  private URI uri() {
    if (place instanceof Place.Keys keys) {
      return keys.uri();
    }
    Place.Described described = (Place.Described) place;
    Claims said = claims(described.uri());
    // RFC 8414, 3.3: else one issuer could pass for another.
    if (said.text("issuer").filter(described.issuers()::contains).isEmpty()) {
      throw Issuer.unavailable(described.uri(), "its description is another issuer's");
    }
    try {
      return said.text("jwks_uri")
          .map(URI::create)
          .filter(Issuer::mayBeAsked)
          .orElseThrow(() -> Issuer.unavailable(described.uri(), "it names no place of keys"));
    } catch (IllegalArgumentException e) {
      throw Issuer.unavailable(described.uri(), "it names no place of keys");
    }
  }

  private Claims claims(URI uri) {
    Issuer.Answer answer = issuer.get(uri, Optional.empty());
    if (answer.status() != 200) {
      throw Issuer.unavailable(uri, "it answers " + answer.status());
    }
    return answer.said().orElseThrow(() -> Issuer.unavailable(uri, "its answer is no object"));
  }
}
