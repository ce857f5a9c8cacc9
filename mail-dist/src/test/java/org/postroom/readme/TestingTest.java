package org.postroom.readme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.testkit.Mails.any;
import static org.postroom.testkit.Mails.in;
import static org.postroom.testkit.Mails.to;
import static org.postroom.testkit.fault.Verb.APPEND;
import static org.postroom.testkit.fault.Verb.CONTENT;
import static org.postroom.testkit.fault.Verb.FETCH;
import static org.postroom.testkit.fault.Verb.HANDSHAKE;
import static org.postroom.testkit.fault.Verb.MAIL;
import static org.postroom.testkit.fault.Verb.RCPT;
import static org.postroom.testkit.fault.Verb.RETR;

import jakarta.activation.DataHandler;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.testkit.Attachment;
import org.postroom.testkit.MailExtension;
import org.postroom.testkit.MailTest;
import org.postroom.testkit.ReceivedMail;
import org.postroom.testkit.Recording;
import org.postroom.testkit.TestMail;
import org.postroom.testkit.TestNetwork;
import org.postroom.testkit.fault.Protocol;
import org.postroom.testkit.fault.StoreWork;

/** What docs/testing.md shows is code that is compiled and run here. */
@Timeout(60)
@Tag("seconds")
final class TestingTest {
  private static final Page PAGE = Page.of("docs/testing.md");

  @TempDir private static Path folder;

  @Test
  void everySnippetIsOfTheseTests() {
    assertThat(PAGE.blocks("java")).hasSizeGreaterThan(5);
    PAGE.showsJavaOf(
        Page.test("TestingTest"),
        Page.test("UsualTest"),
        Path.of("src/samples/boot-3.5-jpa/src/test/java/shop/ShopTest.java"));
  }

  /** The text of a failure is shown as it is. */
  @Test
  void aFailureSaysWhatThePageShows() {
    try (TestMail mail =
        TestMail.with()
            .account("ada@example.org", "geheim")
            .strict()
            .patience(Duration.ofMillis(1))
            .start()) {
      assertThatThrownBy(() -> shop(mail).sendInvoice("eve@example.org"));
      String shown = PAGE.blocks("").stream().filter(it -> it.startsWith("waited")).findAny().get();
      assertThatThrownBy(() -> mail.awaitOne(to("eve@example.org")))
          .hasMessage(shown.strip().replace("10 s", "1 ms"));
    }
  }

  @MailTest
  @Nested
  final class InvoiceTest {

    @Test
    void isSent(TestMail mail) {
      shop(mail).sendInvoice("ada@example.org");

      ReceivedMail invoice = mail.awaitOne(to("ada@example.org"));
      assertThat(invoice.subject()).isEqualTo("Ihre Rechnung für März");
      assertThat(invoice.text()).contains("Vielen Dank");
      assertThat(invoice.attachments())
          .extracting(Attachment::name)
          .containsExactly("Rechnung.pdf");
    }
  }

  @MailTest(
      accounts = {"ada@example.org", "bob@example.org:geheim"},
      strict = true,
      settings = "message_size_limit = 50000")
  @Nested
  final class StrictTest {

    @Test
    void strangersAreRefused(TestMail mail) {
      assertThatThrownBy(() -> shop(mail).sendInvoice("eve@example.org"))
          .hasMessageContaining("550 5.1.1");
    }
  }

  @Nested
  final class RegisteredTest {
    @RegisterExtension
    final MailExtension extension =
        MailExtension.of(TestMail.with().folder(folder).patience(Duration.ofSeconds(30)));

    @Test
    void isThere(TestMail mail) {
      shop(mail).sendInvoice("ada@example.org");
      assertThat(mail.awaitOne(any()).recipients()).containsExactly("ada@example.org");
    }
  }

  @Test
  void mailIsThereBefore(@TempDir Path old) throws IOException {
    Path mbox = old.resolve("mbox");
    Files.writeString(mbox, "From x Fri Jul  8 12:08:34 2011\nSubject: old\n\nbody\n");
    TestMail mail = TestMail.with().preload("ada@example.org", "Archive", mbox).start();
    assertThat(mail.server().mailboxes("ada@example.org").folder("Archive").size()).isEqualTo(1);
    mail.close();
  }

  @Test
  void withoutJUnit() {
    try (TestMail mail = TestMail.with().account("ada@example.org", "geheim").start()) {
      shop(mail).sendInvoice("ada@example.org");
      assertThat(mail.awaitOne(any()).recipients()).containsExactly("ada@example.org");
    }
  }

  @MailTest
  @Nested
  final class RegistrationTest {
    private TestMail server;

    @Test
    void confirms() {
      ReceivedMail mail = awaitRegistration();
      assertThat(mail.links()).containsExactly("https://shop.example/confirm?id=7");
      assertThat(mail.codes()).containsExactly("493021");
      assertThat(mail.isSecured()).isTrue();
      assertThat(mail.login()).contains("shop@example.net");
      assertThat(mail.transcript()).contains("C: STARTTLS", "C: MAIL FROM:<shop@example.net>");
    }

    private ReceivedMail awaitRegistration() {
      shop(server).confirmRegistration("ada@example.org");
      return server.awaitOne(to("ada@example.org"));
    }

    @Test
    void keepsACopy(TestMail mail) {
      byte[] message = "Subject: Welcome\n\nbody\n".getBytes(UTF_8);
      long unused = mail.server().mailboxes("shop@example.net").folder("Sent").append(message);

      ReceivedMail copy = mail.awaitOne(in("shop@example.net", "Sent"));
      assertThat(copy.isAppended()).isTrue();
    }

    @Test
    void timePasses(TestMail mail) {
      var before = mail.time().instant();
      mail.time().advance(Duration.ofDays(5));
      assertThat(mail.time().instant()).isAfter(before.plus(Duration.ofDays(5)));
    }
  }

  @Test
  void severalServers() {
    try (TestNetwork network = TestNetwork.of("shop.example", "example.org")) {
      TestMail shop = network.at("shop.example");
      network.away("example.org");
      shop(shop).sendInvoice("ada@example.org");
      network.back("example.org");
      network.time().advance(Duration.ofHours(1));

      ReceivedMail invoice = network.at("example.org").awaitOne(to("ada@example.org"));
      assertThat(invoice.helo()).isEqualTo("mx.shop.example");
    }
  }

  @MailTest
  @Nested
  final class OutboxTest {

    @Test
    void logsInWithAToken(TestMail mail) {
      String token = mail.token("shop@example.net");
      outbox(mail, token).send("ada@example.org");
      assertThat(mail.awaitOne(to("ada@example.org")).login()).contains("shop@example.net");

      String expired = mail.tokens().of("shop@example.net").expired().mint();
      assertThatThrownBy(() -> outbox(mail, expired).send("ada@example.org"))
          .hasRootCauseInstanceOf(AuthenticationFailedException.class);

      mail.tokens().revoke(token);
      assertThatThrownBy(() -> outbox(mail, token).send("ada@example.org"))
          .hasRootCauseInstanceOf(AuthenticationFailedException.class);
    }

    private static Outbox outbox(TestMail mail, String token) {
      return new Outbox(mail, token);
    }
  }

  @MailTest
  @Nested
  final class FaultsTest {

    @Test
    void areMetByAnApplication(TestMail mail) {
      mail.smtp().next(RCPT).to("ada@example.org").reply(450, "4.2.0 Greylisted");

      shop(mail).sendInvoiceUntilTaken("ada@example.org");

      mail.awaitOne(to("ada@example.org"));
      assertThat(mail.faults().unused()).isEmpty();
    }

    @Test
    void areRecorded(TestMail mail) throws IOException {
      shop(mail).sendInvoice("ada@example.org");
      Path file = folder.resolve("recording");

      Recording recording = mail.recordings().get(0);
      Files.writeString(file, recording.text());

      mail.replay(Recording.parse(Files.readString(file)), mail.smtp());

      assertThat(mail.await(2, any())).hasSize(2);
    }

    @Test
    void areOfManyKinds(TestMail mail) {
      mail.smtp().next(CONTENT).loseAnswer();
      mail.smtp().every(MAIL).withChance(0.1).drop();
      mail.submission().next(HANDSHAKE).failTls();
      mail.pop3().nth(3, RETR).delay(Duration.ofSeconds(20));
      mail.imap().every(FETCH).afterAnswered(10_000).stall();
      mail.imap().without("IDLE");
      mail.faults().at(Protocol.IMAP).next(APPEND).reply("NO [OVERQUOTA] No room");
      mail.faults().store(StoreWork.ACCEPT).times(2).full();
      mail.faults().dns("example.net").times(3).fails();
      assertThat(mail.faults().all()).hasSize(9);
    }
  }

  @MailTest(accounts = "ada@example.org", strict = true, settings = "delay_warning_time = 4h")
  @Nested
  final class FiveDaysTest {

    @Test
    void areOverInAMoment(TestMail mail) throws MessagingException {
      mail.faults().dns("elsewhere.example").fails();
      shop(mail).sendInvoiceFrom("ada@example.org", "bob@elsewhere.example");

      mail.time().advance(Duration.ofDays(6));

      assertThat(subjects(mail, "ada@example.org"))
          .containsExactly(
              "Delayed Mail (still being retried)", "Undelivered Mail Returned to Sender");
    }

    private static List<String> subjects(TestMail mail, String login) throws MessagingException {
      Properties properties = new Properties();
      properties.put("mail.imaps.ssl.socketFactory", mail.sslContext().getSocketFactory());
      try (Store store = Session.getInstance(properties).getStore("imaps")) {
        store.connect(mail.imaps().host(), mail.imaps().port(), login, TestMail.PASSWORD);
        Folder inbox = store.getFolder("INBOX");
        inbox.open(Folder.READ_ONLY);
        List<String> subjects = new ArrayList<>();
        for (Message message : inbox.getMessages()) {
          subjects.add(message.getSubject());
        }
        return subjects;
      }
    }
  }

  private static Shop shop(TestMail mail) {
    return new Shop(mail);
  }

  /** An application that sends mail by somebody's leave. */
  private record Outbox(TestMail mail, String token) {

    void send(String customer) {
      try {
        Properties properties = new Properties();
        properties.put("mail.smtp.auth", "true");
        properties.put("mail.smtp.auth.mechanisms", "XOAUTH2");
        properties.put("mail.smtp.starttls.required", "true");
        properties.put("mail.smtp.ssl.socketFactory", mail.sslContext().getSocketFactory());
        MimeMessage message = Shop.message(properties, mail.submission(), customer, "Hello");
        message.setText("Hello.");
        Transport.send(message, "shop@example.net", token);
      } catch (MessagingException e) {
        throw new IllegalStateException(Shop.reason(e), e);
      }
    }
  }

  /** An application that sends mail. */
  private record Shop(TestMail mail) {

    void sendInvoice(String customer) {
      try {
        MimeBodyPart text = new MimeBodyPart();
        text.setText("Vielen Dank für Ihre Bestellung.", "utf-8");
        MimeBodyPart invoice = new MimeBodyPart();
        invoice.setDataHandler(
            new DataHandler(
                new ByteArrayDataSource("%PDF-1.4".getBytes(UTF_8), "application/pdf")));
        invoice.setFileName("Rechnung.pdf");
        MimeMessage message =
            message(new Properties(), mail.smtp(), customer, "Ihre Rechnung für März");
        message.setContent(new MimeMultipart("mixed", text, invoice));
        Transport.send(message);
      } catch (MessagingException e) {
        throw new IllegalStateException(reason(e), e);
      }
    }

    void sendInvoiceUntilTaken(String customer) {
      try {
        sendInvoice(customer);
      } catch (IllegalStateException e) {
        sendInvoice(customer);
      }
    }

    void sendInvoiceFrom(String seller, String customer) {
      try {
        MimeMessage message = message(authenticated(), mail.submission(), customer, "Invoice");
        message.setFrom(seller);
        message.setText("Thank you");
        Transport.send(message, seller, TestMail.PASSWORD);
      } catch (MessagingException e) {
        throw new IllegalStateException(reason(e), e);
      }
    }

    private Properties authenticated() {
      Properties properties = new Properties();
      properties.put("mail.smtp.auth", "true");
      properties.put("mail.smtp.starttls.required", "true");
      properties.put("mail.smtp.ssl.socketFactory", mail.sslContext().getSocketFactory());
      return properties;
    }

    void confirmRegistration(String customer) {
      try {
        MimeMessage message =
            message(authenticated(), mail.submission(), customer, "Welcome to the shop");
        message.setText("Open https://shop.example/confirm?id=7 or enter 493021.");
        Transport.send(message, "shop@example.net", TestMail.PASSWORD);
      } catch (MessagingException e) {
        throw new IllegalStateException(reason(e), e);
      }
    }

    private static String reason(MessagingException e) {
      return e.getMessage() + ": " + e.getNextException();
    }

    private static MimeMessage message(
        Properties properties, TestMail.Endpoint server, String customer, String subject)
        throws MessagingException {
      properties.put("mail.smtp.host", server.host());
      properties.put("mail.smtp.port", Integer.toString(server.port()));
      MimeMessage message = new MimeMessage(Session.getInstance(properties));
      message.setFrom("shop@example.net");
      message.setRecipient(Message.RecipientType.TO, new InternetAddress(customer));
      message.setSubject(subject, "utf-8");
      return message;
    }
  }
}
