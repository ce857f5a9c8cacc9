package org.postroom.core.wire;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;

/**
 * Netty's epoll handler, mended for half-closed connections. Netty 4.2.18 takes a descriptor that
 * waits for nothing out of the epoll set, and cannot put it back: a client that has ended its own
 * side (and is read to the end) could not be sent more than one socket buffer. Here such a
 * descriptor stays in the set, waiting for a reset only, which is reported once. Netty does not
 * heed that report, because it reads such a connection no more: here the connection is closed, so
 * that nobody works for a client who has left.
 */
final class HalfClosedEpoll implements IoHandler {
  private static final EpollIoOps RESET_ONLY = EpollIoOps.valueOf(1 << 30); // EPOLLONESHOT

  private final IoHandler epoll;

  private HalfClosedEpoll(IoHandler epoll) {
    this.epoll = epoll;
  }

  static IoHandlerFactory newFactory() {
    IoHandlerFactory factory = EpollIoHandler.newFactory();
    return executor -> new HalfClosedEpoll(factory.newHandler(executor));
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return new Registration(epoll.register(watched(handle)));
  }

  /** What is asked of others is not watched: their answer is heard, whatever they do behind it. */
  private static IoHandle watched(IoHandle handle) {
    return handle instanceof EpollIoHandle socket
            && handle instanceof Channel.Unsafe channel
            && channel.voidPromise().channel() instanceof DuplexChannel connection
            && connection.parent() != null
        ? new Watched(socket, channel, connection)
        : handle;
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return epoll.run(context);
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    epoll.destroy();
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return epoll.isCompatible(handleType);
  }

  /**
   * A connection that was accepted, with what the kernel says of it. One that is not read to its
   * end yet is Netty's alone: what came before the reset is read first, and behind it the reset.
   */
  @SuppressWarnings("try") // whatever it throws at its end is Netty's
  private record Watched(EpollIoHandle socket, Channel.Unsafe channel, DuplexChannel connection)
      implements EpollIoHandle {
    @Override
    public FileDescriptor fd() {
      return socket.fd();
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      boolean isReadToItsEnd = connection.isInputShutdown();
      socket.handle(registration, event);
      if (isReadToItsEnd
          && event instanceof EpollIoEvent one
          && one.ops().contains(EpollIoOps.EPOLLERR)) {
        channel.close(channel.voidPromise());
      }
    }

    @Override
    public void registered() {
      socket.registered();
    }

    @Override
    public void unregistered() {
      socket.unregistered();
    }

    @Override
    public void close() throws Exception {
      socket.close();
    }
  }

  private record Registration(IoRegistration epoll) implements IoRegistration {
    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // so it is in the interface
    public <T> T attachment() {
      return epoll.attachment();
    }

    @Override
    public long submit(IoOps ops) {
      return epoll.submit(EpollIoOps.NONE.equals(ops) ? RESET_ONLY : ops);
    }

    @Override
    public boolean isValid() {
      return epoll.isValid();
    }

    @Override
    public boolean cancel() {
      return epoll.cancel();
    }
  }
}
