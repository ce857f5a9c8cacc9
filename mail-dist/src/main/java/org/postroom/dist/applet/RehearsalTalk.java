package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client's side of a conversation whose answers are known before. */
final class RehearsalTalk implements AutoCloseable {
  /** Who has not said anything for so long says nothing any more. */
  private static final int PATIENCE_MILLIS = 10_000;

  private Socket socket;
  private BufferedReader in;

  private RehearsalTalk(Socket socket) throws IOException {
    this.socket = socket;
    this.in = reader(socket);
  }

  /** Connects. */
  static RehearsalTalk with(InetSocketAddress server) throws IOException {
    Socket socket = new Socket();
    socket.connect(server, PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return new RehearsalTalk(socket);
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
  }

  /** Shakes hands, and goes on under TLS. */
  void startTls(SSLContext trust) throws IOException {
    SSLSocket secured =
        (SSLSocket)
            trust
                .getSocketFactory()
                .createSocket(
                    socket, socket.getInetAddress().getHostAddress(), socket.getPort(), true);
    secured.startHandshake();
    socket = secured;
    in = reader(secured);
  }

  /** Says what ends with a line's end, and hears what is answered up to its {@code last} line. */
  void ask(String said, String last) throws IOException {
    socket.getOutputStream().write((said + "\r\n").getBytes(ISO_8859_1));
    hear(last);
  }

  /** Hears lines up to the one that begins so. */
  void hear(String last) throws IOException {
    String heard = "";
    try {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith(last)) {
          return;
        }
        heard = line;
      }
    } catch (SocketTimeoutException e) {
      throw new IOException(unanswered(last, heard), e);
    }
    throw new IOException(unanswered(last, heard));
  }

  private static String unanswered(String last, String heard) {
    return "the server does not say " + last + ", but: " + heard;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
