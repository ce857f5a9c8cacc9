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

  /** The same, with one kind of workers. */
  public static Wire open(WireOptions options, Timers timers, Executor workers, Lifeline lifeline) {
    return open(options, timers, workers, workers, lifeline);
  }

  /**
   * The real network: epoll where its native is present, NIO everywhere else.
   *
   * @param timers what deadlines go by; must outlive the wire
   * @param workers runs the turns of sessions on connections that we make, which may block. Must
   *     outlive the wire. {@link Workers} is made for this
   * @param forClients runs the turns of sessions with clients, and at the end all. Where it refuses
   *     one, the session ends, and a client is told to come again ({@link Session#crowdedOut})
   * @param lifeline hears of the death of an event loop
   */
  public static Wire open(
      WireOptions options,
      Timers timers,
      Executor workers,
      Executor forClients,
      Lifeline lifeline) {
    return Callers.leave(
        () ->
            new NettyWire(
                options,
                NettyTransport.forSockets(options),
                ByteBufAllocator.DEFAULT,
                timers,
                workers,
                forClients,
                lifeline));
  }
}
