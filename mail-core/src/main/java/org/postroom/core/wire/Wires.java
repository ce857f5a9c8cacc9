package org.postroom.core.wire;

import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Executor;
import org.postroom.core.life.Lifeline;
import org.postroom.core.time.Timers;

/** Where wires come from. */
public final class Wires {

  private Wires() {}

  /** The same, and nobody hears of the death of an event loop. */
  public static Wire open(WireOptions options, Timers timers, Executor workers) {
    return open(options, timers, workers, new Lifeline());
  }

  /**
   * The real network: epoll where its native is present, NIO everywhere else.
   *
   * @param timers what deadlines go by; must outlive the wire
   * @param workers runs the turns of sessions, which may block; must outlive the wire. {@link
   *     Workers} is made for this
   * @param lifeline hears of the death of an event loop
   */
  public static Wire open(WireOptions options, Timers timers, Executor workers, Lifeline lifeline) {
    return Callers.leave(
        () ->
            new NettyWire(
                options,
                NettyTransport.forSockets(options),
                ByteBufAllocator.DEFAULT,
                timers,
                workers,
                lifeline));
  }
}
