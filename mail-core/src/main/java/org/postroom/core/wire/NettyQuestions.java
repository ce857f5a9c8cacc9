package org.postroom.core.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.io.EOFException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.trouble.Reason;

/** Questions on the event loops of a wire. A channel is closed with its answer. */
// What fails in a channel is heard by who waits for the answer.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyQuestions implements Questions {
  /** The longest that a datagram, and a length of two octets, can say. */
  private static final int LONGEST = 65_535;

  private final EventLoopGroup loops;
  private final NettyTransport transport;

  /** What is waited for, by a mark of each. */
  private final Map<Object, CompletableFuture<byte[]>> open = new ConcurrentHashMap<>();

  private volatile boolean closed;

  NettyQuestions(EventLoopGroup loops, NettyTransport transport) {
    this.loops = loops;
    this.transport = transport;
  }

  @Override
  public CompletionStage<byte[]> byDatagram(
      InetSocketAddress server, byte[] question, Predicate<byte[]> isAnswer, Duration patience) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    Bootstrap bootstrap =
        new Bootstrap()
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LONGEST))
            .handler(new DatagramHeard(server, isAnswer, answer));
    try {
      transport.prepareForDatagrams(bootstrap);
    } catch (WireFault e) {
      return CompletableFuture.failedFuture(e);
    }
    return ask(bootstrap, server, Unpooled.wrappedBuffer(question), patience, answer);
  }

  @Override
  public CompletionStage<byte[]> byStream(
      InetSocketAddress server, byte[] question, Duration patience) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    Bootstrap bootstrap = new Bootstrap().handler(new StreamHeard(server, answer));
    transport.prepare(bootstrap, server, new ConnectOptions(patience, Optional.empty(), LONGEST));
    bootstrap.option(ChannelOption.ALLOW_HALF_CLOSURE, false); // who says no more will not answer
    ByteBuf framed =
        Unpooled.buffer(question.length + 2).writeShort(question.length).writeBytes(question);
    return ask(bootstrap, server, framed, patience, answer);
  }

  private CompletionStage<byte[]> ask(
      Bootstrap bootstrap,
      InetSocketAddress server,
      ByteBuf question,
      Duration patience,
      CompletableFuture<byte[]> answer) {
    Object mark = new Object();
    open.put(mark, answer);
    if (closed) {
      question.release();
      open.remove(mark);
      return CompletableFuture.failedFuture(closed());
    }
    ChannelFuture connected = bootstrap.group(loops).connect(transport.address(server, false));
    Future<?> late =
        loops.schedule(
            () -> fail(answer, server, "says nothing in " + patience.toMillis() + " ms", null),
            patience.toMillis(),
            TimeUnit.MILLISECONDS);
    connected.addListener(
        done -> {
          if (done.isSuccess()) {
            connected.channel().writeAndFlush(question);
          } else {
            question.release();
            fail(answer, server, "cannot be reached", done.cause());
          }
        });
    connected
        .channel()
        .closeFuture()
        .addListener(closed -> fail(answer, server, "has hung up", new EOFException()));
    answer.whenComplete(
        (said, problem) -> {
          open.remove(mark);
          late.cancel(false);
          connected.channel().close();
        });
    return answer;
  }

  /** The wire ends: nobody waits any more. Before its event loops do. */
  void end() {
    closed = true;
    open.values().forEach(answer -> answer.completeExceptionally(closed()));
  }

  private static WireFault closed() {
    return new WireFault("The wire is closed");
  }

  private static void fail(
      CompletableFuture<byte[]> answer,
      InetSocketAddress server,
      String what,
      @Nullable Throwable cause) {
    answer.completeExceptionally(
        new WireFault(server.getHostString() + ":" + server.getPort() + " " + what, cause));
  }

  /** The first datagram that answers. */
  private static final class DatagramHeard extends SimpleChannelInboundHandler<DatagramPacket> {
    private final InetSocketAddress server;
    private final Predicate<byte[]> isAnswer;
    private final CompletableFuture<byte[]> answer;

    DatagramHeard(
        InetSocketAddress server, Predicate<byte[]> isAnswer, CompletableFuture<byte[]> answer) {
      this.server = server;
      this.isAnswer = isAnswer;
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket came) {
      byte[] octets = ByteBufUtil.getBytes(came.content());
      if (isAnswer.test(octets)) {
        answer.complete(octets);
      }
    }

    /** Such as: nobody listens there. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
      fail(answer, server, "cannot be asked: " + Reason.text(problem), problem);
    }
  }

  /** A length, and as many octets. */
  private static final class StreamHeard extends SimpleChannelInboundHandler<ByteBuf> {
    private final InetSocketAddress server;
    private final CompletableFuture<byte[]> answer;

    /** What has come; never more than the longest answer and what came behind it in one piece. */
    private final ByteBuf came = Unpooled.buffer();

    StreamHeard(InetSocketAddress server, CompletableFuture<byte[]> answer) {
      this.server = server;
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf octets) {
      came.writeBytes(octets);
      if (came.readableBytes() >= 2) {
        int length = came.getUnsignedShort(0);
        if (came.readableBytes() >= 2 + length) {
          answer.complete(ByteBufUtil.getBytes(came, 2, length));
        }
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
      fail(answer, server, "cannot be asked: " + Reason.text(problem), problem);
    }
  }
}
