import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;

/** A mail by SMTP, and the same mail by IMAP, by plain sockets: what a test waits for, too. */
final class FirstMail implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader in;

  private FirstMail(int port) throws IOException {
    socket = new Socket("localhost", port);
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
  }

  static void send(int port, String recipient) throws IOException {
    try (FirstMail smtp = new FirstMail(port)) {
      smtp.expect("220");
      smtp.say("EHLO here", "250");
      smtp.say("MAIL FROM:<shop@example.net>", "250");
      smtp.say("RCPT TO:<" + recipient + ">", "250");
      smtp.say("DATA", "354");
      smtp.say("Subject: first\r\n\r\nHello\r\n.", "250");
      smtp.say("QUIT", "221");
    }
  }

  static void read(int port, String login, String password) throws IOException {
    try (FirstMail imap = new FirstMail(port)) {
      imap.expect("* OK");
      imap.say("t LOGIN " + login + " " + password, "t OK");
      imap.say("t SELECT INBOX", "t OK");
      if (!imap.say("t FETCH 1 BODY[]", "t OK").contains("Hello")) {
        throw new IllegalStateException("another mail");
      }
    }
  }

  private String say(String line, String answer) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
    return expect(answer);
  }

  /** Everything up to the line that begins so, and is no first one of several. */
  private String expect(String answer) throws IOException {
    StringBuilder all = new StringBuilder();
    while (true) {
      String line = in.readLine();
      if (line == null || line.startsWith("t NO") || line.startsWith("t BAD")) {
        throw new IllegalStateException("wanted " + answer + ", got " + all + line);
      }
      all.append(line).append('\n');
      if (line.startsWith(answer) && !line.startsWith(answer + "-")) {
        return all.toString();
      }
      if (Character.isDigit(answer.charAt(0)) && !line.startsWith(answer)) {
        throw new IllegalStateException("wanted " + answer + ", got " + line);
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
