package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server of its own process and its clients that nobody knows. */
@Tag("process")
final class StrangersTest {
  /** Together more than the heap. */
  private static final int GREEDY = 1_800;

  private static final int HALF_LINE = 79_000;
  private static final int SENDERS = 8;

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"IMAP, a AUTHENTICATE PLAIN ", "POP3, AUTH PLAIN ", "MX, AUTH PLAIN "})
  void halfLinesOfStrangersDoNotFillTheHeap(Role role, String begin) throws IOException {
    Site site = new Site(folder).set("mynetworks", "127.77.0.0/16");
    byte[] half = (begin + " " + "A".repeat(HALF_LINE)).getBytes(US_ASCII);
    List<Socket> greedy = new ArrayList<>();
    InetAddress elsewhere = InetAddress.getByAddress(new byte[] {127, 88, 0, 1});
    try (ServerProcess server = site.start("-Xmx128m", "-XX:+ExitOnOutOfMemoryError")) {
      site.addAccounts(List.of("ada"));
      for (int i = 0; i < GREEDY; i++) {
        Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), server.port(role), elsewhere, 0);
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

  @Test
  void aServerThatStopsUnderLoadSaysNothingButGoodbye() throws Exception {
    Site site = new Site(folder);
    ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    try (ServerProcess server = site.start()) {
      site.addAccounts(List.of("ada"));
      CountDownLatch warm = new CountDownLatch(SENDERS * 5);
      List<Thread> senders = new ArrayList<>();
      for (int i = 0; i < SENDERS; i++) {
        Thread sender = new Thread(() -> send(server.port(Role.MX), heard, warm));
        sender.start();
        senders.add(sender);
      }
      warm.await();

      server.stop();

      for (Thread sender : senders) {
        sender.join();
      }
    }
    assertThat(heard).isNotEmpty().allMatch(line -> line.matches("(220|250|354|421).*"), "good");
    assertThat(heard.stream().filter(line -> line.startsWith("421"))).hasSize(SENDERS);
  }

  /** Sends mail after mail until it hears 421, or the end. */
  private static void send(int port, ConcurrentLinkedQueue<String> heard, CountDownLatch warm) {
    String body = "Subject: under load\r\n\r\n" + "0123456789\r\n".repeat(400) + ".\r\n";
    List<String> mail =
        List.of(
            "MAIL FROM:<bob@example.net>\r\n",
            "RCPT TO:<ada@" + Site.DOMAIN + ">\r\n",
            "DATA\r\n",
            body);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
      heard.add(in.readLine());
      String reply = said(socket, in, "HELO client.example\r\n");
      while (true) {
        for (String part : mail) {
          heard.add(reply);
          if (reply.startsWith("421")) {
            return;
          }
          reply = said(socket, in, part);
        }
        warm.countDown();
      }
    } catch (IOException e) {
      heard.add(e.toString());
    }
  }

  private static String said(Socket socket, BufferedReader in, String part) throws IOException {
    try {
      socket.getOutputStream().write(part.getBytes(US_ASCII));
    } catch (SocketException e) {
      // Closed while this was under way: why, is what can still be read.
    }
    String line = in.readLine();
    return line == null ? "the end without a word" : line;
  }
}
