package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
  void whatContradictsItselfIsSaidBeforeTheStart() {
    for (ServerBuilder site :
        List.of(
            site("quota_rule", "*:storage=1G", "quota_storage_size", "1G"),
            site("mailbox_size_limit", "1000"))) {
      assertThatThrownBy(site::check).isInstanceOf(BadConfiguration.class);
    }
  }
}
