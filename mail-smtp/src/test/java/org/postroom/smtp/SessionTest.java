package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.core.wire.HeldWorkers;
import org.postroom.smtp.server.Role;

@Timeout(60)
class SessionTest {
  @Test
  void answersTheSameWhereverTheInputIsCut() {
    String envelope = "MAIL FROM:<>\r\nRCPT TO:<ada@example.org>\r\nNOOP\r\nDATA\r\n";
    String content = "A: b\r\n\r\n.x\r\n..\r\nbare\nlf\n.\r\n\r\n.\r\nNOPE\r\nQUIT\r\n";
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_client_connection_count_limit", "0"))) {
      InetSocketAddress server = house.listen(Role.MX);
      List<String> whole = conversation(server, envelope, 0, content, 0);

      for (int cut = 1; cut < envelope.length(); cut++) {
        assertThat(conversation(server, envelope, cut, content, 0)).isEqualTo(whole);
      }
      for (int cut = 1; cut < content.length(); cut++) {
        assertThat(conversation(server, envelope, 0, content, cut)).isEqualTo(whole);
      }

      assertThat(whole).hasSize(7).last().isEqualTo("221 2.0.0 Bye");
      assertThat(house.inbox("ada@example.org"))
          .hasSize(envelope.length() + content.length() - 1)
          .allMatch(mail -> mail.endsWith("+0000\r\nA: b\r\n\r\nx\r\n.\r\nbare\r\nlf\r\n\r\n\r\n"));
    }
  }

  private static List<String> conversation(
      InetSocketAddress server, String envelope, int first, String content, int second) {
    try (Talk talk = new Talk(server)) {
      talk.reply();
      List<String> answers = new ArrayList<>();
      talk.raw(envelope.substring(0, first)).raw(envelope.substring(first));
      for (int i = 0; i < 4; i++) {
        answers.add(talk.reply());
      }
      talk.raw(content.substring(0, second)).raw(content.substring(second));
      answers.add(talk.reply().replaceAll("queued as .*", "queued as"));
      answers.add(talk.reply());
      answers.add(talk.reply());
      return answers;
    }
  }

  /** Chunks, refused ones among them, whose octets look like commands. */
  @Test
  void answersTheSameWhereverItsChunksAreCut() {
    String input =
        "EHLO x\r\nBDAT 7\r\nQUIT\r\nxMAIL FROM:<>\r\nBDAT 0\r\nBDAT 8 LAST\r\nNOOP\r\n\r\n"
            + "MAIL FROM:<>\r\nRCPT TO:<ada@example.org>\r\nBDAT 10\r\nA: b\r\n\r\n.\r"
            + "BDAT 0\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nBDAT 5\r\n\nQUIT"
            + "BDAT 0 LAST\r\nBDAT 2 LAST\r\n\r\nMAIL FROM:<>\r\nRCPT TO:<ada@example.org>\r\n"
            + "BDAT 9 LAST\r\n1\n2\r3\r\n.\rNOPE\r\nQUIT\r\n";
    try (SmtpHouse house =
        SmtpHouse.with(
            Map.of(
                "smtpd_client_connection_count_limit",
                "0",
                "smtpd_forbid_unauth_pipelining",
                "no"))) {
      InetSocketAddress server = house.listen(Role.MX);
      String whole = pipelined(server, input, 0);
      assertThat(whole)
          .endsWith(
              """
              503 5.5.1 Error: need MAIL command
              250 2.1.0 Ok
              503 5.5.1 Error: need RCPT command
              503 5.5.1 Error: need MAIL command
              250 2.1.0 Ok
              250 2.1.5 Ok
              250 2.0.0 Ok: 10 bytes
              250 2.0.0 Ok: 0 bytes
              503 5.5.1 Error: content has begun
              503 5.5.1 Error: DATA after BDAT
              250 2.0.0 Ok: 5 bytes
              250 2.0.0 Ok: queued as
              503 5.5.1 Error: need MAIL command
              250 2.1.0 Ok
              250 2.1.5 Ok
              250 2.0.0 Ok: queued as
              500 5.5.2 Error: command not recognized; HELP lists those that are
              221 2.0.0 Bye
              """);

      for (int cut = 1; cut < input.length(); cut++) {
        assertThat(pipelined(server, input, cut)).as("cut at %s", cut).isEqualTo(whole);
      }

      assertThat(house.inbox("bob@example.org")).isEmpty();
      assertThat(house.inbox("ada@example.org"))
          .hasSize(2 * input.length())
          .allMatch(
              mail ->
                  mail.endsWith("+0000\r\nA: b\r\n\r\n.\r\nQUIT")
                      || mail.endsWith("+0000\r\n\r\n1\r\n2 3\r\n. "));
      assertThat(house.staged()).isZero();
      assertThat(house.acceptedOn).noneMatch(thread -> thread.startsWith("wire"));
    }
  }

  private static String pipelined(InetSocketAddress server, String input, int cut) {
    try (Talk talk = new Talk(server)) {
      talk.reply();
      talk.raw(input.substring(0, cut)).raw(input.substring(cut));
      StringBuilder answers = new StringBuilder();
      for (String answer = talk.reply(); !answer.isEmpty(); answer = talk.reply()) {
        answers.append(answer.replaceAll("queued as .*", "queued as")).append('\n');
      }
      return answers.toString();
    }
  }

  /** Some lines are dealt with at once, some by a worker, as the house remembers a recipient. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void answersInOrderHoweverItsInputIsCut(long seed) {
    Random random = new Random(seed);
    StringBuilder input = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      say(random, i, input, expected);
    }
    input.append("QUIT\r\n");
    expected.add("221 2.0.0 Bye");
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_hard_error_limit", "1000"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(
              () -> {
                for (int at = 0; at < input.length(); ) {
                  int end = Math.min(input.length(), at + 1 + random.nextInt(120));
                  talk.raw(input.substring(at, end));
                  at = end;
                }
              });

      for (String answer : expected) {
        assertThat(talk.reply().replaceAll("queued as .*", "queued as")).isEqualTo(answer);
      }
      sent.join();
      assertThat(talk.isOver()).isTrue();
      assertThat(house.acceptedOn).noneMatch(thread -> thread.startsWith("wire"));
    }
  }

  private static void say(Random random, int i, StringBuilder input, List<String> expected) {
    switch (random.nextInt(5)) {
      case 0 -> {
        input.append("NOOP\r\n");
        expected.add("250 2.0.0 Ok");
      }
      case 1 -> {
        input.append("MAIL FROM:<>\r\nRCPT TO:<x").append(i).append("@example.org>\r\nRSET\r\n");
        expected.add("250 2.1.0 Ok");
        expected.add(
            "550 5.1.1 <x"
                + i
                + "@example.org>: Recipient address rejected:"
                + " User unknown in local recipient table");
        expected.add("250 2.0.0 Ok");
      }
      case 2 -> {
        int length = random.nextInt(2000);
        input
            .append("BDAT ")
            .append(length)
            .append("\r\n")
            .append("\r\nRSET".repeat(length), 0, length);
        expected.add("503 5.5.1 Error: need MAIL command");
      }
      default -> {
        input.append("MAIL FROM:<>\r\nRCPT TO:<ada@example.org>\r\n");
        expected.add("250 2.1.0 Ok");
        expected.add("250 2.1.5 Ok");
        for (int chunk = random.nextInt(4); chunk > 0; chunk--) {
          int length = random.nextInt(5000);
          input.append("BDAT ").append(length).append("\r\n").append("x".repeat(length));
          expected.add("250 2.0.0 Ok: " + length + " bytes");
        }
        int last = random.nextInt(20);
        input.append("BDAT ").append(last).append(" LAST\r\n").append("y".repeat(last));
        expected.add("250 2.0.0 Ok: queued as");
      }
    }
  }

  @Test
  void endsASessionThatSaysNothing() throws Exception {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_timeout", "20s"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      String last = house.whileTimePasses(talk::reply);

      assertThat(last).isEqualTo("421 4.4.2 mx.example.org Error: timeout exceeded");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void endsAMailThatTricklesIn() throws Exception {
    try (SmtpHouse house =
            SmtpHouse.with(Map.of("smtpd_timeout", "10s", "smtpd_min_data_rate", "100"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "ada@example.org");

      String last =
          house.whileTimePasses(
              () -> {
                for (int i = 0; i < 5; i++) {
                  talk.raw("x");
                }
                return talk.reply();
              });

      assertThat(last).isEqualTo("421 4.4.2 mx.example.org Error: timeout exceeded");
      assertThat(house.staged()).isZero();
    }
  }

  /** Nothing is kept of them, but a client that is let stay for nothing stays for ever. */
  @Test
  void endsARefusedChunkThatTricklesIn() throws Exception {
    try (SmtpHouse house =
            SmtpHouse.with(Map.of("smtpd_timeout", "10s", "smtpd_min_data_rate", "100"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.raw("BDAT 1000000\r\n");
      Instant before = house.time.instant();
      AtomicBoolean over = new AtomicBoolean();
      Thread trickle = new Thread(() -> trickle(house, talk, over));
      trickle.start();

      String last = house.whileTimePasses(talk::reply);
      over.set(true);
      trickle.join();

      assertThat(last).isEqualTo("421 4.4.2 mx.example.org Error: timeout exceeded");
      assertThat(Duration.between(before, house.time.instant())).isLessThan(Duration.ofMinutes(1));
    }
  }

  /** Two octets a second for ten minutes, or until it is over. */
  private static void trickle(SmtpHouse house, Talk talk, AtomicBoolean over) {
    try {
      for (int i = 0; i < 1200 && !over.get(); i++) {
        talk.raw("x");
        Instant next = house.time.instant().plusMillis(500);
        while (house.time.instant().isBefore(next) && !over.get()) {
          Until.aMoment();
        }
      }
    } catch (UncheckedIOException e) {
      // As wanted.
    }
  }

  @Test
  void saysGoodbyeInTheMiddleOfAMail() {
    SmtpHouse house = SmtpHouse.with(Map.of());
    try (Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "ada@example.org").raw("Subject: half\r\n");

      house.close();

      assertThat(talk.reply())
          .isEqualTo("421 4.3.2 mx.example.org Service is going down, try again later");
      assertThat(house.staged()).isZero();
    }
  }

  @Test
  void whoEndsItsSideHearsTheAnswersToWhatItSent() {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_sasl_auth_enable", "yes"));
        HeldWorkers workers = new HeldWorkers()) {
      house.turnsOn(workers);
      InetSocketAddress server = house.listen(Role.MX);
      try (Talk talk = Talk.greeted(server)) {
        workers.hold();
        talk.line("MAIL FROM:<>").line("RSET").line("NOOP");
        talk.line("AUTH PLAIN AGFkYUBleGFtcGxlLm9yZwBzZWNyZXQ=").sendEnd();
        new Talk(server).reply(); // by then its end has been seen
        workers.letGo();

        assertThat(List.of(talk.reply(), talk.reply()))
            .containsExactly("250 2.1.0 Ok", "250 2.0.0 Ok");
        assertThat(talk.reply()).isEqualTo("250 2.0.0 Ok");
        assertThat(talk.reply()).startsWith("235 ");
        assertThat(talk.isOver()).isTrue();
      }
    }
  }

  @Test
  void whoEndsItsSideBehindAMailHearsWhatBecomesOfIt() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "ada@example.org").raw("A: b\r\n\r\n.\r\n").sendEnd();

      assertThat(talk.reply()).startsWith("250 2.0.0 Ok: queued as ");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void aClientWithTooManySessionsGetsTheNextForItsOldest() {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_client_connection_count_limit", "2"))) {
      InetSocketAddress server = house.listen(Role.MX);
      try (Talk first = Talk.greeted(server);
          Talk second = Talk.greeted(server)) {
        assertThat(first.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
        assertThat(second.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
        try (Talk third = Talk.greeted(server)) {
          assertThat(first.reply())
              .isEqualTo("421 4.3.2 mx.example.org Error: too many connections");
          assertThat(second.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
          assertThat(third.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
        }
      }
    }
  }

  /** Also where what is configured names no networks: mynetworks are exempt, then. */
  @ParameterizedTest
  @ValueSource(strings = {"mynetworks", "smtpd_client_event_limit_exceptions"})
  void limitsDoNotBindThoseThatAreExempt(String list) {
    try (SmtpHouse house =
        SmtpHouse.with(
            Map.of(
                "smtpd_client_connection_count_limit",
                "1",
                "smtpd_client_connection_rate_limit",
                "1",
                list,
                "127.0.0.0/8"))) {
      InetSocketAddress server = house.listen(Role.MX);
      try (Talk first = Talk.greeted(server);
          Talk second = Talk.greeted(server)) {
        assertThat(first.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
        assertThat(second.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
      }
    }
  }

  @Test
  void limitsBindNeighboursThatAreNotExempt() {
    try (SmtpHouse house =
        SmtpHouse.with(
            Map.of(
                "smtpd_client_connection_count_limit",
                "1",
                "mynetworks",
                "127.0.0.0/8",
                "smtpd_client_event_limit_exceptions",
                "192.0.2.0/24"))) {
      InetSocketAddress server = house.listen(Role.MX);
      try (Talk first = Talk.greeted(server)) {
        assertThat(first.ask("NOOP")).isEqualTo("250 2.0.0 Ok");
        Talk.greeted(server).close();
        assertThat(first.reply()).startsWith("421 4.3.2 ");
      }
    }
  }

  @Test
  void sendsAwayAClientThatDoesNotWaitForEhlo() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = new Talk(house.listen(Role.MX))) {
      talk.reply();

      assertThat(talk.raw("EHLO x\r\nMAIL FROM:<>\r\n").reply())
          .isEqualTo("554 5.5.0 Error: SMTP protocol synchronization");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void refusesCommandLinesThatAreNone() {
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      assertThat(talk.raw("NO\rOP\r\n").reply())
          .isEqualTo("500 5.5.2 Error: bad syntax: control characters");
      assertThat(talk.raw("NOOP \0\r\n").reply())
          .isEqualTo("500 5.5.2 Error: bad syntax: control characters");
      assertThat(talk.ask("NOOP " + "x".repeat(2043))).isEqualTo("250 2.0.0 Ok");
      assertThat(talk.ask("NOOP " + "x".repeat(2044))).isEqualTo("500 5.5.2 Error: line too long");
      assertThat(talk.ask("NOOP " + "x".repeat(50_000)))
          .isEqualTo("500 5.5.2 Error: line too long");
      assertThat(talk.ask(""))
          .isEqualTo("500 5.5.2 Error: command not recognized; HELP lists those that are");
    }
  }

  /** As somebody types it into telnet: no command takes five minutes, the whole takes longer. */
  @Test
  @Shows("A6.8")
  void aSessionTypedByHandGoesWell() {
    String content = "Subject: by hand\r\n\r\n" + "It takes its time.\r\n".repeat(10);
    Duration second = Duration.ofSeconds(1);
    try (SmtpHouse house = SmtpHouse.with(Map.of());
        Talk talk = new Talk(house.listen(Role.MX))) {
      talk.reply();
      List<String> replies = new ArrayList<>();
      for (String line :
          List.of(
              "HELO there\r\n",
              "MAIL ada@example.org\r\n",
              "MALI\r\n",
              "MAIL FROM:<>\r\n",
              "RCPT TO:<ada@example.org>\r\n",
              "DATA\r\n",
              content + ".\r\n",
              "QUIT\r\n")) {
        for (int i = 0; i < line.length(); i++) {
          talk.raw(line.substring(i, i + 1));
          house.pass(second);
        }
        replies.add(talk.reply());
      }

      assertThat(replies)
          .satisfiesExactly(
              reply -> assertThat(reply).isEqualTo("250 mx.example.org"),
              reply -> assertThat(reply).isEqualTo("501 5.5.4 Syntax: MAIL FROM:<address>"),
              reply ->
                  assertThat(reply)
                      .isEqualTo(
                          "500 5.5.2 Error: command not recognized; HELP lists those that are"),
              reply -> assertThat(reply).startsWith("250 2.1.0 "),
              reply -> assertThat(reply).startsWith("250 2.1.5 "),
              reply -> assertThat(reply).startsWith("354 "),
              reply -> assertThat(reply).startsWith("250 2.0.0 "),
              reply -> assertThat(reply).startsWith("221 "));
      assertThat(house.inbox("ada@example.org"))
          .singleElement()
          .satisfies(mail -> assertThat(mail).endsWith(content));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"normalize", "yes", "no", "note"})
  void takesCommandsThatEndInLineFeedsAlone(String bareNewline) {
    try (SmtpHouse house =
            SmtpHouse.with(
                Map.of("smtpd_forbid_bare_newline", bareNewline, "smtpd_sasl_auth_enable", "yes"));
        Talk talk = new Talk(house.listen(Role.MX))) {
      talk.reply();

      assertThat(talk.raw("EHLO c\n").reply()).startsWith("250-mx.example.org");
      assertThat(talk.raw("AUTH LOGIN\n").reply()).startsWith("334 ");
      assertThat(talk.raw("*\n").reply()).startsWith("501 5.7.0");
      assertThat(talk.raw("MAIL FROM:<>\n").reply()).startsWith("250 ");
      assertThat(talk.raw("RCPT TO:<ada@example.org>\n").reply()).startsWith("250 ");
      assertThat(talk.raw("DATA\n").reply()).startsWith("354 ");
      String answer = talk.raw("A: b\n\nx\n.\nRSET\n.\r\nRSET\r\n\n.\r\n\r\n.\r\n").reply();
      assertThat(answer).startsWith("250 2.0.0 Ok: queued");
      assertThat(talk.raw("QUIT\n").reply()).isEqualTo("221 2.0.0 Bye");
      assertThat(house.inbox("ada@example.org"))
          .singleElement()
          .asString()
          .endsWith("A: b\r\n\r\nx\r\n\r\nRSET\r\n\r\nRSET\r\n\r\n\r\n\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EHLO c\n", "RSET\r\nNOOP\nNOOP\r\n"})
  void sendsAwayWhoEndsCommandsInLineFeedsAlone(String commands) {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_forbid_bare_newline", "reject"));
        Talk talk = new Talk(house.listen(Role.MX))) {
      talk.reply();
      talk.raw(commands);

      String answer = talk.reply();
      while (answer.startsWith("250")) {
        answer = talk.reply();
      }
      assertThat(answer).isEqualTo("550 5.5.2 mx.example.org Error: bare <LF> received");
      assertThat(talk.isOver()).isTrue();
    }
  }

  @Test
  void saysGoodbyeWhenTheHouseCloses() {
    SmtpHouse house = SmtpHouse.with(Map.of());
    try (Talk talk = Talk.greeted(house.listen(Role.MX))) {
      house.close();

      assertThat(talk.reply())
          .isEqualTo("421 4.3.2 mx.example.org Service is going down, try again later");
    }
  }

  @Test
  void takesAMailOfTwentyFiveMegabytes() {
    String line = "0123456789".repeat(100) + "\r\n";
    try (SmtpHouse house = SmtpHouse.with(Map.of("message_size_limit", "52428800"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.toData("", "ada@example.org");
      talk.raw("Subject: big\r\n\r\n");
      for (int i = 0; i < 25; i++) {
        talk.raw(line.repeat(1_000));
      }

      assertThat(talk.raw(".\r\n").reply()).startsWith("250 2.0.0");
      assertThat(house.inbox("ada@example.org").get(0)).endsWith(line.repeat(25_000));
    }
  }

  @Test
  void delaysTheAnswerToAWrongPassword() throws Exception {
    try (SmtpHouse house = SmtpHouse.with(Map.of("smtpd_sasl_auth_enable", "yes"));
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      var before = house.time.instant();

      talk.line("AUTH PLAIN AGFkYUBleGFtcGxlLm9yZwB3cm9uZw==");
      String answer = house.whileTimePasses(talk::reply);

      assertThat(answer).isEqualTo("535 5.7.8 Error: authentication failed");
      assertThat(Duration.between(before, house.time.instant()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    }
  }
}
