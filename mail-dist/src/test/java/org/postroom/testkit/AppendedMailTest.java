package org.postroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.testkit.Mails.any;
import static org.postroom.testkit.Mails.in;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.testing.Until;
import org.postroom.dist.Role;
import org.postroom.dist.mailbox.BrokenMailFile;
import org.postroom.dist.mailbox.StoredMessage;

/** What lies in mailboxes without having been sent. */
final class AppendedMailTest {
  private static final String ADA = "ada@example.org";

  private static void append(TestMail mail, String folder, String subject)
      throws MessagingException {
    Session session = Session.getInstance(new Properties());
    MimeMessage message = new MimeMessage(session);
    message.setSubject(subject);
    message.setText("A copy for me");
    message.saveChanges();
    try (Store store = session.getStore("imap")) {
      store.connect(mail.imap().host(), mail.imap().port(), ADA, TestMail.PASSWORD);
      store.getFolder(folder).appendMessages(new Message[] {message});
    }
  }

  @Test
  void whatAnApplicationPutsIntoSentIsSeen() throws MessagingException {
    try (TestMail mail = TestMail.with().authInClear().start()) {
      append(mail, "Sent", "Ihre Rechnung für März");

      ReceivedMail copy = mail.awaitOne(in(ADA, "Sent"));
      assertThat(copy.isAppended()).isTrue();
      assertThat(copy.mailboxes()).containsExactly(new InMailbox(ADA, "Sent"));
      assertThat(copy.subject()).isEqualTo("Ihre Rechnung für März");
      assertThat(copy.text()).isEqualTo("A copy for me");
      assertThat(copy.recipients()).isEmpty();
      assertThat(copy).hasToString("put into [ada@example.org/Sent]: Ihre Rechnung für März");
      assertThatThrownBy(copy::envelope).isInstanceOf(IllegalStateException.class);
      mail.reset(Reset.MESSAGES);
      assertThat(mail.received()).isEmpty();
      assertThat(copy.text()).isEqualTo("A copy for me");
    }
  }

  @Test
  void aMailThatWasSentSaysWhereItLies() {
    try (TestMail mail = TestMail.start()) {
      mail.server()
          .submit(
              org.postroom.core.mail.Envelope.parse("a@b.example", ADA, "bob@example.org"),
              new byte[] {'\n'})
          .orThrow();

      assertThat(mail.awaitOne(any()).mailboxes())
          .containsExactly(new InMailbox(ADA, "INBOX"), new InMailbox("bob@example.org", "INBOX"));
    }
  }

  @Test
  void whatIsPreloadedLiesThereAndWasNotReceived(@TempDir Path folder) throws IOException {
    Path mbox =
        Files.writeString(
            folder.resolve("old"), "From a Fri Jul  8 12:08:34 2011\nSubject: old\n\nx\n");
    try (TestMail mail = TestMail.with().preload(ADA, "Archive/2011", mbox).start()) {
      for (Reset reset : Reset.values()) {
        mail.reset(reset);

        assertThat(mail.server().mailboxes(ADA).folder("Archive/2011").messages())
            .extracting(StoredMessage::subject)
            .containsExactly("old");
        assertThat(mail.received()).isEmpty();
      }
    }
  }

  @Test
  void aBrokenPreloadFailsTheStartAndLeavesNoServer(@TempDir Path folder) throws IOException {
    Path broken = Files.writeString(folder.resolve("x.eml"), "nothing of a mail\n");
    int port = FreePorts.take();

    assertThatThrownBy(
            () -> TestMail.with().port(Role.MX, port).preload(ADA, "INBOX", broken).start())
        .isInstanceOf(BrokenMailFile.class)
        .hasMessageContaining(broken + ": line 1");
    // A program that another test is just starting has our sockets for a moment.
    Until.so(() -> canListen(port));
  }

  private static boolean canListen(int port) {
    try {
      new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whatComesAfterAPreloadThatHasBrokenIsReceived(@TempDir Path folder)
      throws IOException, MessagingException {
    Path file = Files.writeString(folder.resolve("x.eml"), "Subject: x\n\n");
    try (TestMail mail = TestMail.with().authInClear().preload(ADA, "INBOX", file).start()) {
      Files.writeString(file, "nothing of a mail\n");
      assertThatThrownBy(() -> mail.reset(Reset.MESSAGES)).isInstanceOf(BrokenMailFile.class);

      append(mail, "Sent", "after it");

      assertThat(mail.awaitOne(in(ADA, "Sent")).subject()).isEqualTo("after it");
    }
  }
}
