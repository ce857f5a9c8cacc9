package org.postroom.core.wire;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.lang.invoke.MethodHandles;
import org.postroom.core.machine.Uninterrupted;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/**
 * What the first wire of a process would wait for, got ready on a thread of its own: Netty's
 * classes and its native. Closing it waits for that thread.
 *
 * <p>Netty's classes need one another before they are ready, some of them in rings, so that two
 * threads could wait for each other there. So there is one way in: {@link #made}, which whoever is
 * about to use Netty for the first time passes, and where he waits, as for any class, for who came
 * before him.
 */
final class WireAhead implements AutoCloseable {
  private final Thread thread;

  /** Begins; nothing is begun where the system has no thread left. */
  WireAhead() {
    // Who asks for a logger while another thread finds out where logs go has a stand-in for good.
    ILoggerFactory unused = LoggerFactory.getILoggerFactory();
    thread = new Thread(WireAhead::made, "postroom-ahead-wire");
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      // Whoever opens the first wire does it.
    }
  }

  /** Returns when all is ready; does nothing but the first time. */
  static void made() {
    Once.made();
  }

  private static final class Once {
    static {
      Callers.leave(Once::make);
    }

    private static boolean make() {
      MethodHandles.Lookup classes = MethodHandles.lookup();
      try {
        classes.ensureInitialized(ByteBufAllocator.class);
        classes.ensureInitialized(MultiThreadIoEventLoopGroup.class);
        classes.ensureInitialized(SingleThreadIoEventLoop.class);
        classes.ensureInitialized(ServerBootstrap.class);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("Netty's classes are not public any more", e);
      }
      listenerForNobody();
      return true;
    }

    /** Made with a handler and thrown away: Netty looks for what handlers say of themselves. */
    private static void listenerForNobody() {
      try {
        Channel listener =
            Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
        listener.pipeline().addLast(new Nobody());
        listener.unsafe().closeForcibly();
      } catch (ChannelException e) {
        // No descriptor is left now: whoever wants to listen hears of it.
      }
    }

    static void made() {}
  }

  private static final class Nobody extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      throw new IllegalStateException("nobody is waited for there");
    }
  }

  /** Whether its thread is gone. */
  boolean isOver() {
    return !thread.isAlive();
  }

  @Override
  public void close() {
    Uninterrupted.await(thread::join);
  }
}
