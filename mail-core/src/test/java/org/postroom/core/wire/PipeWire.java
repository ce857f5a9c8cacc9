package org.postroom.core.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.local.LocalChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.postroom.core.life.Lifeline;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.time.Timers;
import org.postroom.core.transcript.Peer;

/**
 * A wire within the process: the connection logic is the real one, the octets go through pipes. Its
 * buffers are counted, so that a test can say that none was lost.
 */
public final class PipeWire implements Wire {
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
  private final NettyTransport.Pipes pipes = new NettyTransport.Pipes();
  private final NettyWire wire;

  private PipeWire(Duration grace, Timers timers, Executor workers) {
    this(grace, StrangerLimits.none(), timers, workers, new Lifeline(), Optional.empty());
  }

  private PipeWire(
      Duration grace,
      StrangerLimits strangers,
      Timers timers,
      Executor workers,
      Lifeline lifeline,
      Optional<Meddler> meddler) {
    wire =
        new NettyWire(
            new WireOptions(
                1,
                grace,
                AddressFamily.ANY,
                false,
                strangers,
                new MemoryBudget(Long.MAX_VALUE),
                Optional.empty(),
                meddler),
            pipes,
            buffers,
            timers,
            workers,
            lifeline);
  }

  /** A wire with a second of grace. */
  public static PipeWire open(Timers timers, Executor workers) {
    return new PipeWire(Duration.ofSeconds(1), timers, workers);
  }

  /** The same with limits for strangers. */
  static PipeWire open(
      StrangerLimits strangers, Timers timers, Executor workers, Lifeline lifeline) {
    return new PipeWire(
        Duration.ofSeconds(1), strangers, timers, workers, lifeline, Optional.empty());
  }

  /** The same with somebody between clients and sessions. */
  static PipeWire open(
      StrangerLimits strangers,
      Timers timers,
      Executor workers,
      Lifeline lifeline,
      Meddler meddler) {
    return new PipeWire(
        Duration.ofSeconds(1), strangers, timers, workers, lifeline, Optional.of(meddler));
  }

  /** Listens for sessions made by {@code sessions}, with limits that no test meets by chance. */
  public Listener listen(Function<Connection, Session> sessions) {
    return listen(
        new ListenerOptions(
            "pipe",
            new InetSocketAddress(0),
            Optional.empty(),
            10_000,
            65_536,
            Duration.ofMinutes(5),
            "too many\r\n"),
        sessions);
  }

  @Override
  public List<Listener> listen(List<Listener.Terms> all) {
    return wire.listen(all);
  }

  @Override
  public CompletionStage<Connection> connect(
      SocketAddress peer, ConnectOptions options, Function<Connection, Session> session) {
    return wire.connect(peer, options, session);
  }

  @Override
  public Questions questions() {
    return wire.questions();
  }

  /** A client's end, in plain blocking calls. */
  public Peer dial(Listener listener) {
    PipePeer peer = new PipePeer();
    Channel channel =
        new Bootstrap()
            .group(wire.loops()) // on one loop with the server's end, octets and the end keep their
            // order
            .channel(LocalChannel.class)
            // All at once: a local channel forgets what its peer has not read when it is closed.
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(4096)
                    .respectMaybeMoreData(false)
                    .maxMessagesPerRead(Integer.MAX_VALUE))
            .handler(peer.receiver())
            .connect(((NettyListener) listener).channel().localAddress())
            .syncUninterruptibly()
            .channel();
    peer.channel = channel;
    return peer;
  }

  /** Octets of memory in buffers that nobody has given back. */
  long octetsInUse() {
    return buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory();
  }

  @Override
  public CompletionStage<Void> pulse() {
    return wire.pulse();
  }

  @Override
  public void close() {
    wire.close();
  }

  private static final class PipePeer implements Peer {
    private static final byte[] END = new byte[0];

    private final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
    private byte[] current = new byte[0];
    private int position;
    private Channel channel;

    ChannelInboundHandlerAdapter receiver() {
      return new ChannelInboundHandlerAdapter() {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
          ByteBuf octets = (ByteBuf) message;
          byte[] copy = new byte[octets.readableBytes()];
          octets.readBytes(copy);
          octets.release();
          if (copy.length > 0) {
            arrived.add(copy);
          }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
          arrived.add(END);
        }
      };
    }

    @Override
    public void send(byte[] octets) {
      channel.writeAndFlush(Unpooled.copiedBuffer(octets)).awaitUninterruptibly();
    }

    @Override
    public int read() {
      while (position == current.length) {
        byte[] next;
        try {
          next = arrived.poll(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        if (next == null) {
          throw new AssertionError("Nothing came within 10 s");
        }
        if (next == END) {
          arrived.add(END);
          return -1;
        }
        current = next;
        position = 0;
      }
      return current[position++] & 0xFF;
    }

    @Override
    public void close() {
      if (channel.isOpen()) {
        channel.close().awaitUninterruptibly();
      }
    }
  }
}
