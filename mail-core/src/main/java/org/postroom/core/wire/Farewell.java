package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How a channel ends whose peer is to read the last words first. The session is over by then, or
 * there was none; what goes by here is the network's own time, also when a virtual clock runs
 * through five days at once.
 */
// What fails in the channel closes it, and that is where it is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class Farewell {
  /** How long a peer may take for closing its side, once it has been sent the last words. */
  private static final int LINGER_SECONDS = 2;

  /**
   * How long a stranger, and who has to go, may take for reading the last words. Its place at the
   * door is free already, so that its socket is counted nowhere but among all channels.
   */
  static final Duration LAST_WORDS_OF_STRANGERS = Duration.ofSeconds(5);

  private Farewell() {}

  /** How long a peer may take for reading the last words. */
  static Duration patience(Duration limit, boolean ofStranger) {
    return ofStranger && limit.compareTo(LAST_WORDS_OF_STRANGERS) > 0
        ? LAST_WORDS_OF_STRANGERS
        : limit;
  }

  /**
   * Sends the last words, then closes. When the peer may still be sending, our side is closed first
   * and its octets are swallowed for a moment: closing with unread octets makes the system send a
   * reset, which can destroy the last words on their way.
   *
   * @param unread whether the peer may be sending
   * @param within how long the peer may take for reading
   * @return done when the last words are written
   */
  static ChannelFuture say(Channel channel, ByteBuf lastWords, boolean unread, Duration within) {
    var patience =
        channel.eventLoop().schedule(() -> channel.close(), within.toNanos(), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> patience.cancel(false));
    return channel
        .writeAndFlush(lastWords)
        .addListener(
            sent -> {
              boolean plain = channel.pipeline().get(SslHandler.class) == null;
              if (sent.isSuccess() && unread && plain && channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
                channel.config().setAutoRead(true);
                var cut =
                    channel
                        .eventLoop()
                        .schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
                channel.closeFuture().addListener(closed -> cut.cancel(false));
              } else {
                channel.close();
              }
            });
  }

  /** For a channel that gets no session: swallows what comes, and closes when the peer does. */
  static final class Deaf extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        context.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
      context.close();
    }
  }
}
