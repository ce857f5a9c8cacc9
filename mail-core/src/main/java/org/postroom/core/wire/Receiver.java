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

  private final NearEnd end;
  private final Channel channel;
  private final Parts parts;
  private final Turns turns;

  Receiver(NearEnd end, Parts parts, Turns turns) {
    this.end = end;
    this.channel = end.channel();
    this.parts = parts;
    this.turns = turns;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    parts.unsent().arrived();
    context.write(message, promise);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf octets)) {
      ReferenceCountUtil.release(message);
      return;
    }
    boolean full;
    end.lock();
    try {
      full = parts.input().arrive(octets, parts.agenda().lineLimit());
    } finally {
      end.unlock();
    }
    parts.charge().weigh();
    if (full) {
      wake(); // the read may have ended in the middle of a burst
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    wake();
  }

  private void wake() {
    end.lock();
    try {
      parts.link().changed();
    } finally {
      end.unlock();
    }
    turns.scheduleAtOnce();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    parts.charge().weigh();
    end.lock();
    try {
      if (!parts.agenda().isRunning()) {
        parts.unsent().settle();
      }
    } finally {
      end.unlock();
    }
    if (channel.isWritable()) {
      wake();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      parts.handshake().ended(context, handshake);
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
    end.heed(problem);
    LOG.debug("{}: connection with {} broke", end.id(), end.remote(), problem);
    ended(true, problem);
    context.close();
  }

  private void ended(boolean wholly, @Nullable Throwable problem) {
    boolean done;
    end.lock();
    try {
      if (wholly) {
        parts.link().down(problem);
      } else {
        parts.link().inputEnded(problem);
      }
      done = parts.link().isFinished();
      turns.schedule();
    } finally {
      end.unlock();
    }
    if (done) {
      channel.close();
    }
  }
}
