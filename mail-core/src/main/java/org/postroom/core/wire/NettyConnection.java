package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection and the turns of its session. The event loop, the timers and other sessions leave
 * word under {@link #lock}; whoever finds the session parked and something to do hands it to a
 * worker, which stays with it until there is nothing more ({@link #run}). The event loop itself
 * does turns that wait for nothing ({@link #scheduleAtOnce}): a change of threads costs more than
 * most commands. So at most one thread has a session at any time, here called its worker, and
 * everything that is the worker's needs no lock.
 */
// What fails in the channel makes it inactive, and that is where it is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyConnection implements Connection, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

  /** So many turns in a row, then the others get the worker. */
  private static final int TURNS_IN_A_ROW = 64;

  /** So many of them on the event loop; what a client sends beyond that is no short exchange. */
  private static final int TURNS_AT_ONCE = 16;

  /** How long a peer may take for closing its side, once it has been sent the last words. */
  private static final int LINGER_SECONDS = 2;

  /**
   * How long a stranger, and who has to go, may take for reading the last words. Its socket is
   * counted nowhere any more but among all channels.
   */
  static final Duration LAST_WORDS_OF_STRANGERS = Duration.ofSeconds(5);

  /** What a worker does next with the session. */
  private enum Turn {
    NONE,
    OPEN,
    REST,
    TASK,
    READY,
    TIMED_OUT,
    CROWDED_OUT,
    SHUT_DOWN,
    END
  }

  private final Channel channel;
  private final NettyWire wire;
  private final Timers timers;
  private final Function<Connection, Session> sessions;
  private final String id;

  /** Whether the session may wait for its peer: we have made the connection, and not a client. */
  private final boolean mayWait;

  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final NettyInput in;
  private final NettyOutput out;
  private final BooleanSupplier crowd;

  /**
   * How many writes a worker has left for the event loop that have not come there. What the event
   * loop wrote now would overtake them.
   */
  private final AtomicInteger underway = new AtomicInteger();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private int lineLimit;
  private boolean running;
  private boolean waiting;
  private boolean opening = true;
  private boolean handshaking;
  private boolean held;
  private boolean suspended;
  private boolean expired;
  private boolean crowdedOut;
  private boolean shutdown;
  private boolean patienceEnded;
  private boolean inputEnded;
  private boolean linkDown;
  private boolean closeAsked;
  private boolean finished;
  private @Nullable Throwable cause;
  private volatile @Nullable TlsContext upgrade;
  private @Nullable ArrayDeque<Runnable> tasks;
  private @Nullable Runnable rest;
  private Timers.@Nullable Timer timer;
  private long timerAt;
  private long heldUntil;
  private long deadlineAt;
  private long limit;
  private volatile @Nullable TlsSession tls;

  /** What the client holds as a stranger; null once it is known, or has to go. */
  private volatile Strangers.@Nullable Stranger stranger;

  /** So many octets the session keeps of what it has read. */
  private int kept;

  /** When the session was parked last, or will begin to be idle after a hold. */
  private volatile long restingSince;

  // The worker's.
  private @Nullable Session session;

  /** The event loop has begun a turn (it may have read the line) that a worker has to end. */
  private boolean begun;

  /** The turn leaves its line for a later one. Not the same as being held: that may be over. */
  private boolean putOff;

  /** Much may lie unsent, and is charged to what all clients may have of that. */
  private boolean roomy;

  NettyConnection(
      NettyWire wire,
      Channel channel,
      String id,
      boolean mayWait,
      Duration firstDeadline,
      int lineLimit,
      Strangers.@Nullable Stranger stranger,
      BooleanSupplier crowd,
      Function<Connection, Session> sessions) {
    this.wire = wire;
    this.crowd = crowd;
    this.timers = wire.timers();
    this.channel = channel;
    this.id = id;
    this.mayWait = mayWait;
    this.local = wire.inet(channel.localAddress());
    this.remote = wire.inet(channel.remoteAddress());
    this.lineLimit = lineLimit;
    this.sessions = sessions;
    this.in = new NettyInput(this);
    this.out = new NettyOutput(this, channel.alloc());
    this.limit = nanos(firstDeadline);
    this.restingSince = timers.nanoTime();
    this.deadlineAt = restingSince + limit;
    this.stranger = stranger;
    if (stranger != null) {
      stranger.isOn(this);
    }
  }

  private static long nanos(Duration duration) {
    return duration.compareTo(Duration.ofDays(3650)) > 0
        ? Duration.ofDays(3650).toNanos()
        : duration.toNanos();
  }

  // --- Connection ---

  @Override
  public String id() {
    return id;
  }

  @Override
  public InetSocketAddress remote() {
    return remote;
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  @Override
  public Input in() {
    return in;
  }

  @Override
  public Output out() {
    return out;
  }

  @Override
  public Optional<TlsSession> tls() {
    return Optional.ofNullable(tls);
  }

  @Override
  public void deadline(Duration within) {
    lock.lock();
    try {
      limit = nanos(within);
      deadlineAt = timers.nanoTime() + limit;
      if (timer != null && timerAt - dueAt() > 0) {
        arm();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void lineLimit(int octets) {
    lock.lock();
    try {
      lineLimit = octets;
      in.allow(octets);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void awaitOctets() {
    lock.lock();
    try {
      lineLimit = NettyInput.ANY_OCTET;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void whenRead(Runnable more) {
    lock.lock();
    try {
      rest = more;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void hold(Duration wait) {
    putOff = true;
    if (wait.isZero() || wait.isNegative()) {
      return;
    }
    lock.lock();
    try {
      held = true;
      heldUntil = timers.nanoTime() + nanos(wait);
      if (timer != null && timerAt - dueAt() > 0) {
        arm();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void trusted() {
    Strangers.Stranger was = noLongerStranger();
    if (was != null) {
      wire.strangers().isKnown(was);
    }
  }

  @Override
  public boolean isStopping() {
    lock.lock();
    try {
      return shutdown;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isCrowded() {
    return crowd.getAsBoolean();
  }

  @Override
  public void keeps(int octets) {
    lock.lock();
    try {
      kept = octets;
    } finally {
      lock.unlock();
    }
    weigh();
  }

  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      if (mayTakeTasks()) {
        tasks().addLast(task);
        schedule();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void suspend() {
    lock.lock();
    try {
      suspended = true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void resume(Runnable task) {
    lock.lock();
    try {
      if (suspended && mayTakeTasks()) {
        suspended = false;
        deadlineAt = timers.nanoTime() + limit;
        tasks().addFirst(task);
        schedule();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock. */
  private boolean mayTakeTasks() {
    return !finished && !linkDown && !closeAsked;
  }

  /** Under the lock. */
  private ArrayDeque<Runnable> tasks() {
    if (tasks == null) {
      tasks = new ArrayDeque<>(4);
    }
    return tasks;
  }

  @Override
  public boolean isClosed() {
    lock.lock();
    try {
      return finished || linkDown || closeAsked;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isAbandoned() {
    lock.lock();
    try {
      return finished || linkDown || closeAsked || inputEnded && !in.hasUnread();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closeAsked = true;
      changed.signalAll();
      schedule();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void startTls(TlsContext context) {
    lock.lock();
    try {
      handshaking = true;
      upgrade = context;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public TlsSession startTlsAsClient(TlsContext context, String serverName) {
    lock.lock();
    try {
      handshaking = true;
    } finally {
      lock.unlock();
    }
    ByteBuf farewell = out.takePending();
    channel.eventLoop().execute(() -> installTls(context, serverName, farewell));
    lock.lock();
    try {
      while (handshaking) {
        if (linkDown || inputEnded) {
          throw new TlsFailed(
              "TLS handshake with " + remote + " failed", cause == null ? lost() : cause);
        }
        await();
      }
    } finally {
      lock.unlock();
    }
    TlsSession agreed = tls;
    if (agreed == null) {
      throw new TlsFailed("TLS handshake with " + remote + " failed");
    }
    return agreed;
  }

  // --- what input and output ask for, on the worker ---

  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }

  /** Waits under the lock until {@code queue} holds something. */
  void awaitInput(Queue<?> queue) {
    while (queue.isEmpty()) {
      if (inputEnded) {
        throw new ConnectionLost(remote + " ended the connection");
      }
      await();
    }
  }

  /** Waits under the lock for a change; throws when waiting has become useless. */
  @SuppressWarnings("WaitNotInLoop") // all callers are the loops
  private void await() {
    if (channel.eventLoop().inEventLoop()) {
      // It would wait for itself.
      throw new IllegalStateException("Session " + id + " waits on the event loop");
    }
    if (!mayWait) {
      // A client that sends or reads slowly would hold a worker.
      throw new IllegalStateException("Session " + id + " waits for its client");
    }
    if (linkDown || closeAsked) {
      throw lost();
    }
    if (expired) {
      throw new DeadlineExceeded(remote + " did not get on in time");
    }
    if (timer == null) {
      arm();
    }
    waiting = true;
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConnectionLost("Interrupted while waiting for " + remote, e);
    } finally {
      waiting = false;
    }
  }

  private ConnectionLost lost() {
    String message = closeAsked ? "Closed: " + remote : "Connection to " + remote + " lost";
    return cause == null ? new ConnectionLost(message) : new ConnectionLost(message, cause);
  }

  void checkOpen() {
    if (!channel.isActive()) {
      lock.lock();
      try {
        throw lost();
      } finally {
        lock.unlock();
      }
    }
  }

  void send(ByteBuf octets) {
    underway.incrementAndGet();
    channel.writeAndFlush(octets);
  }

  /**
   * Whether more may be said now. A client that is known gets much room as long as there is memory
   * for it, so that few answers have to pause; who comes later is answered in small steps.
   */
  boolean hasRoom() {
    if (!roomy && !mayWait && stranger == null && wire.unsent().tryTake(NettyWire.UNSENT.high())) {
      roomy = true;
      channel.config().setWriteBufferWaterMark(NettyWire.UNSENT);
    }
    return channel.isWritable();
  }

  /** Under the lock, while no turn runs: room that is not needed any more is for others. */
  private void leaveRoom() {
    if (roomy && !finished && rest == null && channel.isWritable()) {
      roomy = false;
      channel.config().setWriteBufferWaterMark(NettyWire.UNSENT_IN_ANY_CASE);
      wire.unsent().give(NettyWire.UNSENT.high());
    }
  }

  /**
   * Waits while the peer leaves too much of what was sent before unread; where nobody may wait,
   * fails when that is very much.
   */
  void awaitRoom(int most) {
    if (channel.isWritable() || channel.eventLoop().inEventLoop()) {
      return; // a turn on the event loop writes little, and none begins before the peer reads on
    }
    if (!mayWait) {
      if (channel.isActive() && channel.bytesBeforeWritable() > most) {
        throw new IllegalStateException("Session " + id + " says more than its client reads");
      }
      return;
    }
    lock.lock();
    try {
      deadlineAt = timers.nanoTime() + limit;
      while (!channel.isWritable()) {
        if (!channel.isActive()) {
          linkDown = true;
        }
        await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock, as is {@link #resumeReading}: else the later of them could come first. */
  void pauseReading() {
    channel.config().setAutoRead(false);
  }

  void resumeReading() {
    channel.config().setAutoRead(true);
  }

  // --- strangers ---

  private Strangers.@Nullable Stranger noLongerStranger() {
    lock.lock();
    try {
      Strangers.Stranger was = stranger;
      stranger = null;
      return was;
    } finally {
      lock.unlock();
    }
  }

  /** Charges a stranger for what it holds; when there is no room for that, somebody has to go. */
  private void weigh() {
    for (Strangers.Stranger one = stranger; one != null; one = stranger) {
      long lacking;
      lock.lock();
      try {
        lacking = stranger == one ? one.holds(weight()) : 0;
      } finally {
        lock.unlock();
      }
      if (lacking == 0) {
        return;
      }
      if (!wire.strangers().makeRoom(one, lacking)) {
        lock.lock();
        try {
          in.pause(); // until what there is has been dealt with
        } finally {
          lock.unlock();
        }
        return;
      }
    }
  }

  /** Under the lock: what it holds of ours, beside the session itself. */
  private long weight() {
    return (long) in.held()
        + kept
        + (channel.isWritable() ? 0 : NettyWire.UNSENT_IN_ANY_CASE.high());
  }

  /**
   * Ends a session that is at rest, because others need the room; false when it is not. Its place
   * is free from now on.
   */
  boolean giveWay() {
    lock.lock();
    try {
      boolean atRest = !running && !suspended;
      if (!atRest || finished || linkDown || closeAsked || shutdown || stranger == null) {
        return false;
      }
      stranger = null;
      crowdedOut = true;
      schedule();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody has the session at the moment. */
  boolean isRunning() {
    lock.lock();
    try {
      return running;
    } finally {
      lock.unlock();
    }
  }

  /** For the order in which strangers have to go; without the lock. */
  long restingSince() {
    return restingSince;
  }

  // --- turns ---

  /**
   * Under the lock: hands the session to a worker when it is parked and something is to be done.
   */
  private void schedule() {
    if (isDue()) {
      running = true;
      handOver();
    }
  }

  /** Under the lock: whether the session is parked and something is to be done. */
  private boolean isDue() {
    return !running && !finished && next() != Turn.NONE;
  }

  /** Gives the session to a worker. */
  private void handOver() {
    try {
      wire.workers().execute(this);
    } catch (RejectedExecutionException e) {
      // The workers are gone before the wire: nobody is left to talk, but the session must hear it.
      lock.lock();
      try {
        closeAsked = true;
      } finally {
        lock.unlock();
      }
      channel.eventLoop().execute(this);
    }
  }

  /** Under the lock, while no turn runs. */
  private Turn next() {
    if (linkDown || closeAsked) {
      return Turn.END;
    }
    if (handshaking) {
      return expired || crowdedOut || shutdown || inputEnded ? Turn.END : Turn.NONE;
    }
    if (opening) {
      return shutdown || crowdedOut ? Turn.END : Turn.OPEN;
    }
    if (rest != null) {
      // In the middle of an answer nothing else can be said.
      boolean over = expired || crowdedOut || patienceEnded;
      return over ? Turn.END : channel.isWritable() ? Turn.REST : Turn.NONE;
    }
    if (shutdown && (patienceEnded || lineLimit != NettyInput.ANY_OCTET)) {
      return Turn.SHUT_DOWN; // content that is under way comes to its end first
    }
    if (crowdedOut) {
      return Turn.CROWDED_OUT;
    }
    if (held || suspended) {
      return Turn.NONE;
    }
    if (expired) {
      return Turn.TIMED_OUT;
    }
    if (begun) {
      return Turn.READY; // the rest of the running turn
    }
    boolean task = tasks != null && !tasks.isEmpty();
    if (!task && !in.lineReady(lineLimit)) {
      return inputEnded ? Turn.END : Turn.NONE;
    }
    if (!mayWait && !channel.isWritable()) {
      return Turn.NONE; // whoever does not read is told nothing more
    }
    return task ? Turn.TASK : Turn.READY;
  }

  @Override
  public void run() {
    for (int turns = 1; ; turns++) {
      Runnable task = null;
      Turn turn;
      lock.lock();
      try {
        turn = next();
        if (turn == Turn.NONE && !owesAnswer()) {
          park();
          return;
        }
        if (turn == Turn.TASK && tasks != null) {
          task = tasks.remove();
        } else if (turn == Turn.REST) {
          task = rest;
          rest = null;
        }
        opening &= turn != Turn.OPEN;
      } finally {
        lock.unlock();
      }
      if (!perform(turn, task)) {
        finish(turn);
        return;
      }
      if (turns == TURNS_IN_A_ROW) {
        yieldWorker();
        return;
      }
    }
  }

  /** Under the lock: whether what was written must be sent before the session may sleep. */
  private boolean owesAnswer() {
    return out.isPending() && !isTakingLeave();
  }

  /** On the worker: what is written are the last words in clear, and leave with the handshake. */
  boolean isTakingLeave() {
    return upgrade != null;
  }

  /**
   * Under the lock: the session sleeps. Only now a handshake that it has asked for begins: as long
   * as the turn runs, the input is the turn's. The last words in clear go out when the input has
   * been emptied, so that nothing which the client sends upon them is thrown away.
   */
  private void park() {
    in.park();
    running = false;
    leaveRoom();
    TlsContext wanted = upgrade;
    if (wanted != null) {
      upgrade = null;
      ByteBuf farewell = out.takePending();
      channel.eventLoop().execute(() -> installTls(wanted, null, farewell));
    }
    restingSince = held ? heldUntil : timers.nanoTime();
    deadlineAt = restingSince + limit;
    Strangers.Stranger one = stranger;
    if (one != null) {
      long unused = one.holds(weight()); // less than before, if anything
    }
    if (!suspended && (timer == null || timerAt - dueAt() > 0)) {
      arm();
    }
  }

  /**
   * On the event loop: when the session is parked and something is to be done, does turns as long
   * as they wait for nothing. The first that could, and all that follow, are a worker's.
   */
  private void scheduleAtOnce() {
    lock.lock();
    try {
      if (!isDue()) {
        return;
      }
      running = true;
    } finally {
      lock.unlock();
    }
    for (int turns = 0; turns < TURNS_AT_ONCE; turns++) {
      Turn turn;
      lock.lock();
      try {
        turn = next();
        if (turn == Turn.NONE && !owesAnswer()) {
          park();
          return;
        }
        opening &= turn != Turn.OPEN;
      } finally {
        lock.unlock();
      }
      if (turn == Turn.NONE && underway.get() == 0) {
        out.flush();
      } else if (!performAtOnce(turn)) {
        break;
      }
    }
    handOver();
  }

  /** Whether what the event loop writes now goes out in order, and goes out. */
  private boolean maySpeak() {
    return underway.get() == 0 && channel.isWritable();
  }

  /** Returns whether the turn is done, so that the next may begin. */
  private boolean performAtOnce(Turn turn) {
    try {
      if (turn == Turn.OPEN) {
        session = sessions.apply(this);
        session.opened();
        return true;
      }
      if (turn != Turn.READY || !maySpeak()) {
        return false;
      }
      begun = !session().readyAtOnce();
      return !begun;
    } catch (RuntimeException | Error e) {
      // The session's last call may wait, so that it is a worker's too.
      wire.heed(e);
      if (!(e instanceof WireFault)) {
        LOG.error("{}: session with {} failed", id, remote, e);
      }
      close();
      return false;
    }
  }

  private void yieldWorker() {
    try {
      wire.workers().execute(this);
    } catch (RejectedExecutionException e) {
      finish(Turn.END);
    }
  }

  /** Returns whether the session goes on. */
  private boolean perform(Turn turn, @Nullable Runnable task) {
    try {
      switch (turn) {
        case NONE -> out.flush(); // nothing stays unsent while the session sleeps
        case OPEN -> {
          session = sessions.apply(this);
          session.opened();
        }
        case REST, TASK -> {
          if (task != null) {
            task.run();
          }
        }
        case READY -> {
          long before = begun ? -1 : in.taken();
          begun = false;
          putOff = false;
          session().ready();
          if (in.taken() == before && !putOff && !isHandshaking() && !isClosed()) {
            throw new IllegalStateException("Session " + id + " left its line unread");
          }
        }
        case TIMED_OUT -> {
          refreshDeadline();
          session().timedOut();
          return false;
        }
        case CROWDED_OUT -> {
          refreshDeadline();
          session().crowdedOut();
          return false;
        }
        case SHUT_DOWN -> {
          refreshDeadline();
          session().shuttingDown();
          return false;
        }
        case END -> {
          return false;
        }
      }
      return true;
    } catch (WireFault e) {
      LOG.debug("{}: session with {} ended: {}", id, remote, e.getMessage());
      return false;
    } catch (RuntimeException | Error e) {
      wire.heed(e);
      LOG.error("{}: session with {} failed", id, remote, e);
      return false;
    }
  }

  private Session session() {
    if (session == null) {
      throw new IllegalStateException("Not opened: " + id);
    }
    return session;
  }

  private void refreshDeadline() {
    lock.lock();
    try {
      expired = false;
      held = false;
      deadlineAt = timers.nanoTime() + limit;
    } finally {
      lock.unlock();
    }
  }

  private boolean isHandshaking() {
    lock.lock();
    try {
      return handshaking;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the client is told of its end and may be saying something at the moment. */
  private static boolean isOurWish(Turn last) {
    return last == Turn.TIMED_OUT || last == Turn.CROWDED_OUT || last == Turn.SHUT_DOWN;
  }

  /** Its place among the strangers is free; false when it has had none. */
  private boolean leavesStrangers() {
    Strangers.Stranger was = noLongerStranger();
    if (was != null) {
      wire.strangers().left(was);
    }
    return was != null;
  }

  /** Its beginning has failed. Nothing of the wire is its own any more; the channel is closed. */
  void neverBegan() {
    boolean unused = leavesStrangers();
    wire.ended(this);
  }

  /** The last thing a worker does with a session. */
  private void finish(Turn last) {
    boolean unread;
    boolean late;
    boolean crowded;
    lock.lock();
    try {
      finished = true;
      late = expired;
      crowded = crowdedOut;
      unread = !inputEnded && (in.hasUnread() || isOurWish(last));
      in.release();
      tasks = null;
      rest = null;
      if (timer != null) {
        timer.cancel();
        timer = null;
      }
    } finally {
      lock.unlock();
    }
    boolean wasStranger = leavesStrangers();
    if (roomy) { // until then the last words may lie there
      channel.closeFuture().addListener(closed -> wire.unsent().give(NettyWire.UNSENT.high()));
    }
    ByteBuf rest = out.takePending();
    @Nullable ChannelFuture lastWords = null;
    // It has not read until now, and its time is over or its room is needed.
    boolean hopeless = (late || crowded) && !channel.isWritable();
    if (hopeless || !channel.isActive()) {
      if (rest != null) {
        rest.release();
      }
      channel.close();
    } else {
      lastWords =
          hangUp(
              channel,
              rest == null ? Unpooled.EMPTY_BUFFER : rest,
              unread,
              patience(Duration.ofNanos(limit), wasStranger || crowded));
    }
    if (session != null) {
      try {
        session.closed();
      } catch (RuntimeException | Error e) {
        wire.heed(e);
        LOG.error("{}: end of session with {} failed", id, remote, e);
      }
    }
    if (lastWords == null) {
      wire.ended(this);
    } else {
      // A wire that closes must not stop its loops before the goodbye is on its way.
      lastWords.addListener(sent -> wire.ended(this));
    }
  }

  /** How long a peer may take for reading the last words. */
  static Duration patience(Duration limit, boolean ofStranger) {
    return ofStranger && limit.compareTo(LAST_WORDS_OF_STRANGERS) > 0
        ? LAST_WORDS_OF_STRANGERS
        : limit;
  }

  /**
   * Sends the last words, then closes. When the peer may still be sending, our side is closed first
   * and its octets are swallowed for a moment: closing with unread octets makes the system send a
   * reset, which can destroy the last words on their way.
   *
   * <p>The session is over, so its timers have no say: the network needs its own time for the last
   * words, also when a virtual clock runs through five days at once.
   *
   * @param within how long the peer may take for reading
   * @return done when the last words are written
   */
  static ChannelFuture hangUp(Channel channel, ByteBuf lastWords, boolean unread, Duration within) {
    var patience =
        channel.eventLoop().schedule(() -> channel.close(), within.toNanos(), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> patience.cancel(false));
    return channel
        .writeAndFlush(lastWords)
        .addListener(
            sent -> {
              boolean plain = channel.pipeline().get(SslHandler.class) == null;
              if (sent.isSuccess() && unread && plain && channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
                channel.config().setAutoRead(true);
                var cut =
                    channel
                        .eventLoop()
                        .schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
                channel.closeFuture().addListener(closed -> cut.cancel(false));
              } else {
                channel.close();
              }
            });
  }

  // --- deadlines ---

  private long dueAt() {
    return held ? heldUntil : deadlineAt;
  }

  /** Under the lock. One timer for a session; it looks again when the deadline has moved. */
  private void arm() {
    if (timer != null) {
      timer.cancel();
    }
    timerAt = dueAt();
    long wait = Math.max(0, timerAt - timers.nanoTime());
    timer = timers.after(Duration.ofNanos(wait), this::timerRan);
  }

  private void timerRan() {
    lock.lock();
    try {
      timer = null;
      if (finished) {
        return;
      }
      long now = timers.nanoTime();
      if (dueAt() - now > 0) {
        arm();
      } else if (held) {
        held = false;
        deadlineAt = now + limit;
        arm();
        schedule();
      } else if (suspended) {
        return; // armed again by the turn that ends it
      } else if (waiting || handshaking || !running) {
        expired = true;
        changed.signalAll();
        schedule();
      }
      // Else the turn is busy with something of its own; it is armed again when it waits or ends.
    } finally {
      lock.unlock();
    }
  }

  // --- the event loop's side ---

  /** On the event loop, once: begins the session, after the handshake when there is one. */
  void begin(@Nullable TlsContext implicitTls) {
    channel.pipeline().addLast(new Receiver());
    lock.lock();
    try {
      arm();
      handshaking = implicitTls != null;
    } finally {
      lock.unlock();
    }
    if (implicitTls == null) {
      scheduleAtOnce();
    } else {
      installTls(implicitTls, null, null);
    }
  }

  /** The server stops. */
  void shutDown() {
    lock.lock();
    try {
      shutdown = true;
      schedule();
    } finally {
      lock.unlock();
    }
  }

  /** The server stops, and content that is under way has had its time. */
  void waitNoLonger() {
    lock.lock();
    try {
      patienceEnded = true;
      schedule();
    } finally {
      lock.unlock();
    }
  }

  /** Ends it without further words. */
  void cut() {
    channel.close();
    lock.lock();
    try {
      linkDown = true;
      changed.signalAll();
      schedule();
    } finally {
      lock.unlock();
    }
  }

  private void installTls(
      TlsContext context, @Nullable String serverName, @Nullable ByteBuf farewell) {
    if (!mayShakeHands()) {
      if (farewell != null) {
        farewell.release();
      }
      channel.close();
      return;
    }
    ByteBuf hello;
    lock.lock();
    try {
      if (finished || !channel.isActive()) {
        if (farewell != null) {
          farewell.release();
        }
        return;
      }
      hello = in.drainForHandshake();
    } finally {
      lock.unlock();
    }
    if (farewell != null) {
      send(farewell);
    }
    try {
      SslHandler handler =
          ((NettyTlsContext) context).handler(channel.alloc(), serverName, remote.getPort());
      channel.pipeline().addFirst(handler);
      if (hello != null) {
        channel.pipeline().fireChannelRead(hello).fireChannelReadComplete();
        hello = null;
      }
    } catch (RuntimeException e) {
      LOG.error("{}: TLS could not be started with {}", id, remote, e);
      channel.close();
    } finally {
      if (hello != null) {
        hello.release();
      }
    }
  }

  /** Whether there is room for what a stranger's TLS takes. */
  private boolean mayShakeHands() {
    for (Strangers.Stranger one = stranger; one != null; one = stranger) {
      lock.lock();
      try {
        if (stranger != one || one.needs(Strangers.TLS_OCTETS)) {
          return true;
        }
      } finally {
        lock.unlock();
      }
      if (!wire.strangers().makeRoom(one, Strangers.TLS_OCTETS)) {
        return false;
      }
    }
    return true;
  }

  private void handshakeEnded(ChannelHandlerContext context, SslHandshakeCompletionEvent event) {
    SslHandler handler = context.pipeline().get(SslHandler.class);
    if (event.isSuccess() && handler != null) {
      tls = NettyTlsContext.describe(handler.engine().getSession());
    } else {
      LOG.debug("{}: TLS handshake with {} failed", id, remote, event.cause());
    }
    lock.lock();
    try {
      if (event.isSuccess()) {
        handshaking = false;
      } else {
        cause = event.cause();
        linkDown = true;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    scheduleAtOnce();
    if (!event.isSuccess()) {
      context.close();
    }
  }

  /** Where the event loop leaves word. */
  private final class Receiver extends ChannelDuplexHandler {

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      underway.decrementAndGet();
      context.write(message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (!(message instanceof ByteBuf octets)) {
        ReferenceCountUtil.release(message);
        return;
      }
      boolean pause;
      lock.lock();
      try {
        pause = in.arrive(octets, lineLimit);
      } finally {
        lock.unlock();
      }
      weigh();
      if (pause) {
        wake(); // the read may have ended in the middle of a burst
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      wake();
    }

    private void wake() {
      lock.lock();
      try {
        if (waiting) {
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
      scheduleAtOnce();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      weigh();
      lock.lock();
      try {
        if (!running) {
          leaveRoom();
        }
      } finally {
        lock.unlock();
      }
      if (channel.isWritable()) {
        wake();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        handshakeEnded(context, handshake);
      } else if (event instanceof ChannelInputShutdownEvent
          || event instanceof SslCloseCompletionEvent) {
        ended(false, null);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      ended(true, null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
      wire.heed(problem);
      LOG.debug("{}: connection with {} broke", id, remote, problem);
      ended(true, problem);
      context.close();
    }

    private void ended(boolean wholly, @Nullable Throwable problem) {
      boolean done;
      lock.lock();
      try {
        inputEnded = true;
        linkDown |= wholly;
        if (problem != null && cause == null) {
          cause = problem;
        }
        done = finished;
        changed.signalAll();
        schedule();
      } finally {
        lock.unlock();
      }
      if (done) {
        channel.close();
      }
    }
  }

  /** For a channel that gets no session: swallows what comes, and closes when the peer does. */
  static final class Deaf extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        context.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
      context.close();
    }
  }
}
