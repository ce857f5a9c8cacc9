package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Until;
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
