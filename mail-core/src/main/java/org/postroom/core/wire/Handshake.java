package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a connection comes to TLS, and what was agreed on. */
// What fails in the channel makes it inactive, and that is where it is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class Handshake {
  private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

  /** Of a failure, in characters. */
  private static final int LONGEST_REASON = 120;

  private final NettyConnection connection;
  private final Channel channel;

  /** It has been asked for; it begins when the turn is over. The worker's. */
  private @Nullable TlsContext asked;

  /** What the connection begins with, before anything else (RFC 8314). */
  private final @Nullable TlsContext implicitTls;

  /** From being asked for to its end no turn begins. Under the lock. */
  private boolean goingOn;

  private volatile @Nullable TlsSession agreed;

  Handshake(NettyConnection connection, Channel channel, @Nullable TlsContext implicitTls) {
    this.connection = connection;
    this.channel = channel;
    this.implicitTls = implicitTls;
    this.goingOn = implicitTls != null;
  }

  Optional<TlsSession> agreed() {
    return Optional.ofNullable(agreed);
  }

  boolean isGoingOn() {
    return goingOn;
  }

  /** On the worker: what is written are the last words in clear, and leave with the handshake. */
  boolean isAsked() {
    return asked != null;
  }

  void ask(TlsContext context) {
    begins();
    asked = context;
  }

  private void begins() {
    connection.lock();
    try {
      goingOn = true;
    } finally {
      connection.unlock();
    }
  }

  /**
   * Under the lock, the session sleeps: only now a handshake that it has asked for begins; as long
   * as the turn ran, the input was the turn's. The last words in clear go out when the input has
   * been emptied, so that nothing which the client sends upon them is thrown away.
   */
  void beginWhenAsked() {
    TlsContext wanted = asked;
    if (wanted != null) {
      asked = null;
      ByteBuf farewell = connection.output.takePending();
      connection.onLoop(() -> install(wanted, null, farewell));
    }
  }

  boolean comesFirst() {
    return implicitTls != null;
  }

  /** On the event loop: the one that comes first. */
  void beginAtOnce() {
    TlsContext wanted = implicitTls;
    if (wanted != null) {
      connection.guarded(() -> install(wanted, null, null));
    }
  }

  /** Waits for it. */
  TlsSession asClient(TlsContext context, String serverName) {
    begins();
    ByteBuf farewell = connection.output.takePending();
    connection.onLoop(() -> install(context, serverName, farewell));
    connection.lock();
    try {
      while (goingOn) {
        if (connection.link.isInputEnded()) {
          throw connection.link.noTls();
        }
        connection.link.await();
      }
    } finally {
      connection.unlock();
    }
    return agreed().orElseThrow(connection.link::noTls);
  }

  /**
   * On the event loop.
   *
   * @param farewell the last words in clear
   */
  private void install(
      TlsContext context, @Nullable String serverName, @Nullable ByteBuf farewell) {
    ByteBuf words = farewell;
    ByteBuf hello = null;
    try {
      if (!connection.charge.mayShakeHands()) {
        channel.close();
        return;
      }
      connection.lock();
      try {
        if (connection.link.isFinished() || !channel.isActive()) {
          return;
        }
        hello = connection.input.drainForHandshake();
      } finally {
        connection.unlock();
      }
      connection.charge.weigh();
      if (words != null) {
        ByteBuf last = words;
        words = null;
        connection.unsent.send(last);
      }
      SslHandler handler =
          ((NettyTlsContext) context)
              .handler(channel.alloc(), serverName, connection.remote().getPort());
      channel.pipeline().addFirst(handler);
      if (hello != null) {
        ByteBuf first = hello;
        hello = null;
        channel.pipeline().fireChannelRead(first).fireChannelReadComplete();
      }
    } finally {
      if (words != null) {
        words.release();
      }
      if (hello != null) {
        hello.release();
      }
    }
  }

  /** On the event loop. */
  void ended(ChannelHandlerContext context, SslHandshakeCompletionEvent event) {
    SslHandler handler = context.pipeline().get(SslHandler.class);
    if (event.isSuccess() && handler != null) {
      agreed = NettyTlsContext.describe(handler.engine().getSession());
    } else {
      LOG.debug(
          "{}: TLS handshake with {} failed", connection.id(), connection.remote(), event.cause());
      connection.place().noTls(connection, reason(event.cause()));
    }
    connection.lock();
    try {
      if (event.isSuccess()) {
        goingOn = false;
        connection.link.changed();
      } else {
        connection.link.down(event.cause());
      }
    } finally {
      connection.unlock();
    }
    connection.turns.scheduleAtOnce();
    if (!event.isSuccess()) {
      context.close();
    }
  }

  /** Some libraries repeat all that the client has sent. */
  private static String reason(Throwable cause) {
    if (cause instanceof ClosedChannelException) {
      return "lost connection";
    }
    String text = String.valueOf(cause.getMessage());
    return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "…" : text;
  }
}
