package org.postroom.readme;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;

/** What clients hear. */
final class Dialogue {
  private Dialogue() {}

  /** The answer to RCPT of a stranger who brings mail. */
  static String with(MailServer server, String sender, String recipient) {
    return last(
        server.address(Role.MX).getPort(),
        "HELO x.far.test",
        "MAIL FROM:<" + sender + ">",
        "RCPT TO:<" + recipient + ">");
  }

  /** The answer to a mail of a stranger. */
  static String mail(MailServer server, String sender, String recipient) {
    return last(
        server.address(Role.MX).getPort(),
        "HELO x.far.test",
        "MAIL FROM:<" + sender + ">",
        "RCPT TO:<" + recipient + ">",
        "DATA",
        "Subject: hello\r\n\r\nhello\r\n.");
  }

  /** The answer to {@code command} of POP3 to who logs in, or to the log-in that has failed. */
  static String byPop3(MailServer server, String login, String password, String command) {
    return last(server.address(Role.POP3).getPort(), "USER " + login, "PASS " + password, command);
  }

  private static String last(int port, String... commands) {
    try (Socket client = new Socket("localhost", port);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8))) {
      String said = in.readLine();
      for (String command : commands) {
        client.getOutputStream().write((command + "\r\n").getBytes(UTF_8));
        said = in.readLine();
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
