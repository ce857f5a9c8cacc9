package org.postroom.storage.sql;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;
import org.postroom.core.life.Lifeline;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.quota.QuotaRules;
import org.postroom.storage.blob.DataFolder;

/** Stores in folders on any disk. */
final class Engines {
  /** For tests that break a store more often than one that is in use may break. */
  static final StoreHealth.Reopenings ALWAYS =
      new StoreHealth.Reopenings(Integer.MAX_VALUE, Duration.ofMinutes(5), Duration.ZERO);

  private Engines() {}

  static Engine open(Path path, Function<Path, DataFolder> opener, long minFree) {
    return open(path, opener, minFree, FolderOrigin.Unsaved.DEFAULT);
  }

  static Engine open(
      Path path, Function<Path, DataFolder> opener, long minFree, FolderOrigin.Unsaved most) {
    return open(path, opener, minFree, most, MemoryBudget.ofHeap());
  }

  static Engine open(
      Path path,
      Function<Path, DataFolder> opener,
      long minFree,
      FolderOrigin.Unsaved most,
      MemoryBudget memory) {
    return StoreOpening.folder(
        path,
        opener,
        new Life(Clock.systemUTC(), new Lifeline(), memory, ALWAYS).hashingCheaply(),
        new SecureRandom(),
        minFree,
        most,
        () -> QuotaRules.NONE);
  }
}
