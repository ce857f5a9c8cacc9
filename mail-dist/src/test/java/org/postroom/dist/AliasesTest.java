package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.people.Quota;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.dist.mailbox.Folder;
import org.postroom.storage.Storage;

/** Addresses that stand for others, in a server that runs. */
@Timeout(60)
final class AliasesTest {
  private static final byte[] MAIL = "Subject: x\r\n\r\nbody\r\n".getBytes(UTF_8);

  @TempDir private Path folder;

  private ServerBuilder described() throws IOException {
    Path virtual =
        Files.writeString(
            folder.resolve("virtual"),
            """
            roles.test          anything
            sales@roles.test    ada@example.org, bob@example.org
            both@example.org    ada@example.org, Ada@example.org
            """);
    Path aliases =
        Files.writeString(
            folder.resolve("aliases"),
            """
            postmaster: root
            root: ada@example.org
            """);
    return MailServer.builder()
        .hostname("mail.example.org")
        .set("mydestination", "mail.example.org")
        .set("virtual_mailbox_domains", "example.org")
        .set("virtual_alias_maps", "hash:" + virtual)
        .set("alias_maps", "hash:" + aliases)
        .set("inet_interfaces", "loopback-only")
        .set("listeners", "smtp:0")
        .storage(Storage.inMemory())
        .account("ada@example.org", "secret")
        .account("bob@example.org", "secret");
  }

  private static String send(MailServer server, String to) throws IOException {
    try (SmtpDialogue dialogue = SmtpDialogue.open(server.address(Role.MX).getPort())) {
      return dialogue.send("x@far.test", to, MAIL);
    }
  }

  private static long mails(MailServer server, String login) {
    Account account = server.inside().accounts().byLogin(login).orElseThrow();
    Mailbox inbox = server.inside().mail().find(account.id(), MailboxName.INBOX).orElseThrow();
    return server.inside().mail().snapshot(inbox.id()).uids().size();
  }

  @Test
  void eachOfThoseWhoAreMeantGetsOneCopy() throws Exception {
    try (MailServer server = described().start()) {
      assertThat(send(server, "sales@roles.test")).startsWith("250 2.0.0 ");
      assertThat(mails(server, "ada@example.org")).isEqualTo(1);
      assertThat(mails(server, "bob@example.org")).isEqualTo(1);

      assertThat(send(server, "both@example.org")).startsWith("250 2.0.0 ");
      assertThat(mails(server, "ada@example.org")).isEqualTo(2);

      assertThat(send(server, "postmaster@mail.example.org")).startsWith("250 2.0.0 ");
      assertThat(mails(server, "ada@example.org")).isEqualTo(3);

      assertThat(send(server, "nobody@roles.test"))
          .isEqualTo(
              "550 5.1.1 <nobody@roles.test>: Recipient address rejected: User unknown in virtual"
                  + " alias table");
      assertThat(send(server, "root@example.org")).startsWith("550 5.1.1 ");
    }
  }

  /** As they come with systems: names of daemons and of offices, each for the one before it. */
  @Test
  @Shows("A3.1")
  void theUsualTableLeadsToRootInTwoSteps() throws Exception {
    Path usual =
        Files.writeString(
            folder.resolve("usual"),
            """
            # Who gets mail for whom.

            mailer-daemon:  postmaster
            postmaster:     root

            # Users of the system
            bin:            root
            daemon:         root
            games:          root
            ingres:         root
            nobody:         root
            www-data:       root

            # Offices
            abuse:          root
            webmaster:      root,
                            bob@example.org
            noc:            root
            security:       root
            "ftp":          root
            news:           usenet
            usenet:         root
            info:           postmaster
            marketing:      info
            sales:          marketing
            decode:         root
            here:           there
            there:          nowhere
            nowhere:        here
            """);
    try (MailServer server =
        described().set("alias_maps", "hash:" + usual).account("root", "secret").start()) {
      assertThat(server.warnings()).noneMatch(line -> line.contains(usual.toString()));
      int sent = 0;
      for (String name : List.of("info", "Decode", "sales", "mailer-daemon", "webmaster")) {
        assertThat(send(server, name + "@mail.example.org")).startsWith("250 2.0.0 ");
        assertThat(Inbox.of(server, "root")).hasSize(++sent);
      }
      assertThat(Inbox.of(server, "bob@example.org")).hasSize(1);
      assertThat(send(server, "here@mail.example.org"))
          .startsWith("554 5.4.6 ")
          .contains("alias database loop for ");
    }
  }

  @Test
  @Shows("A3.10")
  void anExtensionChoosesAFolderWhereThatIsWanted() throws Exception {
    for (boolean wanted : List.of(true, false)) {
      try (MailServer server =
          described()
              .set("recipient_delimiter", "+")
              .set("lmtp_save_to_detail_mailbox", wanted ? "yes" : "no")
              .start()) {
        Folder lists = server.mailboxes("bob@example.org").create("lists");

        for (String to : List.of("bob+lists", "bob+none", "bob+..", "bob", "bob+INBOX")) {
          assertThat(send(server, to + "@example.org")).startsWith("250 2.0.0 ");
        }

        assertThat(lists.messages()).hasSize(wanted ? 1 : 0);
        assertThat(mails(server, "bob@example.org")).isEqualTo(wanted ? 4 : 5);
        assertThat(server.mailboxes("bob@example.org").find("none")).isEmpty();
      }
    }
  }

  /** Who brings mail by LMTP hears of each recipient, also where two are one account's. */
  @Test
  void ofTwoMailboxesOneMayBeRefused() throws Exception {
    try (MailServer server =
        described()
            .set("mynetworks", "127.0.0.0/8")
            .set("recipient_delimiter", "+")
            .set("lmtp_save_to_detail_mailbox", "yes")
            .listen(Role.LMTP, 0)
            .start()) {
      Folder lists = server.mailboxes("bob@example.org").create("lists");
      Folder inbox = server.mailboxes("bob@example.org").inbox();
      try (SmtpDialogue dialogue = SmtpDialogue.open(server.address(Role.LMTP).getPort())) {
        assertThat(dialogue.say("LHLO client.example")).startsWith("250 ");
        assertThat(dialogue.send("x@far.test", "bob@example.org", MAIL)).startsWith("250 ");
        server.users().limit("bob@example.org", Quota.ofOctets(inbox.octets() * 5 / 2));

        for (String said :
            List.of(
                "MAIL FROM:<x@far.test>",
                "RCPT TO:<bob+lists@example.org>",
                "RCPT TO:<bob@example.org>")) {
          assertThat(dialogue.say(said)).startsWith("250 ");
        }
        assertThat(dialogue.say("DATA")).startsWith("354 ");
        assertThat(dialogue.content(out -> out.write(MAIL)))
            .startsWith("250 2.1.5 <bob+lists@example.org> Ok");
        assertThat(dialogue.reply()).startsWith("552 5.2.2 <bob@example.org> ");
      }
      assertThat(lists.size()).isEqualTo(1);
      assertThat(inbox.size()).isEqualTo(1);
    }
  }

  @Test
  @Shows("A3.2")
  void whoHasNoRoomIsReportedAndTheOthersGetTheirs() throws Exception {
    List<String> ten = IntStream.range(0, 10).mapToObj(i -> "m" + i + "@example.org").toList();
    Path members = Files.writeString(folder.resolve("ten"), "all: " + String.join(", ", ten));
    ServerBuilder described =
        described().set("alias_maps", "hash:" + members).set("maximal_queue_lifetime", "0s");
    ten.forEach(member -> described.account(member, "secret"));
    try (MailServer server = described.start()) {
      AccountId full = server.inside().accounts().byLogin("m3@example.org").orElseThrow().id();
      server.inside().accounts().setQuota(full, 1);

      try (SmtpDialogue dialogue = SmtpDialogue.open(server.address(Role.MX).getPort())) {
        assertThat(dialogue.send("ada@example.org", "all@mail.example.org", MAIL))
            .startsWith("250 2.0.0 ");
      }

      Until.so(() -> mails(server, "ada@example.org") > 0);
      assertThat(Inbox.of(server, "ada@example.org"))
          .singleElement()
          .satisfies(
              report ->
                  assertThat(report)
                      .contains(
                          "Final-Recipient: rfc822; m3@example.org\r\n", "the mailbox is full\r\n")
                      .doesNotContain("m4@example.org"));
      for (String member : ten) {
        assertThat(mails(server, member)).as(member).isEqualTo(member.startsWith("m3") ? 0 : 1);
      }
    }
  }

  @Test
  void anEditCountsWithoutARestart() throws Exception {
    try (MailServer server = described().start()) {
      assertThat(send(server, "news@roles.test")).startsWith("550 5.1.1 ");

      Path virtual = folder.resolve("virtual");
      Files.writeString(virtual, Files.readString(virtual) + "news@roles.test bob@example.org\n");

      Until.so(
          () -> {
            try {
              return send(server, "news@roles.test").startsWith("250 ");
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      assertThat(mails(server, "bob@example.org")).isEqualTo(1);
    }
  }

  /** Nobody is told that a recipient does not exist because a table cannot be read. */
  @Test
  void aTableThatIsNotThereIsAnErrorForNow() throws Exception {
    Path gone = folder.resolve("gone");
    try (MailServer server = described().set("virtual_alias_maps", "hash:" + gone).start()) {
      assertThat(send(server, "ada@example.org"))
          .isEqualTo("451 4.3.0 <ada@example.org>: Temporary lookup failure");
      assertThat(server.warnings()).anyMatch(line -> line.contains(gone.toString()));
    }
  }

  @Test
  void aTableThatCannotBeObeyedDoesNotStart() {
    assertThatThrownBy(() -> described().set("alias_maps", "nis:mail.aliases").check())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("alias_maps: ")
        .hasMessageContaining("nis:mail.aliases");
  }
}
