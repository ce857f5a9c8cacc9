package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.WireFault;
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

  private final NearEnd end;
  private final Channel channel;
  private final Parts parts;
  private final NextTurn next;
  private final Supplier<Session> sessions;
  private final Executor workers;
  private final Executor forLastCalls;
  private final Runnable ended;

  /** Nobody takes its turns: the event loop has the last one. */
  private volatile boolean refused;

  // The worker's.
  private @Nullable Session session;

  /** The turn leaves its line for a later one. Not the same as being held: that may be over. */
  private boolean putOff;

  /**
   * None yet.
   *
   * @param sessions makes the session, once
   * @param workers may refuse its turns; the session ends then
   * @param forLastCalls where it ends then
   * @param ended hears that it has had its last call
   */
  Turns(
      NearEnd end,
      Parts parts,
      Supplier<Session> sessions,
      Executor workers,
      Executor forLastCalls,
      Runnable ended) {
    this.end = end;
    this.channel = end.channel();
    this.parts = parts;
    this.next = new NextTurn(parts);
    this.sessions = sessions;
    this.workers = workers;
    this.forLastCalls = forLastCalls;
    this.ended = ended;
  }

  /** On the worker: the line may be left where it is. */
  void putOff() {
    putOff = true;
  }

  /** Under the lock: whether the deadline counts now, and not only when the turn waits or ends. */
  boolean mayExpire() {
    boolean waits = parts.link().isWaiting() || parts.handshake().isGoingOn();
    return !parts.agenda().isSuspended() && (waits || !parts.agenda().isRunning());
  }

  /**
   * Under the lock: hands the session to a worker when it is parked and something is to be done.
   */
  void schedule() {
    if (isDue()) {
      parts.agenda().runs(true);
      handOver();
    }
  }

  /** Under the lock: whether the session is parked and something is to be done. */
  private boolean isDue() {
    return !parts.agenda().isRunning() && !parts.link().isFinished() && next.now() != Turn.NONE;
  }

  /** Gives the session to a worker. */
  private void handOver() {
    try {
      workers.execute(this);
    } catch (RejectedExecutionException e) {
      // There are more sessions than the application has threads for, or they are gone before the
      // wire: it says goodbye where it waits for nothing.
      end.lock();
      try {
        parts.agenda().crowdOut();
      } finally {
        end.unlock();
      }
      endOnLoop();
    } catch (RuntimeException | Error e) {
      // Nobody is left to talk (no thread can be had for one), but the session must hear of its
      // end, and the wire.
      end.heed(e);
      LOG.error("{}: no worker for the session with {}", end.id(), end.remote(), e);
      end.lock();
      try {
        parts.link().closeAsked();
      } finally {
        end.unlock();
      }
      endOnLoop();
    }
  }

  private void endOnLoop() {
    refused = true;
    end.onLoop(this);
  }

  /** Says what was written, then ends. From any thread; safe to repeat. */
  void close() {
    end.lock();
    try {
      parts.link().closeAsked();
      schedule();
    } finally {
      end.unlock();
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
    end.lock();
    try {
      if (!isDue()) {
        return;
      }
      parts.agenda().runs(true);
    } finally {
      end.unlock();
    }
    for (int turns = 0; turns < AT_ONCE; turns++) {
      Turn turn = nextOrSleep();
      if (turn == null) {
        return;
      }
      if (turn == Turn.NONE && parts.unsent().isInOrder()) {
        parts.output().flush();
      } else if (!performAtOnce(turn)) {
        break;
      }
    }
    handOver();
  }

  /** The next turn, {@link Turn#NONE} when an answer is to be sent first; null: it is parked. */
  private @Nullable Turn nextOrSleep() {
    boolean lacksRoom;
    end.lock();
    try {
      Turn turn = next.now();
      if (turn != Turn.NONE || owesAnswer()) {
        return turn;
      }
      lacksRoom = park();
    } finally {
      end.unlock();
    }
    if (lacksRoom) {
      parts.charge().weigh();
    }
    return null;
  }

  /** Under the lock: whether what was written must be sent before the session may sleep. */
  private boolean owesAnswer() {
    return parts.output().isPending() && !parts.output().isHeldBack();
  }

  /** Under the lock: the session sleeps. Returns whether there is no room for what it holds. */
  private boolean park() {
    parts.input().park();
    parts.agenda().runs(false);
    parts.unsent().settle();
    parts.handshake().beginWhenAsked();
    long since = parts.patience().rest();
    if (!parts.agenda().isSuspended()) {
      parts.patience().watch();
    }
    return parts.charge().rest(since);
  }

  /** Returns whether the turn is done, so that the next may begin. */
  private boolean performAtOnce(Turn turn) {
    try {
      if (turn == Turn.OPEN) {
        open();
        return true;
      }
      // What the event loop writes now must go out in order, and go out.
      if (turn != Turn.READY || !parts.unsent().isInOrder() || !parts.unsent().isRead()) {
        return false;
      }
      boolean done = session().readyAtOnce();
      parts.agenda().begun(!done);
      return done;
    } catch (RuntimeException | Error e) {
      // The session's last call may wait, so that it is a worker's too.
      end.heed(e);
      if (!(e instanceof WireFault)) {
        LOG.error("{}: session with {} failed", end.id(), end.remote(), e);
      }
      close();
      return false;
    }
  }

  /** Returns whether the session goes on. */
  private boolean perform(Turn turn) {
    try {
      switch (turn) {
        case NONE -> parts.output().flush(); // nothing stays unsent while the session sleeps
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
      LOG.debug("{}: session with {} ended: {}", end.id(), end.remote(), e.getMessage());
      return false;
    } catch (RuntimeException | Error e) {
      end.heed(e);
      LOG.error("{}: session with {} failed", end.id(), end.remote(), e);
      return false;
    }
  }

  private @Nullable Runnable take(Turn turn) {
    end.lock();
    try {
      return parts.agenda().take(turn);
    } finally {
      end.unlock();
    }
  }

  private void open() {
    Runnable unused = take(Turn.OPEN);
    session = sessions.get();
    session.opened();
  }

  private void ready() {
    NettyInput input = parts.input();
    long before = parts.agenda().hasBegun() ? -1 : input.taken();
    parts.agenda().begun(false);
    putOff = false;
    session().ready();
    if (input.taken() == before && !putOff) {
      leftUnread();
    }
  }

  private void leftUnread() {
    end.lock();
    try {
      if (parts.link().mayStillBeHeard()) {
        parts.link().closeAsked(); // nobody wants to hear it
      } else if (!parts.handshake().isGoingOn() && !parts.link().isOver()) {
        throw new IllegalStateException("Session " + end.id() + " left its line unread");
      }
    } finally {
      end.unlock();
    }
  }

  private void forLastWords() {
    end.lock();
    try {
      parts.patience().forLastWords();
    } finally {
      end.unlock();
    }
  }

  private Session session() {
    if (session == null) {
      throw new IllegalStateException("Not opened: " + end.id());
    }
    return session;
  }

  /** The last thing a worker does with a session. */
  private void finish(Turn last) {
    boolean unread;
    boolean late;
    boolean crowded;
    Duration limit;
    end.lock();
    try {
      parts.link().finished();
      limit = parts.patience().limit();
      late = parts.patience().isExpired();
      crowded = parts.agenda().isCrowdedOut();
      unread = !parts.link().isInputEnded() && (parts.input().hasUnread() || last.isOurWish());
      parts.input().release();
      parts.agenda().clear();
      parts.patience().end();
    } finally {
      end.unlock();
    }
    boolean wasStranger = parts.charge().left();
    parts.unsent().giveBackWhenClosed();
    // It has not read until now, and its time is over or its room is needed.
    boolean hopeless = (late || crowded) && !parts.unsent().isRead();
    ChannelFuture lastWords =
        sayLastWords(hopeless, unread, Farewell.patience(limit, wasStranger || crowded));
    if (refused) {
      lastCallElsewhere(lastWords);
    } else {
      lastCall(lastWords);
    }
  }

  /** The last call may wait, and this is the event loop. */
  private void lastCallElsewhere(@Nullable ChannelFuture lastWords) {
    try {
      forLastCalls.execute(() -> lastCall(lastWords));
    } catch (RuntimeException | Error e) {
      end.heed(e);
      lastCall(lastWords); // there is nobody any more
    }
  }

  private void lastCall(@Nullable ChannelFuture lastWords) {
    if (session != null) {
      try {
        session.closed();
      } catch (RuntimeException | Error e) {
        end.heed(e);
        LOG.error("{}: end of session with {} failed", end.id(), end.remote(), e);
      }
    }
    if (lastWords == null) {
      ended.run();
    } else {
      // A wire that closes must not stop its loops before the goodbye is on its way.
      lastWords.addListener(sent -> ended.run());
    }
  }

  /** Sends what was written last, then closes; null when nobody will read it. */
  private @Nullable ChannelFuture sayLastWords(boolean hopeless, boolean unread, Duration within) {
    ByteBuf rest = parts.output().takePending();
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
