package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** Tells an {@link Ear} what passes, between TLS and the session. */
final class Overhearing extends ChannelDuplexHandler {
  private final Ear ear;
  private final String session;

  Overhearing(Ear ear, String session) {
    this.ear = ear;
    this.session = session;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof ByteBuf octets) {
      ear.heard(session, true, ByteBufUtil.getBytes(octets));
    }
    super.channelRead(context, message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
      throws Exception {
    if (message instanceof ByteBuf octets) {
      ear.heard(session, false, ByteBufUtil.getBytes(octets));
    }
    super.write(context, message, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    ear.ended(session);
    super.channelInactive(context);
  }
}
