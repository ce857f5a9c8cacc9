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
   * Begins to listen: the place is asked for, and nobody waits for it yet.
   *
   * @throws IOException when the address cannot be had
   */
  Binding bind(ServerBootstrap bootstrap) throws IOException {
    SocketAddress wanted = terms.options().address();
    if (!(wanted instanceof UnixDomainSocketAddress unix)) {
      return new Binding(bootstrap, wanted, null);
    }
    SocketFile made = SocketFile.at(unix.getPath());
    try {
      return new Binding(bootstrap, made.provisional(), made);
    } catch (RuntimeException e) {
      made.abandon();
      throw e;
    }
  }

  /** A place that was asked for. */
  final class Binding {
    private final ServerBootstrap bootstrap;
    private final SocketAddress place;
    private final @Nullable SocketFile made;
    private ChannelFuture tried;

    private Binding(ServerBootstrap bootstrap, SocketAddress where, @Nullable SocketFile made) {
      this.bootstrap = bootstrap;
      this.place = transport.address(where, true);
      this.made = made;
      this.tried = tried();
    }

    /** A door stands in one listener's way. */
    private ChannelFuture tried() {
      return bootstrap.handler(new AtTheDoor(terms.options().name())).bind(place);
    }

    ListenerOptions options() {
      return terms.options();
    }

    /**
     * Listens; waits until it does.
     *
     * @throws IOException when the address cannot be had; it is given back
     */
    NettyListener end() throws IOException {
      try {
        Channel bound = bound();
        SocketFile its = made;
        if (its != null) {
          its.putInPlace(terms.options().rights());
        }
        channel = bound;
        file = its;
        return NettyListener.this;
      } catch (IOException | RuntimeException e) {
        giveUp();
        throw e;
      }
    }

    /** Nobody wants it any more, whether it can be had or not. */
    void giveUp() {
      if (tried.awaitUninterruptibly().isSuccess()) {
        tried.channel().close().awaitUninterruptibly();
      }
      if (made != null) {
        made.abandon();
      }
    }

    private Channel bound() throws IOException {
      for (int tries = 1; !tried.awaitUninterruptibly().isSuccess(); tries++) {
        Throwable cause = tried.cause();
        if (tries == TRIES_OF_A_PLACE || !String.valueOf(cause.getMessage()).contains("in use")) {
          throw new IOException(cause.getMessage(), cause);
        }
        LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        tried = tried();
      }
      return tried.channel();
    }
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
