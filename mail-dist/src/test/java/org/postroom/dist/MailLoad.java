package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that hand in mail without a break, for a mailbox here and for somebody elsewhere,
 * whatever they hear; and a record of what was promised to them. Each mail has its own number and
 * is sent once.
 */
final class MailLoad implements AutoCloseable {
  private static final String INBOX_OWNER = "ada@" + Site.DOMAIN;
  private static final String ELSEWHERE = "eve@far.example";
  private static final int LOCAL_CLIENTS = 4;
  private static final int RELAY_CLIENTS = 2;
  private static final long PATIENCE_SECONDS = 60;

  private final int port;
  private final AtomicInteger serial;
  private final Set<Integer> kept = ConcurrentHashMap.newKeySet();
  private final Set<Integer> relayed = ConcurrentHashMap.newKeySet();
  private final Semaphore good = new Semaphore(0);
  private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients = new ArrayList<>();
  private volatile boolean ended;

  private MailLoad(int port, int first) {
    this.port = port;
    this.serial = new AtomicInteger(first);
  }

  /**
   * Begins to hand in.
   *
   * @param first the numbers go on from here; beyond those of a load before
   */
  static MailLoad begin(ServerProcess server, int first) {
    MailLoad load = new MailLoad(server.port(Role.MX), first);
    for (int i = 0; i < LOCAL_CLIENTS; i++) {
      load.clients.add(new Thread(() -> load.handIn(INBOX_OWNER, load.kept), "local-" + i));
    }
    for (int i = 0; i < RELAY_CLIENTS; i++) {
      load.clients.add(new Thread(() -> load.handIn(ELSEWHERE, load.relayed), "relay-" + i));
    }
    load.clients.forEach(Thread::start);
    return load;
  }

  private void handIn(String to, Set<Integer> promised) {
    while (!ended) {
      try (SmtpDialogue smtp = SmtpDialogue.open(port)) {
        String reply = "";
        while (!ended && !reply.startsWith("421")) {
          int number = serial.incrementAndGet();
          reply = smtp.send("bob@example.net", to, message(number));
          if (reply.startsWith("250")) {
            promised.add(number);
            good.release();
          } else {
            assertThat(reply).as("said when the store is away").matches("4\\d\\d .*");
          }
        }
      } catch (IOException e) {
        // The connection ended, which promises nothing.
      } catch (RuntimeException | AssertionError e) {
        surprises.add(e);
        return;
      }
    }
  }

  private static byte[] message(int number) {
    return ("Subject: " + number + "\r\n\r\nmail " + number + "\r\n").getBytes(US_ASCII);
  }

  /** Waits for so many good answers from now on. */
  void awaitGood(int answers) throws InterruptedException {
    good.drainPermits();
    assertThat(good.tryAcquire(answers, PATIENCE_SECONDS, TimeUnit.SECONDS))
        .as("%d mails are taken; surprises: %s", answers, surprises)
        .isTrue();
  }

  /** Hands nothing in any more; what was promised stays. */
  void end() {
    ended = true;
    try {
      for (Thread client : clients) {
        client.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while clients end", e);
    }
  }

  @Override
  public void close() {
    end();
  }

  /** What was promised for the mailbox is there once, and whatever else is there, too. */
  void checkInbox(ServerProcess server) throws IOException {
    assertThat(surprises).isEmpty();
    Map<Integer, Integer> found = new HashMap<>();
    try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), INBOX_OWNER)) {
      imap.ok("SELECT INBOX");
      imap.fetch("1:*", message -> found.merge(number(message.octets()), 1, Integer::sum));
    }
    assertThat(found.keySet()).containsAll(kept);
    assertThat(found.values()).as("how often each is there").containsOnly(1);
  }

  /** What was promised for elsewhere comes there within a minute, and nothing comes twice. */
  void checkNextHop(RelayHop hop) {
    assertThat(awaitNextHop(hop).values()).as("how often each has come").containsOnly(1);
  }

  /** What was promised for elsewhere comes there within a minute; gives how often each came. */
  Map<Integer, Integer> awaitNextHop(RelayHop hop) {
    assertThat(surprises).isEmpty();
    Map<Integer, Integer> found = new HashMap<>();
    Set<Integer> missing = new HashSet<>(relayed);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!missing.isEmpty() || hop.unread() > 0) {
      Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
      int number = number(awaitOne(hop, left, missing).content());
      missing.remove(number);
      found.merge(number, 1, Integer::sum);
    }
    return found;
  }

  private static RelayHop.Mail awaitOne(RelayHop hop, Duration patience, Set<Integer> missing) {
    try {
      return hop.await(patience);
    } catch (AssertionError e) {
      throw new AssertionError("have not come: " + missing, e);
    }
  }

  private static int number(byte[] octets) {
    String text = new String(octets, US_ASCII);
    int start = text.indexOf("Subject: ") + 9;
    return Integer.parseInt(text.substring(start, text.indexOf('\r', start)));
  }

  /** How much was promised, for a report. */
  @Override
  public String toString() {
    return kept.size() + " kept here, " + relayed.size() + " relayed, of " + serial.get();
  }
}
