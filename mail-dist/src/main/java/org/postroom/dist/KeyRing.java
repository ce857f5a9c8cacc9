package org.postroom.dist;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.postroom.core.policy.Policy;
import org.postroom.core.time.Timers;

/**
 * The keys of a server's generations: those that the administrator gives, or else the server's own,
 * which are made once and looked after for as long as they are used. Generations are made one at a
 * time.
 */
final class KeyRing implements AutoCloseable {
  private final @Nullable Path folder;
  private final Clock clock;
  private final SecureRandom random;
  private final Timers timers;
  private final Executor workers;
  private List<String> names = List.of();
  private @Nullable Keys own;

  /**
   * Has no keys yet.
   *
   * @param folder where own keys are kept; null keeps them in memory
   */
  KeyRing(
      @Nullable Path folder, Clock clock, SecureRandom random, Timers timers, Executor workers) {
    this.folder = folder;
    this.clock = clock;
    this.random = random;
    this.timers = timers;
    this.workers = workers;
  }

  /** The keys of the next generation. Own ones are made anew where the server has another name. */
  synchronized Keys keys(Optional<Keys> given, Policy policy) {
    return given.orElseGet(
        () -> own(List.of(policy.hostname().name(), "localhost", "127.0.0.1", "::1")));
  }

  private Keys own(List<String> wanted) {
    if (own != null && names.equals(wanted)) {
      return own;
    }
    retire();
    Keys made = Keys.own(folder, wanted, clock, random);
    made.ours().ifPresent(one -> one.keepRenewed(timers, workers));
    names = wanted;
    own = made;
    return made;
  }

  private void retire() {
    if (own != null) {
      own.ours().ifPresent(OwnCertificate::retire);
    }
  }

  @Override
  public synchronized void close() {
    retire();
  }
}
