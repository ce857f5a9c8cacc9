package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.smtp.server.Role;

/** What a session does on the event loop, what it leaves to workers, and what it keeps. */
@Timeout(120)
class TurnsTest {
  private static final String SENT = "MAIL FROM:<>\r\nRCPT TO:<ada@example.org>\r\n";

  @TempDir Path folder;

  /** More of them than there are workers, by far; each says where it stops. */
  @Tag("seconds")
  @ParameterizedTest
  @ValueSource(
      strings = {
        SENT + "DATA\r\n|x\r\n.\r\n|250 2.0.0 Ok: queued",
        SENT + "DATA\r\n|Subject: half\r\n\r\nhalf a li|ne\r\n.\r\n|250 2.0.0 Ok: queued",
        SENT + "DATA\r\n|Subject: half\r\n.\r|\n|250 2.0.0 Ok: queued",
        SENT + "BDAT 5 LAST\r\n|12345|250 2.0.0 Ok: queued",
        SENT + "BDAT 5\r\n123|45|250 2.0.0 Ok: 5 bytes",
        SENT + "BDAT 5\r\n12345|BDAT 0 LAST\r\n|250 2.0.0 Ok: queued",
        "BDAT 500000\r\n|RSET\r\n|DATA\r\nQUIT\r\n12345678|503 5.5.1 Error: need MAIL command"
      })
  void manyWhoseContentDoesNotGetOnHoldNoWorker(String talks) throws Exception {
    String[] parts = talks.split("\\|");
    boolean refused = parts[0].startsWith("BDAT");
    ExecutorService two = Executors.newFixedThreadPool(2);
    try (SmtpHouse house =
        SmtpHouse.with(
            Map.of("smtpd_client_connection_count_limit", "0", "default_process_limit", "1000"))) {
      house.turnsOn(two);
      InetSocketAddress server = house.listen(Role.MX);
      List<Talk> begun = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        begun.add(begin(server, parts));
      }

      try (Talk other = Talk.greeted(server)) {
        other.toData("", "bob@example.org");
        assertThat(other.raw("Subject: other\r\n\r\n.\r\n").reply()).startsWith("250 2.0.0");
      }
      assertThat(house.inbox("bob@example.org")).hasSize(1);

      for (Talk talk : begun.subList(0, 10)) {
        talk.raw(parts[parts.length - 2].repeat(refused ? 25_000 : 1));
        assertThat(talk.reply()).startsWith(parts[parts.length - 1]);
      }
      begun.forEach(Talk::close);
    } finally {
      two.shutdownNow();
    }
  }

  private static Talk begin(InetSocketAddress server, String[] parts) {
    Talk talk = Talk.greeted(server);
    String first = parts[0];
    talk.raw(first);
    for (int at = first.indexOf("\r\n"); at >= 0; at = first.indexOf("\r\n", at + 2)) {
      boolean chunk = first.startsWith("BDAT", Math.max(0, first.lastIndexOf("\n", at) + 1));
      if (!chunk || first.endsWith("12345")) {
        assertThat(talk.reply()).startsWith(first.startsWith("DATA", at - 4) ? "354" : "250");
      }
    }
    for (int i = 1; i < parts.length - 2; i++) {
      talk.raw(parts[i]);
    }
    return talk;
  }

  /** The store may take its time. */
  @Test
  void acceptsNoMailOnAnEventLoop() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      for (String content :
          List.of(
              "DATA\r\n",
              "BDAT 0 LAST\r\n",
              "BDAT 3 LAST\r\nabc",
              "BDAT 3\r\nabcBDAT 0 LAST\r\n")) {
        talk.ask("MAIL FROM:<>");
        talk.ask("RCPT TO:<ada@example.org>");
        String answer = talk.raw(content).reply();
        if (answer.startsWith("354")) {
          answer = talk.raw("x\r\n.\r\n").reply();
        } else if (answer.endsWith("bytes")) {
          answer = talk.reply();
        }
        assertThat(answer).startsWith("250 2.0.0 Ok: queued");
      }

      assertThat(house.acceptedOn).hasSize(4).noneMatch(thread -> thread.startsWith("wire"));
    }
  }

  @Test
  void asksNoWorkerForWhatWaitsForNothing() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<>");
      talk.ask("RCPT TO:<ada@example.org>");
      int before = house.workersAsked();

      for (String line :
          List.of(
              "NOOP",
              "RCPT TO:<ada@example.org>",
              "RSET",
              "HELP",
              "EHLO again",
              "MAIL FROM:<>",
              "RCPT TO:<ada@example.org>",
              "RCPT TO:<x@far.example>",
              "NO",
              "DATA")) {
        assertThat(talk.ask(line)).isNotEmpty();
      }
      talk.raw("Subject: half\r\n\r\n").raw("half a mail\r\n");
      assertThat(house.workersAsked()).isEqualTo(before);
      assertThat(talk.raw(".\r\n").reply()).startsWith("250 2.0.0");
      assertThat(house.workersAsked()).isEqualTo(before + 1);
    }
  }

  @Test
  void asksAWorkerForARecipientThatIsNotRemembered() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<>");
      int before = house.workersAsked();

      talk.ask("RCPT TO:<bob@example.org>");

      assertThat(house.workersAsked())
          .isBetween(before + 1, before + 3); // who asks, judges, and goes on
    }
  }

  @Test
  void touchesNoDiskBeforeContentComes() {
    Path staging = folder.resolve("staging");
    try (SmtpHouse house = SmtpHouse.with(Map.of()).stagingIn(staging);
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<> SIZE=1000000");
      talk.ask("RCPT TO:<ada@example.org>");

      assertThat(talk.ask("DATA")).startsWith("354");
      assertThat(staging).doesNotExist();
      assertThat(talk.raw("Subject: x\r\n\r\n.\r\n").reply()).startsWith("250 2.0.0");
      assertThat(staging).exists();
    }
  }

  @Test
  void anIdleSessionKeepsNothingOfItsLastMail() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "ada@example.org").raw("Subject: x\r\n\r\n.\r\n").reply();
      talk.ask("NOOP");
      assertThat(house.sinks).hasSize(1);

      while (house.sinks.get(0).get() != null) {
        System.gc();
      }
      assertThat(house.inbox("ada@example.org")).hasSize(1);
    }
  }

  /** The folder is a file, so that nothing can be kept beyond what stays in memory. */
  @ParameterizedTest
  @ValueSource(strings = {"DATA", "BDAT"})
  void asksToComeAgainWhenTheDiskFailsWhileContentComes(String how) throws Exception {
    String line = "0123456789".repeat(99) + "\r\n";
    Path notAFolder = Files.createFile(folder.resolve("file"));
    try (SmtpHouse house = SmtpHouse.with(Map.of()).stagingIn(notAFolder);
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<>");
      talk.ask("RCPT TO:<ada@example.org>");
      if (how.equals("DATA")) {
        assertThat(talk.ask("DATA")).startsWith("354");
      } else {
        talk.line("BDAT " + 500 * line.length());
      }
      for (int i = 0; i < 500; i++) {
        talk.raw(line);
      }
      if (how.equals("DATA")) {
        talk.line(".");
      } else {
        assertThat(talk.reply()).isEqualTo("250 2.0.0 Ok: 496000 bytes");
        talk.line("BDAT 0 LAST");
      }

      assertThat(talk.reply()).isEqualTo("451 4.3.0 Error: queue file write error");
      assertThat(talk.ask("MAIL FROM:<>")).isEqualTo("250 2.1.0 Ok");
      assertThat(house.staged()).isZero();
      assertThat(house.inbox("ada@example.org")).isEmpty();
    }
  }
}
