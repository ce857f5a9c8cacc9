package org.postroom.testkit.greenmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import jakarta.mail.internet.MimeMessage;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postroom.dist.assembly.StartedServer;

/** What tests for GreenMail rely on beside the usual. */
final class GreenMailTest {
  private final GreenMail greenMail =
      new GreenMail(ServerSetup.dynamicPort(ServerSetupTest.SMTP, ServerSetupTest.IMAP));

  @AfterEach
  void stop() {
    greenMail.stop();
  }

  private void send(String to, String subject) {
    GreenMailUtil.sendTextEmail(
        to, "shop@example.net", subject, "Hello.", greenMail.getSmtp().getServerSetup());
  }

  @Test
  void usersAreThereAgainAfterAReset() {
    greenMail.start();
    Properties passwords = new Properties();
    passwords.setProperty("ada@example.org", "geheim");
    greenMail.setUsers(passwords);
    send("ada@example.org", "one");
    send("bob@example.org", "two");

    greenMail.reset();

    assertThat(greenMail.getReceivedMessages()).isEmpty();
    assertThat(greenMail.testMail().server().unwrap(StartedServer.class).accounts().list())
        .extracting(one -> one.login())
        .containsExactly("ada@example.org");
  }

  @Test
  void whatIsPutIntoAMailboxIsReceived() throws Exception {
    greenMail.start();
    greenMail.setUser("ada@example.org", "ada", "geheim");
    MimeMessage message =
        GreenMailUtil.createTextEmail(
            "ada@example.org",
            "shop@example.net",
            "draft",
            "Hello.",
            greenMail.getSmtp().getServerSetup());
    try (Store store = greenMail.getImap().createSession().getStore("imap")) {
      store.connect("localhost", greenMail.getImap().getPort(), "ada", "geheim");
      Folder drafts = store.getFolder("Drafts");
      drafts.appendMessages(new Message[] {message});
    }

    assertThat(greenMail.waitForIncomingEmail(1)).isTrue();
    assertThat(greenMail.getReceivedMessages()[0].getSubject()).isEqualTo("draft");
  }

  /** What ends the last line is the end of the data there, and tests compare the whole text. */
  @Test
  void aMessageEndsWithItsText() throws Exception {
    greenMail.start();
    send("ada@example.org", "one");

    MimeMessage message = greenMail.getReceivedMessages()[0];
    assertThat(GreenMailUtil.getBody(message)).isEqualTo("Hello.");
    assertThat(message.getContent()).isEqualTo("Hello.");
  }

  /** By the header, which names both in both messages. */
  @Test
  void thoseOfADomainAreThoseThatNameIt() {
    greenMail.start();
    send("ada@Example.ORG, bob@example.com", "one");
    send("eve@example.net", "two");

    assertThat(greenMail.getReceivedMessagesForDomain("example.org")).hasSize(2);
    assertThat(greenMail.getReceivedMessagesForDomain("EVE@")).hasSize(1);
    assertThat(greenMail.getReceivedMessagesForDomain("example.edu")).isEmpty();
  }

  /** Its certificate is one of no authority that anybody knows. */
  @Test
  void sessionsByTlsBelieveIt() throws Exception {
    greenMail.start();
    greenMail.setUser("ada@example.org", "ada", "geheim");

    try (Transport transport = greenMail.getSmtps().createSession().getTransport()) {
      transport.connect("ada", "geheim");
      assertThat(transport.isConnected()).isTrue();
    }
    for (GreenMail.Server server : List.of(greenMail.getImaps(), greenMail.getPop3s())) {
      try (Store store = server.createSession().getStore()) {
        store.connect("ada", "geheim");
        assertThat(store.isConnected()).isTrue();
      }
    }
  }

  @Test
  void startsOnceAndStopsOnce() {
    assertThatThrownBy(greenMail::getReceivedMessages).hasMessageContaining("start()");
    greenMail.start();
    int port = greenMail.getSmtp().getPort();
    greenMail.start();

    assertThat(greenMail.getSmtp().getPort()).isEqualTo(port);
    assertThat(greenMail.isRunning()).isTrue();
    greenMail.stop();
    greenMail.stop();
    assertThat(greenMail.isRunning()).isFalse();
  }

  @Test
  void whatIsNoProtocolIsRefused() {
    assertThatThrownBy(() -> new ServerSetup(0, "127.0.0.1", "ftp"))
        .hasMessageContaining("ftp is no protocol of mail");
  }

  @Test
  void portsAreThoseOfTheSetup() {
    assertThat(ServerSetupTest.IMAPS.getPort()).isEqualTo(3993);
    assertThat(ServerSetupTest.IMAPS.isSecure()).isTrue();
    assertThat(ServerSetupTest.SMTP.dynamicPort().getPort()).isZero();
  }
}
