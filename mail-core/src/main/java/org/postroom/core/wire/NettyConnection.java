package org.postroom.core.wire;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection, put together from its {@link Parts}, of which each knows only those before it,
 * and of what works with all of them: {@link Turns} (the session, and the thread that has it) and
 * {@link Receiver} (word from the event loop).
 *
 * <p>There is one lock for all of them, that of {@link NearEnd}. The event loop, the timers and
 * other sessions leave word under it. At most one thread has a session at any time, here called its
 * worker, be it the event loop; what is the worker's needs no lock, and belongs to whoever holds
 * the lock while no turn runs. Under the lock nobody waits, no session is called, and the channel
 * is told nothing upon which it would call the {@link Receiver} before it returns (a pipe reads as
 * soon as it may): {@link NearEnd#onLoop} is for that. {@link Strangers} has a lock of its own,
 * which is taken before a connection's and never inside one.
 */
final class NettyConnection implements Connection {
  private final NettyWire wire;
  private final NearEnd end;
  private final InetSocketAddress local;
  private final Doorway door;

  private final Patience patience;
  private final Link link;
  final NettyInput input;
  private final Agenda agenda;
  private final StrangerCharge charge;
  private final Handshake handshake;
  private final NettyOutput output;
  private final Parts parts;
  private final Turns turns;

  /**
   * A connection.
   *
   * @param mayWait whether turns may wait for the peer: we have made the connection
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
      @Nullable ImplicitTls implicitTls,
      Strangers.@Nullable Stranger stranger,
      Doorway door,
      Function<Connection, Session> sessions) {
    this.wire = wire;
    this.end = new NearEnd(channel, id, wire.inet(channel.remoteAddress()), wire::heed);
    this.local = wire.inet(channel.localAddress());
    this.door = door;
    this.patience = new Patience(end, wire.timers(), firstDeadline, new Awake());
    this.link = new Link(end, patience, mayWait);
    this.input = new NettyInput(end.theLock(), channel.config(), end::onLoop, link::awaitInput);
    this.agenda = new Agenda(lineLimit);
    Unsent unsent = new Unsent(end, link, patience, agenda, wire.unsent(), this::isStranger);
    this.output = new NettyOutput(link, unsent, channel.alloc());
    this.charge =
        new StrangerCharge(
            end,
            link,
            input,
            unsent,
            agenda,
            wire.strangers(),
            stranger,
            door,
            wire.timers().nanoTime(),
            this::schedule);
    this.handshake =
        new Handshake(
            end,
            link,
            input,
            output,
            unsent,
            charge,
            implicitTls,
            this::hasNoTls,
            this::scheduleAtOnce);
    this.parts = new Parts(patience, link, input, agenda, unsent, output, charge, handshake);
    this.turns =
        new Turns(
            end,
            parts,
            () -> sessions.apply(this),
            wire.workers(mayWait),
            wire.forLastCalls(),
            this::hasEnded);
  }

  // --- for its parts ---

  private boolean isStranger() {
    return charge.isStranger();
  }

  private void schedule() {
    turns.schedule();
  }

  private void scheduleAtOnce() {
    turns.scheduleAtOnce();
  }

  private void hasNoTls(String reason) {
    door.noTls(this, reason);
  }

  private void hasEnded() {
    wire.ended(this);
  }

  /** Where a session sleeps no longer. */
  private final class Awake implements Patience.Heard {
    @Override
    public void holdIsOver() {
      turns.schedule();
    }

    @Override
    public boolean mayExpire() {
      return turns.mayExpire();
    }

    @Override
    public void expired() {
      link.changed();
      turns.schedule();
    }
  }

  Channel channel() {
    return end.channel();
  }

  // --- for the wire ---

  /** On the event loop, once: begins the session, after the handshake when there is one. */
  void begin() {
    end.channel().pipeline().addLast(new Receiver(end, parts, turns));
    end.lock();
    try {
      patience.watch();
    } finally {
      end.unlock();
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
    end.lock();
    try {
      agenda.stop();
      input.hasPlace(); // what comes to its end while the server stops has its room
      turns.schedule();
    } finally {
      end.unlock();
    }
  }

  /** The server stops, and content that is under way has had its time. */
  void waitNoLonger() {
    end.lock();
    try {
      agenda.stopNow();
      turns.schedule();
    } finally {
      end.unlock();
    }
  }

  /** Ends it without further words. */
  @SuppressWarnings("FutureReturnValueIgnored") // heard where the channel becomes inactive
  void cut() {
    end.channel().close();
    end.lock();
    try {
      link.down(null);
      turns.schedule();
    } finally {
      end.unlock();
    }
  }

  // --- for the session and others ---

  @Override
  public String id() {
    return end.id();
  }

  @Override
  public InetSocketAddress remote() {
    return end.remote();
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
    end.lock();
    try {
      patience.limit(within);
    } finally {
      end.unlock();
    }
  }

  @Override
  public void lineLimit(int octets) {
    end.lock();
    try {
      agenda.lineLimit(octets);
      input.allow(octets);
    } finally {
      end.unlock();
    }
  }

  @Override
  public void awaitOctets() {
    end.lock();
    try {
      agenda.lineLimit(NettyInput.ANY_OCTET);
    } finally {
      end.unlock();
    }
  }

  @Override
  public void whenRead(Runnable more) {
    end.lock();
    try {
      agenda.rest(more);
    } finally {
      end.unlock();
    }
  }

  @Override
  public void hold(Duration wait) {
    turns.putOff();
    if (wait.isZero() || wait.isNegative()) {
      return;
    }
    end.lock();
    try {
      patience.hold(wait);
    } finally {
      end.unlock();
    }
  }

  @Override
  public void suspend() {
    end.lock();
    try {
      agenda.suspend();
    } finally {
      end.unlock();
    }
  }

  @Override
  public void resume(Runnable task) {
    end.lock();
    try {
      if (!link.isOver() && agenda.resume(task)) {
        patience.beginAnew();
        turns.schedule();
        charge.mayRest(); // what it is to say next may wait for its peer
      }
    } finally {
      end.unlock();
    }
  }

  @Override
  public void execute(Runnable task) {
    end.lock();
    try {
      if (!link.isOver()) {
        agenda.add(task);
        turns.schedule();
      }
    } finally {
      end.unlock();
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
    return door.isCrowded();
  }

  @Override
  public void keeps(int octets) {
    charge.keeps(octets);
  }

  @Override
  public boolean isStopping() {
    end.lock();
    try {
      return agenda.isStopping();
    } finally {
      end.unlock();
    }
  }

  @Override
  public boolean isClosed() {
    end.lock();
    try {
      return link.isOver();
    } finally {
      end.unlock();
    }
  }

  @Override
  public boolean mayBeGone() {
    end.lock();
    try {
      return link.isOver() || link.isInputEnded();
    } finally {
      end.unlock();
    }
  }

  @Override
  public void close() {
    turns.close();
  }
}
