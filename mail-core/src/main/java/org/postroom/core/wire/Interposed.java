package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postroom.core.time.Timers;

/** Has a {@link Meddler} come between TLS and the session. Its own is the event loop's. */
// What fails in the channel makes it inactive, and that is where it is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class Interposed extends ChannelDuplexHandler implements Meddler.Hands {
  /** Says to Netty why nothing more may be written; the numbers are each handler's own. */
  private static final int KEPT_BACK = 7;

  private final Connection connection;
  private final Channel channel;
  private final Timers timers;
  private final ArrayDeque<byte[]> toSession = new ArrayDeque<>();
  private final List<ChannelPromise> unsaid = new ArrayList<>();
  private Meddler.@Nullable Meddling meddling;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Object end;
  private boolean isReading;
  private boolean isPassing;
  private boolean keepsBack;

  private Interposed(Connection connection, Channel channel, Timers timers) {
    this.connection = connection;
    this.channel = channel;
    this.timers = timers;
  }

  /** Puts one in the place that is the next; does nothing where the meddler wants nothing. */
  static @Nullable Interposed in(
      Channel channel, Connection connection, Timers timers, Meddler meddler, String listener) {
    Interposed made = new Interposed(connection, channel, timers);
    Meddler.Meddling meddling = meddler.meets(listener, made).orElse(null);
    if (meddling == null) {
      return null;
    }
    made.meddling = meddling;
    channel.pipeline().addLast(made);
    return made;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  private Meddler.Meddling meddling() {
    if (meddling == null) {
      throw new IllegalStateException("Nobody comes between: " + connection.id());
    }
    return meddling;
  }

  private ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("Not in its place yet: " + connection.id());
    }
    return context;
  }

  /** All is in its place, and nothing has come. */
  void begins() {
    meddling().begins();
  }

  // --- what comes

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (!(message instanceof ByteBuf octets)) {
      from.fireChannelRead(message);
      return;
    }
    byte[] said = ByteBufUtil.getBytes(octets);
    octets.release();
    isReading = true;
    try {
      meddling().fromClient(said);
    } finally {
      isReading = false;
    }
    passOn();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      end = event;
      meddling().clientEnds();
    } else {
      from.fireUserEventTriggered(event);
    }
  }

  @Override
  public void write(ChannelHandlerContext from, Object message, ChannelPromise promise) {
    if (!(message instanceof ByteBuf octets)) {
      from.write(message, promise);
      return;
    }
    byte[] said = ByteBufUtil.getBytes(octets);
    octets.release();
    if (said.length > 0) {
      meddling().fromSession(said);
    }
    if (keepsBack) {
      unsaid.add(promise);
    } else {
      from.write(Unpooled.EMPTY_BUFFER, promise); // it is said when what stands before it is
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    unsaid.forEach(promise -> promise.tryFailure(new ClosedChannelException()));
    unsaid.clear();
    meddling().ended();
    from.fireChannelInactive();
  }

  // --- what can be done

  @Override
  public String session() {
    return connection.id();
  }

  /**
   * Reaches the session at once where a client's octets are dealt with, else in a turn of the event
   * loop: who calls may stand in the middle of the session's writing.
   */
  @Override
  public void toSession(byte[] octets) {
    toSession.add(octets);
    if (!isReading && !isPassing) {
      isPassing = true;
      channel.eventLoop().execute(this::passOnLater);
    }
  }

  private void passOnLater() {
    isPassing = false;
    if (passOn()) {
      context().fireChannelReadComplete();
    }
  }

  private boolean passOn() {
    boolean any = false;
    for (byte[] next = toSession.poll(); next != null; next = toSession.poll()) {
      context().fireChannelRead(Unpooled.wrappedBuffer(next));
      any = true;
    }
    return any;
  }

  @Override
  public void clientHasEnded() {
    Object event = end;
    if (event != null) {
      end = null;
      // Behind what toSession has put off.
      channel.eventLoop().execute(() -> context().fireUserEventTriggered(event));
    }
  }

  @Override
  public void toClient(byte[] octets) {
    context().writeAndFlush(Unpooled.wrappedBuffer(octets));
  }

  @Override
  public void keepsBack(boolean some) {
    if (some == keepsBack) {
      return;
    }
    keepsBack = some;
    ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
    if (unsent != null) {
      unsent.setUserDefinedWritability(KEPT_BACK, !some);
    }
    if (!some) {
      unsaid.forEach(promise -> context().write(Unpooled.EMPTY_BUFFER, promise));
      unsaid.clear();
      context().flush();
    }
  }

  @Override
  public void reset() {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    channel.unsafe().close(channel.unsafe().voidPromise()); // TLS says no goodbye
  }

  @Override
  public void hangUp() {
    connection.close();
  }

  @Override
  public void refuseHandshake() {
    channel.pipeline().addFirst(new NoHandshake());
  }

  @Override
  public void later(Duration wait, Runnable task) {
    timers.after(wait, () -> timers.handOn(channel.eventLoop(), task));
  }

  /** Nearest to the network: answers whatever comes with an alert, and ends. */
  private static final class NoHandshake extends ChannelInboundHandlerAdapter {
    /**
     * A fatal alert, handshake_failure (RFC 8446, 6.2), in the record of a server's first words.
     */
    private static final byte[] ALERT = {21, 3, 3, 0, 2, 2, 40};

    private static final int LINGER_SECONDS = 2;

    private boolean hasAnswered;

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
      ReferenceCountUtil.release(message);
      if (hasAnswered) {
        return;
      }
      hasAnswered = true;
      from.writeAndFlush(Unpooled.wrappedBuffer(ALERT))
          .addListener(
              said -> {
                if (from.channel() instanceof DuplexChannel duplex) {
                  duplex.shutdownOutput();
                }
                from.executor().schedule(() -> from.close(), LINGER_SECONDS, TimeUnit.SECONDS);
              });
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        from.close();
      } else {
        from.fireUserEventTriggered(event);
      }
    }
  }
}
