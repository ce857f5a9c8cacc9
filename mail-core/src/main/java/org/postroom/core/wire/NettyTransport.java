package org.postroom.core.wire;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
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
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.atomic.AtomicInteger;

/** What differs between sockets by epoll, sockets by NIO and pipes within the process. */
abstract sealed class NettyTransport {

  abstract IoHandlerFactory ioHandlers();

  /**
   * Makes the channels of listeners. One that is to have IPv6 alone may have to turn others away.
   */
  abstract ChannelFactory<? extends ServerChannel> serverChannels(AddressFamily family);

  /** What the bootstrap of such a listener needs besides. */
  void restrict(ServerBootstrap bootstrap, AddressFamily family) {}

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

    static SocketProtocolFamily protocol(AddressFamily family) {
      return family == AddressFamily.IPV4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }
  }

  private static final class EpollSockets extends Sockets {
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;

    /** Linux: ipv6(7). Java has no name for it. */
    private static final ChannelOption<Integer> IPV6_ONLY =
        new IntegerUnixChannelOption("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY);

    @Override
    IoHandlerFactory ioHandlers() {
      return HalfClosedEpoll.newFactory();
    }

    @Override
    ChannelFactory<? extends ServerChannel> serverChannels(AddressFamily family) {
      return family == AddressFamily.ANY
          ? EpollServerSocketChannel::new
          : () -> new EpollServerSocketChannel(protocol(family));
    }

    @Override
    void restrict(ServerBootstrap bootstrap, AddressFamily family) {
      if (family == AddressFamily.IPV6) {
        bootstrap.option(IPV6_ONLY, 1);
      }
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
    ChannelFactory<? extends ServerChannel> serverChannels(AddressFamily family) {
      return family == AddressFamily.ANY
          ? NioServerSocketChannel::new
          : () -> new NioServerSocketChannel(SelectorProvider.provider(), protocol(family));
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
    ChannelFactory<? extends ServerChannel> serverChannels(AddressFamily family) {
      return LocalServerChannel::new;
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
