package org.postroom.readme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.testkit.Mails.any;
import static org.postroom.testkit.Mails.to;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postroom.testkit.Attachment;
import org.postroom.testkit.MailTest;
import org.postroom.testkit.TestMail;
import org.postroom.testkit.greenmail.GreenMailExtension;
import org.postroom.testkit.greenmail.GreenMailUtil;
import org.postroom.testkit.greenmail.ServerSetup;
import org.postroom.testkit.greenmail.ServerSetupTest;
import org.postroom.testkit.wiser.Wiser;
import org.postroom.testkit.wiser.WiserMessage;

/**
 * Twenty tests as people write them for GreenMail and for Wiser, run on the facades that have their
 * names, and the same as they are written here: in no more lines.
 */
@Timeout(60)
@Tag("seconds")
final class UsualTest {
  private static final Path SOURCE =
      Path.of("src", "test", "java", "org", "postroom", "readme", "UsualTest.java");
  private static final Pattern TEST =
      Pattern.compile(
          "    @Test\\n    void (\\w+)\\([^)]*\\)[^{]*\\{\\n(.*?)\\n    \\}\\n", Pattern.DOTALL);

  @Nested
  final class WithGreenMail {
    @RegisterExtension
    final GreenMailExtension greenMail =
        new GreenMailExtension(ServerSetup.dynamicPort(ServerSetupTest.all()))
            .withUser("ada@example.org", "ada", "geheim");

    private int port() {
      return greenMail.getSmtp().getPort();
    }

    @Test
    void receivesAMail() throws Exception {
      sendText(port(), "Your invoice", "Thank you.", "ada@example.org");
      assertThat(greenMail.waitForIncomingEmail(1)).isTrue();
      MimeMessage mail = greenMail.getReceivedMessages()[0];
      assertThat(mail.getSubject()).isEqualTo("Your invoice");
      assertThat(GreenMailUtil.getBody(mail)).isEqualTo("Thank you.");
    }

    @Test
    void readsUmlauts() throws Exception {
      sendText(port(), "Grüße", "Schöne Grüße", "ada@example.org");
      assertThat(greenMail.waitForIncomingEmail(1)).isTrue();
      assertThat(greenMail.getReceivedMessages()[0].getSubject()).isEqualTo("Grüße");
      assertThat(greenMail.getReceivedMessages()[0].getContent()).isEqualTo("Schöne Grüße");
    }

    @Test
    void findsAttachments() throws Exception {
      sendFile(port(), "Rechnung.pdf", "ada@example.org");
      assertThat(greenMail.waitForIncomingEmail(1)).isTrue();
      Multipart parts = (Multipart) greenMail.getReceivedMessages()[0].getContent();
      assertThat(parts.getBodyPart(1).getFileName()).isEqualTo("Rechnung.pdf");
    }

    @Test
    void reachesEachRecipient() throws Exception {
      sendText(port(), "News", "Hello.", "ada@example.org", "bob@example.com");
      assertThat(greenMail.waitForIncomingEmail(2)).isTrue();
      assertThat(greenMail.getReceivedMessagesForDomain("example.com")).hasSize(2);
    }

    @Test
    void sendsNothing() {
      assertThat(greenMail.waitForIncomingEmail(100, 1)).isFalse();
      assertThat(greenMail.getReceivedMessages()).isEmpty();
    }

    @Test
    void beginsAnew() throws Exception {
      sendText(port(), "First", "Hello.", "ada@example.org");
      greenMail.purgeEmailFromAllMailboxes();
      sendText(port(), "Second", "Hello.", "ada@example.org");
      assertThat(greenMail.waitForIncomingEmail(1)).isTrue();
      assertThat(greenMail.getReceivedMessages()[0].getSubject()).isEqualTo("Second");
    }

    @Test
    void fetchesByImap() throws Exception {
      sendText(port(), "Hello", "Hello.", "ada@example.org");
      assertThat(subjects("imap", greenMail.getImap().getPort(), "ada", "geheim"))
          .containsExactly("Hello");
    }

    @Test
    void fetchesByPop3() throws Exception {
      sendText(port(), "Hello", "Hello.", "ada@example.org");
      assertThat(subjects("pop3", greenMail.getPop3().getPort(), "ada", "geheim"))
          .containsExactly("Hello");
    }

    @Test
    void refusesAWrongPassword() {
      int imap = greenMail.getImap().getPort();
      assertThatThrownBy(() -> subjects("imap", imap, "ada", "falsch"))
          .isInstanceOf(AuthenticationFailedException.class);
    }

    @Test
    void addsAUser() throws Exception {
      greenMail.setUser("bob@example.org", "bob", "pw");
      sendText(port(), "Hello", "Hello.", "bob@example.org");
      assertThat(subjects("imap", greenMail.getImap().getPort(), "bob", "pw"))
          .containsExactly("Hello");
    }

    @Test
    void readsHeaders() throws Exception {
      sendText(port(), "Hello", "Hello.", "ada@example.org");
      assertThat(greenMail.waitForIncomingEmail(1)).isTrue();
      String headers = GreenMailUtil.getHeaders(greenMail.getReceivedMessages()[0]);
      assertThat(headers).contains("From: shop@example.net");
    }

    @Test
    void looksIntoAMailbox() throws Exception {
      greenMail
          .setUser("eve@example.org", "pw")
          .deliver(message(port(), "Hello", "eve@example.org"));
      assertThat(subjects("imap", greenMail.getImap().getPort(), "eve@example.org", "pw"))
          .containsExactly("Hello");
    }
  }

  @Nested
  final class WithWiser {
    private final Wiser wiser = new Wiser();

    @BeforeEach
    void start() {
      wiser.setPort(0);
      wiser.start();
    }

    @AfterEach
    void stop() {
      wiser.stop();
    }

    private int port() {
      return wiser.getServer().getPortAllocated();
    }

    @Test
    void knowsTheEnvelope() throws Exception {
      sendText(port(), "Hello", "Hello.", "ada@example.org");
      WiserMessage mail = wiser.getMessages().get(0);
      assertThat(mail.getEnvelopeSender()).isEqualTo("shop@example.net");
      assertThat(mail.getEnvelopeReceiver()).isEqualTo("ada@example.org");
    }

    @Test
    void countsMails() throws Exception {
      sendText(port(), "One", "Hello.", "ada@example.org");
      sendText(port(), "Two", "Hello.", "ada@example.org");
      assertThat(wiser.getMessages()).hasSize(2);
    }

    @Test
    void readsTheSubject() throws Exception {
      sendText(port(), "Grüße", "Hello.", "ada@example.org");
      assertThat(wiser.getMessages().get(0).getMimeMessage().getSubject()).isEqualTo("Grüße");
    }

    @Test
    void readsTheText() throws Exception {
      sendText(port(), "Hello", "Thank you.", "ada@example.org");
      MimeMessage mail = wiser.getMessages().get(0).getMimeMessage();
      assertThat(mail.getContent()).isEqualTo("Thank you.\r\n");
    }

    @Test
    void readsTheOctets() throws Exception {
      sendText(port(), "Hello", "Thank you.", "ada@example.org");
      assertThat(new String(wiser.getMessages().get(0).getData(), UTF_8)).contains("Thank you.");
    }

    @Test
    void keepsHiddenRecipients() throws Exception {
      sendHidden(port(), "ada@example.org", "boss@example.net");
      assertThat(wiser.getMessages())
          .extracting(WiserMessage::getEnvelopeReceiver)
          .containsExactlyInAnyOrder("ada@example.org", "boss@example.net");
    }

    @Test
    void findsALink() throws Exception {
      sendText(port(), "Hi", "Go to https://shop.example/x?id=7 now", "ada@example.org");
      String text = wiser.getMessages().get(0).getMimeMessage().getContent().toString();
      Matcher link = Pattern.compile("https://\\S+").matcher(text);
      assertThat(link.find()).isTrue();
      assertThat(link.group()).isEqualTo("https://shop.example/x?id=7");
    }

    @Test
    void showsWhatCame() throws Exception {
      sendText(port(), "Hello", "Hello.", "ada@example.org");
      ByteArrayOutputStream shown = new ByteArrayOutputStream();
      wiser.dumpMessages(new PrintStream(shown, true, UTF_8));
      assertThat(shown.toString(UTF_8)).contains("shop@example.net", "ada@example.org", "Hello");
    }
  }

  @MailTest(accounts = "ada@example.org:geheim", authInClear = true)
  @Nested
  final class Here {

    @Test
    void receivesAMail(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Your invoice", "Thank you.", "ada@example.org");
      assertThat(mail.awaitOne(any()).subject()).isEqualTo("Your invoice");
      assertThat(mail.awaitOne(any()).text().strip()).isEqualTo("Thank you.");
    }

    @Test
    void readsUmlauts(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Grüße", "Schöne Grüße", "ada@example.org");
      assertThat(mail.awaitOne(any()).subject()).isEqualTo("Grüße");
      assertThat(mail.awaitOne(any()).text().strip()).isEqualTo("Schöne Grüße");
    }

    @Test
    void findsAttachments(TestMail mail) throws Exception {
      sendFile(mail.smtp().port(), "Rechnung.pdf", "ada@example.org");
      assertThat(mail.awaitOne(any()).attachments())
          .extracting(Attachment::name)
          .containsExactly("Rechnung.pdf");
    }

    @Test
    void reachesEachRecipient(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "News", "Hello.", "ada@example.org", "bob@example.com");
      assertThat(mail.awaitOne(to("bob@example.com")).recipients()).hasSize(2);
    }

    @Test
    void sendsNothing(TestMail mail) {
      mail.awaitNone(any(), Duration.ofMillis(100));
    }

    @Test
    void beginsAnew(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "First", "Hello.", "ada@example.org");
      mail.forget();
      sendText(mail.smtp().port(), "Second", "Hello.", "ada@example.org");
      assertThat(mail.awaitOne(any()).subject()).isEqualTo("Second");
    }

    @Test
    void fetchesByImap(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Hello", "Hello.", "ada@example.org");
      assertThat(subjects("imap", mail.imap().port(), "ada@example.org", "geheim"))
          .containsExactly("Hello");
    }

    @Test
    void fetchesByPop3(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Hello", "Hello.", "ada@example.org");
      assertThat(subjects("pop3", mail.pop3().port(), "ada@example.org", "geheim"))
          .containsExactly("Hello");
    }

    @Test
    void refusesAWrongPassword(TestMail mail) {
      int imap = mail.imap().port();
      assertThatThrownBy(() -> subjects("imap", imap, "ada@example.org", "falsch"))
          .isInstanceOf(AuthenticationFailedException.class);
    }

    @Test
    void addsAUser(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Hello", "Hello.", "bob@example.org");
      assertThat(subjects("imap", mail.imap().port(), "bob@example.org", TestMail.PASSWORD))
          .containsExactly("Hello");
    }

    @Test
    void readsHeaders(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Hello", "Hello.", "ada@example.org");
      assertThat(mail.awaitOne(any()).from()).isEqualTo("shop@example.net");
    }

    @Test
    void looksIntoAMailbox(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Hello", "Hello.", "eve@example.org");
      assertThat(subjects("imap", mail.imap().port(), "eve@example.org", TestMail.PASSWORD))
          .containsExactly("Hello");
    }

    @Test
    void knowsTheEnvelope(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Hello", "Hello.", "ada@example.org");
      assertThat(mail.awaitOne(any()).sender()).isEqualTo("shop@example.net");
      assertThat(mail.awaitOne(any()).recipients()).containsExactly("ada@example.org");
    }

    @Test
    void countsMails(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "One", "Hello.", "ada@example.org");
      sendText(mail.smtp().port(), "Two", "Hello.", "ada@example.org");
      assertThat(mail.await(2, any())).hasSize(2);
    }

    @Test
    void readsTheSubject(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Grüße", "Hello.", "ada@example.org");
      assertThat(mail.awaitOne(any()).subject()).isEqualTo("Grüße");
    }

    @Test
    void readsTheText(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Hello", "Thank you.", "ada@example.org");
      assertThat(mail.awaitOne(any()).text().strip()).isEqualTo("Thank you.");
    }

    @Test
    void readsTheOctets(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Hello", "Thank you.", "ada@example.org");
      assertThat(new String(mail.awaitOne(any()).content(), UTF_8)).contains("Thank you.");
    }

    @Test
    void keepsHiddenRecipients(TestMail mail) throws Exception {
      sendHidden(mail.smtp().port(), "ada@example.org", "boss@example.net");
      assertThat(mail.awaitOne(any()).recipients())
          .containsExactlyInAnyOrder("ada@example.org", "boss@example.net");
    }

    @Test
    void findsALink(TestMail mail) throws Exception {
      sendText(
          mail.smtp().port(), "Hi", "Go to https://shop.example/x?id=7 now", "ada@example.org");
      assertThat(mail.awaitOne(any()).links()).containsExactly("https://shop.example/x?id=7");
    }

    @Test
    void showsWhatCame(TestMail mail) throws Exception {
      sendText(mail.smtp().port(), "Hello", "Hello.", "ada@example.org");
      assertThat(mail.received().toString())
          .contains("shop@example.net", "ada@example.org", "Hello");
    }
  }

  @Test
  void aTestIsNotLongerHere() throws IOException {
    String source = Files.readString(SOURCE);
    int here = source.indexOf("  final class Here {");
    Map<String, Integer> before = lines(source.substring(0, here));
    Map<String, Integer> now = lines(source.substring(here));

    assertThat(before).hasSize(20);
    assertThat(now.keySet()).isEqualTo(before.keySet());
    assertThat(now)
        .allSatisfy((test, lines) -> assertThat(lines).isLessThanOrEqualTo(before.get(test)));
  }

  private static Map<String, Integer> lines(String source) {
    Map<String, Integer> lines = new LinkedHashMap<>();
    TEST.matcher(source)
        .results()
        .forEach(test -> lines.put(test.group(1), (int) test.group(2).lines().count()));
    return lines;
  }

  // --- an application that sends mail, and somebody who reads it

  private static void sendText(int port, String subject, String text, String... recipients)
      throws MessagingException {
    MimeMessage message = message(port, subject, recipients);
    message.setText(text, "utf-8");
    Transport.send(message);
  }

  private static void sendFile(int port, String name, String recipient) throws MessagingException {
    MimeBodyPart text = new MimeBodyPart();
    text.setText("Here it is.", "utf-8");
    MimeBodyPart file = new MimeBodyPart();
    file.setText("%PDF-1.4", "utf-8");
    file.setFileName(name);
    MimeMessage message = message(port, "Your file", recipient);
    message.setContent(new MimeMultipart("mixed", text, file));
    Transport.send(message);
  }

  private static void sendHidden(int port, String recipient, String hidden)
      throws MessagingException {
    MimeMessage message = message(port, "Hello", recipient);
    message.setRecipients(Message.RecipientType.BCC, hidden);
    Transport.send(message);
  }

  private static MimeMessage message(int port, String subject, String... recipients)
      throws MessagingException {
    Properties properties = new Properties();
    properties.put("mail.smtp.host", "localhost");
    properties.put("mail.smtp.port", Integer.toString(port));
    MimeMessage message = new MimeMessage(Session.getInstance(properties));
    message.setFrom("shop@example.net");
    for (String recipient : recipients) {
      message.addRecipient(Message.RecipientType.TO, new InternetAddress(recipient));
    }
    message.setSubject(subject, "utf-8");
    message.setText("Hello.", "utf-8");
    return message;
  }

  private static List<String> subjects(String protocol, int port, String login, String password)
      throws MessagingException {
    List<String> subjects = new ArrayList<>();
    try (Store store = Session.getInstance(new Properties()).getStore(protocol)) {
      store.connect("localhost", port, login, password);
      Folder inbox = store.getFolder("INBOX");
      inbox.open(Folder.READ_ONLY);
      for (Message message : inbox.getMessages()) {
        subjects.add(message.getSubject());
      }
    }
    return subjects;
  }
}
