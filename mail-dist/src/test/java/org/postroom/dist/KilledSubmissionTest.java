package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.ChildJvm;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.dist.applet.AppletRun;
import org.postroom.dist.applet.Postroom;

/**
 * Programs call sendmail while the server, or sendmail itself, is killed at random moments. The
 * rule: what ended with 0 is there exactly once, octet for octet; whatever was killed is there once
 * or not at all. {@code -Dpostroom.submission.rounds=100} for long.
 */
@Tag("process")
@Tag("scaled")
@Timeout(3600)
final class KilledSubmissionTest {
  private static final String ADA = "ada@" + Site.DOMAIN;
  private static final int PROGRAMS = 2;
  private static final int KILLED_PROGRAMS = 2;

  @TempDir private Path folder;
  private final AtomicInteger serial = new AtomicInteger();
  private final Set<Integer> promised = ConcurrentHashMap.newKeySet();
  private final Queue<String> surprises = new ConcurrentLinkedQueue<>();

  @Test
  @Shows("A1.17")
  void eachZeroIsOneMail() throws Exception {
    int rounds = Integer.getInteger("postroom.submission.rounds", 1);
    Random random = new Random(815);
    Site site = new Site(folder).set("myorigin", Site.DOMAIN).set("queue_run_delay", "1s");
    Path mainCf = site.mainCf();
    ServerProcess server = site.start("-Xmx128m");
    try {
      site.addAccounts(List.of("ada"));
      for (int round = 0; round < rounds; round++) {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> programs = new ArrayList<>();
        for (int i = 0; i < PROGRAMS; i++) {
          programs.add(new Thread(() -> callAgainAndAgain(mainCf, over)));
        }
        programs.forEach(Thread::start);
        awaitPromises(promised.size() + 5 + random.nextInt(20));
        server.kill();
        killPrograms(mainCf, random);
        awaitPromises(promised.size() + random.nextInt(20)); // while nobody is there
        server = site.start("-Xmx128m");
        awaitPromises(promised.size() + random.nextInt(10));
        over.set(true);
        for (Thread program : programs) {
          program.join();
        }
        assertThat(surprises).isEmpty();
        check(server, round);
      }
    } finally {
      server.close();
    }
  }

  private void awaitPromises(int count) {
    Until.so(() -> promised.size() >= count || !surprises.isEmpty());
  }

  private void callAgainAndAgain(Path mainCf, AtomicBoolean over) {
    while (!over.get()) {
      int number = serial.incrementAndGet();
      AppletRun run = AppletRun.of(message(number), words(mainCf).toArray(String[]::new));
      if (run.status() == 0) {
        promised.add(number);
      } else {
        surprises.add(run.toString());
        return;
      }
    }
  }

  private static List<String> words(Path mainCf) {
    return List.of("sendmail", "-C", mainCf.toString(), "-i", "-f", "bob@far.test", ADA);
  }

  private void killPrograms(Path mainCf, Random random) throws Exception {
    for (int i = 0; i < KILLED_PROGRAMS; i++) {
      int number = serial.incrementAndGet();
      List<String> command =
          ChildJvm.command(
              List.of("-XX:TieredStopAtLevel=1"),
              Postroom.class,
              words(mainCf).toArray(String[]::new));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (OutputStream in = process.getOutputStream()) {
        in.write(message(number));
      }
      if (!process.waitFor(500 + random.nextInt(1500), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
      if (process.waitFor() == 0) {
        promised.add(number);
      }
    }
  }

  private static byte[] message(int number) {
    int size = number % 10 == 0 ? 200_000 : 900;
    StringBuilder text = new StringBuilder("Subject: " + number + "\r\n\r\n");
    while (text.length() < size) {
      text.append(".").append(number).append(" is what this line of the mail says\r\n");
    }
    return text.toString().getBytes(US_ASCII);
  }

  private void check(ServerProcess server, int round) throws IOException {
    Map<Integer, Integer> found = new HashMap<>();
    do {
      found.clear();
      try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), ADA)) {
        imap.ok("SELECT INBOX");
        imap.fetch("1:*", mail -> found.merge(look(mail.octets()), 1, Integer::sum));
      }
    } while (!found.keySet().containsAll(promised));
    assertThat(found.values()).as("round %d: each is there once", round).containsOnly(1);
    promised.addAll(found.keySet()); // once there, it stays
  }

  /** Which mail it is; it must be as it was handed in. */
  private static int look(byte[] octets) {
    String text = new String(octets, US_ASCII);
    int start = text.indexOf("Subject: ");
    int number = Integer.parseInt(text.substring(start + 9, text.indexOf('\r', start)));
    assertThat(text).startsWith("Return-Path: <bob@far.test>\r\n");
    String body = new String(message(number), US_ASCII);
    assertThat(text).endsWith(body.substring(body.indexOf("\r\n\r\n")));
    return number;
  }
}
