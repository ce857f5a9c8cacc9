package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients at their own full pace who must hear nothing but success: some hand in mail and fetch it
 * by POP3, some append to a mailbox, fetch and expunge. What they put in they take out, so that the
 * store stays as small as it was.
 */
final class HonestLoad implements AutoCloseable {
  private static final int CLIENTS_OF_EACH_KIND = 10;
  private static final int MAILS_OF_A_SESSION = 20;
  private static final int ROUNDS_OF_A_SESSION = 50;
  private static final String BODY = "0123456789 0123456789 0123456789\r\n".repeat(60);

  private final ServerProcess server;
  private final AtomicLong mails = new AtomicLong();
  private final AtomicLong rounds = new AtomicLong();
  private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
  private final CountDownLatch surprised = new CountDownLatch(1);
  private final CountDownLatch strangers = new CountDownLatch(2 * CLIENTS_OF_EACH_KIND);
  private final List<Thread> clients = new ArrayList<>();
  private volatile boolean ended;

  private HonestLoad(ServerProcess server) {
    this.server = server;
  }

  /** Adds the clients' accounts and begins. */
  static HonestLoad begin(Site site, ServerProcess server) throws IOException {
    HonestLoad load = new HonestLoad(server);
    List<String> accounts = new ArrayList<>();
    for (int i = 0; i < CLIENTS_OF_EACH_KIND; i++) {
      String post = "post" + i;
      String reader = "reader" + i;
      accounts.add(post);
      accounts.add(reader);
      load.clients.add(new Thread(() -> load.untilEnded(() -> load.mail(post)), post));
      load.clients.add(new Thread(() -> load.untilEnded(() -> load.keep(reader)), reader));
    }
    site.addAccounts(accounts);
    load.clients.forEach(Thread::start);
    return load;
  }

  /** What was done in each second. */
  record Pace(double mails, double rounds) {
    Pace mean(Pace other) {
      return new Pace((mails + other.mails) / 2, (rounds + other.rounds) / 2);
    }
  }

  /** Lets them go on for so long; fails as soon as one of them hears of anything but success. */
  Pace goOn(Duration time) throws InterruptedException {
    long begun = System.nanoTime();
    long mailsBefore = mails.get();
    long roundsBefore = rounds.get();
    boolean broken = surprised.await(time.toNanos(), TimeUnit.NANOSECONDS);
    double seconds = (System.nanoTime() - begun) / 1e9;
    assertThat(broken)
        .as(() -> "heard: " + surprises + "; the server said:\n" + server.said())
        .isFalse();
    return new Pace((mails.get() - mailsBefore) / seconds, (rounds.get() - roundsBefore) / seconds);
  }

  /**
   * As {@link #goOn}, until each of them has logged in: from then on it is known where it comes
   * from, while a crowd may have strangers sent away.
   */
  void warm(Duration time) throws InterruptedException {
    goOn(time);
    while (strangers.getCount() > 0) {
      goOn(Duration.ofSeconds(1));
    }
  }

  private interface Conversation {
    void run() throws IOException;
  }

  private void untilEnded(Conversation conversation) {
    try {
      conversation.run();
      strangers.countDown();
      while (!ended) {
        conversation.run();
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      surprises.add(e);
      surprised.countDown();
    }
  }

  /** Some mails in, and the same out. */
  private void mail(String name) throws IOException {
    String account = name + "@" + Site.DOMAIN;
    try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
      for (int i = 0; i < MAILS_OF_A_SESSION; i++) {
        assertThat(smtp.send("bob@example.net", account, message(i))).startsWith("250");
        mails.incrementAndGet();
      }
      smtp.say("QUIT");
    }
    try (Pop3Dialogue pop3 = Pop3Dialogue.open(server.port(Role.POP3), account)) {
      assertThat(pop3.ok("STAT")).startsWith("+OK " + MAILS_OF_A_SESSION + " ");
      for (int i = 0; i < MAILS_OF_A_SESSION; i++) {
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        pop3.retrieve(i + 1, got);
        assertThat(got.toString(US_ASCII)).endsWith(new String(message(i), US_ASCII));
        pop3.ok("DELE " + (i + 1));
      }
      pop3.ok("QUIT");
    }
  }

  private void keep(String name) throws IOException {
    try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), name + "@" + Site.DOMAIN)) {
      imap.ok("SELECT INBOX");
      for (int i = 0; i < ROUNDS_OF_A_SESSION && !ended; i++) {
        byte[] message = message(i);
        assertThat(imap.append("INBOX", message)).startsWith("OK");
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        imap.fetch(1, got);
        assertThat(got.toByteArray()).isEqualTo(message);
        imap.ok("STORE 1 +FLAGS.SILENT (\\Deleted)");
        imap.ok("EXPUNGE");
        rounds.incrementAndGet();
      }
      imap.ok("LOGOUT");
    }
  }

  private static byte[] message(int number) {
    return ("Subject: honest " + number + "\r\n\r\n" + BODY).getBytes(US_ASCII);
  }

  /** They end what they are at, and leave. */
  @Override
  public void close() {
    ended = true;
    try {
      for (Thread client : clients) {
        client.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
