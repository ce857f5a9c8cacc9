package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;

/** The wire on Netty's event loops; over sockets, or over pipes within the process. */
// What fails in a channel is heard by its listeners and its session.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyWire implements Wire {
  private static final WriteBufferWaterMark UNSENT =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  /** What is waited for after everything was cut: sessions hear of their end, threads stop. */
  private static final Duration AFTER_CUT = Duration.ofSeconds(3);

  private final WireOptions options;
  private final NettyTransport transport;
  private final ByteBufAllocator buffers;
  private final Timers timers;
  private final Executor workers;
  private final EventLoopGroup loops;
  private final Set<NettyConnection> open = ConcurrentHashMap.newKeySet();
  private final Set<NettyListener> listeners = ConcurrentHashMap.newKeySet();
  private final AtomicLong ids =
      new AtomicLong(ThreadLocalRandom.current().nextLong(36L * 36 * 36 * 36 * 36));

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition sessionEnded = lock.newCondition();
  private volatile boolean closing;

  NettyWire(
      WireOptions options,
      NettyTransport transport,
      ByteBufAllocator buffers,
      Timers timers,
      Executor workers) {
    this.buffers = buffers;
    this.options = options;
    this.transport = transport;
    this.timers = timers;
    this.workers = workers;
    AtomicInteger count = new AtomicInteger();
    this.loops =
        new MultiThreadIoEventLoopGroup(
            options.eventLoops(),
            task -> {
              Thread thread =
                  new io.netty.util.concurrent.FastThreadLocalThread(
                      task, "wire-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            },
            transport.ioHandlers());
  }

  EventLoopGroup loops() {
    return loops;
  }

  Timers timers() {
    return timers;
  }

  Executor workers() {
    return workers;
  }

  InetSocketAddress inet(SocketAddress address) {
    return transport.inet(address);
  }

  @Override
  public Listener listen(ListenerOptions listening, Function<Connection, Session> sessions) {
    if (closing) {
      throw new WireFault("The wire is closed");
    }
    NettyListener listener = new NettyListener();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.serverChannel())
            .childOption(ChannelOption.ALLOCATOR, buffers)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Accepting(listener, listening, sessions));
                  }
                });
    if (transport.sockets()) {
      bootstrap
          .option(ChannelOption.SO_REUSEADDR, true)
          .option(ChannelOption.SO_BACKLOG, 1024)
          .childOption(ChannelOption.TCP_NODELAY, true)
          .childOption(ChannelOption.SO_KEEPALIVE, true)
          .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
    ChannelFuture bound =
        bootstrap.bind(transport.address(listening.address(), true)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new WireFault(
          "Cannot listen on "
              + text(listening.address())
              + " ("
              + listening.name()
              + "): "
              + bound.cause().getMessage(),
          bound.cause());
    }
    listener.channel = bound.channel();
    listeners.add(listener);
    if (closing) {
      listener.close();
    }
    return listener;
  }

  private static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }

  @Override
  public CompletionStage<Connection> connect(
      InetSocketAddress peer, ConnectOptions connecting, Function<Connection, Session> session) {
    CompletableFuture<Connection> connected = new CompletableFuture<>();
    if (closing) {
      connected.completeExceptionally(new WireFault("The wire is closed"));
      return connected;
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(transport.clientChannel())
            .option(ChannelOption.ALLOCATOR, buffers)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(Integer.MAX_VALUE, Math.max(1, connecting.timeout().toMillis())))
            .handler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelActive(ChannelHandlerContext context) {
                    context.pipeline().remove(this);
                    connected.complete(
                        begin(
                            context.channel(),
                            true,
                            connecting.timeout(),
                            connecting.maxLine(),
                            null,
                            session));
                  }
                });
    if (transport.sockets()) {
      bootstrap
          .option(ChannelOption.TCP_NODELAY, true)
          .option(ChannelOption.SO_KEEPALIVE, true)
          .option(ChannelOption.ALLOW_HALF_CLOSURE, true);
      connecting.bind().ifPresent(from -> bootstrap.localAddress(new InetSocketAddress(from, 0)));
    }
    bootstrap
        .connect(transport.address(peer, false))
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                connected.completeExceptionally(
                    new WireFault(
                        "Cannot connect to " + text(peer) + ": " + done.cause().getMessage(),
                        done.cause()));
              }
            });
    return connected;
  }

  private NettyConnection begin(
      Channel channel,
      boolean mayWait,
      Duration firstDeadline,
      int maxLine,
      @Nullable TlsContext implicitTls,
      Function<Connection, Session> sessions) {
    String id = Long.toString(ids.incrementAndGet(), 36);
    NettyConnection connection =
        new NettyConnection(this, channel, id, mayWait, firstDeadline, maxLine, sessions);
    open.add(connection);
    connection.begin(implicitTls);
    if (closing) {
      connection.shutDown();
    }
    return connection;
  }

  /** A session has had its last call. */
  void ended(NettyConnection connection) {
    open.remove(connection);
    if (closing) {
      lock.lock();
      try {
        sessionEnded.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    listeners.forEach(NettyListener::close);
    open.forEach(NettyConnection::shutDown);
    awaitNone(options.grace());
    open.forEach(NettyConnection::cut);
    awaitNone(AFTER_CUT);
    boolean unused =
        loops
            .shutdownGracefully(0, AFTER_CUT.toMillis(), TimeUnit.MILLISECONDS)
            .awaitUninterruptibly(2 * AFTER_CUT.toMillis());
  }

  private void awaitNone(Duration most) {
    long left = most.toNanos();
    lock.lock();
    try {
      while (!open.isEmpty() && left > 0) {
        left = sessionEnded.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the next step is the harder one, without waiting
    } finally {
      lock.unlock();
    }
  }

  /** Takes in one accepted channel, or refuses it. */
  private final class Accepting extends ChannelInboundHandlerAdapter {
    private final NettyListener listener;
    private final ListenerOptions listening;
    private final Function<Connection, Session> sessions;

    Accepting(
        NettyListener listener, ListenerOptions listening, Function<Connection, Session> sessions) {
      this.listener = listener;
      this.listening = listening;
      this.sessions = sessions;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      Channel channel = context.channel();
      context.pipeline().remove(this);
      if (listener.sessions.incrementAndGet() > listening.maxSessions()) {
        listener.sessions.decrementAndGet();
        refuse(channel);
        return;
      }
      channel.closeFuture().addListener(closed -> listener.sessions.decrementAndGet());
      begin(
          channel,
          false,
          listening.firstDeadline(),
          listening.maxLine(),
          listening.implicitTls().orElse(null),
          sessions);
    }

    private void refuse(Channel channel) {
      if (listening.implicitTls().isPresent()) {
        channel.close(); // a handshake only to say no would cost more than it is worth
        return;
      }
      channel.pipeline().addLast(new NettyConnection.Deaf());
      NettyConnection.hangUp(
          channel,
          Unpooled.wrappedBuffer(listening.refusal().getBytes(UTF_8)),
          true,
          listening.firstDeadline());
    }
  }

  /** A bound address. */
  final class NettyListener implements Listener {
    private final AtomicInteger sessions = new AtomicInteger();
    private volatile @Nullable Channel channel;

    Channel channel() {
      Channel bound = channel;
      if (bound == null) {
        throw new IllegalStateException("Not bound yet");
      }
      return bound;
    }

    @Override
    public InetSocketAddress address() {
      return transport.inet(channel().localAddress());
    }

    @Override
    public int sessions() {
      return sessions.get();
    }

    @Override
    public void close() {
      listeners.remove(this);
      channel().close().awaitUninterruptibly();
    }
  }
}
