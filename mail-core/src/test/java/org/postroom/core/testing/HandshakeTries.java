package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Clients that have their ClientHello ready when they ask for TLS, and send it, cut anywhere, in
 * the same breath in which they hear the answer.
 */
public final class HandshakeTries {
  /**
   * How many tries find a fault that shows in one of a hundred. With {@code -Dpostroom.tries=2000}
   * a rarer one.
   */
  public static final int MANY = Integer.getInteger("postroom.tries", 200);

  private static final int PATIENCE_MILLIS = 10_000;

  private final InetSocketAddress server;
  private final String command;
  private final String answer;

  private HandshakeTries(InetSocketAddress server, String command, String answer) {
    this.server = server;
    this.command = command;
    this.answer = answer;
  }

  /**
   * Tries with a server that greets in one line.
   *
   * @param command what is said in clear; its last line asks for TLS
   * @param answer how the line begins after which the handshake is due
   */
  public static HandshakeTries of(InetSocketAddress server, String command, String answer) {
    return new HandshakeTries(server, command, answer);
  }

  /** Tries so often, from so many threads; gives what went wrong, the number of the try first. */
  public List<String> failures(int tries, int threads) {
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger next = new AtomicInteger();
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread thread =
          new Thread(
              () -> {
                for (int n = next.getAndIncrement(); n < tries; n = next.getAndIncrement()) {
                  try {
                    shake(new Random(n));
                  } catch (IOException | GeneralSecurityException | RuntimeException e) {
                    failures.add(n + ": " + e);
                  }
                }
              });
      thread.start();
      running.add(thread);
    }
    try {
      for (Thread thread : running) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return failures;
  }

  /** Until the server's hello is there: no more of it can be lost. */
  private void shake(Random random) throws IOException, GeneralSecurityException {
    byte[] hello = clientHello();
    try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      String greeting = line(in);
      socket.getOutputStream().write(command.getBytes(ISO_8859_1));
      String line = line(in);
      while (!line.startsWith(answer)) {
        if (line.isEmpty()) {
          throw new IOException("no answer behind " + greeting);
        }
        line = line(in);
      }
      for (int at = 0; at < hello.length; ) {
        int end = at + 1 + random.nextInt(hello.length - at);
        socket.getOutputStream().write(hello, at, end - at);
        at = end;
      }
      int type = in.read();
      if (type != 0x16) {
        throw new IOException("no handshake but " + type);
      }
    }
  }

  private static byte[] clientHello() throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    SSLEngine engine = context.createSSLEngine("localhost", 25);
    engine.setUseClientMode(true);
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), record);
    return Arrays.copyOf(record.array(), record.position());
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
      line.write(octet);
    }
    return line.toString(ISO_8859_1);
  }

  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
