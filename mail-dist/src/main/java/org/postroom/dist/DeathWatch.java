package org.postroom.dist;

import java.util.Optional;
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
final class DeathWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DeathWatch.class);

  private final Runnable server;
  private final Consumer<Lifeline.Death> owner;
  private final CountDownLatch over = new CountDownLatch(1);

  // Guarded by this.
  private Lifeline.@Nullable Death found;
  private boolean ended;

  /**
   * Watches, from when the server can be closed.
   *
   * @param server returns from being closed when it is closed, whoever has begun to close it
   * @param owner is told then
   */
  static DeathWatch begun(Lifeline lifeline, Runnable server, Consumer<Lifeline.Death> owner) {
    DeathWatch watch = new DeathWatch(server, owner);
    Thread thread = new Thread(watch::watch, "postroom-deathwatch");
    thread.setDaemon(true);
    thread.start();
    lifeline.onDeath(watch::died); // what has died before, too
    return watch;
  }

  private DeathWatch(Runnable server, Consumer<Lifeline.Death> owner) {
    this.server = server;
    this.owner = owner;
  }

  private synchronized void died(Lifeline.Death death) {
    if (!ended) {
      found = death;
      over.countDown();
    }
  }

  private void watch() {
    try {
      over.await();
      Lifeline.Death death = found();
      if (death != null) {
        bury(death);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the host ends its threads
    }
  }

  private synchronized Lifeline.@Nullable Death found() {
    return found;
  }

  private void bury(Lifeline.Death death) {
    LOG.error("{} has died: the server closes itself", death.part(), death.cause());
    try {
      server.run();
    } catch (RuntimeException | Error e) {
      LOG.error("the server could not be closed", e);
    }
    owner.accept(death);
  }

  /**
   * The server is closed: nothing that ends from now on is told of.
   *
   * @return what its owner is told has died before
   */
  synchronized Optional<Lifeline.Death> end() {
    ended = true;
    over.countDown();
    return Optional.ofNullable(found);
  }
}
