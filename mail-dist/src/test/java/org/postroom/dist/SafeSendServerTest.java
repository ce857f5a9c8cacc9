package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.auth.AccountId;
import org.postroom.core.delivery.DeliveryResult;
import org.postroom.core.delivery.Transport;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.filter.Finding;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.testing.Until;
import org.postroom.dist.operation.ExplainOperation;
import org.postroom.storage.Storage;

/** A server that is not in production keeps what is for the world. */
final class SafeSendServerTest {
  private static final String TESTER = "tester@example.org";
  private static final byte[] MESSAGE =
      "From: shop@example.org\r\nSubject: invoice\r\n\r\nThank you.\r\n".getBytes(UTF_8);

  @TempDir private Path folder;

  private static ServerBuilder builder() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.inMemory())
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .resolver(ZoneResolver.of())
        .set("mynetworks", "127.0.0.0/8")
        .account("shop@example.org", "pw")
        .account(TESTER, "pw");
  }

  @Test
  void keepsWhatIsForOthersWithTheirNamesOnIt() {
    try (MailServer server =
        builder()
            .set("safe_send_mailbox", TESTER)
            .set("safe_send_recipients", "qa.example")
            .set("relayhost", "[127.0.0.1]:1") // where nobody is: what leaves waits
            .start()) {
      server
          .submit(
              Envelope.parse(
                  "shop@example.org", "ada@far.example", "bob@far.example", "me@qa.example"),
              MESSAGE)
          .orThrow();

      List<String> kept = notSent(server);
      assertThat(kept).hasSize(2);
      assertThat(kept.get(0))
          .startsWith("Return-Path: <shop@example.org>\r\nX-Safe-Send: not sent to ada@far.example")
          .doesNotContain("Delivered-To")
          .endsWith("Thank you.\r\n");
      assertThat(kept.get(1)).contains("X-Safe-Send: not sent to bob@far.example");
      assertThat(queued(server)).containsExactly("me@qa.example");
      assertThat(server.warnings())
          .anySatisfy(one -> assertThat(one).contains("safe_send_recipients (qa.example)"));
      assertThat(Inbox.of(server, TESTER)).isEmpty();
    }
  }

  /** What an alias comes to, and who gets a copy, is no way out. */
  @Test
  void noTableLeadsAroundIt() {
    try (MailServer server =
        builder()
            .set("safe_send_mailbox", TESTER)
            .set("virtual_alias_maps", "inline:{all@example.org=ada@far.example}")
            .set("always_bcc", "archive@far.example")
            .set("relayhost", "[smtp.example.net]")
            .start()) {
      server.submit(Envelope.parse("shop@example.org", "all@example.org"), MESSAGE).orThrow();

      assertThat(notSent(server))
          .hasSize(2)
          .anySatisfy(one -> assertThat(one).contains("X-Safe-Send: not sent to ada@far.example"))
          .anySatisfy(
              one -> assertThat(one).contains("X-Safe-Send: not sent to archive@far.example"));
      assertThat(queued(server)).isEmpty();
    }
  }

  /** What waits for the world when it is switched on does not leave any more. */
  @Test
  void whatWaitsIsKeptAtTheNextAttempt() throws Exception {
    try (RelayHouse house = new RelayHouse().account(TESTER)) {
      RelayHop hop = house.relayhost().always("MAIL", "451 4.3.0 later");
      house.start();
      house.send("bob@far.example", RelayHouse.MESSAGE);
      house.awaitAttempts(1);

      hop.well();
      house.server().reload(now -> now.set("safe_send_mailbox", TESTER));
      house.retryUntilEmpty();

      assertThat(hop.unread()).isZero();
      assertThat(notSent(house.server()))
          .singleElement()
          .satisfies(one -> assertThat(one).contains("X-Safe-Send: not sent to bob@far.example"));
    }
  }

  /** Also where a filter was decided on for the mail. */
  @Test
  void whatWaitsForAFilterIsKept() throws Exception {
    try (RelayHouse house = new RelayHouse().account(TESTER)) {
      RelayHop hop = house.relayhost().always("MAIL", "451 4.3.0 later");
      house.set("content_filter", "smtp:" + hop.name()).start();
      house.send("bob@far.example", RelayHouse.MESSAGE);
      house.awaitAttempts(1);

      hop.well();
      house.server().reload(now -> now.set("safe_send_mailbox", TESTER));
      house.retryUntilEmpty();

      assertThat(hop.unread()).isZero();
      assertThat(notSent(house.server())).hasSize(1);
    }
  }

  /** Nobody knows whom a filter's destination tells: mail for people here does not go there. */
  @ParameterizedTest
  @CsvSource({"'', 0", "sms:gateway, 1"})
  void filtersGetMailWhereTheyAreNamed(String filters, int texts) {
    List<String> texted = new CopyOnWriteArrayList<>();
    try (MailServer server =
        builder()
            .set("safe_send_mailbox", TESTER)
            .set("safe_send_filters", filters)
            .filter("texts", mail -> Finding.passed(new Consequence.Filter("sms:gateway")))
            .transport(
                "sms",
                (mail, hop) -> {
                  texted.add(hop);
                  return CompletableFuture.completedFuture(
                      Transport.Report.all(
                          mail, new DeliveryResult.Delivered(hop, "2.0.0", "texted", false)));
                })
            .start()) {
      server.submit(Envelope.parse("tester@example.org", "shop@example.org"), MESSAGE).orThrow();
      Until.so(() -> server.inside().queue().size() == 0);

      assertThat(texted).hasSize(texts);
      assertThat(Inbox.of(server, "shop@example.org")).hasSize(1 - texts);
    }
  }

  @Test
  void aDryRunSaysSo() {
    try (MailServer server = builder().set("safe_send_mailbox", TESTER).start()) {
      ExplainOperation.Explained explained =
          ExplainOperation.EXPLAIN.perform(
              new ServerDesk(server),
              new ExplainOperation.Question(
                  "smtp",
                  "127.0.0.1",
                  Optional.of("client.example"),
                  Optional.empty(),
                  false,
                  0,
                  "shop@example.org",
                  List.of("ada@far.example")));

      assertThat(explained.steps().get(explained.steps().size() - 1).targets())
          .singleElement()
          .satisfies(
              one ->
                  assertThat(one.route())
                      .isEqualTo("kept in mailbox tester@example.org (safe_send_mailbox)"));
    }
  }

  @Test
  void theProgramCannotSwitchOffWhatTheFileSays() throws Exception {
    Path file = folder.resolve("main.cf");
    Files.writeString(file, "myhostname = mail.example.org\nsafe_send_mailbox = " + TESTER + "\n");

    assertThatThrownBy(() -> builder().configuration(file).set("safe_send_mailbox", "").start())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("main.cf, line 2")
        .hasMessageContaining("safe_send_mailbox");
    assertThatThrownBy(
            () ->
                builder()
                    .configuration(file)
                    .set(FlowParams.SAFE_SEND.name(), "shop@example.org")
                    .start())
        .isInstanceOf(BadConfiguration.class);

    try (MailServer server =
        builder().configuration(file).set("safe_send_mailbox", TESTER).start()) {
      assertThatThrownBy(() -> server.reload(now -> now.set("safe_send_mailbox", "")))
          .isInstanceOf(BadConfiguration.class);
      server.submit(Envelope.parse("shop@example.org", "ada@far.example"), MESSAGE).orThrow();
      assertThat(notSent(server)).hasSize(1);
    }
  }

  /** A full mailbox is no way out either. */
  @Test
  void waitsWhereTheKeepersMailboxIsFull() {
    try (MailServer server = builder().set("safe_send_mailbox", TESTER).start()) {
      AccountId tester = server.inside().accounts().byLogin(TESTER).orElseThrow().id();
      server.inside().accounts().setQuota(tester, 10);
      server.submit(Envelope.parse("shop@example.org", "ada@far.example"), MESSAGE).orThrow();

      assertThat(queued(server)).containsExactly("ada@far.example");
      assertThat(server.inside().queue().list(10).get(0).destination())
          .isEqualTo("mailbox:far.example");
    }
  }

  /** Whoever hears of each recipient hears nothing of the keeper's room. */
  @Test
  void waitsByLmtpToo() throws Exception {
    try (MailServer server =
        builder()
            .listen(Role.LMTP, 0)
            .set("virtual_alias_maps", "inline:{ada@example.org=ada@far.example}")
            .set("safe_send_mailbox", TESTER)
            .start()) {
      AccountId tester = server.inside().accounts().byLogin(TESTER).orElseThrow().id();
      server.inside().accounts().setQuota(tester, 10);

      try (SmtpDialogue client = SmtpDialogue.open(server.address(Role.LMTP))) {
        client.say("LHLO client.example");
        client.say("MAIL FROM:<shop@example.org>");
        assertThat(client.say("RCPT TO:<ada@example.org>")).startsWith("250 ");
        assertThat(client.say("DATA")).startsWith("354 ");
        assertThat(client.content(out -> out.write(MESSAGE))).startsWith("250 2.1.5");
      }

      assertThat(queued(server)).containsExactly("ada@far.example");
    }
  }

  private static List<String> queued(MailServer server) {
    return server.inside().queue().list(100).stream()
        .flatMap(mail -> mail.recipients().stream())
        .map(one -> one.recipient().address().toString())
        .toList();
  }

  private static List<String> notSent(MailServer server) {
    server.inside().queue().settle(List.of(), List.of());
    AccountId tester = server.inside().accounts().byLogin(TESTER).orElseThrow().id();
    List<String> messages = new ArrayList<>();
    server
        .inside()
        .mail()
        .find(tester, MailboxName.of("Not sent"))
        .ifPresent(
            folder ->
                server
                    .inside()
                    .mail()
                    .read(
                        folder.id(),
                        UidSet.range(1, 0xFFFF_FFFFL),
                        Set.of(Detail.CONTENT),
                        row ->
                            messages.add(
                                new String(row.content().orElseThrow().toBytes(), UTF_8))));
    return messages;
  }
}
