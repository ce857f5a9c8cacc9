package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mails that are nearly all header, many who read their envelopes, and structures of thousands of
 * parts, against a server with 128 MB. Whatever that does to its memory: an honest client is served
 * again, without anybody's help or by the server that is started in the place of one that ended;
 * every start opens; and what was answered 250 or OK is there, octet for octet. {@code
 * -Dpostroom.flood.rounds=50} at full size.
 */
@Tag("process")
@Tag("scaled")
final class HeaderFloodTest {
  private static final int ROUNDS = Integer.getInteger("postroom.flood.rounds", 2);
  private static final boolean FULL = ROUNDS > 2;
  private static final int MAILS = FULL ? 20 : 8;
  private static final int READERS = 16;
  private static final int HEADER = 9_500_000;
  private static final int PARTS = 9_900;
  private static final Duration READING = Duration.ofSeconds(FULL ? 20 : 8);
  private static final String VICTIM = "ada";
  private static final String BOMBER = "eve";
  private static final String HONEST = "bea";

  @TempDir private Path folder;

  /** What was acknowledged, by the account and the number that its last line says. */
  private final Map<String, byte[]> promised = new ConcurrentHashMap<>();

  private final AtomicInteger serial = new AtomicInteger();
  private final AtomicInteger served = new AtomicInteger();

  @Test
  void comesBackWithEverythingAfterEachFlood() throws Exception {
    Site site = new Site(folder).set("smtpd_client_connection_count_limit", "0");
    ServerProcess server = start(site, 0);
    try {
      site.addAccounts(List.of(VICTIM, BOMBER, HONEST));
      for (int round = 0; round < ROUNDS; round++) {
        served.set(0);
        flood(server);
        boolean ended = !isServed(server);
        if (ended || round % 2 == 1) {
          server.kill();
        } else {
          server.stop();
        }
        System.out.printf(
            "flood %d: honest mails %d, server %s%n",
            round, served.get(), ended ? "ended" : "went on");
        server = start(site, round + 1);
        check(server);
      }
    } finally {
      server.close();
    }
  }

  /** A server as it is launched ends when its heap is full; one as it is embedded lives on. */
  private static ServerProcess start(Site site, int round) throws IOException {
    return round % 2 == 0
        ? site.start("-Xmx128m")
        : site.start("-Xmx128m", "-XX:-ExitOnOutOfMemoryError");
  }

  private void flood(ServerProcess server) throws InterruptedException {
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch sent = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    threads.add(
        thread(
            () -> {
              try {
                for (int i = 0; i < MAILS; i++) {
                  deliver(server, VICTIM, i % 2 == 0 ? longSubject() : manyRecipients());
                }
              } finally {
                sent.countDown();
              }
            }));
    threads.add(
        thread(
            () -> {
              while (!over.get()) {
                append(server, BOMBER, manyParts());
              }
            }));
    threads.add(
        thread(
            () -> {
              while (!over.get()) {
                served.addAndGet(deliver(server, HONEST, text("Subject: honest\r\n\r\n")) ? 1 : 0);
              }
            }));
    threads.forEach(Thread::start);
    sent.await();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      String item = i % 4 == 3 ? "BODYSTRUCTURE" : "ENVELOPE";
      readers.add(thread(() -> read(server, item)));
    }
    readers.forEach(Thread::start);
    for (Thread reader : readers) {
      reader.join();
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private interface Conversation {
    void run() throws IOException;
  }

  /** What the flood does to its own sessions does not matter. */
  private static Thread thread(Conversation conversation) {
    return new Thread(
        () -> {
          try {
            conversation.run();
          } catch (IOException | IllegalStateException e) {
            return; // cut, or no connection
          }
        });
  }

  /** Whether an honest client is served now, or soon; not when the server has ended. */
  private boolean isServed(ServerProcess server) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (server.isAlive()) {
      try {
        if (deliver(server, HONEST, text("Subject: afterwards\r\n\r\n"))) {
          return true;
        }
      } catch (IOException e) {
        Thread.onSpinWait();
      }
      assertThat(System.nanoTime())
          .as("the server lives and serves nobody; it said:\n%s", server.said())
          .isLessThan(end);
    }
    return false;
  }

  // --- clients

  private boolean deliver(ServerProcess server, String account, byte[] message) throws IOException {
    try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
      boolean good = smtp.send("bob@example.net", address(account), message).startsWith("250");
      if (good) {
        promised.put(account + " " + number(message), message);
      }
      return good;
    }
  }

  private void append(ServerProcess server, String account, byte[] message) throws IOException {
    try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), address(account))) {
      if (imap.append("INBOX", message).startsWith("OK")) {
        promised.put(account + " " + number(message), message);
      }
    }
  }

  /** Takes in what comes for a while, and leaves. */
  private static void read(ServerProcess server, String item) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port(Role.IMAP))) {
      socket.setSoTimeout(1000);
      socket
          .getOutputStream()
          .write(
              ("a LOGIN "
                      + address(VICTIM)
                      + " \""
                      + Site.PASSWORD
                      + "\"\r\nb SELECT INBOX\r\nc FETCH 1:* ("
                      + item
                      + ")\r\nd LOGOUT\r\n")
                  .getBytes(ISO_8859_1));
      byte[] some = new byte[1 << 16];
      long end = System.nanoTime() + READING.toNanos();
      while (System.nanoTime() < end) {
        try {
          if (socket.getInputStream().read(some) < 0) {
            return;
          }
        } catch (java.net.SocketTimeoutException e) {
          // The server has other things to do.
        }
      }
    }
  }

  // --- mails

  private byte[] longSubject() {
    return text("Subject: " + "x".repeat(HEADER) + "\r\n\r\n");
  }

  private byte[] manyRecipients() {
    return text("To: " + "a@b, ".repeat(HEADER / 5) + "a@b\r\n\r\n");
  }

  private byte[] manyParts() {
    String part =
        "--x\r\nContent-Type: text/plain; name=\""
            + "n".repeat(900)
            + "\"\r\nContent-Description: "
            + "d".repeat(20)
            + "\r\n\r\n\r\n";
    return text(
        "Subject: p\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
            + part.repeat(PARTS));
  }

  private byte[] text(String text) {
    return (text + serial.incrementAndGet() + "\r\n").getBytes(US_ASCII);
  }

  /** The last line says which mail it is. */
  private static String number(byte[] message) {
    int end = message.length - 2;
    int start = end;
    while (message[start - 1] != '\n') {
      start--;
    }
    return new String(message, start, end - start, US_ASCII);
  }

  private static String address(String account) {
    return account + "@" + Site.DOMAIN;
  }

  // --- afterwards

  /** Everything promised is there; then it is deleted, to make room for the next flood. */
  private void check(ServerProcess server) throws IOException {
    Map<String, byte[]> missing = new HashMap<>(promised);
    for (String account : List.of(VICTIM, BOMBER, HONEST)) {
      try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), address(account))) {
        imap.ok("SELECT INBOX");
        imap.fetch(
            "1:*",
            message -> {
              byte[] octets = message.octets();
              byte[] sent = missing.remove(account + " " + number(octets));
              assertThat(
                      sent == null
                          || Arrays.equals(
                              octets,
                              octets.length - sent.length,
                              octets.length,
                              sent,
                              0,
                              sent.length))
                  .as("mail %s of %s is as it was sent", number(octets), account)
                  .isTrue();
            });
        imap.ok("STORE 1:* +FLAGS.SILENT (\\Deleted)");
        imap.ok("CLOSE");
      }
    }
    assertThat(missing.keySet()).as("promised and not there").isEmpty();
    promised.clear();
  }
}
