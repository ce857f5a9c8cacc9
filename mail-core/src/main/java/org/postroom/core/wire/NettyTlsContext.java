package org.postroom.core.wire;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Keys and trust, and the handlers made of them. What is made when it is first used costs nothing
 * where nobody speaks TLS.
 */
final class NettyTlsContext implements TlsContext {
  private final boolean isClient;
  private final boolean verifies;
  private final Supplier<SslContext> maker;
  private final AtomicReference<@Nullable SslContext> context = new AtomicReference<>();

  /** Of keys that are known to be good. */
  NettyTlsContext(SslContext context, boolean verifies) {
    this(() -> context, context.isClient(), verifies);
    this.context.set(context);
  }

  /**
   * One that is made when it is first used.
   *
   * @param maker called once, on the event loop or any other thread
   */
  NettyTlsContext(Supplier<SslContext> maker, boolean isClient, boolean verifies) {
    this.maker = maker;
    this.isClient = isClient;
    this.verifies = verifies;
  }

  void replaceBy(NettyTlsContext other) {
    if (other.verifies != verifies || other.isClient != isClient) {
      throw new IllegalArgumentException("A TLS context is replaced by one of its own kind only");
    }
    context.set(other.context());
  }

  SslContext context() {
    SslContext now = context.get();
    if (now == null) {
      synchronized (this) {
        now = context.get();
        if (now == null) {
          SslContext made = maker.get();
          // What has replaced it meanwhile is newer.
          now = context.compareAndSet(null, made) ? made : context.get();
        }
      }
    }
    return Objects.requireNonNull(now);
  }

  SslHandler handler(ByteBufAllocator buffers, @Nullable String serverName, int port) {
    SslContext now = context();
    SslHandler handler =
        serverName == null ? now.newHandler(buffers) : now.newHandler(buffers, serverName, port);
    if (verifies) {
      SSLEngine engine = handler.engine();
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 6125: names in the certificate
      engine.setSSLParameters(parameters);
    }
    handler.setHandshakeTimeoutMillis(0); // the connection's deadline holds for it
    return handler;
  }

  static TlsSession describe(SSLSession session) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate certificate : session.getPeerCertificates()) {
        if (certificate instanceof X509Certificate x509) {
          chain.add(x509);
        }
      }
    } catch (SSLPeerUnverifiedException none) {
      // The peer sent none, as most clients do.
    }
    String cipher = session.getCipherSuite();
    return new TlsSession(session.getProtocol(), cipher, bits(cipher), chain);
  }

  private static int bits(String cipher) {
    if (cipher.contains("_256_") || cipher.contains("CHACHA20")) {
      return 256;
    }
    return cipher.contains("3DES") ? 112 : 128;
  }
}
