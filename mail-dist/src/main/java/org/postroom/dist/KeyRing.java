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
  private @Nullable OwnKeys own;

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

  /** The keys of the next generation. Own ones have the names of the current one until then. */
  synchronized Keys keys(Optional<Keys> given, Policy policy) {
    return given.orElseGet(() -> Keys.of(own(policy)));
  }

  /** A generation has become the current one: own keys are for its names from now on. */
  synchronized void adopt(Keys keys, Policy policy) {
    keys.ours().ifPresent(ours -> ours.become(names(policy)));
  }

  private OwnKeys own(Policy policy) {
    if (own == null) {
      own =
          folder == null
              ? new MemoryKeys(names(policy), clock, random)
              : new OwnCertificate(folder, names(policy), clock, random);
      own.keepRenewed(timers, workers);
    }
    return own;
  }

  private static List<String> names(Policy policy) {
    return List.of(policy.hostname().name(), "localhost", "127.0.0.1", "::1");
  }

  @Override
  public synchronized void close() {
    if (own != null) {
      own.retire();
    }
  }
}
