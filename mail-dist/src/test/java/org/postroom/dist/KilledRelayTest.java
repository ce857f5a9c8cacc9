package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Until;

/**
 * Kills a server that passes mail on, at random moments, and starts it again. The rule: each mail
 * that was answered 250 reaches the next server, octet for octet; twice only where the process has
 * died with the attempt under way, when nobody can have written that it was taken. {@code
 * -Dpostroom.kill.rounds=100} for long.
 */
@Tag("process")
@Tag("scaled")
final class KilledRelayTest {
  private static final long PATIENCE_SECONDS = 120;
  private static final int SESSIONS = 8;

  /** So many attempts are under way, or over and not written yet, and no more. */
  private static final int UNDER_WAY = 20;

  @TempDir private Path folder;

  private final AtomicInteger serial = new AtomicInteger();
  private final Set<Integer> promised = ConcurrentHashMap.newKeySet();
  private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();

  /** When each life of the server began. */
  private final NavigableMap<Instant, Integer> lives = new TreeMap<>();

  /** In which lives each mail was taken. */
  private final Map<Integer, List<Integer>> taken = new HashMap<>();

  @Test
  void eachMailReachesTheNextServerAndTwiceOnlyAcrossAKill() throws Exception {
    int rounds = Integer.getInteger("postroom.kill.rounds", 3);
    Random random = new Random(4711);
    try (RelayHop hop = RelayHop.open(Clock.systemUTC())) {
      Site site =
          new Site(folder)
              .set("relayhost", hop.name())
              .set("default_destination_concurrency_limit", Integer.toString(UNDER_WAY))
              .set("qmgr_message_active_limit", Integer.toString(UNDER_WAY))
              .set("minimal_backoff_time", "1s")
              .set("transport_retry_time", "1s")
              .set("smtpd_client_connection_count_limit", "0");
      for (int round = 0; round < rounds; round++) {
        try (ServerProcess server = start(site)) {
          loadAndKill(server, 20 + random.nextInt(300));
        }
        Until.so(hop::isIdle); // what it had said is dealt with
      }
      try (ServerProcess last = start(site)) {
        Until.so(() -> hasAll(hop) || !last.isAlive());
        last.stop();
      }
      drain(hop);
    }

    assertThat(taken.keySet()).as("accepted, and never passed on").containsAll(promised);
    int twice = twice(rounds);
    System.out.println(
        "killed "
            + rounds
            + " times: "
            + promised.size()
            + " accepted, "
            + twice
            + " passed on twice");
  }

  private ServerProcess start(Site site) throws IOException {
    lives.put(Instant.now(), lives.size());
    return site.start("-Xmx128m");
  }

  /** Hands over mail until so many answers were good, then kills at once. */
  private void loadAndKill(ServerProcess server, int answers) throws InterruptedException {
    CountDownLatch good = new CountDownLatch(answers);
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      clients.add(new Thread(() -> untilCut(server, good)));
    }
    clients.forEach(Thread::start);
    boolean enough = good.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    server.kill();
    for (Thread client : clients) {
      client.join();
    }
    assertThat(enough).as("%d answers; it said:\n%s", answers, server.said()).isTrue();
    assertThat(surprises).as("what clients heard that they should not").isEmpty();
  }

  private void untilCut(ServerProcess server, CountDownLatch good) {
    try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
      while (true) {
        int number = serial.incrementAndGet();
        String reply = smtp.send("ada@example.org", "bob@far.test", message(number));
        assertThat(reply).startsWith("250 2.0.0");
        promised.add(number);
        good.countDown();
      }
    } catch (IOException e) {
      // The kill: what was not answered was not promised.
      return;
    } catch (RuntimeException | AssertionError e) {
      surprises.add(e);
    }
  }

  private static byte[] message(int number) {
    int size = number % 20 == 0 ? 40_000 : 700;
    StringBuilder text = new StringBuilder("Subject: " + number + "\r\n\r\n");
    while (text.length() < size) {
      text.append('.').append(number).append(" is what this line of the mail says\r\n");
    }
    return text.toString().getBytes(US_ASCII);
  }

  private boolean hasAll(RelayHop hop) {
    drain(hop);
    return taken.keySet().containsAll(promised);
  }

  /** Looks at what has come. */
  private void drain(RelayHop hop) {
    while (hop.unread() > 0) {
      RelayHop.Mail mail = hop.await();
      String text = mail.latin1();
      int subject = text.indexOf("Subject: ");
      int number = Integer.parseInt(text.substring(subject + 9, text.indexOf('\r', subject)));
      assertThat(text.substring(subject))
          .as("mail %d is as it was sent", number)
          .isEqualTo(new String(message(number), US_ASCII));
      assertThat(mail.to()).containsExactly("bob@far.test");
      taken
          .computeIfAbsent(number, n -> new ArrayList<>())
          .add(lives.floorEntry(mail.at()).getValue());
    }
  }

  /** How many came twice; none of them to one life, and no more for a kill than were under way. */
  private int twice(int kills) {
    int[] again = new int[kills + 1];
    taken.forEach(
        (number, in) -> {
          assertThat(in).as("mail %d came twice without a kill", number).doesNotHaveDuplicates();
          new TreeSet<>(in).headSet(new TreeSet<>(in).last()).forEach(life -> again[life]++);
        });
    assertThat(Arrays.stream(again).max().orElse(0))
        .as("of what was under way at a kill")
        .isLessThanOrEqualTo(UNDER_WAY);
    return Arrays.stream(again).sum();
  }
}
