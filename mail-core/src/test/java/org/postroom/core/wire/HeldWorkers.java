package org.postroom.core.wire;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Workers whose tasks wait while a test says so. */
public final class HeldWorkers implements Executor, AutoCloseable {
  private final Workers workers = Workers.named("worker", 16);
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final AtomicInteger begun = new AtomicInteger();
  private boolean holding;

  /** From now on nothing begins. */
  public synchronized void hold() {
    holding = true;
  }

  /** Lets go what has come meanwhile. */
  public synchronized void letGo() {
    holding = false;
    waiting.forEach(this::begin);
    waiting.clear();
  }

  @Override
  public synchronized void execute(Runnable task) {
    if (holding) {
      waiting.add(task);
    } else {
      begin(task);
    }
  }

  private void begin(Runnable task) {
    begun.incrementAndGet();
    workers.execute(
        () -> {
          try {
            task.run();
          } finally {
            begun.decrementAndGet();
          }
        });
  }

  /** Whether one has something to do. */
  boolean areBusy() {
    return begun.get() > 0;
  }

  @Override
  public void close() {
    letGo();
    workers.close();
  }
}
