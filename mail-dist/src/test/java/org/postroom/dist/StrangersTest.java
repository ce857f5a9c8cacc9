package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.dist.assembly.Parts;

/** A server of its own process and its clients that nobody knows. */
@Tag("process")
final class StrangersTest {
  /** Together more than the heap. */
  private static final int GREEDY = 1_800;

  private static final int HALF_LINE = 79_000;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"imap, a AUTHENTICATE PLAIN ", "pop3, AUTH PLAIN ", "smtp, AUTH PLAIN "})
  void halfLinesOfStrangersDoNotFillTheHeap(String door, String begin) throws IOException {
    Site site = new Site(folder).set("mynetworks", "127.77.0.0/16");
    byte[] half = (begin + " " + "A".repeat(HALF_LINE)).getBytes(US_ASCII);
    List<Socket> greedy = new ArrayList<>();
    InetAddress elsewhere = InetAddress.getByAddress(new byte[] {127, 88, 0, 1});
    try (ServerProcess server = site.start("-Xmx128m", "-XX:+ExitOnOutOfMemoryError")) {
      site.addAccounts(List.of("ada"));
      for (int i = 0; i < GREEDY; i++) {
        Socket socket =
            new Socket(
                InetAddress.getLoopbackAddress(),
                server.port(Parts.standard().door(door).orElseThrow()),
                elsewhere,
                0);
        greedy.add(socket);
        try {
          socket.getOutputStream().write(half);
        } catch (SocketException e) {
          // Sent away while it was sending: as wanted.
        }
      }

      isServed(server);
      for (Socket socket : greedy) {
        socket.close();
      }
      isServed(server);
      assertThat(server.said()).doesNotContain("OutOfMemoryError");
      server.stop();
    }
  }

  private static void isServed(ServerProcess server) throws IOException {
    try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
      byte[] mail = "Subject: honest\r\n\r\nHello.\r\n".getBytes(US_ASCII);
      assertThat(smtp.send("bob@example.net", "ada@" + Site.DOMAIN, mail)).startsWith("250");
    }
    try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), "ada@" + Site.DOMAIN)) {
      imap.ok("SELECT INBOX");
    }
  }
}
