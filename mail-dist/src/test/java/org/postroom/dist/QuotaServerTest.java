package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.Account;
import org.postroom.core.mail.Envelope;
import org.postroom.core.people.Quota;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.storage.Storage;

/** What accounts may hold, by whatever way mail comes, as a configuration says it. */
@Timeout(120)
final class QuotaServerTest {
  private static final String ADA = "ada@example.org";

  /** Some thousand octets. */
  private static final byte[] THOUSAND =
      ("Subject: x\r\n\r\n" + "0123456789012345678901234567890123456789012345678\r\n".repeat(20))
          .getBytes(US_ASCII);

  @TempDir private Path folder;

  private static ServerBuilder site(String... settings) {
    ServerBuilder site =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .listen(Role.LMTP, 0)
            .listen(Role.IMAP, 0)
            .set("mailbox_size_limit", "0")
            .account(ADA, Site.PASSWORD)
            .account("bob@example.org", Site.PASSWORD);
    for (int i = 0; i < settings.length; i += 2) {
      site.set(settings[i], settings[i + 1]);
    }
    return site;
  }

  private static Account account(MailServer server, String login) {
    return server.inside().accounts().byLogin(login).orElseThrow();
  }

  private static String send(MailServer server, String to) throws IOException {
    try (SmtpDialogue client = SmtpDialogue.open(server.address(Role.MX))) {
      return client.send("x@example.net", to, THOUSAND);
    }
  }

  @Test
  void aDefaultHoldsForWhoHasNoneOfHisOwnAndAReloadChangesIt() throws IOException {
    try (MailServer server = site("quota_rule", "*:bytes=3000").start()) {
      server.inside().accounts().setQuota(account(server, "bob@example.org").id(), Quota.ENDLESS);
      for (int i = 0; i < 2; i++) {
        assertThat(send(server, ADA)).startsWith("250 ");
        assertThat(send(server, "bob@example.org")).startsWith("250 ");
      }

      assertThat(send(server, ADA)).startsWith("552 5.2.2 ");
      assertThat(send(server, "bob@example.org")).startsWith("250 ");
      server.reload(
          now ->
              now.set("quota_full_tempfail", "yes").set("quota_exceeded_message", "no more of it"));
      assertThat(send(server, ADA)).startsWith("452 4.2.2 ").endsWith("no more of it");
      server.reload(now -> now.set("quota_rule", "*:bytes=6000"));
      assertThat(send(server, ADA)).startsWith("250 ");
      server.reload(
          now -> now.set("quota_rule", "").set("quota_domain_rule", "example.org:bytes=1"));
      assertThat(send(server, ADA)).startsWith("452 4.2.2 ");
      assertThat(Inbox.of(server, ADA)).hasSize(3);
    }
  }

  @Test
  void messagesAreCountedToo() throws IOException {
    try (MailServer server = site("quota_message_count", "2").start()) {
      send(server, ADA);
      send(server, ADA);

      assertThat(send(server, ADA)).startsWith("552 5.2.2 ");
      try (ImapDialogue client = ImapDialogue.open(server.address(Role.IMAP).getPort(), ADA)) {
        assertThat(client.append("INBOX", THOUSAND)).startsWith("NO [OVERQUOTA]");
        client.ok("SELECT INBOX");
        assertThat(client.say("COPY 1 Archive", line -> {})).startsWith("NO [OVERQUOTA]");
        assertThat(client.say("MOVE 1 Archive", line -> {})).startsWith("OK");
      }
    }
  }

  @Test
  void someMailboxesHoldMoreAndSomeDoNotCount() throws IOException {
    try (MailServer server =
            site(
                    "quota_rule", "*:messages=1",
                    "quota_rule2", "Trash:messages=+1",
                    "quota_rule3", "Junk:ignore")
                .start();
        ImapDialogue client = ImapDialogue.open(server.address(Role.IMAP).getPort(), ADA)) {
      assertThat(client.append("Junk", THOUSAND)).startsWith("OK");
      assertThat(client.append("Junk", THOUSAND)).startsWith("OK");
      assertThat(server.inside().accounts().use(account(server, ADA)).messages()).isZero();
      assertThat(send(server, ADA)).startsWith("250 ");
      assertThat(send(server, ADA)).startsWith("552 5.2.2 ");
      assertThat(client.append("Archive", THOUSAND)).startsWith("NO [OVERQUOTA]");
      assertThat(client.append("Trash", THOUSAND)).startsWith("OK");
      assertThat(client.append("Trash", THOUSAND)).startsWith("NO [OVERQUOTA]");
      client.ok("SELECT Junk");
      assertThat(client.say("MOVE 1 INBOX", line -> {})).startsWith("NO [OVERQUOTA]");
    }
  }

  @Test
  void aMailThatIsTooLargeForAMailboxIsRefusedForItsRecipientAlone() throws IOException {
    try (MailServer server = site("quota_mail_size", "500").start()) {
      assertThat(send(server, ADA)).startsWith("552 5.2.2 ");
      assertThat(Inbox.of(server, ADA)).isEmpty();
      try (SmtpDialogue client = SmtpDialogue.open(server.address(Role.MX))) {
        client.say("MAIL FROM:<x@example.net> SIZE=1000");
        assertThat(client.say("RCPT TO:<" + ADA + ">")).startsWith("552 5.2.2 ");
      }
    }
  }

  @Test
  @Shows("A3.2")
  void oneFullMailboxOfAnAliasMeansOneReportAndNineDeliveries() {
    ServerBuilder site = site();
    List<String> members =
        IntStream.rangeClosed(1, 10).mapToObj(i -> "member" + i + "@example.org").toList();
    members.forEach(one -> site.account(one, Site.PASSWORD));
    site.set("maximal_queue_lifetime", "0")
        .set(
            "virtual_alias_maps", "inline:{{all@example.org = " + String.join(" ", members) + "}}");
    try (MailServer server = site.start()) {
      server.inside().accounts().setQuota(account(server, members.get(3)).id(), 1);

      server.submit(Envelope.parse(ADA, "all@example.org"), THOUSAND).orThrow();

      for (String one : members) {
        assertThat(Inbox.of(server, one)).hasSize(one.equals(members.get(3)) ? 0 : 1);
      }
      Until.so(() -> server.inside().queue().size() == 0);
      assertThat(Inbox.of(server, ADA))
          .singleElement()
          .satisfies(one -> assertThat(one).contains(members.get(3), "mailbox is full"));
    }
  }

  @Test
  void itsOwnerIsToldOnceWhenItBecomesFull() throws IOException {
    try (MailServer server =
        site(
                "quota_rule", "*:bytes=20000",
                "quota_warning", "storage=75%% quota-warning 75 %u",
                "quota_warning2", "storage=25%",
                "quota_warning3", "-storage=25%")
            .start()) {
      for (int mails = 1; mails <= 3; mails++) { // of some 1,400 octets
        send(server, ADA);
        assertThat(Inbox.of(server, ADA)).hasSize(mails);
      }

      send(server, ADA);
      Until.so(() -> Inbox.of(server, ADA).size() == 5);
      assertThat(Inbox.of(server, ADA).get(4))
          .startsWith("Return-Path: <>\r\n")
          .contains("\r\nTo: " + ADA + "\r\nSubject: Your mailbox is 2")
          .contains(" bytes, of 19 KB that it may hold.\r\n");

      try (ImapDialogue client = ImapDialogue.open(server.address(Role.IMAP).getPort(), ADA)) {
        client.ok("SELECT INBOX");
        assertThat(client.say("MOVE 1:5 Archive", line -> {})).startsWith("OK");
        assertThat(client.append("INBOX", THOUSAND)).startsWith("OK");
        client.ok("SELECT Archive");
        client.ok("STORE 1:4 +FLAGS (\\Deleted)");
        client.ok("EXPUNGE");
      }
      Pattern low = Pattern.compile("Subject: Your mailbox is [0-9]% full");
      Until.so(() -> Inbox.of(server, ADA).stream().anyMatch(low.asPredicate()));
    }
  }

  @Test
  void anOwnerHearsOfRoomThatADeletedMailboxLeaves() throws IOException {
    try (MailServer server =
        site("quota_rule", "*:bytes=20000", "quota_warning", "-storage=25%").start()) {
      try (ImapDialogue client = ImapDialogue.open(server.address(Role.IMAP).getPort(), ADA)) {
        client.ok("CREATE Old");
        for (int i = 0; i < 6; i++) {
          assertThat(client.append("Old", THOUSAND)).startsWith("OK");
        }
        client.ok("DELETE Old");
      }

      Until.so(() -> Inbox.of(server, ADA).size() == 1);
      assertThat(Inbox.of(server, ADA).get(0)).contains("Subject: Your mailbox is 0% full");
    }
  }

  @Test
  void aWarningHasItsOwnTemplateAndNoRoomWhereThereIsNone() throws IOException {
    Path template = folder.resolve("warning");
    Files.writeString(template, "Subject: $percent of $limit\n\n$login: $used\n");
    try (MailServer server =
        site(
                "quota_message_count", "2",
                "quota_warning", "messages=100%",
                "quota_warning2", "messages=50%",
                "quota_warning_template_file", template.toString())
            .start()) {
      send(server, ADA);
      Until.so(() -> Inbox.of(server, ADA).size() == 2);

      assertThat(Inbox.of(server, ADA).get(1))
          .endsWith("Subject: 50 of 2 messages\r\n\r\n" + ADA + ": 1 messages\r\n");
    }
    Files.writeString(template, "no header\n");
    assertThatThrownBy(() -> site("quota_warning_template_file", template.toString()).check())
        .hasMessageContaining("quota_warning_template_file: expected header fields");
    assertThatThrownBy(() -> site("quota_warning", "storage=%").check())
        .isInstanceOf(BadConfiguration.class);
  }

  @Test
  void whatContradictsItselfIsSaidBeforeTheStart() {
    for (ServerBuilder site :
        List.of(
            site("quota_rule", "*:storage=1G", "quota_storage_size", "1G"),
            site("mailbox_size_limit", "1000"))) {
      assertThatThrownBy(site::check).isInstanceOf(BadConfiguration.class);
    }
  }
}
