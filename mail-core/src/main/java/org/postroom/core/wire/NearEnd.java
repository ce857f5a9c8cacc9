package org.postroom.core.wire;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our end of a connection, as all of its parts see it: the channel, what log lines call it, and the
 * one lock that they have in common. What is done here goes by no part of it.
 */
final class NearEnd {
  private static final Logger LOG = LoggerFactory.getLogger(NearEnd.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final Channel channel;
  private final String id;
  private final InetSocketAddress remote;
  private final Consumer<Throwable> heed;

  /**
   * One of a channel.
   *
   * @param heed hears of what nothing can be relied upon after
   */
  NearEnd(Channel channel, String id, InetSocketAddress remote, Consumer<Throwable> heed) {
    this.channel = channel;
    this.id = id;
    this.remote = remote;
    this.heed = heed;
  }

  ReentrantLock theLock() {
    return lock;
  }

  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }

  Channel channel() {
    return channel;
  }

  String id() {
    return id;
  }

  InetSocketAddress remote() {
    return remote;
  }

  void heed(Throwable problem) {
    heed.accept(problem);
  }

  /** Has a task done on the event loop, after what that is doing now. */
  void onLoop(Runnable task) {
    channel.eventLoop().execute(() -> guarded(task));
  }

  /**
   * Does a task of the event loop, which would log what it throws and forget it: here it is heeded,
   * and ends the connection.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // heard where the channel becomes inactive
  void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      heed(e);
      LOG.error("{}: connection with {} cannot go on", id, remote, e);
      channel.close();
    }
  }
}
