package org.postroom.core.wire;

import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Executor;
import org.postroom.core.life.Lifeline;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.time.Timers;

/** Where wires come from. */
public final class Wires {

  private Wires() {}

  /**
   * Begins, on a thread of its own, what the first wire of a process would wait for, for who has
   * something else to do before he opens it. Closing it waits for that thread.
   */
  public static AutoCloseable ahead() {
    return new WireAhead();
  }

  /**
   * Sends one datagram to a socket in the file system, as {@code sd_notify(3)} and the like do it,
   * on the caller's thread and without waiting.
   *
   * @param socket its path; with {@code @} in front it is one of Linux' that are in no folder
   * @param content some hundred octets; what does not fit into the receiver's buffer is not sent
   * @throws WireFault when it was not sent: there is no such socket, its owner does not read, or
   *     this machine has none of the natives that alone can do it
   */
  public static void tell(String socket, byte[] content) {
    WireAhead.made();
    NettyTransport.tell(socket, content);
  }

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
    WireAhead.made();
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
