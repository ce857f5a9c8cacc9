package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.postroom.core.testing.TestTls;
import org.postroom.core.transcript.SocketPeer;

/** An SMTP client that says exactly what it is told to, and takes whole replies. */
final class Talk implements AutoCloseable {
  private final Socket socket;
  private SocketPeer peer;

  Talk(InetSocketAddress server) {
    try {
      socket = new Socket(server.getAddress(), server.getPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    peer = SocketPeer.on(socket);
  }

  /** Connects, takes the greeting and says EHLO. */
  static Talk greeted(InetSocketAddress server) {
    Talk talk = new Talk(server);
    talk.reply();
    talk.ask("EHLO client.example");
    return talk;
  }

  /** Sends octets as they are. */
  Talk raw(String octets) {
    peer.send(octets.getBytes(ISO_8859_1));
    return this;
  }

  /** Sends a line. */
  Talk line(String line) {
    peer.send(line + "\r\n");
    return this;
  }

  /** Says that nothing more will come. */
  Talk sendEnd() {
    peer.sendEnd();
    return this;
  }

  /** Sends a line and takes the answer. */
  String ask(String line) {
    return line(line).reply();
  }

  /** One reply, its lines joined by LF; empty at the end of the connection. */
  String reply() {
    List<String> lines = new ArrayList<>();
    String line;
    do {
      line = peer.readLine();
      if (line != null) {
        lines.add(line);
      }
    } while (line != null && line.startsWith("-", 3));
    return String.join("\n", lines);
  }

  /** Whether the server has closed and nothing more came. */
  boolean isOver() {
    return peer.read() < 0;
  }

  /** MAIL, RCPT and DATA; the content comes next. */
  Talk toData(String from, String to) {
    ask("MAIL FROM:<" + from + ">");
    ask("RCPT TO:<" + to + ">");
    ask("DATA");
    return this;
  }

  /** Goes on under TLS. */
  Talk tls() throws GeneralSecurityException, IOException {
    peer = SocketPeer.on(TestTls.startTls(socket));
    return this;
  }

  @Override
  public void close() {
    peer.close();
  }
}
