package org.postroom.core.testing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.postroom.core.time.VirtualTime;

/** Virtual time that a server under test lives by. */
public final class PassingTime {
  private PassingTime() {}

  /** What {@code answer} gives, while time goes on by tenths of a second. */
  public static <T> T until(VirtualTime time, Executor workers, Supplier<T> answer)
      throws Exception {
    CompletableFuture<T> result = CompletableFuture.supplyAsync(answer, workers);
    while (true) {
      try {
        return result.get(5, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        time.advance(Duration.ofMillis(100));
      }
    }
  }
}
