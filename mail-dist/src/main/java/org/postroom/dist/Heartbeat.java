package org.postroom.dist;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks from time to time whether all answers that must not hang, and says so when it does. The
 * timers give the time, the network and the store are asked behind each other on a thread of this
 * alone: where one of the three hangs, nothing is said. From any thread.
 */
final class Heartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final Timers timers;
  private final Duration interval;
  private final Supplier<CompletionStage<Void>> network;
  private final Runnable store;
  private final Runnable owner;
  private final Thread thread = new Thread(this::work, "postroom-heartbeat");

  /** It is time for a question. */
  private final Semaphore due = new Semaphore(0);

  private volatile boolean closed;

  private Heartbeat(
      Timers timers,
      Duration interval,
      Supplier<CompletionStage<Void>> network,
      Runnable store,
      Runnable owner) {
    this.timers = timers;
    this.interval = interval;
    this.network = network;
    this.store = store;
    this.owner = owner;
  }

  /**
   * One that has begun.
   *
   * @param network is asked for a sign of life
   * @param store returns when it has given one, or throws {@link StorageUnavailable}, which is one
   * @param owner hears of it
   */
  static Heartbeat begun(
      Timers timers,
      Duration interval,
      Supplier<CompletionStage<Void>> network,
      Runnable store,
      Runnable owner) {
    Heartbeat heartbeat = new Heartbeat(timers, interval, network, store, owner);
    heartbeat.thread.setDaemon(true);
    heartbeat.thread.start();
    heartbeat.wind();
    return heartbeat;
  }

  /** Has the next question asked in time, whatever becomes of this one. */
  private void wind() {
    timers.after(
        interval,
        () -> {
          if (!closed) {
            wind();
            due.release();
          }
        });
  }

  private void work() {
    try {
      while (!closed) {
        due.acquire();
        due.drainPermits(); // those that came while somebody hung are one question
        ask();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it is closed
    }
  }

  private void ask() throws InterruptedException {
    try {
      Void unused = network.get().toCompletableFuture().get();
      askStore();
      if (!closed) {
        owner.run();
      }
    } catch (ExecutionException | RuntimeException e) {
      LOG.warn("it could not be said that the server is alive: {}", e.toString());
    }
  }

  private void askStore() {
    try {
      store.run();
    } catch (StorageUnavailable e) {
      LOG.debug("the store answers that it cannot do anything now", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
