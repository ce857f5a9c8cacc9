package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.testkit.Mails.any;
import static org.postroom.testkit.Mails.to;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.mail.Envelope;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.secret.Secret;
import org.postroom.dist.Role;
import org.postroom.dist.assembly.StartedServer;

/** A test says how its server is to be, and hears what was refused. */
@Tag("seconds")
final class MailSetupTest {

  @Test
  void strictRefusesAllWhoAreNotNamed() throws IOException {
    try (TestMail mail =
        TestMail.with().account("ada@example.org", "pw").strict().authInClear().start()) {
      assertThat(send(mail, "ada@example.org")).startsWith("250 ");
      assertThat(send(mail, "bob@example.org")).startsWith("550 5.1.1 ");
      assertThat(send(mail, "bob@elsewhere.example")).startsWith("454 4.7.1 ");
      assertThat(logIn(mail, "ada@example.org", "pw")).startsWith("235 ");
      assertThat(logIn(mail, "ada@example.org", TestMail.PASSWORD)).startsWith("535 ");
      assertThat(logIn(mail, "bob@example.org", TestMail.PASSWORD)).startsWith("535 ");
    }
  }

  @Test
  void othersAreHereWithTheUsualPassword() throws IOException {
    try (TestMail mail = TestMail.with().account("ada@example.org", "pw").authInClear().start()) {
      assertThat(send(mail, "bob@elsewhere.example")).startsWith("250 ");
      assertThat(logIn(mail, "ada@example.org", "pw")).startsWith("235 ");
      assertThat(logIn(mail, "ada@example.org", TestMail.PASSWORD)).startsWith("535 ");
      assertThat(logIn(mail, "bob@example.org", TestMail.PASSWORD)).startsWith("235 ");
    }
  }

  /** Limits for strangers can be tried out, too. */
  @Test
  void everybodyIsHereForWhoIsNoneOfOurNetworks() throws IOException {
    try (TestMail mail =
        TestMail.with()
            .set("mynetworks", "10.255.255.0/24")
            .set("smtpd_client_message_rate_limit", "2")
            .start()) {
      assertThat(send(mail, "ada@example.org")).startsWith("250 ");
      assertThat(send(mail, "ada@example.com")).startsWith("250 ");
      assertThat(send(mail, "ada@example.net")).startsWith("450 4.7.1 ");
    }
  }

  @Test
  void aBigMailIsTaken() throws IOException {
    try (TestMail mail = TestMail.start();
        Lines client = new Lines(mail.smtp())) {
      client.say("EHLO client.example");
      client.say("MAIL FROM:<a@b.example> SIZE=15600000");
      client.say("RCPT TO:<ada@example.org>");
      client.say("DATA");
      String said =
          client.say("Subject: s\r\n\r\n" + ("x".repeat(76) + "\r\n").repeat(200_000) + ".");
      assertThat(said).startsWith("250 ");
      assertThat(mail.awaitOne(any()).content()).hasSizeGreaterThan(15_600_000);
    }
  }

  @Test
  void aPortMayBeChosen() throws IOException {
    int free;
    try (java.net.ServerSocket taken = new java.net.ServerSocket(0)) {
      free = taken.getLocalPort();
    }
    try (TestMail mail = TestMail.with().port(Role.IMAP, free).start()) {
      assertThat(mail.imap().port()).isEqualTo(free);
      assertThat(mail.smtp().port()).isNotEqualTo(free);
    }
  }

  @Test
  void aMisspeltNameIsRefused() {
    assertThatThrownBy(() -> TestMail.with().set("mesage_size_limit", "1").start())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("mesage_size_limit")
        .hasMessageContaining("message_size_limit");
  }

  @Test
  void aFrozenClockStands() throws IOException {
    try (TestMail mail = TestMail.with().frozen().start()) {
      var before = mail.time().instant();
      send(mail, "ada@example.org");
      mail.awaitOne(any());

      assertThat(mail.time().instant()).isEqualTo(before);
    }
  }

  @Test
  void mailInAFolderIsThereForTheNextServer(@TempDir Path folder) throws IOException {
    try (TestMail mail = TestMail.with().folder(folder).start()) {
      assertThat(send(mail, "ada@example.org")).startsWith("250 ");
    }
    try (TestMail mail = TestMail.with().folder(folder).start()) {
      assertThat(mail.received()).isEmpty();
      assertThat(messages(mail, "ada@example.org")).isEqualTo("MESSAGES 1");
    }
  }

  @Test
  void whatWasRefusedIsToldWithWhatArrived() throws IOException {
    try (TestMail mail =
        TestMail.with().set("message_size_limit", "1000").patience(Duration.ofMillis(50)).start()) {
      try (Lines client = new Lines(mail.smtp())) {
        client.say("EHLO client.example");
        client.say("MAIL FROM:<a@b.example> SIZE=99999");
      }
      try (Lines client = new Lines(mail.imap())) {
        client.ask("LOGIN ada@example.org wrong");
      }
      send(mail, "bob@example.org");

      assertThatThrownBy(() -> mail.awaitOne(to("ada@example.org")))
          .isInstanceOf(AssertionError.class)
          .hasMessageContainingAll(
              "waited 50 ms for a mail and saw 0; what arrived:",
              "<a@b.example> to [bob@example.org]: s",
              "what was refused:",
              "MAIL FROM:<a@b.example> SIZE=99999 -> 552 5.3.4 ",
              "t LOGIN ada@example.org wrong -> t NO ");
      mail.forget();
      assertThat(mail.refusals()).isEmpty();
    }
  }

  @Test
  void waitingForNoneFailsWithWhatCame() throws IOException {
    try (TestMail mail = TestMail.start()) {
      mail.awaitNone(any(), Duration.ofMillis(20));
      send(mail, "ada@example.org");

      assertThatThrownBy(() -> mail.awaitNone(any(), Duration.ofSeconds(10)))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("to [ada@example.org]");
      mail.awaitNone(to("bob@example.org"), Duration.ofMillis(20));
    }
  }

  /** What a mail says is no refusal, and whoever pipelines sees which command was refused. */
  @Test
  void aRefusalIsThatOfItsCommand() throws IOException {
    try (TestMail mail = TestMail.with().account("ada@example.org", "secret").strict().start()) {
      try (Lines client = new Lines(mail.smtp())) {
        client.say("EHLO client.example");
        client.say("MAIL FROM:<a@b.example>");
        client.say("RCPT TO:<eve@example.org>\r\nRCPT TO:<ada@example.org>");
        client.say("NOOP"); // the answer to the second of the two
        client.say("DATA");
        client.say("Subject: s\r\n\r\n550 this\r\nt NO that\r\n-ERR those\r\n.");
        client.say("QUIT"); // the answer to the mail, which is there then
      }
      try (Lines client = new Lines(mail.imap())) {
        client.ask("LOGIN ada@example.org secret");
        client.ask("SELECT INBOX");
        assertThat(client.ask("FETCH 1 BODY[]"))
            .contains("t NO that"); // which it takes for the end
        client.ask("NOOP");
        client.ask("SELECT Nowhere");
        assertThat(client.ask("NOOP")).contains("t NO ");
      }

      assertThat(mail.refusals())
          .extracting(Refusal::command)
          .containsExactly("RCPT TO:<eve@example.org>", "t SELECT Nowhere");
    }
  }

  /** No test finds what another has left to be delivered. */
  @Test
  void aResetEmptiesTheQueue() {
    try (TestMail mail = TestMail.with().account("ada@example.org", "secret").strict().start()) {
      mail.faults().dns("elsewhere.example").fails();
      mail.server()
          .submit(
              Envelope.parse("ada@example.org", "bob@elsewhere.example"), "\r\nx".getBytes(UTF_8));
      assertThat(mail.server().unwrap(StartedServer.class).queue().size()).isEqualTo(1);

      mail.reset(Reset.MESSAGES);

      assertThat(mail.server().unwrap(StartedServer.class).queue().size()).isZero();
      mail.time().advance(Duration.ofDays(6));
      mail.awaitNone(any(), Duration.ofMillis(20));
    }
  }

  @Test
  void aResetTakesAwayWhatItSays() throws IOException {
    try (TestMail mail = TestMail.with().account("ada@example.org", "secret").start()) {
      leave(mail);
      mail.reset(Reset.NOTHING);
      assertThat(messages(mail, "ada@example.org")).isEqualTo("MESSAGES 1");

      mail.reset(Reset.MESSAGES);
      assertThat(messages(mail, "ada@example.org")).isEqualTo("MESSAGES 0");
      assertThat(ask(mail, "ada@example.org", "LIST \"\" Project")).contains("Project");

      leave(mail);
      mail.reset(Reset.FOLDERS);
      assertThat(messages(mail, "ada@example.org")).isEqualTo("MESSAGES 0");
      assertThat(ask(mail, "ada@example.org", "LIST \"\" Project")).doesNotContain("Project\n");
      assertThat(ask(mail, "ada@example.org", "LSUB \"\" Project")).doesNotContain("* LSUB");
      assertThat(ask(mail, "ada@example.org", "LIST \"\" Sent")).contains("Sent");
      assertThat(mail.server().unwrap(StartedServer.class).accounts().list()).hasSize(2);

      leave(mail);
      try (Secret other = Secret.of("other")) {
        var ada =
            mail.server()
                .unwrap(StartedServer.class)
                .accounts()
                .byLogin("ada@example.org")
                .orElseThrow();
        mail.server().unwrap(StartedServer.class).accounts().changePassword(ada.id(), other);
      }
      mail.reset(Reset.USERS);
      assertThat(mail.server().unwrap(StartedServer.class).accounts().list()).hasSize(1);
      assertThat(messages(mail, "ada@example.org")).isEqualTo("MESSAGES 0");
      assertThat(mail.received()).isEmpty();
    }
  }

  /** A mail for two, and a folder. */
  private static void leave(TestMail mail) throws IOException {
    send(mail, "ada@example.org");
    send(mail, "bob@example.org");
    ask(mail, "ada@example.org", "CREATE Project");
    ask(mail, "ada@example.org", "SUBSCRIBE Project");
  }

  private static String messages(TestMail mail, String login) throws IOException {
    String said = ask(mail, login, "STATUS INBOX (MESSAGES)");
    return said.substring(said.indexOf('(') + 1, said.indexOf(')'));
  }

  private static String ask(TestMail mail, String login, String command) throws IOException {
    try (Lines client = new Lines(mail.imap())) {
      client.ask("LOGIN " + login + " secret");
      return client.ask(command);
    }
  }

  private static String send(TestMail mail, String recipient) throws IOException {
    try (Lines client = new Lines(mail.smtp())) {
      client.say("EHLO client.example");
      String said = client.say("MAIL FROM:<a@b.example>");
      said = said.startsWith("2") ? client.say("RCPT TO:<" + recipient + ">") : said;
      if (!said.startsWith("2")) {
        return said;
      }
      client.say("DATA");
      return client.say("Subject: s\r\n\r\nx\r\n.");
    }
  }

  private static String logIn(TestMail mail, String login, String password) throws IOException {
    try (Lines client = new Lines(mail.smtp())) {
      client.say("EHLO client.example");
      String response = "\0" + login + "\0" + password;
      return client.say(
          "AUTH PLAIN " + Base64.getEncoder().encodeToString(response.getBytes(UTF_8)));
    }
  }
}
