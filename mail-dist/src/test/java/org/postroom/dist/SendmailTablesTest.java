package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.testing.Shows;

/** The tables of a sendmail host, as they are, in a server that passes mail on. */
@Timeout(60)
@Tag("seconds")
final class SendmailTablesTest {
  @TempDir private Path folder;

  private RelayHouse described() throws Exception {
    Path generics =
        Files.writeString(
            folder.resolve("genericstable"),
            """
            apache@mail.example.org   shop@adidas.test
            root@mail.example.org     admin@adidas.test
            """);
    Path users =
        Files.writeString(
            folder.resolve("virtusertable"),
            """
            info@adidas.test    ada@example.org
            @adidas.test        root
            """);
    Path names =
        Files.writeString(
            folder.resolve("local-host-names"), "# ours\nmail.example.org\nhost.example.org\n");
    Path aliases =
        Files.writeString(
            folder.resolve("aliases"),
            """
            root: ada@example.org
            list: ada@example.org, bob@far.test
            owner-list: root
            """);
    return new RelayHouse()
        .set("mydestination", names.toString())
        .set("smtp_generic_maps", "hash:" + generics)
        .set("virtual_alias_maps", "hash:" + users)
        .set("virtual_alias_domains", "adidas.test")
        .set("alias_maps", "hash:" + aliases);
  }

  private static List<String> inbox(RelayHouse house) {
    Account ada = house.server().inside().accounts().byLogin(RelayHouse.ADA).orElseThrow();
    Mailbox inbox = house.server().inside().mail().find(ada.id(), MailboxName.INBOX).orElseThrow();
    List<String> mails = new ArrayList<>();
    house
        .server()
        .inside()
        .mail()
        .read(
            inbox.id(),
            UidSet.range(1, 0xFFFF_FFFFL),
            Set.of(MailStore.Detail.CONTENT),
            row -> mails.add(new String(row.content().orElseThrow().toBytes(), UTF_8)));
    return mails;
  }

  @Test
  @Shows("A3.5")
  void whatLeavesHasOtherNamesThanWhatStays() throws Exception {
    try (RelayHouse house = described()) {
      RelayHop hop = house.relayhost();
      house.start();

      house.send(
          "<apache>",
          List.of("<customer@far.test>", "<info@adidas.test>", "<anybody@adidas.test>"),
          "From: Shop <apache@mail.example.org>\r\nTo: customer@far.test\r\n\r\nx\r\n"
              .getBytes(UTF_8));

      RelayHop.Mail left = hop.await();
      assertThat(left.from()).isEqualTo("shop@adidas.test");
      assertThat(left.to()).containsExactly("customer@far.test");
      assertThat(left.text()).contains("\r\nFrom: Shop <shop@adidas.test>\r\n");
      assertThat(inbox(house))
          .singleElement()
          .asString()
          .contains("Return-Path: <apache@mail.example.org>\r\n")
          .contains("\r\nFrom: Shop <apache@mail.example.org>\r\n");
      house.awaitEmptyQueue();
    }
  }

  @Test
  @Shows({"A3.8", "A4.19"})
  void accessSaysWhoMayDoWhatAndMailertableWhereMailGoes() throws Exception {
    Path access =
        Files.writeString(
            folder.resolve("access"),
            """
            # Who may do what.
            Connect:127.0.0            OK
            Connect:127.0.0.1          RELAY
            127.0.0.1                  REJECT
            From:spam.test             REJECT
            From:good@spam.test        OK
            From:bad@                  ERROR:5.7.1:550 not you
            far.test                   550 no mail for or from there
            To:closed@example.org      ERROR:"553 closed"
            """);
    String table = "accessdb:" + access;
    try (RelayHouse house = described()) {
      Path mailers =
          Files.writeString(
              folder.resolve("mailertable"),
              """
              away.test   esmtp:[hub.test]
              .away.test  error:nohost no such host
              .           error:nohost not from here
              """);
      house
          .set("mynetworks", "192.0.2.0/24")
          .set("transport_maps", "mailertable:" + mailers)
          .set(
              "smtpd_relay_restrictions",
              "check_client_access " + table + ", reject_unauth_destination")
          .set("smtpd_sender_restrictions", "check_sender_access " + table)
          .set("smtpd_recipient_restrictions", "check_recipient_access " + table)
          .start();

      assertThat(said(house, "x@else.test", "x@away.test")).startsWith("250 ");
      assertThat(said(house, "x@else.test", "x@sub.away.test")).startsWith("550 5.1.2 ");
      assertThat(said(house, "x@else.test", "x@other.test")).contains(" not from here");
      assertThat(said(house, "x@spam.test", "ada@example.org"))
          .isEqualTo("550 5.7.1 <x@spam.test>: Sender address rejected: Access denied");
      assertThat(said(house, "x@sub.spam.test", "ada@example.org")).startsWith("550 5.7.1 ");
      assertThat(said(house, "good@spam.test", "ada@example.org")).startsWith("250 ");
      assertThat(said(house, "bad@else.test", "ada@example.org")).contains(": not you");
      assertThat(said(house, "x@far.test", "ada@example.org")).startsWith("550 5.7.1 ");
      assertThat(said(house, "x@else.test", "x@far.test")).startsWith("550 5.7.1 ");
      assertThat(said(house, "x@else.test", "closed@example.org")).startsWith("553 5.7.1 ");

      // OK is no RELAY.
      Files.writeString(access, "Connect:127.0.0.1 OK\n");
      house.server().reload();
      assertThat(said(house, "x@else.test", "x@away.test"))
          .isEqualTo("554 5.7.1 <x@away.test>: Relay access denied");
    }
  }

  private static String said(RelayHouse house, String sender, String recipient) throws Exception {
    try (SmtpDialogue dialogue = house.dialogue()) {
      assertThat(dialogue.say("MAIL FROM:<" + sender + ">")).startsWith("250 ");
      return dialogue.say("RCPT TO:<" + recipient + ">");
    }
  }

  /** Reports on a list's mail are its owner's. */
  @Test
  void aListsMailGoesOutInTheNameOfItsOwner() throws Exception {
    try (RelayHouse house = described()) {
      RelayHop hop = house.relayhost();
      house.start();

      house.send(
          "<s@elsewhere.test>",
          List.of("<list@host.example.org>", "<customer@far.test>"),
          RelayHouse.MESSAGE.getBytes(UTF_8));

      List<RelayHop.Mail> left = List.of(hop.await(), hop.await());
      assertThat(left)
          .extracting(mail -> mail.from() + " " + mail.to())
          .containsExactlyInAnyOrder(
              "owner-list@mail.example.org [bob@far.test]", "s@elsewhere.test [customer@far.test]");
      assertThat(inbox(house))
          .singleElement()
          .asString()
          .contains("Return-Path: <owner-list@mail.example.org>\r\n");
      house.awaitEmptyQueue();
    }
  }
}
