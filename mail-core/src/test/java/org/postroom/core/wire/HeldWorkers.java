package org.postroom.core.wire;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Workers whose tasks wait while a test says so. */
final class HeldWorkers implements Executor, AutoCloseable {
  private final Workers workers = Workers.named("worker", 16);
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean holding;

  /** From now on nothing begins. */
  synchronized void hold() {
    holding = true;
  }

  /** Lets go what has come meanwhile. */
  synchronized void letGo() {
    holding = false;
    waiting.forEach(workers::execute);
    waiting.clear();
  }

  @Override
  public synchronized void execute(Runnable task) {
    if (holding) {
      waiting.add(task);
    } else {
      workers.execute(task);
    }
  }

  @Override
  public void close() {
    letGo();
    workers.close();
  }
}
