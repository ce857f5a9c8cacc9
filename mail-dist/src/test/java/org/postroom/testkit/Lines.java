package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;

/** A client that says lines and hears answers, without a mail library. */
final class Lines implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader in;

  Lines(TestMail.Endpoint server) throws IOException {
    this(server.port());
  }

  /** The same for who knows no more than where it is on this machine. */
  Lines(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(30_000);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    in.readLine();
  }

  /** Says a line; the last line of SMTP's answer. */
  String say(String line) throws IOException {
    return until(line, "\\d{3}( .*)?");
  }

  /** Says an IMAP command; all of its answer. */
  String ask(String command) throws IOException {
    socket.getOutputStream().write(("t " + command + "\r\n").getBytes(UTF_8));
    StringBuilder all = new StringBuilder();
    String answer;
    do {
      answer = in.readLine();
      all.append(answer).append('\n');
    } while (answer != null && !answer.startsWith("t "));
    return all.toString();
  }

  /** Says a line; the next line of the answer. */
  String line(String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
    return in.readLine();
  }

  /**
   * Says an IMAP command, unless it is empty, and when it is asked for it the rest; what is
   * answered to that.
   */
  String askInTwo(String command, String rest) throws IOException {
    if (!command.isEmpty()) {
      String asked = line("t " + command);
      if (!asked.startsWith("+")) {
        return asked;
      }
    }
    return line(rest);
  }

  private String until(String line, String last) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
    String answer = in.readLine();
    while (answer != null && !answer.matches(last)) {
      answer = in.readLine();
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
