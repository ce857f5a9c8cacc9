package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Shows;

/**
 * Kills the whole server at random moments under load, starts it again, and looks. The rule: what
 * was answered 250 or tagged OK is there exactly once, octet for octet, and so are flags; a mail
 * that was sent but whose answer never came is there once or not at all, and whole; nothing else is
 * there. {@code -Dpostroom.kill.rounds=200} for long.
 */
@Tag("process")
@Tag("scaled")
final class KilledServerTest {
  // Long enough for the database to use its space again, short enough to be read after each kill.
  private static final int ROUNDS_OF_A_STORE = 50;
  private static final long PATIENCE_SECONDS = 120;
  private static final int SMTP_SESSIONS = 20;
  private static final int APPENDERS = 4;
  private static final String INBOX_OWNER = "ada";
  private static final String ARCHIVIST = "bea";
  private static final String FLAGGED = "$Looked";

  @TempDir private Path folder;

  private final AtomicInteger serial = new AtomicInteger();
  private final Map<Integer, Promise> promises = new ConcurrentHashMap<>();
  private final Map<Integer, Long> flagsPromised = new ConcurrentHashMap<>();
  private final Map<Integer, Long> uids = new HashMap<>();
  private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
  private final CountDownLatch firstAppend = new CountDownLatch(1);
  private final CountDownLatch firstFlag = new CountDownLatch(1);

  /** What is known of one mail that was sent. */
  private record Promise(int number, int size, boolean appended, AtomicBoolean kept) {}

  @Test
  @Shows("A2.15")
  void hasEverythingItPromisedExactlyOnceAfterEachKill() throws Exception {
    int rounds = Integer.getInteger("postroom.kill.rounds", 3);
    Random random = new Random(4711);
    for (int round = 0; round < rounds; round += ROUNDS_OF_A_STORE) {
      int end = Math.min(rounds, round + ROUNDS_OF_A_STORE);
      Path store = Files.createDirectory(folder.resolve("from-" + round));
      killAgainAndAgain(new Site(store), round, end, random);
    }
  }

  /** Kills the server of one store, which gets fuller and fuller. */
  private void killAgainAndAgain(Site site, int from, int to, Random random) throws Exception {
    site.set("smtpd_client_connection_count_limit", "0");
    promises.clear();
    flagsPromised.clear();
    uids.clear();
    ServerProcess server = site.start("-Xmx128m");
    try {
      site.addAccounts(List.of(INBOX_OWNER, ARCHIVIST));
      for (int round = from; round < to; round++) {
        loadAndKill(server, 30 + random.nextInt(600));
        server = site.start("-Xmx128m");
        check(server, round);
      }
    } finally {
      server.close();
    }
  }

  /** Works from all sides until so many answers were good, then kills at once. */
  private void loadAndKill(ServerProcess server, int answers) throws InterruptedException {
    CountDownLatch good = new CountDownLatch(answers);
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < SMTP_SESSIONS; i++) {
      clients.add(new Thread(() -> untilCut(() -> deliver(server, good))));
    }
    for (int i = 0; i < APPENDERS; i++) {
      clients.add(new Thread(() -> untilCut(() -> append(server, good))));
    }
    clients.add(new Thread(() -> untilCut(() -> flag(server, good))));
    clients.forEach(Thread::start);
    boolean enough = good.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && isAllAtWork();
    server.kill();
    for (Thread client : clients) {
      client.join();
    }
    assertThat(enough).as("%d answers; it said:\n%s", answers, server.said()).isTrue();
    assertThat(surprises).as("what clients heard that they should not").isEmpty();
  }

  /** Log-ins take their time: a kill before all that is promised had begun would show less. */
  private boolean isAllAtWork() throws InterruptedException {
    return firstAppend.await(PATIENCE_SECONDS, TimeUnit.SECONDS)
        && (uids.isEmpty() || firstFlag.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  private interface Conversation {
    void run() throws IOException;
  }

  private void untilCut(Conversation conversation) {
    try {
      conversation.run();
    } catch (IOException e) {
      // The kill: what was not answered was not promised.
      return;
    } catch (RuntimeException | AssertionError e) {
      surprises.add(e);
    }
  }

  private void deliver(ServerProcess server, CountDownLatch good) throws IOException {
    try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
      while (true) {
        Promise mail = next(false);
        String reply = smtp.send("bob@example.net", INBOX_OWNER + "@" + Site.DOMAIN, message(mail));
        assertThat(reply).startsWith("250 2.0.0");
        mail.kept().set(true);
        good.countDown();
      }
    }
  }

  private void append(ServerProcess server, CountDownLatch good) throws IOException {
    try (ImapDialogue imap =
        ImapDialogue.open(server.port(Role.IMAP), ARCHIVIST + "@" + Site.DOMAIN)) {
      while (true) {
        Promise mail = next(true);
        assertThat(imap.append("INBOX", message(mail))).startsWith("OK [APPENDUID ");
        mail.kept().set(true);
        firstAppend.countDown();
        good.countDown();
      }
    }
  }

  private void flag(ServerProcess server, CountDownLatch good) throws IOException {
    try (ImapDialogue imap =
        ImapDialogue.open(server.port(Role.IMAP), ARCHIVIST + "@" + Site.DOMAIN)) {
      imap.ok("SELECT INBOX");
      for (Map.Entry<Integer, Long> known : uids.entrySet()) {
        if (!flagsPromised.containsKey(known.getKey())) {
          imap.ok("UID STORE " + known.getValue() + " +FLAGS.SILENT (\\Flagged " + FLAGGED + ")");
          flagsPromised.put(known.getKey(), known.getValue());
          firstFlag.countDown();
          good.countDown();
        }
      }
    }
  }

  private Promise next(boolean appended) {
    int number = serial.incrementAndGet();
    // Most are small, some travel through the journal's limit, some go to their segment.
    int size = number % 40 == 0 ? 300_000 : number % 10 == 0 ? 40_000 : 900;
    Promise mail = new Promise(number, size, appended, new AtomicBoolean());
    promises.put(number, mail);
    return mail;
  }

  private static byte[] message(Promise mail) {
    StringBuilder text = new StringBuilder("Subject: " + mail.number() + "\r\n\r\n");
    while (text.length() < mail.size()) {
      text.append(".").append(mail.number()).append(" is what this line of the mail says\r\n");
    }
    return text.toString().getBytes(US_ASCII);
  }

  private void check(ServerProcess server, int round) throws IOException {
    Set<Integer> found = new HashSet<>();
    Set<Integer> flagged = new HashSet<>();
    for (String account : List.of(INBOX_OWNER, ARCHIVIST)) {
      try (ImapDialogue imap =
          ImapDialogue.open(server.port(Role.IMAP), account + "@" + Site.DOMAIN)) {
        imap.ok("SELECT INBOX");
        imap.fetch(
            "1:*",
            message -> {
              int number = look(message, account.equals(ARCHIVIST));
              assertThat(found.add(number))
                  .as("round %d: mail %d is there once", round, number)
                  .isTrue();
              if (account.equals(ARCHIVIST)) {
                Long before = uids.put(number, message.uid());
                assertThat(before == null || before == message.uid())
                    .as("UID of %d", number)
                    .isTrue();
                if (message.flags().contains("\\Flagged") && message.flags().contains(FLAGGED)) {
                  flagged.add(number);
                }
              }
            });
      }
    }
    for (Promise promise : promises.values()) {
      if (promise.kept().get()) {
        assertThat(found).as("round %d", round).contains(promise.number());
      }
    }
    // Once there, also what nobody promised stays.
    found.forEach(number -> promises.get(number).kept().set(true));
    promises.values().removeIf(promise -> !promise.kept().get());
    assertThat(flagged).as("round %d", round).containsAll(flagsPromised.keySet());
  }

  /** Which mail it is; it must be as it was sent. */
  private int look(ImapDialogue.Fetched message, boolean appended) {
    byte[] octets = message.octets();
    String text = new String(octets, US_ASCII);
    int start = text.indexOf("Subject: ");
    int number = Integer.parseInt(text.substring(start + 9, text.indexOf('\r', start)));
    Promise promise = promises.get(number);
    assertThat(promise).as("mail %d was sent", number).isNotNull();
    assertThat(promise.appended()).isEqualTo(appended);
    assertThat(message.size()).isEqualTo(octets.length);
    assertThat(
            Arrays.equals(
                octets, start, octets.length, message(promise), 0, message(promise).length))
        .as("mail %d is as it was sent", number)
        .isTrue();
    return number;
  }
}
