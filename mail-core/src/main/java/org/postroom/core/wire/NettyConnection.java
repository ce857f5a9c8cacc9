package org.postroom.core.wire;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, put together from its parts, each with what it owns:
 *
 * <pre>
 * {@link Link}            whether it stands, and in which directions
 * {@link NettyInput}      what has come and has not been read
 * {@link NettyOutput}     what a turn writes
 * {@link Unsent}          what was sent and lies here
 * {@link Agenda}          what the session is to do next
 * {@link Turns}           the session, and the thread that has it
 * {@link Patience}        deadline and hold
 * {@link Handshake}       TLS
 * {@link StrangerCharge}  what it holds as long as nobody knows it
 * {@link Receiver}        word from the event loop
 * </pre>
 *
 * <p>There is one lock for all of them. The event loop, the timers and other sessions leave word
 * under it. At most one thread has a session at any time, here called its worker, be it the event
 * loop; what is the worker's needs no lock, and belongs to whoever holds the lock while no turn
 * runs. Under the lock nobody waits, no session is called, and the channel is told nothing upon
 * which it would call the {@link Receiver} before it returns (a pipe reads as soon as it may):
 * {@link #onLoop} is for that. {@link Strangers} has a lock of its own, which is taken before a
 * connection's and never inside one.
 */
final class NettyConnection implements Connection {
  private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final NettyWire wire;
  private final Channel channel;
  private final String id;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final Place place;

  final Link link;
  final NettyInput input;
  final NettyOutput output;
  final Unsent unsent;
  final Agenda agenda;
  final Turns turns;
  final Patience patience;
  final Handshake handshake;
  final StrangerCharge charge;

  /** What a connection has at the door it came in by. From any thread, under any lock. */
  interface Place {

    /** Whether most of what there is for clients is taken. */
    boolean isCrowded();

    /** It is free for others from now on. Safe to repeat. */
    void leave();

    /** Its handshake has failed. On the event loop, under no lock. */
    void noTls(Connection connection, String reason);
  }

  /**
   * A connection.
   *
   * @param implicitTls what it begins with, before anything is said in clear (RFC 8314)
   * @param stranger null for who is known from the beginning
   */
  NettyConnection(
      NettyWire wire,
      Channel channel,
      String id,
      boolean mayWait,
      Duration firstDeadline,
      int lineLimit,
      @Nullable TlsContext implicitTls,
      Strangers.@Nullable Stranger stranger,
      Place place,
      Function<Connection, Session> sessions) {
    this.wire = wire;
    this.channel = channel;
    this.id = id;
    this.local = wire.inet(channel.localAddress());
    this.remote = wire.inet(channel.remoteAddress());
    this.place = place;
    this.link = new Link(this, lock, mayWait);
    this.input = new NettyInput(lock, channel.config(), this::onLoop, link::awaitInput);
    this.output = new NettyOutput(this, channel.alloc());
    this.unsent = new Unsent(this, channel, wire.unsent());
    this.agenda = new Agenda(this, lineLimit);
    this.turns = new Turns(this, channel, sessions);
    this.patience = new Patience(this, wire.timers(), firstDeadline);
    this.handshake = new Handshake(this, channel, implicitTls);
    this.charge =
        new StrangerCharge(this, wire.strangers(), stranger, place, wire.timers().nanoTime());
  }

  // --- for its parts ---

  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }

  NettyWire wire() {
    return wire;
  }

  Place place() {
    return place;
  }

  Channel channel() {
    return channel;
  }

  /** Has a task done on the event loop, after what that is doing now. */
  void onLoop(Runnable task) {
    channel.eventLoop().execute(() -> guarded(task));
  }

  /**
   * Does a task of the event loop, which would log what it throws and forget it: here it is heeded,
   * and ends the connection.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // heard where the channel becomes inactive
  void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      wire.heed(e);
      LOG.error("{}: connection with {} cannot go on", id, remote, e);
      channel.close();
    }
  }

  void checkOpen() {
    if (!channel.isActive()) {
      lock.lock();
      try {
        throw link.lost();
      } finally {
        lock.unlock();
      }
    }
  }

  // --- for the wire ---

  /** On the event loop, once: begins the session, after the handshake when there is one. */
  void begin() {
    channel.pipeline().addLast(new Receiver(this, channel));
    lock.lock();
    try {
      patience.watch();
    } finally {
      lock.unlock();
    }
    charge.begin();
    if (handshake.comesFirst()) {
      handshake.beginAtOnce();
    } else {
      turns.scheduleAtOnce();
    }
  }

  /** Its beginning has failed. Nothing of the wire is its own any more; the channel is closed. */
  void neverBegan() {
    boolean unused = charge.left();
    wire.ended(this);
  }

  /** The server stops. */
  void shutDown() {
    lock.lock();
    try {
      agenda.stop();
      input.hasPlace(); // what comes to its end while the server stops has its room
      turns.schedule();
    } finally {
      lock.unlock();
    }
  }

  /** The server stops, and content that is under way has had its time. */
  void waitNoLonger() {
    lock.lock();
    try {
      agenda.stopNow();
      turns.schedule();
    } finally {
      lock.unlock();
    }
  }

  /** Ends it without further words. */
  @SuppressWarnings("FutureReturnValueIgnored") // heard where the channel becomes inactive
  void cut() {
    channel.close();
    lock.lock();
    try {
      link.down(null);
      turns.schedule();
    } finally {
      lock.unlock();
    }
  }

  // --- for the session and others ---

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
    return input;
  }

  @Override
  public Output out() {
    return output;
  }

  @Override
  public Optional<TlsSession> tls() {
    return handshake.agreed();
  }

  @Override
  public void deadline(Duration within) {
    lock.lock();
    try {
      patience.limit(within);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void lineLimit(int octets) {
    lock.lock();
    try {
      agenda.lineLimit(octets);
      input.allow(octets);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void awaitOctets() {
    lock.lock();
    try {
      agenda.lineLimit(NettyInput.ANY_OCTET);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void whenRead(Runnable more) {
    lock.lock();
    try {
      agenda.rest(more);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void hold(Duration wait) {
    turns.putOff();
    if (wait.isZero() || wait.isNegative()) {
      return;
    }
    lock.lock();
    try {
      patience.hold(wait);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void suspend() {
    lock.lock();
    try {
      agenda.suspend();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void resume(Runnable task) {
    lock.lock();
    try {
      if (!link.isOver() && agenda.resume(task)) {
        patience.beginAnew();
        turns.schedule();
        charge.mayRest(); // what it is to say next may wait for its peer
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      if (!link.isOver()) {
        agenda.add(task);
        turns.schedule();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void startTls(TlsContext context) {
    handshake.ask(context);
  }

  @Override
  public TlsSession startTlsAsClient(TlsContext context, String serverName) {
    return handshake.asClient(context, serverName);
  }

  @Override
  public void trusted() {
    charge.trusted();
  }

  @Override
  public boolean isCrowded() {
    return place.isCrowded();
  }

  @Override
  public void keeps(int octets) {
    charge.keeps(octets);
  }

  @Override
  public boolean isStopping() {
    lock.lock();
    try {
      return agenda.isStopping();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isClosed() {
    lock.lock();
    try {
      return link.isOver();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean mayBeGone() {
    lock.lock();
    try {
      return link.isOver() || link.isInputEnded();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      link.closeAsked();
      turns.schedule();
    } finally {
      lock.unlock();
    }
  }
}
