package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A client on a plain socket that says what it likes and leaves as it likes, from an address of its
 * own: Linux has the whole of 127/8 on the loopback.
 */
final class Stranger implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final Socket socket;
  private final InputStream in;

  private Stranger(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 1024);
  }

  /** Connects; what the server says first is not read. */
  static Stranger from(String address, int port) throws IOException {
    return connect(new Socket(), address, port);
  }

  /** The same with little room for what it does not read, so that this stays with the server. */
  static Stranger narrow(String address, int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    return connect(socket, address, port);
  }

  private static Stranger connect(Socket socket, String address, int port) throws IOException {
    try {
      socket.bind(new InetSocketAddress(address, 0));
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      return new Stranger(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Says this, without an end of line. */
  void say(String text) throws IOException {
    say(text.getBytes(ISO_8859_1));
  }

  void say(byte[] octets) throws IOException {
    socket.getOutputStream().write(octets);
  }

  /** Says it with an end of line, and reads on until a line begins so; gives that line. */
  String ask(String line, String beginning) throws IOException {
    say(line + "\r\n");
    while (true) {
      String heard = SmtpDialogue.line(in);
      if (heard.startsWith(beginning)) {
        return heard;
      }
    }
  }

  /** Leaves with a reset. */
  void cut() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
