package org.postroom.smtp.client.sts;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.postroom.core.address.Domain;
import org.postroom.core.memo.Memo;

/**
 * A policy that a domain has shown.
 *
 * @param id which the DNS had for it then
 * @param fetched when it was last asked for with success
 * @param used when mail last asked for it, to the day
 */
record KnownPolicy(String id, StsPolicy policy, Instant fetched, Instant used) {
  /** How long it counts as used after it was. */
  static final Duration DAY = Duration.ofDays(1);

  KnownPolicy {
    fetched = Instant.ofEpochMilli(fetched.toEpochMilli());
    used = Instant.ofEpochMilli(used.toEpochMilli());
  }

  Instant until() {
    return fetched.plus(policy.maxAge());
  }

  boolean isExpired(Instant now) {
    return !until().isAfter(now);
  }

  /** Whether the domain is to be asked whether it is still so. */
  boolean isOld(Instant now) {
    return !fetched.plus(DAY).isAfter(now);
  }

  KnownPolicy usedAt(Instant now) {
    return new KnownPolicy(id, policy, fetched, now);
  }

  Memo memo(Domain domain) {
    String times = fetched.toEpochMilli() + " " + used.toEpochMilli();
    return new Memo(
        domain.name(), id + " " + times + "\n" + String.join("\n", policy.lines()), until());
  }

  /** Empty where it is none, as of another version of this program. */
  static Optional<KnownPolicy> read(Memo memo) {
    int end = memo.text().indexOf('\n');
    String[] words = memo.text().substring(0, Math.max(0, end)).split(" ", -1);
    try {
      return words.length == 3
          ? Optional.of(
              new KnownPolicy(
                  words[0],
                  StsPolicy.parse(memo.text().substring(end + 1)),
                  Instant.ofEpochMilli(Long.parseLong(words[1])),
                  Instant.ofEpochMilli(Long.parseLong(words[2]))))
          : Optional.empty();
    } catch (StsPolicy.Malformed | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
