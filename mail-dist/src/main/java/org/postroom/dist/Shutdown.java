package org.postroom.dist;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.life.Lifeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a server comes to its end: once, by whoever asks for it first, be it the death of a part.
 * What was opened is closed, then the owner is told. Whoever asks from within the server (a
 * listener, a filter, a transport) does not wait: his thread is one of those whose work has to end
 * first. From any thread.
 */
final class Shutdown {
  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  /** For who asks when it has begun; everything that closing waits for takes less, together. */
  private static final long PATIENCE_SECONDS = 60;

  private final Owned owned = new Owned();
  private final Lifeline lifeline;
  private final Audience audience;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile BooleanSupplier isWithin = () -> false;
  private volatile @Nullable DeathWatch watch;

  // Guarded by this.
  private boolean begun;
  private @Nullable Thread closing;

  /**
   * Nothing is opened.
   *
   * @param lifeline where parts say that they have died
   */
  Shutdown(Lifeline lifeline, Audience audience) {
    this.lifeline = lifeline;
    this.audience = audience;
  }

  /** Where the server's parts say that they have died. */
  Lifeline lifeline() {
    return lifeline;
  }

  /** Takes in what is to be closed. */
  Owned owned() {
    return owned;
  }

  /**
   * The server runs.
   *
   * @param isWithin whether the caller's thread is at work for it
   * @param byItself whether it closes itself when a part has died
   */
  void ready(BooleanSupplier isWithin, boolean byItself) {
    this.isWithin = isWithin;
    if (byItself) {
      watch = DeathWatch.begun(lifeline, this::close, audience.mourner);
    }
  }

  /** The server has never run: closes what is open, and nobody is told. */
  void abandon() {
    owned.close();
  }

  /**
   * Ends it; returns when it has ended, or at once when the caller's thread is within. Always
   * returns; safe to repeat.
   */
  void close() {
    boolean within = isWithin.getAsBoolean();
    boolean first;
    synchronized (this) {
      first = !begun;
      begun = true;
      within |= closing == Thread.currentThread();
    }
    if (first && within) {
      endElsewhere();
    } else if (first) {
      end();
    } else if (!within) {
      await();
    }
  }

  private void endElsewhere() {
    try {
      Thread thread = new Thread(this::end, "postroom-shutdown");
      thread.setDaemon(false); // it ends, and what it does is the end of the application's work
      thread.start();
    } catch (OutOfMemoryError e) {
      LOG.warn("no thread for closing: {}", e.toString());
      end(); // slower: what waits for this thread gives up after a while
    }
  }

  private void await() {
    try {
      if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("the server is still being closed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end() {
    synchronized (this) {
      closing = Thread.currentThread();
    }
    owned.close();
    DeathWatch watching = watch;
    Optional<Lifeline.Death> death = watching == null ? lifeline.death() : watching.end();
    over.countDown();
    try {
      audience.stopped.accept(new Lifeline.End(death));
    } catch (Throwable e) { // checked exceptions of other languages included
      LOG.error("the listener for the end of the server failed", e);
    }
  }
}
