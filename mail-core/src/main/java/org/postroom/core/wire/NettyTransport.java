package org.postroom.core.wire;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** What differs between sockets by epoll, sockets by NIO and pipes within the process. */
abstract sealed class NettyTransport {

  abstract IoHandlerFactory ioHandlers();

  abstract Class<? extends ServerChannel> serverChannel();

  abstract Class<? extends Channel> clientChannel();

  /** The address to bind or to connect to. */
  abstract SocketAddress address(InetSocketAddress wanted, boolean binding);

  /** The same in the words of the Internet. */
  abstract InetSocketAddress inet(SocketAddress address);

  boolean sockets() {
    return true;
  }

  static NettyTransport forSockets(WireOptions options) {
    return options.nativeTransport() && Epoll.isAvailable() ? new EpollSockets() : new NioSockets();
  }

  private abstract static sealed class Sockets extends NettyTransport {
    @Override
    SocketAddress address(InetSocketAddress wanted, boolean binding) {
      return wanted;
    }

    @Override
    InetSocketAddress inet(SocketAddress address) {
      return (InetSocketAddress) address;
    }
  }

  private static final class EpollSockets extends Sockets {
    @Override
    IoHandlerFactory ioHandlers() {
      return HalfClosedEpoll.newFactory();
    }

    @Override
    Class<? extends ServerChannel> serverChannel() {
      return EpollServerSocketChannel.class;
    }

    @Override
    Class<? extends Channel> clientChannel() {
      return EpollSocketChannel.class;
    }
  }

  private static final class NioSockets extends Sockets {
    @Override
    IoHandlerFactory ioHandlers() {
      return NioIoHandler.newFactory();
    }

    @Override
    Class<? extends ServerChannel> serverChannel() {
      return NioServerSocketChannel.class;
    }

    @Override
    Class<? extends Channel> clientChannel() {
      return NioSocketChannel.class;
    }
  }

  /** Pipes: nothing leaves the process. Ports are numbers of this object, so wires do not meet. */
  static final class Pipes extends NettyTransport {
    private final AtomicInteger ports = new AtomicInteger(1024);
    private final InetAddress loopback = InetAddress.getLoopbackAddress();

    @Override
    IoHandlerFactory ioHandlers() {
      return LocalIoHandler.newFactory();
    }

    @Override
    Class<? extends ServerChannel> serverChannel() {
      return LocalServerChannel.class;
    }

    @Override
    Class<? extends Channel> clientChannel() {
      return LocalChannel.class;
    }

    @Override
    SocketAddress address(InetSocketAddress wanted, boolean binding) {
      int port = binding && wanted.getPort() == 0 ? ports.incrementAndGet() : wanted.getPort();
      return new LocalAddress("pipe-" + System.identityHashCode(this) + ":" + port);
    }

    @Override
    InetSocketAddress inet(SocketAddress address) {
      String id = ((LocalAddress) address).id();
      int port = id.startsWith("pipe-") ? Integer.parseInt(id.substring(id.indexOf(':') + 1)) : 0;
      return new InetSocketAddress(loopback, port);
    }

    @Override
    boolean sockets() {
      return false;
    }
  }
}
