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
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.life.Lifeline;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.time.Timers;
import org.postroom.core.trouble.Reason;

/** The wire on Netty's event loops; over sockets, or over pipes within the process. */
// What fails in a channel is heard by its listeners and its session.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyWire implements Wire {

  /** How long those have who took too long for saying what they were about to say. */
  private static final Duration LAST_CALL = Duration.ofMillis(500);

  /** What is waited for after everything was cut: sessions hear of their end, threads stop. */
  private static final Duration AFTER_CUT = Duration.ofSeconds(3);

  private final WireOptions options;
  private final NettyTransport transport;
  private final ByteBufAllocator buffers;
  private final Timers timers;
  private final Executor workers;
  private final Executor forClients;

  /** Has no thread before it is needed. */
  private final Workers forLastCalls;

  private final Lifeline lifeline;
  private final EventLoopGroup loops;
  private final NettyQuestions questions;
  private final StrangerLimits limits;
  private final Strangers strangers;

  /** Accepted sockets, and the sessions on them. */
  private final AtomicInteger channels = new AtomicInteger();

  private final AtomicInteger accepted = new AtomicInteger();
  private final Set<NettyConnection> open = ConcurrentHashMap.newKeySet();
  private final Set<NettyListener> listeners = ConcurrentHashMap.newKeySet();
  private final AtomicLong ids =
      new AtomicLong(ThreadLocalRandom.current().nextLong(36L * 36 * 36 * 36 * 36));

  /** Held by who listens: loops that end meanwhile may neither answer him nor close what he has. */
  private final ReentrantLock binding = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition sessionEnded = lock.newCondition();
  private volatile boolean closing;

  /** All that is not closed, those included on which last words are under way. */
  private final Set<Channel> sockets = ConcurrentHashMap.newKeySet();

  /** Sockets are closed as soon as there are any. */
  private volatile boolean ending;

  /** With one kind of workers. */
  NettyWire(
      WireOptions options,
      NettyTransport transport,
      ByteBufAllocator buffers,
      Timers timers,
      Executor workers,
      Lifeline lifeline) {
    this(options, transport, buffers, timers, workers, workers, lifeline);
  }

  NettyWire(
      WireOptions options,
      NettyTransport transport,
      ByteBufAllocator buffers,
      Timers timers,
      Executor workers,
      Executor forClients,
      Lifeline lifeline) {
    this.lifeline = lifeline;
    this.buffers = buffers;
    this.options = options;
    this.transport = transport;
    this.timers = timers;
    this.workers = workers;
    this.forClients = forClients;
    this.forLastCalls = Workers.onPlatformThreads("postroom-goodbye", 1, lifeline);
    this.limits = options.strangers();
    this.strangers = new Strangers(limits, timers);
    AtomicInteger count = new AtomicInteger();
    this.loops =
        new MultiThreadIoEventLoopGroup(
            options.eventLoops(),
            task -> {
              String name = "wire-" + count.incrementAndGet();
              Thread thread =
                  new io.netty.util.concurrent.FastThreadLocalThread(
                      lifeline.guarding("event loop " + name, () -> closing, task), name);
              thread.setDaemon(true);
              return thread;
            },
            transport.ioHandlers());
    this.questions = new NettyQuestions(loops, transport);
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

  /**
   * Where turns are done; may refuse them.
   *
   * @param isOurs whether we have made the connection: its turns are waited for, until the end
   */
  Executor workers(boolean isOurs) {
    return turn -> (isOurs && !closing ? workers : forClients).execute(turn);
  }

  /** Where sessions end whose turns are refused. */
  Executor forLastCalls() {
    return forLastCalls;
  }

  /** Tells of what nothing can be relied upon after; on the thread to which it happened. */
  void heed(Throwable problem) {
    lifeline.heed("thread " + Thread.currentThread().getName(), problem);
  }

  /** How many accepted sockets there are, those included on which last words are under way. */
  int channels() {
    return channels.get();
  }

  Strangers strangers() {
    return strangers;
  }

  /** What may lie unsent beyond that, for all clients together. */
  MemoryBudget unsent() {
    return options.unsent();
  }

  InetSocketAddress inet(@Nullable SocketAddress address) {
    return transport.inet(address);
  }

  @Override
  public List<Listener> listen(List<Listener.Terms> all) {
    binding.lock();
    try {
      return Callers.leave(() -> List.copyOf(bound(all)));
    } finally {
      binding.unlock();
    }
  }

  /** All are asked for before one is waited for: to the loops and back it goes but once. */
  private List<NettyListener> bound(List<Listener.Terms> all) {
    List<NettyListener.Binding> asked = new ArrayList<>();
    List<NettyListener> fresh = new ArrayList<>();
    try {
      for (Listener.Terms terms : all) {
        asked.add(bind(terms));
      }
      for (NettyListener.Binding binding : asked) {
        fresh.add(listening(binding));
      }
    } catch (RuntimeException | Error e) {
      fresh.forEach(NettyListener::close);
      asked.subList(fresh.size(), asked.size()).forEach(NettyListener.Binding::giveUp);
      throw e;
    }
    listeners.addAll(fresh);
    if (closing) {
      fresh.forEach(NettyListener::close);
    }
    return fresh;
  }

  private NettyListener.Binding bind(Listener.Terms terms) {
    if (closing) {
      throw new WireFault("The wire is closed");
    }
    ListenerOptions listening = terms.options();
    NettyListener listener = new NettyListener(terms, transport, this::heed, listeners::remove);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .childOption(ChannelOption.ALLOCATOR, buffers)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Unsent.IN_ANY_CASE)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    boolean isInet = channel.localAddress() instanceof InetSocketAddress;
                    boolean isUnknown =
                        isInet && !(channel.remoteAddress() instanceof InetSocketAddress);
                    if (isUnknown || !transport.admits(channel.remoteAddress(), options.family())) {
                      channel.close();
                      return;
                    }
                    channel.pipeline().addLast(new Accepting(listener, listener.terms()));
                  }

                  @Override
                  public void exceptionCaught(ChannelHandlerContext context, Throwable problem)
                      throws Exception {
                    heed(problem);
                    super.exceptionCaught(context, problem);
                  }
                });
    transport.prepare(bootstrap, listening.address(), options.family());
    try {
      return listener.bind(bootstrap);
    } catch (IOException e) {
      throw cannotListen(listening, e);
    }
  }

  private static NettyListener listening(NettyListener.Binding binding) {
    try {
      return binding.end();
    } catch (IOException e) {
      throw cannotListen(binding.options(), e);
    }
  }

  private static WireFault cannotListen(ListenerOptions listening, IOException why) {
    return new WireFault(
        "Cannot listen on "
            + text(listening.address())
            + " ("
            + listening.name()
            + "): "
            + why.getMessage(),
        why);
  }

  private static String text(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getHostString() + ":" + inet.getPort()
        : "unix:" + address;
  }

  @Override
  public CompletionStage<Connection> connect(
      SocketAddress peer, ConnectOptions connecting, Function<Connection, Session> session) {
    CompletableFuture<Connection> connected = new CompletableFuture<>();
    if (closing) {
      connected.completeExceptionally(new WireFault("The wire is closed"));
      return connected;
    }
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loops)
            .option(ChannelOption.ALLOCATOR, buffers)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, Unsent.MUCH)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(Integer.MAX_VALUE, Math.max(1, connecting.timeout().toMillis())))
            .handler(new Connecting(connecting, session, connected));
    transport.prepare(bootstrap, peer, connecting);
    ChannelFuture connection = bootstrap.connect(transport.address(peer, false));
    know(connection.channel());
    connection.addListener(
        done -> {
          if (!done.isSuccess()) {
            connected.completeExceptionally(
                new WireFault(
                    "Cannot connect to " + text(peer) + ": " + Reason.text(done.cause()),
                    done.cause()));
          }
        });
    return connected;
  }

  @Override
  public Questions questions() {
    return questions;
  }

  private NettyConnection begin(
      Channel channel,
      boolean mayWait,
      Duration firstDeadline,
      int maxLine,
      @Nullable ImplicitTls implicitTls,
      Strangers.@Nullable Stranger stranger,
      Doorway door,
      Function<Connection, Session> sessions) {
    String id = Long.toString(ids.incrementAndGet());
    NettyConnection connection = null;
    boolean begun = false;
    try {
      connection =
          new NettyConnection(
              this,
              channel,
              id,
              mayWait,
              firstDeadline,
              maxLine,
              implicitTls,
              stranger,
              door,
              sessions);
      open.add(connection);
      overhear(connection, channel);
      Interposed between = interpose(connection, channel, door);
      connection.begin();
      begun = true;
      if (between != null) {
        between.begins();
      }
    } finally {
      if (!begun && connection != null) {
        connection.neverBegan();
      } else if (!begun && stranger != null) {
        strangers.left(stranger);
      }
    }
    if (closing) {
      connection.shutDown();
    }
    return connection;
  }

  private void overhear(NettyConnection connection, Channel channel) {
    options
        .ear()
        .ifPresent(
            ear -> {
              ear.begun(connection.id(), connection.local(), connection.remote());
              channel.pipeline().addLast(new Overhearing(ear, connection.id()));
            });
  }

  private @Nullable Interposed interpose(
      NettyConnection connection, Channel channel, Doorway door) {
    Meddler meddler = options.meddler().orElse(null);
    return meddler == null || door.name().isEmpty()
        ? null
        : Interposed.in(channel, connection, timers, meddler, door.name());
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
  public CompletionStage<Void> pulse() {
    List<CompletableFuture<Void>> signs = new ArrayList<>();
    for (EventExecutor loop : loops) {
      CompletableFuture<Void> sign = new CompletableFuture<>();
      loop.execute(() -> sign.complete(null));
      signs.add(sign);
    }
    return CompletableFuture.allOf(signs.toArray(CompletableFuture<?>[]::new));
  }

  @Override
  public void close() {
    boolean unused = Callers.leave(this::end);
  }

  private boolean end() {
    closing = true;
    awaitNobodyBinds();
    listeners.forEach(NettyListener::close);
    open.forEach(NettyConnection::shutDown);
    awaitNone(options.grace());
    open.forEach(NettyConnection::waitNoLonger);
    awaitNone(LAST_CALL);
    open.forEach(NettyConnection::cut);
    awaitNone(AFTER_CUT);
    forLastCalls.close();
    questions.end();
    closeSockets();
    return loops
        .shutdownGracefully(0, AFTER_CUT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(2 * AFTER_CUT.toMillis());
  }

  /** Who listens now has what he wants, or has given it back; from now on nobody begins to. */
  private void awaitNobodyBinds() {
    try {
      if (binding.tryLock(AFTER_CUT.toMillis(), TimeUnit.MILLISECONDS)) {
        binding.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void know(Channel channel) {
    sockets.add(channel);
    channel.closeFuture().addListener(closed -> sockets.remove(channel));
    if (ending) {
      channel.close();
    }
  }

  /**
   * Loops that are told to end while they do a task end without closing what is theirs, when they
   * are not to wait for more tasks.
   */
  private void closeSockets() {
    ending = true;
    List<Channel> left = List.copyOf(sockets);
    CountDownLatch closed = new CountDownLatch(left.size());
    left.forEach(channel -> channel.close().addListener(done -> closed.countDown()));
    try {
      boolean unused = closed.await(AFTER_CUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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

  /** Begins a session on a channel that we have asked for. */
  private final class Connecting extends ChannelInboundHandlerAdapter {
    private final ConnectOptions options;
    private final Function<Connection, Session> session;
    private final CompletableFuture<Connection> connected;

    Connecting(
        ConnectOptions options,
        Function<Connection, Session> session,
        CompletableFuture<Connection> connected) {
      this.options = options;
      this.session = session;
      this.connected = connected;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      connected.complete(
          begin(
              context.channel(),
              true,
              options.timeout(),
              options.maxLine(),
              options
                  .tls()
                  .map(first -> new ImplicitTls(first.context(), first.serverName()))
                  .orElse(null),
              null,
              new Doorway.Ours(options),
              session));
      // Not before: what goes wrong above is heard below, and closes the channel.
      if (!context.isRemoved()) {
        context.pipeline().remove(this);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
      heed(problem);
      connected.completeExceptionally(
          new WireFault("A connection could not be begun: " + Reason.text(problem), problem));
      context.close();
    }
  }

  /** Takes in one accepted channel, or refuses it. */
  private final class Accepting extends ChannelInboundHandlerAdapter implements Doorway {
    private final NettyListener listener;
    private final ListenerOptions listening;
    private final Function<Connection, Session> sessions;

    /** Whether the place in the counts has been given back. */
    private final AtomicBoolean left = new AtomicBoolean();

    Accepting(NettyListener listener, Listener.Terms terms) {
      this.listener = listener;
      this.listening = terms.options();
      this.sessions = terms.sessions();
    }

    @Override
    public String name() {
      return listening.name();
    }

    @Override
    public void noTls(Connection connection, String reason) {
      listening.noTls().failed(connection, reason);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      takeIn(context.channel());
      // Not before: what goes wrong above is heard below, and closes the channel.
      if (!context.isRemoved()) {
        context.pipeline().remove(this);
      }
    }

    private void takeIn(Channel channel) {
      know(channel);
      channel.closeFuture().addListener(closed -> channels.decrementAndGet());
      if (channels.incrementAndGet() > limits.channels()) {
        channel.close(); // no descriptor is left for saying no
        return;
      }
      channel.closeFuture().addListener(closed -> leave());
      boolean doorIsFull = listener.isFullWithOneMore();
      boolean houseIsFull = accepted.incrementAndGet() > limits.sessions();
      InetAddress client = inet(channel.remoteAddress()).getAddress();
      Strangers.@Nullable Stranger stranger = null;
      boolean admitted;
      if (listening.known().test(client)) {
        admitted = !doorIsFull && !houseIsFull || strangers.makePlace(doorIsFull ? listener : null);
      } else {
        stranger =
            strangers.admit(client, listener, listening.ofOneAddress(), doorIsFull, houseIsFull);
        admitted = stranger != null;
      }
      if (!admitted) {
        leave();
        refuse(channel);
        return;
      }
      begin(
          channel,
          false,
          listening.firstDeadline(),
          listening.maxLine(),
          listening.implicitTls().map(keys -> new ImplicitTls(keys, null)).orElse(null),
          stranger,
          this,
          sessions);
    }

    @Override
    public void leave() {
      if (!left.getAndSet(true)) {
        listener.oneLess();
        accepted.decrementAndGet();
      }
    }

    @Override
    public boolean isCrowded() {
      return strangers.areMany()
          || accepted.get() > limits.sessions() / 4 * 3
          || listener.sessions() > listening.maxSessions() / 4 * 3;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
      heed(problem);
      context.close();
    }

    private void refuse(Channel channel) {
      if (listening.implicitTls().isPresent()) {
        channel.close(); // a handshake only to say no would cost more than it is worth
        return;
      }
      channel.pipeline().addLast(new Farewell.Deaf());
      Farewell.say(
          channel,
          Unpooled.wrappedBuffer(listening.refusal().getBytes(UTF_8)),
          true,
          Farewell.patience(listening.firstDeadline(), true));
    }
  }
}
