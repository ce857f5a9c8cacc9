package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/** A client's side of POP3 on a plain socket. */
final class Pop3Dialogue implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private Pop3Dialogue(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    this.out = socket.getOutputStream();
  }

  /** Connects and logs in. */
  static Pop3Dialogue open(int port, String account) throws IOException {
    return open(port, account, Site.PASSWORD);
  }

  /** The same with a password of its own. */
  static Pop3Dialogue open(int port, String account, String password) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    try {
      Pop3Dialogue dialogue = new Pop3Dialogue(socket);
      SmtpDialogue.line(dialogue.in);
      dialogue.ok("USER " + account);
      dialogue.ok("PASS " + password);
      return dialogue;
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  /** Says a command that must end well; gives the line of the answer. */
  String ok(String command) throws IOException {
    out.write((command + "\r\n").getBytes(ISO_8859_1));
    String answer = SmtpDialogue.line(in);
    assertThat(answer).as(command).startsWith("+OK");
    return answer;
  }

  /** One line that comes by itself. */
  String line() throws IOException {
    return SmtpDialogue.line(in);
  }

  /** Retrieves one message, of whatever length, into a stream. */
  void retrieve(int number, OutputStream target) throws IOException {
    ok("RETR " + number);
    while (true) {
      String line = SmtpDialogue.line(in);
      if (line.equals(".")) {
        return;
      }
      target.write(
          ((line.startsWith(".") ? line.substring(1) : line) + "\r\n").getBytes(ISO_8859_1));
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
