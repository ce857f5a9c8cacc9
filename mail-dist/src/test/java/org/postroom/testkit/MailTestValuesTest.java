package org.postroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.testkit.Mails.any;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postroom.core.auth.Account;
import org.postroom.dist.assembly.StartedServer;

/** What the annotation and a registered extension say is so. */
@Tag("seconds")
final class MailTestValuesTest {

  @MailTest(
      accounts = {"ada@example.org", "bob@example.org:pw"},
      strict = true,
      settings = "smtpd_banner = $myhostname ready",
      frozen = true)
  @Nested
  final class SaidTest {
    private TestMail field;

    @Test
    void isSo(TestMail mail) throws IOException {
      assertThat(mail.server().unwrap(StartedServer.class).accounts().list())
          .extracting(account -> account.login())
          .containsExactly("ada@example.org", "bob@example.org");
      assertThat(field).isSameAs(mail);
      try (Lines client = new Lines(mail.imap())) {
        assertThat(client.ask("LOGIN bob@example.org pw")).contains("t OK");
      }
      var before = mail.time().instant();
      assertThat(mail.time().instant()).isEqualTo(before);
    }
  }

  @MailTest
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  @Nested
  final class OneAfterTheOtherTest {

    @Test
    @Order(1)
    void leavesMailAndAFolder(TestMail mail) throws IOException {
      try (Lines client = new Lines(mail.imap())) {
        client.ask("LOGIN ada@example.org secret");
        client.ask("CREATE Project");
        assertThat(client.ask("APPEND INBOX {3+}\r\na\r\n")).contains("t OK");
      }
    }

    @Test
    @Order(2)
    void findsNeither(TestMail mail) throws IOException {
      try (Lines client = new Lines(mail.imap())) {
        client.ask("LOGIN ada@example.org secret");
        assertThat(client.ask("STATUS INBOX (MESSAGES)")).contains("MESSAGES 0");
        assertThat(client.ask("LIST \"\" Project")).doesNotContain("Project\n");
      }
    }
  }

  @MailTest(perMethod = true)
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  @Nested
  final class AnotherServerEachTest {
    private static int port;

    @Test
    @Order(1)
    void one(TestMail mail) {
      port = mail.smtp().port();
      mail.server().unwrap(StartedServer.class).accounts();
    }

    @Test
    @Order(2)
    void another(TestMail mail) {
      assertThat(mail.smtp().port()).isNotEqualTo(port);
    }
  }

  @MailTest(accounts = "around@example.org", strict = true)
  @Nested
  final class AroundTest {

    @Test
    void hasItsOwn(TestMail mail) {
      assertThat(logins(mail)).containsExactly("around@example.org");
    }

    @MailTest(accounts = "within@example.org", strict = true)
    @Nested
    final class WithinTest {

      @RepeatedTest(2)
      void hasItsOwn(TestMail mail) {
        assertThat(logins(mail)).containsExactly("within@example.org");
      }
    }

    @Nested
    final class SilentTest {

      @Test
      void hasThatOfTheClassAround(TestMail mail) {
        assertThat(logins(mail)).containsExactly("around@example.org");
      }
    }

    private List<String> logins(TestMail mail) {
      return mail.server().unwrap(StartedServer.class).accounts().list().stream()
          .map(Account::login)
          .toList();
    }
  }

  /** The same instance for all tests. */
  @MailTest
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  @Nested
  final class OneInstanceTest {
    private TestMail field;

    @RepeatedTest(3)
    void hasAViewForEach(TestMail mail) throws IOException {
      assertThat(field).isSameAs(mail);
      try (Lines client = new Lines(mail.smtp())) {
        client.say("EHLO x");
        client.say("MAIL FROM:<a@b.example>");
        client.say("RCPT TO:<ada@example.org>");
        client.say("DATA");
        client.say("\r\nx\r\n.");
      }
      assertThat(mail.awaitOne(any()).text()).isEqualTo("x\n");
    }
  }

  @Nested
  final class RegisteredTest {
    @RegisterExtension
    final MailExtension mail =
        MailExtension.of(
            TestMail.with().account("ada@example.org", "pw").patience(Duration.ofSeconds(30)));

    private TestMail here;

    @Test
    void isAsItSays(TestMail view) throws IOException {
      assertThat(here).isSameAs(view);
      try (Lines client = new Lines(view.smtp())) {
        client.say("EHLO x");
        client.say("MAIL FROM:<a@b.example>");
        client.say("RCPT TO:<ada@example.org>");
        client.say("DATA");
        assertThat(client.say("\r\nx\r\n.")).startsWith("250 ");
      }
      assertThat(view.awaitOne(any()).text()).isEqualTo("x\n");
    }
  }
}
