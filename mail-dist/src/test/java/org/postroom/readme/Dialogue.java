package org.postroom.readme;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;

/** What a stranger hears who brings mail. */
final class Dialogue {
  private Dialogue() {}

  /** The answer to RCPT. */
  static String with(MailServer server, String sender, String recipient) {
    try (Socket client = new Socket("localhost", server.address(Role.MX).getPort());
        BufferedReader in =
            new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8))) {
      String said = in.readLine();
      for (String command :
          new String[] {
            "HELO x.far.test", "MAIL FROM:<" + sender + ">", "RCPT TO:<" + recipient + ">"
          }) {
        client.getOutputStream().write((command + "\r\n").getBytes(UTF_8));
        said = in.readLine();
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
