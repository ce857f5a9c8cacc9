package org.postroom.core.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postroom.core.trouble.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a connection comes to TLS, and what was agreed on. */
// What fails in the channel makes it inactive, and that is where it is heard.
@SuppressWarnings("FutureReturnValueIgnored")
final class Handshake {
  private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

  /** Of a failure, in characters. */
  private static final int LONGEST_REASON = 120;

  private final NearEnd end;
  private final Channel channel;
  private final Link link;
  private final NettyInput input;
  private final NettyOutput output;
  private final Unsent unsent;
  private final StrangerCharge charge;
  private final Consumer<String> failed;
  private final Runnable goOn;

  /** It has been asked for; it begins when the turn is over. The worker's. */
  private @Nullable TlsContext asked;

  /** What the connection begins with, before anything else (RFC 8314). */
  private final @Nullable ImplicitTls implicitTls;

  /** From being asked for to its end no turn begins. Under the lock. */
  private boolean goingOn;

  private volatile @Nullable TlsSession agreed;

  /**
   * One of a connection.
   *
   * @param implicitTls what it begins with, if with any
   * @param failed hears why one has; on the event loop, under no lock
   * @param goOn has the session do what it is to do next; on the event loop, under no lock
   */
  Handshake(
      NearEnd end,
      Link link,
      NettyInput input,
      NettyOutput output,
      Unsent unsent,
      StrangerCharge charge,
      @Nullable ImplicitTls implicitTls,
      Consumer<String> failed,
      Runnable goOn) {
    this.end = end;
    this.channel = end.channel();
    this.link = link;
    this.input = input;
    this.output = output;
    this.unsent = unsent;
    this.charge = charge;
    this.implicitTls = implicitTls;
    this.failed = failed;
    this.goOn = goOn;
    this.goingOn = implicitTls != null;
  }

  Optional<TlsSession> agreed() {
    return Optional.ofNullable(agreed);
  }

  boolean isGoingOn() {
    return goingOn;
  }

  /** On the worker: what is written are the last words in clear, and leave with the handshake. */
  void ask(TlsContext context) {
    begins();
    asked = context;
    output.holdBack();
  }

  private void begins() {
    end.lock();
    try {
      goingOn = true;
    } finally {
      end.unlock();
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
      ByteBuf farewell = output.takePending();
      end.onLoop(() -> install(wanted, null, farewell));
    }
  }

  boolean comesFirst() {
    return implicitTls != null;
  }

  /** On the event loop: the one that comes first. */
  void beginAtOnce() {
    ImplicitTls wanted = implicitTls;
    if (wanted != null) {
      end.guarded(() -> install(wanted.context(), wanted.serverName(), null));
    }
  }

  /** Waits for it. */
  TlsSession asClient(TlsContext context, String serverName) {
    begins();
    ByteBuf farewell = output.takePending();
    end.onLoop(() -> install(context, serverName, farewell));
    end.lock();
    try {
      while (goingOn) {
        if (link.isInputEnded()) {
          throw link.noTls();
        }
        link.await();
      }
    } finally {
      end.unlock();
    }
    return agreed().orElseThrow(link::noTls);
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
      if (!charge.mayShakeHands()) {
        channel.close();
        return;
      }
      end.lock();
      try {
        if (link.isFinished() || !channel.isActive()) {
          return;
        }
        hello = input.drainForHandshake();
      } finally {
        end.unlock();
      }
      charge.weigh();
      if (words != null) {
        ByteBuf last = words;
        words = null;
        unsent.send(last);
      }
      SslHandler handler =
          ((NettyTlsContext) context).handler(channel.alloc(), serverName, end.remote().getPort());
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
      LOG.debug("{}: TLS handshake with {} failed", end.id(), end.remote(), event.cause());
      failed.accept(reason(event.cause()));
    }
    end.lock();
    try {
      if (event.isSuccess()) {
        goingOn = false;
        link.changed();
      } else {
        link.down(event.cause());
      }
    } finally {
      end.unlock();
    }
    goOn.run();
    if (!event.isSuccess()) {
      context.close();
    }
  }

  /** Some libraries repeat all that the client has sent. */
  private static String reason(Throwable cause) {
    if (cause instanceof ClosedChannelException) {
      return "lost connection";
    }
    String text = Reason.text(cause);
    return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "…" : text;
  }
}
