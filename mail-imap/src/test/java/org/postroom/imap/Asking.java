package org.postroom.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.transcript.Peer;

/** A client that sends a command and waits for its end. */
final class Asking {
  private Asking() {}

  /** The lines of the answer up to the tagged one. */
  static List<String> ask(Peer client, String command) {
    client.send((command + "\r\n").getBytes(ISO_8859_1));
    String tag = command.substring(0, command.indexOf(' ') + 1);
    List<String> lines = new ArrayList<>();
    for (String line = client.readLine(); line != null; line = client.readLine()) {
      lines.add(line);
      if (line.startsWith(tag)) {
        break;
      }
    }
    return lines;
  }

  static String end(Peer client, String command) {
    List<String> lines = ask(client, command);
    return lines.get(lines.size() - 1);
  }
}
