package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.ChildJvm;

/**
 * A server with 128 MB of heap: nothing that a client can make large is held whole. With {@code
 * -Dpostroom.heap=full} at full size; the figures are reported.
 */
@Tag("process")
@Tag("scaled")
final class SmallHeapTest {
  private static final boolean FULL = "full".equals(System.getProperty("postroom.heap"));
  private static final int LARGE_MAILS = FULL ? 20 : 5;
  private static final int LARGE_OCTETS = 50_000_000;
  private static final int MESSAGES = FULL ? 60_000 : 20_000;
  private static final int SESSIONS = FULL ? 5_000 : 500;

  @TempDir private Path folder;
  private Site site;
  private ServerProcess server;

  @BeforeEach
  void start() throws IOException {
    site =
        new Site(folder)
            .set("message_size_limit", "60000000")
            .set("mail_max_userip_connections", "10000")
            .set("imap_max_user_connections", "10000")
            .set("imap_max_sessions", "20000");
    server = site.start("-Xmx128m", ChildJvm.BOTH_COMPILERS);
  }

  @AfterEach
  void stop() {
    assertThat(server.said()).doesNotContain("OutOfMemoryError");
    server.close();
  }

  @Test
  void takesAndGivesManyLargeMailsAtTheSameTime() throws Exception {
    List<String> names = IntStream.range(0, LARGE_MAILS).mapToObj(i -> "user" + i).toList();
    site.addAccounts(names);
    List<String> sent = names.stream().map(SmallHeapTest::digest).toList();

    long start = System.nanoTime();
    assertThat(
            atOnce(
                names,
                name -> {
                  try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
                    return smtp.send("bob@example.net", address(name), out -> write(name, out))
                        .substring(0, 3);
                  }
                }))
        .containsOnly("250");
    report(LARGE_MAILS + " mails in by SMTP", start);

    start = System.nanoTime();
    assertThat(
            atOnce(
                names,
                name -> {
                  try (Pop3Dialogue pop3 =
                      Pop3Dialogue.open(server.port(Role.POP3), address(name))) {
                    BodyDigest body = new BodyDigest();
                    pop3.retrieve(1, body);
                    return body.end();
                  }
                }))
        .isEqualTo(sent);
    report("out by POP3", start);

    start = System.nanoTime();
    assertThat(
            atOnce(
                names,
                name -> {
                  try (ImapDialogue imap =
                      ImapDialogue.open(server.port(Role.IMAP), address(name))) {
                    imap.ok("SELECT INBOX");
                    BodyDigest body = new BodyDigest();
                    imap.fetch(1, body);
                    return body.end();
                  }
                }))
        .isEqualTo(sent);
    report("out by IMAP", start);
    say("PSS in KiB", server.proportionalSetKib());
  }

  @Test
  void fetchesAllOfAVeryFullMailbox() throws Exception {
    site.addAccounts(List.of("ada"));
    long start = System.nanoTime();
    try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), address("ada"))) {
      for (int first = 0; first < MESSAGES; first += 1000) {
        List<byte[]> messages =
            IntStream.range(first, first + 1000).mapToObj(SmallHeapTest::small).toList();
        assertThat(imap.appendAll("INBOX", messages)).startsWith("OK [APPENDUID ");
      }
      report(MESSAGES + " messages appended", start);

      start = System.nanoTime();
      List<String> selected = new ArrayList<>();
      assertThat(imap.say("SELECT INBOX", selected::add)).startsWith("OK");
      assertThat(selected).contains("* " + MESSAGES + " EXISTS");
      report("SELECT", start);

      start = System.nanoTime();
      AtomicInteger fetched = new AtomicInteger();
      String end =
          imap.say(
              "FETCH 1:* (FLAGS UID RFC822.SIZE ENVELOPE)",
              line -> {
                int number = fetched.incrementAndGet();
                assertThat(line)
                    .startsWith("* " + number + " FETCH (")
                    .contains("UID " + number + " ")
                    .contains("RFC822.SIZE " + small(number - 1).length)
                    .contains("\"message number " + (number - 1) + "\"");
              });
      assertThat(end).startsWith("OK");
      assertThat(fetched).hasValue(MESSAGES);
      report("FETCH 1:* (FLAGS UID RFC822.SIZE ENVELOPE)", start);
    }
    say("PSS in KiB", server.proportionalSetKib());
  }

  @Test
  void holdsThousandsOfIdleSessions() throws Exception {
    site.addAccounts(List.of("ada"));
    List<ImapDialogue> sessions = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        sessions.add(idle());
      }
      long before = server.proportionalSetKib();
      while (sessions.size() < SESSIONS) {
        sessions.add(idle());
      }
      long after = server.proportionalSetKib();

      try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
        assertThat(smtp.send("bob@example.net", address("ada"), small(1))).startsWith("250");
      }
      for (ImapDialogue session : sessions) {
        assertThat(session.line()).isEqualTo("* 1 EXISTS");
      }

      say("idle sessions", SESSIONS);
      say("PSS before, after, in KiB", before + ", " + after);
      say(
          "KiB for each session",
          String.format(Locale.ROOT, "%.1f", (double) (after - before) / (SESSIONS - 20)));
    } finally {
      for (ImapDialogue session : sessions) {
        session.close();
      }
    }
  }

  private ImapDialogue idle() throws IOException {
    ImapDialogue session = ImapDialogue.open(server.port(Role.IMAP), address("ada"));
    session.ok("SELECT INBOX");
    assertThat(session.sayForOneLine("IDLE")).startsWith("+");
    return session;
  }

  private interface Client {
    String run(String name) throws IOException;
  }

  /** Has every client work at the same time; gives what they say, in the order of the names. */
  private static List<String> atOnce(List<String> names, Client client) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(names.size());
    try {
      List<Callable<String>> tasks = new ArrayList<>();
      names.forEach(name -> tasks.add(() -> client.run(name)));
      List<String> results = new ArrayList<>();
      for (Future<String> result : threads.invokeAll(tasks)) {
        results.add(result.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private static String digest(String name) {
    try {
      BodyDigest body = new BodyDigest();
      write(name, body);
      return body.end();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A mail of 50 MB that nobody holds in memory. */
  private static void write(String name, OutputStream out) throws IOException {
    out.write(("Subject: large\r\n\r\n." + name + "\r\n").getBytes(US_ASCII));
    byte[] lines = ("." + name + "x".repeat(60) + "\r\n").repeat(1000).getBytes(US_ASCII);
    for (long written = 0; written < LARGE_OCTETS; written += lines.length) {
      out.write(lines);
    }
  }

  private static byte[] small(int number) {
    return ("From: Bob <bob@example.net>\r\nTo: ada@example.org\r\nSubject: message number "
            + number
            + "\r\nDate: Wed, 25 Nov 2026 12:00:00 +0000\r\nMessage-ID: <"
            + number
            + "@example.net>\r\n\r\nSmall.\r\n")
        .getBytes(US_ASCII);
  }

  private static String address(String name) {
    return name + "@" + Site.DOMAIN;
  }

  private static void report(String what, long since) {
    say(what, (System.nanoTime() - since) / 1_000_000 + " ms");
  }

  /** Figures are what this test is read for. */
  private static void say(String what, Object figure) {
    System.out.println("128 MB heap: " + what + ": " + figure);
  }
}
