package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.postroom.core.memory.MemoryBudget;

/**
 * What was said to a peer and not read by it yet: its order, how much of it there may be, and what
 * it is charged to. A little is part of every session. A client that is known gets much room as
 * long as there is memory for it; whatever else lies there is charged as it is found. What a
 * stranger leaves unread is charged to the {@linkplain StrangerCharge stranger}.
 */
// What fails in the channel makes it inactive, and that is where it is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class Unsent {
  /** What may lie unsent here for a peer, if there is memory for it. */
  static final WriteBufferWaterMark MUCH = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  /** What may lie unsent for every client, known or not. */
  static final WriteBufferWaterMark IN_ANY_CASE = new WriteBufferWaterMark(4 * 1024, 16 * 1024);

  private final NearEnd end;
  private final Channel channel;
  private final Link link;
  private final Patience patience;
  private final Agenda agenda;
  private final MemoryBudget budget;
  private final BooleanSupplier isStranger;

  /**
   * How many writes a worker has left for the event loop that have not come there. What the event
   * loop wrote now would overtake them.
   */
  private final AtomicInteger underway = new AtomicInteger();

  /** Much may lie there. The worker's, and under the lock while no turn runs. */
  private boolean roomy;

  /** So much of the budget is this connection's; as {@link #roomy}. */
  private long charged;

  /**
   * Nothing lies there.
   *
   * @param isStranger whether nobody knows the client
   */
  Unsent(
      NearEnd end,
      Link link,
      Patience patience,
      Agenda agenda,
      MemoryBudget budget,
      BooleanSupplier isStranger) {
    this.end = end;
    this.channel = end.channel();
    this.link = link;
    this.patience = patience;
    this.agenda = agenda;
    this.budget = budget;
    this.isStranger = isStranger;
  }

  void send(ByteBuf octets) {
    underway.incrementAndGet();
    channel.writeAndFlush(octets);
  }

  /** On the event loop: a write has come there. */
  void arrived() {
    underway.decrementAndGet();
  }

  /** Whether what the event loop writes now goes out in order. */
  boolean isInOrder() {
    return underway.get() == 0;
  }

  /** Whether the peer has read most of what was sent. */
  boolean isRead() {
    return channel.isWritable();
  }

  /** How much lies there, as soon as that is more than a peer may leave. */
  long octets() {
    if (channel.isWritable()) {
      return 0;
    }
    long toRead = channel.bytesBeforeWritable();
    return toRead == Long.MAX_VALUE // nothing lies in a closed channel
        ? 0
        : toRead + channel.config().getWriteBufferLowWaterMark();
  }

  /**
   * Whether more may be said now. A client that is known gets much room as long as there is memory
   * for it, so that few answers have to pause; who comes later is answered in small steps.
   */
  boolean hasRoom() {
    if (!roomy && !link.mayWait() && !isStranger.getAsBoolean() && budget.tryTake(MUCH.high())) {
      roomy = true;
      charged += MUCH.high();
      channel.config().setWriteBufferWaterMark(MUCH);
    }
    return channel.isWritable();
  }

  /**
   * Waits while the peer leaves too much of what was sent before unread; where nobody may wait,
   * fails when that is very much.
   */
  void awaitRoom(int most) {
    if (channel.isWritable() || channel.eventLoop().inEventLoop()) {
      return; // a turn on the event loop writes little, and none begins before the peer reads on
    }
    if (!link.mayWait()) {
      if (channel.isActive() && channel.bytesBeforeWritable() > most) {
        throw new IllegalStateException("Session " + end.id() + " says more than its client reads");
      }
      return;
    }
    end.lock();
    try {
      patience.beginAnew();
      while (!channel.isWritable()) {
        if (!channel.isActive()) {
          link.down(null);
        }
        link.await();
      }
    } finally {
      end.unlock();
    }
  }

  /**
   * Under the lock, while no turn runs: room that is not needed any more is for others, and what
   * lies there is charged, be there room for it or not.
   */
  void settle() {
    if (link.isFinished() || link.mayWait()) {
      return;
    }
    if (roomy && !agenda.hasRest() && channel.isWritable()) {
      roomy = false;
      channel.config().setWriteBufferWaterMark(IN_ANY_CASE);
    }
    long free = IN_ANY_CASE.high();
    long kept = roomy ? MUCH.high() : 0;
    long beyond = isStranger.getAsBoolean() ? 0 : Math.max(0, octets() - free - kept);
    charge(kept + beyond);
  }

  private void charge(long octets) {
    if (octets > charged) {
      budget.take(octets - charged);
    } else if (octets < charged) {
      budget.give(charged - octets);
    }
    charged = octets;
  }

  /** The session is over; until the channel closes the last words may lie there. */
  void giveBackWhenClosed() {
    long octets = charged;
    if (octets > 0) {
      channel.closeFuture().addListener(closed -> budget.give(octets));
    }
  }
}
