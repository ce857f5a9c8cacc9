package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A server of the web by TLS on 127.0.0.1, which answers everything with what the test has it say,
 * and notes what it is asked.
 */
public final class TestWebServer implements AutoCloseable {
  private final ServerSocket listener;
  private volatile SSLContext tls;
  private volatile String answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

  /** What it was asked: the head, an empty line, and the body. */
  public final List<String> asked = new CopyOnWriteArrayList<>();

  /**
   * One that listens.
   *
   * @param tls with its certificate
   */
  public TestWebServer(SSLContext tls) {
    this.tls = tls;
    try {
      listener = new ServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread acceptor = new Thread(this::accept, "web server " + port());
    acceptor.setDaemon(true);
    acceptor.start();
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** From now on it has this certificate. */
  public void certified(SSLContext other) {
    tls = other;
  }

  /** From now on it answers with these octets; with none it never answers. */
  public void answers(String octets) {
    answer = octets;
  }

  /** From now on it says this, as plain text. */
  public void says(String text) {
    answers(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
            + text.getBytes(UTF_8).length
            + "\r\n\r\n"
            + text);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Thread thread = new Thread(() -> serve(socket), "web visit");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket plain) {
    try (Socket socket = tls.getSocketFactory().createSocket(plain, null, plain.getPort(), true)) {
      ((SSLSocket) socket).setUseClientMode(false);
      String head = head(socket.getInputStream());
      int length = length(head);
      String body = new String(socket.getInputStream().readNBytes(length), ISO_8859_1);
      asked.add(head + body);
      if (answer.isEmpty()) {
        int unused = socket.getInputStream().read(); // until it goes
      } else {
        socket.getOutputStream().write(answer.getBytes(UTF_8));
        socket.getOutputStream().flush();
      }
    } catch (IOException e) {
      // The client went.
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int octet = in.read();
      if (octet < 0) {
        throw new IOException("cut off");
      }
      head.append((char) octet);
    }
    return head.toString();
  }

  private static int length(String head) {
    return head.lines()
        .filter(line -> line.startsWith("Content-Length: "))
        .mapToInt(line -> Integer.parseInt(line.substring("Content-Length: ".length())))
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
