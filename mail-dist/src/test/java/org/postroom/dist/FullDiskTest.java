package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The disk of a whole server gets full, by itself and under load: whoever sends is asked to come
 * again, whoever reads is served, nothing that was promised is lost and nothing that was refused is
 * there; with room again everything goes on, without a restart.
 */
@Tag("process")
@Tag("scaled")
final class FullDiskTest {
  private static final int ROUNDS = Integer.getInteger("postroom.disk.rounds", 2);
  private static final int DISK_MEGABYTES = 160;

  /** What is kept in each of them leaves no room for more. */
  private static final int ROUNDS_OF_A_DISK = 2;

  private static final int SENDERS = 6;

  @TempDir private Path folder;
  private Site site;
  private ServerProcess server;

  private final AtomicInteger serial = new AtomicInteger();
  private final Set<Integer> kept = ConcurrentHashMap.newKeySet();
  private final Set<Integer> refused = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();

  private void mount(int disk) throws Exception {
    serial.set(0);
    kept.clear();
    refused.clear();
    site = new Site(Files.createDirectory(folder.resolve("disk-" + disk)));
    Files.createDirectory(site.data());
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "mode=0700,size=" + DISK_MEGABYTES + "m", "none"),
        "a small disk needs the right to mount one");
  }

  private void unmount() throws Exception {
    if (server != null) {
      server.close();
    }
    run("umount");
  }

  /** What must stay free keeps the disk from ever being full; without it, it really is. */
  @ParameterizedTest
  @ValueSource(strings = {"16777216", "0"})
  void asksSendersToComeAgainAndServesReaders(String minFree) throws Exception {
    for (int done = 0; done < ROUNDS; done += ROUNDS_OF_A_DISK) {
      mount(done);
      try {
        fillAgainAndAgain(minFree, Math.min(ROUNDS_OF_A_DISK, ROUNDS - done));
      } catch (AssertionError e) {
        e.addSuppressed(new AssertionError("the server said:\n" + server.said()));
        throw e;
      } finally {
        unmount();
      }
    }
  }

  private void fillAgainAndAgain(String minFree, int rounds) throws Exception {
    site.set("queue_minfree", minFree);
    server = site.start();
    site.addAccounts(List.of("ada"));
    for (int round = 0; round < rounds; round++) {
      answers.clear();
      Path filler = fill(Long.parseLong(minFree) + 20_000_000L * (round + 1) / 2);

      sendUntilRefused();

      assertThat(server.isAlive()).isTrue();
      assertThat(answers.keySet()).allMatch(FullDiskTest::isGoodOrTemporary);
      assertThat(answers.keySet()).anyMatch(answer -> answer.startsWith("452 4.3.1"));
      appendUntilRefused();
      checkByPop3();

      Files.delete(filler);
      assertThat(sendOne(900)).startsWith("250");
      assertThat(appendAnswer()).startsWith("OK");
      check();
    }

    server.stop();
    server = site.start();
    check();
  }

  private static boolean isGoodOrTemporary(String answer) {
    return answer.startsWith("250 2.0.0") || answer.startsWith("45");
  }

  /** Several senders at once, until each was refused three times in a row. */
  private void sendUntilRefused() throws InterruptedException {
    List<Thread> senders = new ArrayList<>();
    List<Throwable> faults = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      Thread sender =
          new Thread(
              () -> {
                try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
                  for (int turnedAway = 0; turnedAway < 3; ) {
                    int number = serial.incrementAndGet();
                    int size = number % 3 == 0 ? 400_000 : number % 3 == 1 ? 40_000 : 900;
                    turnedAway = send(smtp, number, size).startsWith("250") ? 0 : turnedAway + 1;
                  }
                } catch (IOException | RuntimeException e) {
                  synchronized (faults) {
                    faults.add(e);
                  }
                }
              });
      sender.start();
      senders.add(sender);
    }
    for (Thread sender : senders) {
      sender.join();
    }
    assertThat(faults).isEmpty();
  }

  /** What was too much for several senders at once may have left room for some of one. */
  private void appendUntilRefused() throws IOException {
    String answer = appendAnswer();
    for (int i = 0; i < 100 && answer.startsWith("OK"); i++) {
      answer = appendAnswer();
    }
    assertThat(answer).startsWith("NO [");
  }

  private String sendOne(int size) throws IOException {
    try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
      return send(smtp, serial.incrementAndGet(), size);
    }
  }

  private String send(SmtpDialogue smtp, int number, int size) throws IOException {
    String answer = smtp.send("bob@example.net", "ada@example.org", message(number, size));
    answers.merge(answer.replaceAll("queued as.*", ""), 1, Integer::sum);
    (answer.startsWith("250") ? kept : refused).add(number);
    return answer;
  }

  private String appendAnswer() throws IOException {
    try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), "ada@example.org")) {
      int number = serial.incrementAndGet();
      String answer = imap.append("INBOX", message(number, 300_000));
      (answer.startsWith("OK") ? kept : refused).add(number);
      return answer;
    }
  }

  private static byte[] message(int number, int size) {
    StringBuilder text = new StringBuilder("X-Proof: " + number + "\r\n\r\n" + size + "\r\n");
    while (text.length() < size) {
      text.append(number).append(" is what this line of the mail says\r\n");
    }
    return ("Subject: full\r\n" + text).getBytes(US_ASCII);
  }

  private void check() throws IOException {
    Map<Integer, String> found = new TreeMap<>();
    try (ImapDialogue imap = ImapDialogue.open(server.port(Role.IMAP), "ada@example.org")) {
      imap.ok("SELECT INBOX");
      imap.fetch("1:*", message -> put(found, message.octets()));
    }
    assertAsSent(found);
  }

  private void checkByPop3() throws IOException {
    Map<Integer, String> found = new HashMap<>();
    try (Pop3Dialogue pop3 = Pop3Dialogue.open(server.port(Role.POP3), "ada@example.org")) {
      int count = Integer.parseInt(pop3.ok("STAT").split(" ")[1]);
      for (int number = 1; number <= count; number++) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        pop3.retrieve(number, octets);
        put(found, octets.toByteArray());
      }
    }
    assertAsSent(found);
  }

  private void assertAsSent(Map<Integer, String> found) {
    assertThat(found.keySet()).as("answers: %s", answers).isEqualTo(kept);
    assertThat(found.values()).containsOnly("whole");
  }

  private static void put(Map<Integer, String> found, byte[] octets) {
    Map.Entry<Integer, String> read = ProofMails.read(octets);
    String text = new String(octets, US_ASCII);
    String body = text.substring(text.indexOf("\r\n\r\n") + 4);
    int size = Integer.parseInt(body.substring(0, body.indexOf('\r')));
    byte[] sent = message(read.getKey(), size);
    boolean whole = read.getValue().equals(ProofMails.read(sent).getValue());
    assertThat(found.put(read.getKey(), whole ? "whole" : "damaged"))
        .as("mail %d is there once", read.getKey())
        .isNull();
  }

  /** Takes all room but so many octets. */
  private Path fill(long left) throws IOException {
    FileStore disk = Files.getFileStore(site.data());
    Path filler = site.data().resolve("filler");
    try (OutputStream out = Files.newOutputStream(filler)) {
      byte[] chunk = new byte[64 * 1024];
      while (disk.getUsableSpace() > left) {
        out.write(chunk);
      }
    }
    return filler;
  }

  private boolean run(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command));
    words.add(site.data().toString());
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
