package org.postroom.core.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postroom.core.life.Lifeline;
import org.postroom.core.time.Timers;

/**
 * The threads that run sessions and other blocking work: virtual ones where the JVM has them (21
 * and later), otherwise named daemon threads that are made when needed, kept for a while and
 * bounded in number; what is beyond the bound waits for its turn. Or those of an application, which
 * may refuse work.
 */
public final class Workers implements Executor, AutoCloseable {
  private static final int IDLE_SECONDS = 30;

  private final Executor executor;
  private final Executor atOnce;
  private final Runnable end;
  private final Lifeline lifeline;
  private final Set<Thread> atWork = ConcurrentHashMap.newKeySet();
  private final List<Runnable> last = new CopyOnWriteArrayList<>();

  private Workers(Executor executor, Executor atOnce, Runnable end, Lifeline lifeline) {
    this.executor = executor;
    this.atOnce = task -> atOnce.execute(() -> run(task));
    this.end = end;
    this.lifeline = lifeline;
  }

  private static Workers own(ExecutorService threads, Lifeline lifeline) {
    return new Workers(threads, threads, () -> end(threads), lifeline);
  }

  /**
   * Workers on threads of an application, which are never ended here. It must run a task on another
   * thread than the caller's, and either take it or say that it does not ({@link
   * java.util.concurrent.RejectedExecutionException}), without waiting. It must have room for the
   * few tasks that wait for others: four at least.
   *
   * @param timers by which what is refused is tried again
   * @param lifeline hears when a task has met an error after which nothing can be relied upon
   */
  public static Workers of(Executor application, Timers timers, Lifeline lifeline) {
    HostThreads threads = new HostThreads(application, timers, lifeline);
    return new Workers(new Insisting(threads, timers), threads, threads::close, lifeline);
  }

  /**
   * Tries out what {@link #of} is to be given, by a task that does nothing.
   *
   * @throws IllegalArgumentException when it runs tasks in their caller
   * @throws java.util.concurrent.RejectedExecutionException when it takes none
   */
  public static void check(Executor application) {
    HostThreads.check(application);
  }

  /**
   * Workers.
   *
   * @param name stands first in the threads' names
   * @param most how many platform threads at most; virtual threads are not counted
   */
  public static Workers named(String name, int most) {
    return named(name, most, new Lifeline());
  }

  /**
   * The same.
   *
   * @param lifeline hears when a task has met an error after which nothing can be relied upon
   */
  public static Workers named(String name, int most, Lifeline lifeline) {
    ExecutorService virtual = virtual();
    return own(virtual != null ? virtual : platform(name, most, Thread.NORM_PRIORITY), lifeline);
  }

  /**
   * Workers on platform threads, whatever the JVM has: for work that computes, and steps back for
   * everybody else's where the JVM heeds priorities (the launcher's does).
   */
  public static Workers onPlatformThreads(String name, int most) {
    return onPlatformThreads(name, most, new Lifeline());
  }

  /**
   * The same.
   *
   * @param lifeline hears when a task has met an error after which nothing can be relied upon
   */
  public static Workers onPlatformThreads(String name, int most, Lifeline lifeline) {
    return own(platform(name, most, Thread.MIN_PRIORITY), lifeline);
  }

  /** Runs it, soon; when an application refuses it, as soon as it does not any more. */
  @Override
  public void execute(Runnable task) {
    executor.execute(() -> run(task));
  }

  /**
   * The same workers for who can do without: what an application refuses is refused at once ({@link
   * java.util.concurrent.RejectedExecutionException}).
   */
  public Executor orNot() {
    return atOnce;
  }

  private void run(Runnable task) {
    Thread self = Thread.currentThread();
    atWork.add(self);
    try {
      task.run();
    } catch (Error e) {
      lifeline.heed("a worker", e);
      throw e;
    } finally {
      atWork.remove(self);
    }
  }

  /** Whether the caller is one of them at work: he cannot wait for all of them to end. */
  public boolean isCaller() {
    return atWork.contains(Thread.currentThread());
  }

  /** Has {@code one} run at the end, when tasks are not begun any more: for what they have left. */
  public void afterwards(Runnable one) {
    last.add(one);
  }

  /**
   * Interrupts what runs, forgets what waits, within five seconds; then does what is to be done
   * afterwards.
   */
  @Override
  public void close() {
    end.run();
    last.forEach(Runnable::run);
  }

  private static void end(ExecutorService threads) {
    threads.shutdownNow();
    try {
      boolean unused = threads.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Executors.newVirtualThreadPerTaskExecutor(), which Java 17 cannot name. */
  private static @Nullable ExecutorService virtual() {
    if (Runtime.version().feature() < 21) {
      return null;
    }
    try {
      return (ExecutorService)
          MethodHandles.publicLookup()
              .findStatic(
                  java.util.concurrent.Executors.class,
                  "newVirtualThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class))
              .invoke();
    } catch (Throwable e) {
      return null; // a JVM without them, whatever its version says
    }
  }

  // Nothing relies on it: priorities are for who computes beside a busy server.
  @SuppressWarnings("ThreadPriorityCheck")
  private static ExecutorService platform(String name, int most, int priority) {
    AtomicInteger count = new AtomicInteger();
    ThreadFactory threads =
        task -> {
          Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
          thread.setDaemon(true);
          thread.setPriority(priority);
          return thread;
        };
    IdleFirst queue = new IdleFirst();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(0, most, IDLE_SECONDS, TimeUnit.SECONDS, queue, threads);
    // The pool has all its threads: the task waits for the first that is free.
    pool.setRejectedExecutionHandler(
        (task, full) -> {
          if (full.isShutdown()) {
            new ThreadPoolExecutor.AbortPolicy().rejectedExecution(task, full);
          }
          queue.put(task);
        });
    return pool;
  }

  /**
   * Takes a task only when a thread is idle, so that the pool makes another thread for it otherwise
   * (a {@link ThreadPoolExecutor} alone grows only when its queue is full).
   */
  private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }
  }
}
