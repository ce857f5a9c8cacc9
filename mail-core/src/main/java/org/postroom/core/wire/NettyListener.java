package org.postroom.core.wire;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bound address of a {@link NettyWire}. */
final class NettyListener implements Listener {
  private static final Logger LOG = LoggerFactory.getLogger(NettyListener.class);

  // A program that is started has this process's sockets until it is itself: for that moment a
  // place
  // that has just been left seems taken.
  private static final int TRIES_OF_A_PLACE = 50;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

  private final NettyTransport transport;
  private final Consumer<Throwable> heed;
  private final Consumer<NettyListener> left;
  private final AtomicInteger sessions = new AtomicInteger();
  private volatile Terms terms;
  private volatile @Nullable Channel channel;

  /** Where the address is one in the file system. */
  private volatile @Nullable SocketFile file;

  /**
   * @param heed is told of what happens to it that may be the end of more
   * @param left is told when it is closed
   */
  NettyListener(
      Terms terms,
      NettyTransport transport,
      Consumer<Throwable> heed,
      Consumer<NettyListener> left) {
    this.terms = terms;
    this.transport = transport;
    this.heed = heed;
    this.left = left;
  }

  /** How a client is received now. */
  Terms terms() {
    return terms;
  }

  /** One more is here; whether these are too many. */
  boolean isFullWithOneMore() {
    return sessions.incrementAndGet() > terms.options().maxSessions();
  }

  /** One has left. */
  void oneLess() {
    sessions.decrementAndGet();
  }

  /**
   * Listens.
   *
   * @throws IOException when the address cannot be had
   */
  void bind(ServerBootstrap bootstrap) throws IOException {
    ListenerOptions wanted = terms.options();
    if (!(wanted.address() instanceof UnixDomainSocketAddress unix)) {
      channel = bound(bootstrap, wanted.address());
      return;
    }
    SocketFile made = SocketFile.at(unix.getPath());
    Channel bound;
    try {
      bound = bound(bootstrap, made.provisional());
    } catch (IOException | RuntimeException e) {
      made.abandon();
      throw e;
    }
    try {
      made.putInPlace(wanted.rights());
    } catch (IOException | RuntimeException e) {
      bound.close().awaitUninterruptibly();
      throw e;
    }
    channel = bound;
    file = made;
  }

  private Channel bound(ServerBootstrap bootstrap, SocketAddress where) throws IOException {
    SocketAddress place = transport.address(where, true);
    ChannelFuture bound = tried(bootstrap, place);
    for (int tries = 1; !bound.isSuccess(); tries++) {
      Throwable cause = bound.cause();
      if (tries == TRIES_OF_A_PLACE || !String.valueOf(cause.getMessage()).contains("in use")) {
        throw new IOException(cause.getMessage(), cause);
      }
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      bound = tried(bootstrap, place);
    }
    return bound.channel();
  }

  /** A door stands in one listener's way. */
  private ChannelFuture tried(ServerBootstrap bootstrap, SocketAddress place) {
    AtTheDoor door = new AtTheDoor(terms.options().name());
    return bootstrap.handler(door).bind(place).awaitUninterruptibly();
  }

  Channel channel() {
    Channel bound = channel;
    if (bound == null) {
      throw new IllegalStateException("Not bound yet");
    }
    return bound;
  }

  /** Where it listens in the file system. */
  Optional<Path> path() {
    return Optional.ofNullable(file).map(SocketFile::path);
  }

  @Override
  public InetSocketAddress address() {
    if (file != null) {
      throw new IllegalStateException("It listens at a socket in the file system: " + file);
    }
    return transport.inet(channel().localAddress());
  }

  @Override
  public int sessions() {
    return sessions.get();
  }

  @Override
  public void become(ListenerOptions options, Function<Connection, Session> maker) {
    SocketRights before = terms.options().rights();
    terms = new Terms(options, maker);
    SocketFile its = file;
    if (its != null && !before.equals(options.rights())) {
      its.change(options.rights());
    }
  }

  @Override
  public void close() {
    left.accept(this);
    SocketFile its = file;
    if (its != null) {
      its.remove();
    }
    ChannelFuture unused = Callers.leave(() -> channel().close().awaitUninterruptibly());
  }

  /** How a client is received. */
  record Terms(ListenerOptions options, Function<Connection, Session> sessions) {}

  /**
   * Hears when nobody can be accepted. For want of descriptors, say: Netty accepts nobody for a
   * second then and tries again.
   */
  private final class AtTheDoor extends ChannelInboundHandlerAdapter {
    private final String name;

    AtTheDoor(String name) {
      this.name = name;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
      LOG.warn("{}: connections cannot be accepted: {}", name, problem.toString());
      heed.accept(problem);
      context.fireExceptionCaught(problem);
    }
  }
}
