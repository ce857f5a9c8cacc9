package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postroom.core.wire.Agenda.Turn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns of a connection's session, and which thread has them: whoever finds the session parked
 * and something to do hands it to a worker, which stays with it until there is nothing more ({@link
 * #run}). The event loop itself does turns that wait for nothing ({@link #scheduleAtOnce}): a
 * change of threads costs more than most commands.
 */
// What fails in the channel makes it inactive, and that is where it is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class Turns implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

  /** So many turns in a row, then the others get the worker. */
  private static final int IN_A_ROW = 64;

  /** So many of them on the event loop; what a client sends beyond that is no short exchange. */
  private static final int AT_ONCE = 16;

  private final NettyConnection connection;
  private final Channel channel;
  private final Function<Connection, Session> sessions;

  /** Whether a thread has the session. Under the lock. */
  private boolean running;

  // The worker's.
  private @Nullable Session session;

  /** The event loop has begun a turn (it may have read the line) that a worker has to end. */
  private boolean begun;

  /** The turn leaves its line for a later one. Not the same as being held: that may be over. */
  private boolean putOff;

  Turns(NettyConnection connection, Channel channel, Function<Connection, Session> sessions) {
    this.connection = connection;
    this.channel = channel;
    this.sessions = sessions;
  }

  /** Under the lock. */
  boolean isRunning() {
    return running;
  }

  /** Whether the next turn is the rest of one. The worker's, and under the lock while none runs. */
  boolean hasBegun() {
    return begun;
  }

  /** On the worker: the line may be left where it is. */
  void putOff() {
    putOff = true;
  }

  /** Under the lock: whether the deadline counts now, and not only when the turn waits or ends. */
  boolean mayExpire() {
    boolean waits = connection.link.isWaiting() || connection.handshake.isGoingOn();
    return !connection.agenda.isSuspended() && (waits || !running);
  }

  /**
   * Under the lock: hands the session to a worker when it is parked and something is to be done.
   */
  void schedule() {
    if (isDue()) {
      running = true;
      handOver();
    }
  }

  /** Under the lock: whether the session is parked and something is to be done. */
  private boolean isDue() {
    return !running && !connection.link.isFinished() && connection.agenda.next() != Turn.NONE;
  }

  /** Gives the session to a worker. */
  private void handOver() {
    try {
      connection.wire().workers().execute(this);
    } catch (RuntimeException | Error e) {
      // Nobody is left to talk (the workers are gone before the wire, or no thread can be had for
      // one), but the session must hear of its end, and the wire.
      connection.wire().heed(e);
      if (!(e instanceof RejectedExecutionException)) {
        LOG.error("{}: no worker for the session with {}", connection.id(), connection.remote(), e);
      }
      connection.lock();
      try {
        connection.link.closeAsked();
      } finally {
        connection.unlock();
      }
      connection.onLoop(this);
    }
  }

  @Override
  public void run() {
    for (int turns = 1; ; turns++) {
      Turn turn = nextOrSleep();
      if (turn == null) {
        return;
      }
      if (!perform(turn)) {
        finish(turn);
        return;
      }
      if (turns == IN_A_ROW) {
        handOver();
        return;
      }
    }
  }

  /**
   * On the event loop: when the session is parked and something is to be done, does turns as long
   * as they wait for nothing. The first that could, and all that follow, are a worker's.
   */
  void scheduleAtOnce() {
    connection.lock();
    try {
      if (!isDue()) {
        return;
      }
      running = true;
    } finally {
      connection.unlock();
    }
    for (int turns = 0; turns < AT_ONCE; turns++) {
      Turn turn = nextOrSleep();
      if (turn == null) {
        return;
      }
      if (turn == Turn.NONE && connection.unsent.isInOrder()) {
        connection.output.flush();
      } else if (!performAtOnce(turn)) {
        break;
      }
    }
    handOver();
  }

  /** The next turn, {@link Turn#NONE} when an answer is to be sent first; null: it is parked. */
  private @Nullable Turn nextOrSleep() {
    boolean lacksRoom;
    connection.lock();
    try {
      Turn turn = connection.agenda.next();
      if (turn != Turn.NONE || owesAnswer()) {
        return turn;
      }
      lacksRoom = park();
    } finally {
      connection.unlock();
    }
    if (lacksRoom) {
      connection.charge.weigh();
    }
    return null;
  }

  /** Under the lock: whether what was written must be sent before the session may sleep. */
  private boolean owesAnswer() {
    return connection.output.isPending() && !connection.handshake.isAsked();
  }

  /** Under the lock: the session sleeps. Returns whether there is no room for what it holds. */
  private boolean park() {
    connection.input.park();
    running = false;
    connection.unsent.settle();
    connection.handshake.beginWhenAsked();
    long since = connection.patience.rest();
    if (!connection.agenda.isSuspended()) {
      connection.patience.watch();
    }
    return connection.charge.rest(since);
  }

  /** Returns whether the turn is done, so that the next may begin. */
  private boolean performAtOnce(Turn turn) {
    try {
      if (turn == Turn.OPEN) {
        open();
        return true;
      }
      // What the event loop writes now must go out in order, and go out.
      if (turn != Turn.READY || !connection.unsent.isInOrder() || !connection.unsent.isRead()) {
        return false;
      }
      begun = !session().readyAtOnce();
      return !begun;
    } catch (RuntimeException | Error e) {
      // The session's last call may wait, so that it is a worker's too.
      connection.wire().heed(e);
      if (!(e instanceof WireFault)) {
        LOG.error("{}: session with {} failed", connection.id(), connection.remote(), e);
      }
      connection.close();
      return false;
    }
  }

  /** Returns whether the session goes on. */
  private boolean perform(Turn turn) {
    try {
      switch (turn) {
        case NONE -> connection.output.flush(); // nothing stays unsent while the session sleeps
        case OPEN -> open();
        case REST, TASK -> {
          Runnable task = take(turn);
          if (task != null) {
            task.run();
          }
        }
        case READY -> ready();
        case TIMED_OUT -> {
          forLastWords();
          session().timedOut();
        }
        case CROWDED_OUT -> {
          forLastWords();
          session().crowdedOut();
        }
        case SHUT_DOWN -> {
          forLastWords();
          session().shuttingDown();
        }
        case END -> {}
      }
      return turn != Turn.END && !turn.isOurWish();
    } catch (WireFault e) {
      LOG.debug(
          "{}: session with {} ended: {}", connection.id(), connection.remote(), e.getMessage());
      return false;
    } catch (RuntimeException | Error e) {
      connection.wire().heed(e);
      LOG.error("{}: session with {} failed", connection.id(), connection.remote(), e);
      return false;
    }
  }

  private @Nullable Runnable take(Turn turn) {
    connection.lock();
    try {
      return connection.agenda.take(turn);
    } finally {
      connection.unlock();
    }
  }

  private void open() {
    Runnable unused = take(Turn.OPEN);
    session = sessions.apply(connection);
    session.opened();
  }

  private void ready() {
    NettyInput input = connection.input;
    long before = begun ? -1 : input.taken();
    begun = false;
    putOff = false;
    session().ready();
    if (input.taken() == before && !putOff && !isLeaving()) {
      throw new IllegalStateException("Session " + connection.id() + " left its line unread");
    }
  }

  private boolean isLeaving() {
    connection.lock();
    try {
      return connection.handshake.isGoingOn() || connection.link.isOver();
    } finally {
      connection.unlock();
    }
  }

  private void forLastWords() {
    connection.lock();
    try {
      connection.patience.forLastWords();
    } finally {
      connection.unlock();
    }
  }

  private Session session() {
    if (session == null) {
      throw new IllegalStateException("Not opened: " + connection.id());
    }
    return session;
  }

  /** The last thing a worker does with a session. */
  private void finish(Turn last) {
    boolean unread;
    boolean late;
    boolean crowded;
    Duration limit;
    connection.lock();
    try {
      connection.link.finished();
      limit = connection.patience.limit();
      late = connection.patience.isExpired();
      crowded = connection.agenda.isCrowdedOut();
      unread =
          !connection.link.isInputEnded() && (connection.input.hasUnread() || last.isOurWish());
      connection.input.release();
      connection.agenda.clear();
      connection.patience.end();
    } finally {
      connection.unlock();
    }
    boolean wasStranger = connection.charge.left();
    connection.unsent.giveBackWhenClosed();
    // It has not read until now, and its time is over or its room is needed.
    boolean hopeless = (late || crowded) && !connection.unsent.isRead();
    ChannelFuture lastWords =
        sayLastWords(hopeless, unread, Farewell.patience(limit, wasStranger || crowded));
    if (session != null) {
      try {
        session.closed();
      } catch (RuntimeException | Error e) {
        connection.wire().heed(e);
        LOG.error("{}: end of session with {} failed", connection.id(), connection.remote(), e);
      }
    }
    if (lastWords == null) {
      connection.wire().ended(connection);
    } else {
      // A wire that closes must not stop its loops before the goodbye is on its way.
      lastWords.addListener(sent -> connection.wire().ended(connection));
    }
  }

  /** Sends what was written last, then closes; null when nobody will read it. */
  private @Nullable ChannelFuture sayLastWords(boolean hopeless, boolean unread, Duration within) {
    ByteBuf rest = connection.output.takePending();
    if (hopeless || !channel.isActive()) {
      if (rest != null) {
        rest.release();
      }
      channel.close();
      return null;
    }
    return Farewell.say(channel, rest == null ? Unpooled.EMPTY_BUFFER : rest, unread, within);
  }
}
