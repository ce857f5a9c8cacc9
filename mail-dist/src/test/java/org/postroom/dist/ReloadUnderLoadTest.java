package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.storage.Storage;

/**
 * Two configurations take turns under clients that do not stop: in each, one domain is ours and the
 * other one is not. Nobody is cut off, and whoever has heard the greeting of one hears nothing of
 * the other.
 */
@Tag("scaled")
final class ReloadUnderLoadTest {
  private static final int SESSIONS = 20;
  private static final int MAILS_A_SESSION = 5;
  private static final int ROUNDS = Integer.getInteger("postroom.reload.rounds", 12);

  /** So many conversations come to their end under each configuration, at least. */
  private static final int CONVERSATIONS_A_ROUND = 10;

  private final AtomicInteger conversations = new AtomicInteger();
  private volatile boolean over;
  private MailServer server;

  @Test
  @Timeout(300)
  void nobodyIsCutOffAndEachMailIsJudgedByOneGeneration() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(SESSIONS);
    try (MailServer started =
        MailServer.builder()
            .hostname("mail.example.org")
            .set("mynetworks", "192.0.2.0/24")
            .set("virtual_mailbox_domains", "odd.test")
            .set("smtpd_banner", "odd ESMTP")
            .set("smtpd_client_connection_rate_limit", "0")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .account("ada@odd.test", "correct horse")
            .account("ada@even.test", "correct horse")
            .start()) {
      server = started;
      List<Future<Map<String, Integer>>> running = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        running.add(clients.submit((Callable<Map<String, Integer>>) this::talk));
      }
      Map<String, Long> judgedBy = new HashMap<>();
      for (int round = 1; round <= ROUNDS; round++) {
        int wanted = conversations.get() + CONVERSATIONS_A_ROUND;
        while (conversations.get() < wanted && running.stream().noneMatch(Future::isDone)) {
          Thread.onSpinWait();
        }
        String name = round % 2 == 0 ? "odd" : "even";
        long number =
            server
                .reload(
                    now ->
                        now.set("virtual_mailbox_domains", name + ".test")
                            .set("smtpd_banner", name + " ESMTP"))
                .generation();
        assertThat(number).isEqualTo(round + 1L);
        server.inside().decisions().forEach(entry -> holds(entry, judgedBy));
      }
      over = true;
      Map<String, Integer> mails = new HashMap<>();
      for (Future<Map<String, Integer>> client : running) {
        client
            .get(60, TimeUnit.SECONDS)
            .forEach((name, count) -> mails.merge(name, count, Integer::sum));
      }
      server.inside().decisions().forEach(entry -> holds(entry, judgedBy));

      assertThat(mails).containsOnlyKeys("odd", "even");
      assertThat(judgedBy.values()).as("generations").contains(1L, 2L, 3L);
    } finally {
      over = true;
      clients.shutdownNow();
    }
  }

  /** One client: conversation after conversation. Gives how many mails each configuration took. */
  private Map<String, Integer> talk() {
    Map<String, Integer> taken = new HashMap<>();
    while (!over) {
      try (SocketPeer peer = SocketPeer.to(server.address(Role.MX))) {
        String name = peer.readLine().split(" ")[1];
        String other = name.equals("odd") ? "even" : "odd";
        expect("250", say(peer, "HELO client.test"));
        for (int i = 0; i < MAILS_A_SESSION; i++) {
          expect("250", say(peer, "MAIL FROM:<eve@far.test>"));
          expect("454 4.7.1", say(peer, "RCPT TO:<ada@" + other + ".test>"));
          expect("250", say(peer, "RCPT TO:<ada@" + name + ".test>"));
          expect("354", say(peer, "DATA"));
          peer.send("Subject: hello\r\n\r\nHello.\r\n".getBytes(US_ASCII));
          expect("250", say(peer, "."));
          taken.merge(name, 1, Integer::sum);
        }
        expect("221", say(peer, "QUIT"));
      }
      conversations.incrementAndGet();
    }
    return taken;
  }

  /** The record of a recipient: the generation it names is the one that decided. */
  private static void holds(RecentDecisions.Entry entry, Map<String, Long> judgedBy) {
    String ours = entry.generation() % 2 == 1 ? "ada@odd.test" : "ada@even.test";
    String recipient = entry.decision().mail().recipient().orElseThrow().toString();
    assertThat(entry.decision().isPermitted())
        .as("%s by generation %d", recipient, entry.generation())
        .isEqualTo(recipient.equals(ours));
    Long before = judgedBy.putIfAbsent(entry.session(), entry.generation());
    assertThat(before == null ? entry.generation() : before)
        .as("generations of session %s", entry.session())
        .isEqualTo(entry.generation());
  }

  private static String say(SocketPeer peer, String line) {
    peer.send(line + "\r\n");
    return peer.readLine();
  }

  private static void expect(String start, String reply) {
    if (!reply.startsWith(start)) {
      throw new AssertionError("expected " + start + ", heard " + reply);
    }
  }
}
