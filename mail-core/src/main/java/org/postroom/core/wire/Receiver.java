package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the event loop leaves word of what happens on a connection's channel. */
// What fails in the channel makes it inactive, and that is where it is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class Receiver extends ChannelDuplexHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  private final NettyConnection connection;
  private final Channel channel;

  Receiver(NettyConnection connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    connection.unsent.arrived();
    context.write(message, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf octets)) {
      ReferenceCountUtil.release(message);
      return;
    }
    boolean full;
    connection.lock();
    try {
      full = connection.input.arrive(octets, connection.agenda.lineLimit());
    } finally {
      connection.unlock();
    }
    connection.charge.weigh();
    if (full) {
      wake(); // the read may have ended in the middle of a burst
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    wake();
  }

  private void wake() {
    connection.lock();
    try {
      connection.link.changed();
    } finally {
      connection.unlock();
    }
    connection.turns.scheduleAtOnce();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    connection.charge.weigh();
    connection.lock();
    try {
      if (!connection.turns.isRunning()) {
        connection.unsent.settle();
      }
    } finally {
      connection.unlock();
    }
    if (channel.isWritable()) {
      wake();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      connection.handshake.ended(context, handshake);
    } else if (event instanceof ChannelInputShutdownEvent
        || event instanceof SslCloseCompletionEvent) {
      ended(false, null);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended(true, null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable problem) {
    connection.wire().heed(problem);
    LOG.debug("{}: connection with {} broke", connection.id(), connection.remote(), problem);
    ended(true, problem);
    context.close();
  }

  private void ended(boolean wholly, @Nullable Throwable problem) {
    boolean done;
    connection.lock();
    try {
      if (wholly) {
        connection.link.down(problem);
      } else {
        connection.link.inputEnded(problem);
      }
      done = connection.link.isFinished();
      connection.turns.schedule();
    } finally {
      connection.unlock();
    }
    if (done) {
      channel.close();
    }
  }
}
