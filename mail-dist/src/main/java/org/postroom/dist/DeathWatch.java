package org.postroom.dist;

import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.life.Lifeline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an embedded server does when a part has died that it cannot be without: it closes itself and
 * tells its owner; the JVM is the owner's. The thread for it waits from the start, because at a
 * death there may be no memory for one, and who finds out may be a thread that closing waits for.
 */
final class DeathWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeathWatch.class);

  private final Lifeline lifeline;
  private final AutoCloseable server;
  private final Consumer<Lifeline.Death> owner;
  private final CountDownLatch over = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Lifeline.@Nullable Death found;

  /**
   * Watches, from when the server can be closed.
   *
   * @param owner is told when the server has been closed
   */
  static DeathWatch begun(Lifeline lifeline, AutoCloseable server, Consumer<Lifeline.Death> owner) {
    DeathWatch watch = new DeathWatch(lifeline, server, owner);
    watch.begin();
    return watch;
  }

  private DeathWatch(Lifeline lifeline, AutoCloseable server, Consumer<Lifeline.Death> owner) {
    this.lifeline = lifeline;
    this.server = server;
    this.owner = owner;
  }

  /** Hears of what has died before, too. */
  private void begin() {
    Thread thread = new Thread(this::watch, "postroom-deathwatch");
    thread.setDaemon(true);
    thread.start();
    lifeline.onDeath(
        death -> {
          found = death;
          over.countDown();
        });
  }

  private void watch() {
    try {
      over.await();
      Lifeline.Death death = found;
      if (death != null) {
        bury(death);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the host ends its threads
    }
  }

  private void bury(Lifeline.Death death) throws InterruptedException {
    LOG.error("{} has died: the server closes itself", death.part(), death.cause());
    try {
      server.close();
    } catch (Exception | Error e) {
      LOG.error("the server could not be closed", e);
    }
    try {
      closed.await(); // when somebody else had begun to close it
    } finally {
      owner.accept(death);
    }
  }

  /** The server is closed: there is nothing left to watch. */
  @Override
  public void close() {
    lifeline.onDeath(death -> {}); // what ends now has been told to
    closed.countDown();
    over.countDown();
  }
}
