package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.WireFault;

/**
 * What differs between sockets by epoll, sockets by NIO and pipes within the process; and between
 * sockets of the network and those in the file system.
 */
abstract sealed class NettyTransport {

  abstract IoHandlerFactory ioHandlers();

  /**
   * Has listeners at {@code where} made by a bootstrap, with all that it needs besides. Those that
   * are to have IPv6 alone may have to turn others away.
   */
  abstract void prepare(ServerBootstrap bootstrap, SocketAddress where, AddressFamily family);

  /** Has a connection to {@code peer} made by a bootstrap. */
  abstract void prepare(Bootstrap bootstrap, SocketAddress peer, ConnectOptions connecting);

  /**
   * Has datagrams sent and received.
   *
   * @throws WireFault where there are none
   */
  abstract void prepareForDatagrams(Bootstrap bootstrap);

  /** The address to bind or to connect to. */
  abstract SocketAddress address(SocketAddress wanted, boolean binding);

  /** The same in the words of the Internet; null where an end has no name. */
  abstract InetSocketAddress inet(@Nullable SocketAddress address);

  /** Whether who comes from there is one of those that are listened to. */
  boolean admits(@Nullable SocketAddress peer, AddressFamily family) {
    return true;
  }

  /** See {@link Wires#tell}: Java has no datagrams for sockets in the file system. */
  static void tell(String socket, byte[] content) {
    if (!Epoll.isAvailable()) {
      throw new WireFault(
          "Cannot tell " + socket + ": Netty's natives for this machine are not there");
    }
    byte[] path = socket.getBytes(UTF_8);
    if (path.length > 0 && path[0] == '@') {
      path[0] = 0; // unix(7): an abstract socket's name
    }
    ByteBuffer octets = ByteBuffer.allocateDirect(content.length).put(content).flip();
    Socket sender = Socket.newSocketDomainDgram();
    try {
      int sent = sender.sendToDomainSocket(octets, 0, content.length, path);
      if (sent != content.length) {
        throw new WireFault("Cannot tell " + socket + ": its buffer is full");
      }
    } catch (IOException e) {
      throw new WireFault("Cannot tell " + socket + ": " + e.getMessage(), e);
    } finally {
      close(sender);
    }
  }

  private static void close(Socket sender) {
    try {
      sender.close();
    } catch (IOException e) {
      // Nothing is left in it that could get lost.
    }
  }

  static NettyTransport forSockets(WireOptions options) {
    return options.nativeTransport() && Epoll.isAvailable() ? new EpollSockets() : new NioSockets();
  }

  private abstract static sealed class Sockets extends NettyTransport {
    private static final int BACKLOG = 1024;

    @Override
    final void prepare(ServerBootstrap bootstrap, SocketAddress where, AddressFamily family) {
      bootstrap.option(ChannelOption.SO_BACKLOG, BACKLOG);
      if (where instanceof UnixDomainSocketAddress) {
        prepareInFiles(bootstrap);
        return;
      }
      bootstrap
          .option(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.TCP_NODELAY, true)
          .childOption(ChannelOption.SO_KEEPALIVE, true)
          .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      prepareForNetwork(bootstrap, family);
    }

    abstract void prepareForNetwork(ServerBootstrap bootstrap, AddressFamily family);

    abstract void prepareInFiles(ServerBootstrap bootstrap);

    @Override
    final void prepare(Bootstrap bootstrap, SocketAddress peer, ConnectOptions connecting) {
      if (peer instanceof UnixDomainSocketAddress) {
        bootstrap.channel(clientChannelInFiles());
        return;
      }
      bootstrap
          .channel(clientChannel())
          .option(ChannelOption.TCP_NODELAY, true)
          .option(ChannelOption.SO_KEEPALIVE, true)
          .option(ChannelOption.ALLOW_HALF_CLOSURE, true);
      connecting.bind().ifPresent(from -> bootstrap.localAddress(new InetSocketAddress(from, 0)));
    }

    abstract Class<? extends Channel> clientChannel();

    abstract Class<? extends Channel> clientChannelInFiles();

    @Override
    final void prepareForDatagrams(Bootstrap bootstrap) {
      bootstrap.channel(datagramChannel());
    }

    abstract Class<? extends Channel> datagramChannel();

    @Override
    SocketAddress address(SocketAddress wanted, boolean binding) {
      return wanted;
    }

    @Override
    final InetSocketAddress inet(@Nullable SocketAddress address) {
      return address instanceof InetSocketAddress inet ? inet : LocalPeer.ADDRESS;
    }

    /** IPv4 comes in IPv6, where the system cannot keep it away. */
    @Override
    final boolean admits(@Nullable SocketAddress peer, AddressFamily family) {
      return !(peer instanceof InetSocketAddress inet) || family.contains(inet.getAddress());
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
    void prepareForNetwork(ServerBootstrap bootstrap, AddressFamily family) {
      bootstrap.channelFactory(
          family == AddressFamily.ANY
              ? EpollServerSocketChannel::new
              : () -> new EpollServerSocketChannel(protocol(family)));
      if (family == AddressFamily.IPV6) {
        bootstrap.option(IPV6_ONLY, 1);
      }
    }

    @Override
    void prepareInFiles(ServerBootstrap bootstrap) {
      bootstrap
          .channelFactory(EpollServerDomainSocketChannel::new)
          .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    @Override
    SocketAddress address(SocketAddress wanted, boolean binding) {
      return wanted instanceof UnixDomainSocketAddress file
          ? new DomainSocketAddress(file.getPath().toString())
          : wanted;
    }

    @Override
    Class<? extends Channel> clientChannel() {
      return EpollSocketChannel.class;
    }

    @Override
    Class<? extends Channel> clientChannelInFiles() {
      return EpollDomainSocketChannel.class;
    }

    @Override
    Class<? extends Channel> datagramChannel() {
      return EpollDatagramChannel.class;
    }
  }

  private static final class NioSockets extends Sockets {
    @Override
    IoHandlerFactory ioHandlers() {
      return NioIoHandler.newFactory();
    }

    @Override
    void prepareForNetwork(ServerBootstrap bootstrap, AddressFamily family) {
      bootstrap.channelFactory(
          family == AddressFamily.ANY
              ? NioServerSocketChannel::new
              : () -> new NioServerSocketChannel(SelectorProvider.provider(), protocol(family)));
    }

    /** Netty knows no half-closed ones here: who ends its side gets no more answers. */
    @Override
    void prepareInFiles(ServerBootstrap bootstrap) {
      bootstrap.channelFactory(NioServerDomainSocketChannel::new);
    }

    @Override
    Class<? extends Channel> clientChannel() {
      return NioSocketChannel.class;
    }

    @Override
    Class<? extends Channel> clientChannelInFiles() {
      return NioDomainSocketChannel.class;
    }

    @Override
    Class<? extends Channel> datagramChannel() {
      return NioDatagramChannel.class;
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
    void prepare(ServerBootstrap bootstrap, SocketAddress where, AddressFamily family) {
      bootstrap.channelFactory(LocalServerChannel::new);
    }

    @Override
    void prepare(Bootstrap bootstrap, SocketAddress peer, ConnectOptions connecting) {
      bootstrap.channel(LocalChannel.class);
    }

    @Override
    void prepareForDatagrams(Bootstrap bootstrap) {
      throw new WireFault("No datagrams go through a pipe");
    }

    @Override
    SocketAddress address(SocketAddress wanted, boolean binding) {
      int asked = ((InetSocketAddress) wanted).getPort();
      int port = binding && asked == 0 ? ports.incrementAndGet() : asked;
      return new LocalAddress("pipe-" + System.identityHashCode(this) + ":" + port);
    }

    @Override
    InetSocketAddress inet(@Nullable SocketAddress address) {
      String id = address instanceof LocalAddress local ? local.id() : "";
      int port = id.startsWith("pipe-") ? Integer.parseInt(id.substring(id.indexOf(':') + 1)) : 0;
      return new InetSocketAddress(loopback, port);
    }
  }
}
