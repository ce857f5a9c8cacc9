package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.applet.AppletRun;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.Operation.Nothing;
import org.postroom.dist.operation.QueueChanges;
import org.postroom.dist.operation.QueueChanges.Chosen;
import org.postroom.dist.operation.QueueChanges.Done;
import org.postroom.dist.operation.QueueChoice;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.Asked;
import org.postroom.dist.operation.QueueOperations.Waiting;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.WatchOperations;
import org.postroom.dist.operation.WatchOperations.Sights;
import org.postroom.dist.operation.WatchOperations.Wanted;

/** {@code sendmail -v} and {@code sendmail -q} show how mail is tried, and wait until it was. */
@Timeout(60)
@Tag("seconds")
final class WatchedMailTest {
  private static final String MAIL = "Subject: x\n\nsecret body\n";

  @TempDir private Path folder;
  private final RelayHop hop = RelayHop.open(Clock.systemUTC());

  @AfterEach
  void end() {
    hop.close();
  }

  private MailServer start(String... more) throws IOException {
    return TestServer.builder()
        .configuration(configure(more))
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account("ada@example.org", "correct horse")
        .start();
  }

  private Path configure(String... more) throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "myhostname = mail.example.org",
                "myorigin = example.org",
                "virtual_mailbox_domains = example.org",
                "inet_interfaces = loopback-only",
                "relayhost = " + hop.name(),
                "smtp_tls_security_level = none",
                "storage_url = h2:data"));
    lines.addAll(List.of(more));
    return Files.write(folder.resolve("main.cf"), lines);
  }

  private AppletRun sendmail(String... words) {
    List<String> all = new ArrayList<>(List.of("sendmail", "-C", folder.toString()));
    all.addAll(List.of(words));
    return AppletRun.of(MAIL.getBytes(UTF_8), all.toArray(String[]::new));
  }

  private AppletRun postqueue(String word) {
    return AppletRun.of("postqueue", "-c", folder.toString(), word);
  }

  @Test
  @Shows("A1.4")
  void theFirstAttemptIsShownAsItWas() throws IOException {
    hop.always(".", "250 2.0.0 Ok: queued as 4711");
    try (MailServer server = start()) {
      assertThat(server).isNotNull();
      AppletRun run = sendmail("-v", "-v", "-f", "shop@example.org", "bob@far.test");

      assertThat(run.status()).isZero();
      assertThat(run.said().lines())
          .containsExactly(
              "bob@far.test... Connecting to 127.0.0.1[127.0.0.1]:" + hop.port() + "...",
              "220 hop.example ESMTP",
              ">>> EHLO mail.example.org",
              "250-hop.example",
              "250-PIPELINING",
              "250-8BITMIME",
              "250-SMTPUTF8",
              "250 DSN",
              ">>> MAIL FROM:<shop@example.org>",
              ">>> RCPT TO:<bob@far.test>",
              ">>> DATA",
              "250 2.1.0 Ok",
              "250 2.1.5 Ok",
              "354 Go",
              ">>> .",
              "250 2.0.0 Ok: queued as 4711",
              "bob@far.test... Sent (250 2.0.0 Ok: queued as 4711)");
    }
  }

  @Test
  @Shows("A1.4")
  void whatLogsUsInIsNotShown() throws IOException {
    hop.offers("AUTH PLAIN").always("AUTH", "235 2.7.0 Welcome AHNob3AAb3BlbiBzZXNhbWU=");
    try (MailServer server =
        start(
            "smtp_sasl_auth_enable = yes",
            "smtp_sasl_security_options = noanonymous",
            "smtp_sasl_password_maps = inline:{" + hop.name() + "=shop:opensesame}")) {
      assertThat(server).isNotNull();
      AppletRun run = sendmail("-v", "-v", "bob@far.test");

      assertThat(run.said())
          .contains(">>> AUTH PLAIN ***", "235 ***", "bob@far.test... Sent (")
          .doesNotContain("AHNob3AAb3Blb", "opensesame", "secret body");
      assertThat(hop.heard()).anyMatch(line -> line.startsWith("AUTH PLAIN A"));
    }
  }

  @Test
  @Shows("A1.4")
  void eachRecipientsEndIsSaidWhereverItIs() throws IOException {
    hop.always("RCPT TO:<gone@", "550 5.1.1 no such user\u001b[2J")
        .always("RCPT TO:<later@", "450 4.2.0 later");
    try (MailServer server = start()) {
      assertThat(server).isNotNull();
      AppletRun run = sendmail("-v", "ada", "gone@far.test", "later@far.test", "bob@far.test");

      assertThat(run.status()).isZero();
      assertThat(run.said())
          .contains(
              "ada@example.org... Sent (delivered to mailbox INBOX)",
              "gone@far.test... Bounced: host 127.0.0.1[127.0.0.1]:" + hop.port() + " said: 550",
              "no such user?[2J",
              "later@far.test... Deferred: host 127.0.0.1[127.0.0.1]:" + hop.port() + " said: 450",
              "bob@far.test... Sent (250 ",
              "Mail Delivery Status Report will be mailed to <");
      assertThat(Inbox.of(server, "ada@example.org")).hasSize(1);
    }
  }

  @Test
  void whatWaitsForSomebodyIsNotWaitedFor() throws IOException {
    try (MailServer server = start("header_checks = regexp:{{/^Subject: x/ HOLD}}")) {
      assertThat(server).isNotNull();
      AppletRun run = sendmail("-v", "-v", "bob@far.test");

      assertThat(run).isEqualTo(new AppletRun(0, ""));
      assertThat(postqueue("-p").said()).contains("! ");
    }
  }

  @Test
  void withoutAServerItIsLeftAndSaysSo() throws IOException {
    start().close();

    AppletRun run = sendmail("-v", "-v", "bob@far.test");

    assertThat(run).isEqualTo(new AppletRun(0, "bob@far.test... queued\n"));
    try (MailServer server = start()) { // takes up what has no watch any more
      assertThat(server).isNotNull();
      assertThat(hop.await().to()).containsExactly("bob@far.test");
    }
  }

  @Test
  @Shows("A2.3")
  void oneRunTriesAllThatWaitsAndSaysWhatBecameOfIt() throws IOException {
    hop.always("MAIL", "451 4.3.0 not now");
    try (MailServer server = start()) {
      assertThat(server).isNotNull();
      for (int i = 0; i < 20; i++) {
        assertThat(sendmail("bob" + i + "@far.test").status()).isZero();
      }
      Until.so(() -> postqueue("-j").said().split("delay_reason", -1).length == 21);
      hop.well().always("RCPT TO:<bob7@", "450 4.2.0 later").always(".", "250 2.0.0 Ok");

      AppletRun run = sendmail("-q", "-v");

      assertThat(run.status()).isZero();
      assertThat(run.said().lines())
          .hasSize(20)
          .anyMatch(
              line -> line.matches("\\w+: bob3@far\\.test\\.\\.\\. Sent \\(250 2\\.0\\.0 Ok\\)"))
          .anyMatch(
              line ->
                  line.matches(
                      "\\w+: bob7@far\\.test\\.\\.\\. Deferred: .* 450 4\\.2\\.0 later.*"));
      assertThat(postqueue("-j").said().lines()).singleElement().asString().contains("bob7@");
    }
  }

  @Test
  void howTheQueueStandsIsNotToldToWhoOnlyWatches() throws IOException {
    hop.always("MAIL", "451 4.3.0 not now");
    try (MailServer server = start()) {
      assertThat(server).isNotNull();
      assertThat(sendmail("bob@far.test").status()).isZero();
      DescribedServer there =
          MailServer.builder()
              .configuration(folder.resolve("main.cf"))
              .unwrap(DescribedServer.class);
      Until.so(() -> postqueue("-j").said().contains("delay_reason"));
      String theirs = postqueue("-j").said().replaceAll("(?s).*\"queue_id\": ?\"(\\w+)\".*", "$1");

      for (List<String> ids : List.of(List.<String>of(), List.of("ALL"), List.of(theirs, "./x"))) {
        long watch = there.ask(WatchOperations.OPEN, new Nothing()).watch();
        Wanted wanted = new Wanted(watch, QueueChoice.of(ids));

        assertThat(there.ask(WatchOperations.SEE, wanted))
            .isEqualTo(new Sights(List.of(), 0, true, Optional.empty()));
      }
    }
  }

  @Test
  void whoMayHaveMailTriedSeesOnlyWhatHeMaySee() throws IOException {
    hop.always("MAIL", "451 4.3.0 not now");
    Chosen all = new Chosen(QueueChoice.of(List.of("ALL")));
    String[] may = {"authorized_mailq_users = static:anyone", "authorized_mailq_users = ada"};
    try (MailServer server = start(may[1])) {
      assertThat(sendmail("bob@far.test").status()).isZero();
      Until.so(() -> postqueue("-j").said().contains("delay_reason"));
      Desk master = new ServerDesk(server);
      Desk other = new ServerDesk(server, "nobody");
      long watch = WatchOperations.OPEN.perform(other, new Nothing()).watch();
      Wanted wanted = new Wanted(watch, all.choice());

      Done tried = QueueChanges.RUN.perform(other, all.seenBy(Optional.of(watch)));

      // Nor whether there is any such mail.
      Chosen none = new Chosen(QueueChoice.ofSite("nobody.test"));
      assertThat(tried).isEqualTo(QueueChanges.RUN.perform(other, none));
      assertThat(WatchOperations.SEE.perform(other, wanted).isOver()).isTrue();
      assertThatThrownBy(() -> listed(other))
          .isInstanceOf(OperationRefused.class)
          .hasMessageContaining("not allowed to view");

      configure(may[0]);
      server.reload();
      long seen = WatchOperations.OPEN.perform(other, new Nothing()).watch();
      Wanted again = new Wanted(seen, all.choice());
      Chosen shown = all.seenBy(Optional.of(seen));
      Until.so(() -> QueueChanges.RUN.perform(other, shown).ids().size() == 1); // unless under way
      assertThat(theOne(other).origin()).isEmpty();
      assertThat(theOne(master).origin()).isPresent();

      configure(may[1]);
      server.reload();
      assertThatThrownBy(() -> WatchOperations.SEE.perform(other, again))
          .isInstanceOf(OperationRefused.class)
          .hasMessageContaining("not allowed to view");
    }
  }

  /** It may move from a section that is listed later into one that was listed. */
  private static WaitingMail theOne(Desk desk) {
    List<WaitingMail> mails = new ArrayList<>();
    Until.so(
        () -> {
          mails.addAll(listed(desk));
          return !mails.isEmpty();
        });
    return mails.get(0);
  }

  private static List<WaitingMail> listed(Desk desk) {
    List<WaitingMail> mails = new ArrayList<>();
    Optional<Asked> next = Optional.of(Asked.ALL);
    while (next.isPresent()) {
      Waiting page = QueueOperations.LIST.perform(desk, next.get());
      mails.addAll(page.mails());
      next = next.get().behind(page);
    }
    return mails;
  }

  @Test
  @Shows("A2.3")
  void aRunHasAnEndWhereNobodyAnswers() throws IOException {
    try (MailServer server = start("relayhost = [127.0.0.1]:1", "transport_retry_time = 1h")) {
      assertThat(server).isNotNull();
      for (int i = 0; i < 30; i++) {
        assertThat(sendmail("bob" + i + "@far.test").status()).isZero();
      }

      AppletRun run = sendmail("-q", "-v");

      assertThat(run.status()).isZero();
      assertThat(run.said()).contains("Deferred: ");
      assertThat(postqueue("-j").said().lines())
          .hasSize(30)
          .noneMatch(line -> line.contains("active"));
      assertThat(sendmail("-qRnobody")).isEqualTo(new AppletRun(0, ""));
    }
  }
}
