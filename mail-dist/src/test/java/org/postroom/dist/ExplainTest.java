package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.policy.Decision;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.ExplainOperation;
import org.postroom.dist.operation.ExplainOperation.Explained;
import org.postroom.dist.operation.ExplainOperation.Question;
import org.postroom.dist.operation.ExplainOperation.Step;
import org.postroom.storage.Storage;

/** What would become of a mail is what becomes of it. */
@Timeout(120)
final class ExplainTest {
  @TempDir private static Path folder;
  private static MailServer server;

  /** A table whose rows stand in the file, one in a line. */
  private static String file(String type, String name, String... rows) throws IOException {
    return type + ":" + Files.write(folder.resolve(name), List.of(rows));
  }

  @BeforeAll
  static void start() throws IOException {
    server =
        MailServer.builder()
            .hostname("mx.example.test")
            .set("mydestination", "example.test")
            .set("myorigin", "example.test")
            .set("recipient_delimiter", "+")
            .set("virtual_mailbox_domains", "virtual.test")
            .set("virtual_alias_domains", "alias.test")
            .set("relay_domains", "relay.test")
            .set("relayhost", "[hub.test]:2525")
            .set("mynetworks", "127.0.0.0/8, 10.0.0.0/8")
            .set(
                "virtual_alias_maps",
                file(
                    "hash",
                    "virtual",
                    "# who is whose",
                    "info@alias.test ada@example.test,",
                    " out@far.test",
                    "@alias.test bob@virtual.test"))
            .set(
                "alias_maps",
                file(
                    "hash", "aliases", "team: ada, bob@virtual.test", "loop: loop2", "loop2: loop"))
            .set(
                "smtpd_client_restrictions",
                "check_client_access "
                    + file(
                        "cidr",
                        "clients",
                        "",
                        "198.51.100.0/24 OK",
                        "192.0.2.64/29 REJECT go away"))
            .set(
                "smtpd_helo_restrictions",
                "permit_mynetworks, reject_invalid_helo_hostname, check_helo_access "
                    + file(
                        "regexp", "helos", "/^good/ DUNNO", "/^liar\\.test$/ REJECT you are not"))
            .set(
                "smtpd_sender_restrictions",
                "reject_non_fqdn_sender, check_sender_access "
                    + file("hash", "senders", "spam.test REJECT no spam", "slow.test DEFER later"))
            .set(
                "smtpd_recipient_restrictions",
                "permit_mynetworks, check_recipient_access"
                    + " inline:{ {bob@virtual.test=WARN seen} }, reject_rbl_client list.test")
            .set(
                "smtpd_relay_restrictions",
                "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination")
            .storage(Storage.inMemory())
            .resolver(ZoneResolver.of("99.2.0.192.list.test A 127.0.0.2"))
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .listen(Role.SUBMISSION, 0)
            .listen(Role.LMTP, 0)
            .account("ada@example.test", "correct horse")
            .account("bob@virtual.test", "correct horse")
            .account("postmaster@example.test", "correct horse")
            .account("small@example.test", "correct horse")
            .start();
    limit("small@example.test", 10_000);
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static void limit(String login, long octets) {
    server
        .inside()
        .accounts()
        .setQuota(server.inside().accounts().byLogin(login).orElseThrow().id(), octets);
  }

  private static Explained ask(
      String client, String helo, String login, String sender, String recipient) {
    return asked(
        new Question(
            "smtp",
            client,
            Optional.ofNullable(helo),
            Optional.ofNullable(login),
            false,
            0,
            sender == null ? "" : sender,
            List.of(recipient)));
  }

  private static Step last(Explained explained) {
    return explained.steps().get(explained.steps().size() - 1);
  }

  /**
   * client | helo | login | sender | recipient | the rule that decides | the reply, or who gets it
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.0.2.1 | mx.far.test | | x@far.test | ada@example.test | reject_rbl_client | ada@example.test: mailbox ada@example.test",
        "192.0.2.1 | mx.far.test | | | ada@example.test | reject_rbl_client | ada@example.test: mailbox ada@example.test",
        "192.0.2.1 | mx.far.test | | x@far.test | bob@virtual.test | reject_rbl_client | bob@virtual.test: mailbox bob@virtual.test",
        "192.0.2.1 | mx.far.test | | x@far.test | ADA@Example.TEST | reject_rbl_client | mailbox ada@example.test",
        "192.0.2.1 | mx.far.test | | x@far.test | ada+x@example.test | reject_rbl_client | mailbox ada@example.test",
        "192.0.2.1 | mx.far.test | | x@far.test | x@relay.test | reject_rbl_client | x@relay.test: relay:[hub.test]:2525",
        "192.0.2.1 | mx.far.test | | x@far.test | info@alias.test | reject_rbl_client | ada@example.test: mailbox ada@example.test; out@far.test: smtp:[hub.test]:2525",
        "192.0.2.1 | mx.far.test | | x@far.test | who@alias.test | reject_rbl_client | bob@virtual.test: mailbox bob@virtual.test",
        "192.0.2.1 | mx.far.test | | x@far.test | team@example.test | reject_rbl_client | ada@example.test: mailbox ada@example.test; bob@virtual.test: mailbox bob@virtual.test",
        "192.0.2.1 | mx.far.test | | x@far.test | loop@example.test | reject_unlisted_recipient | 5.4.6",
        "192.0.2.1 | mx.far.test | | x@far.test | nobody@example.test | reject_unlisted_recipient | 550 5.1.1",
        "192.0.2.1 | mx.far.test | | x@far.test | nobody@virtual.test | reject_unlisted_recipient | 550 5.1.1",
        "192.0.2.1 | mx.far.test | | x@far.test | x@else.test | reject_unauth_destination | 554 5.7.1 <x@else.test>: Relay access denied",
        "127.0.0.1 | mx.far.test | | x@far.test | x@else.test | permit_mynetworks | x@else.test: smtp:[hub.test]:2525",
        "10.9.8.7 | mx.far.test | | x@far.test | x@else.test | permit_mynetworks | x@else.test: smtp:[hub.test]:2525",
        "11.9.8.7 | mx.far.test | | x@far.test | x@else.test | reject_unauth_destination | 554 5.7.1",
        "192.0.2.1 | mx.far.test | ada@example.test | ada@example.test | x@else.test | reject_rbl_client | x@else.test: smtp:[hub.test]:2525",
        "192.0.2.66 | mx.far.test | | x@far.test | ada@example.test | check_client_access | 554 5.7.1 <unknown[192.0.2.66]>: Client host rejected: go away",
        "192.0.2.66 | mx.far.test | ada@example.test | ada@example.test | x@else.test | check_client_access | 554 5.7.1",
        "192.0.2.99 | mx.far.test | | x@far.test | ada@example.test | reject_rbl_client | 554 5.7.1 Service unavailable",
        "192.0.2.1 | liar.test | | x@far.test | ada@example.test | check_helo_access | 554 5.7.1 <liar.test>: Helo command rejected: you are not",
        "192.0.2.1 | -bad- | | x@far.test | ada@example.test | reject_invalid_helo_hostname | 501 5.5.2",
        "127.0.0.1 | -bad- | | x@far.test | ada@example.test | permit_mynetworks | mailbox ada@example.test",
        "192.0.2.1 | mx.far.test | | x@spam.test | ada@example.test | check_sender_access | 554 5.7.1 <x@spam.test>: Sender address rejected: no spam",
        "127.0.0.1 | mx.far.test | | x@spam.test | ada@example.test | check_sender_access | 554 5.7.1",
        "192.0.2.1 | mx.far.test | | x@sub.spam.test | ada@example.test | check_sender_access | 554 5.7.1",
        "192.0.2.1 | mx.far.test | | x@slow.test | ada@example.test | check_sender_access | 450 4.7.1 <x@slow.test>: Sender address rejected: later",
        "192.0.2.1 | mx.far.test | | x@flat | ada@example.test | reject_non_fqdn_sender | 504 5.5.2",
        "2001:db8::1 | mx.far.test | | x@far.test | ada@example.test | reject_rbl_client | mailbox ada@example.test",
      })
  void namesTheRuleAndWhereItGoes(
      String client,
      String helo,
      String login,
      String sender,
      String recipient,
      String rule,
      String outcome) {
    Step step = last(ask(client, helo, login, sender, recipient));

    assertThat(step.command())
        .isEqualTo("RCPT TO:<" + recipient.replace("Example.TEST", "example.test") + ">");
    if (rule != null) {
      assertThat(step.rules().stream().map(ExplainOperation.Rule::rule))
          .anyMatch(one -> one.startsWith(rule));
    }
    String found =
        step.reply()
            .orElseGet(
                () ->
                    step.targets().stream()
                        .map(target -> target.recipient() + ": " + target.route())
                        .collect(Collectors.joining("; ")));
    assertThat(found).contains(outcome);
    if (step.reply().isPresent()) {
      assertThat(step.rules().get(step.rules().size() - 1).rule()).startsWith(rule);
    }
  }

  /** service | client | login | size | sender | recipient | the rule | the reply, or who gets it */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "submission | 192.0.2.1 | ada@example.test | 0 | bob@virtual.test | x@else.test | reject_sender_login_mismatch | 553 5.7.1 <bob@virtual.test>: Sender address rejected: not owned by user ada@example.test",
        "submission | 192.0.2.1 | ada@example.test | 0 | ada+x@example.test | x@else.test | permit_sasl_authenticated | smtp:[hub.test]:2525",
        "submission | 192.0.2.1 | ada@example.test | 0 | info@alias.test | x@else.test | permit_sasl_authenticated | smtp:[hub.test]:2525",
        "submission | 192.0.2.1 | bob@virtual.test | 0 | team@example.test | ada@example.test | permit_sasl_authenticated | mailbox ada@example.test",
        "submission | 192.0.2.1 | bob@virtual.test | 0 | loop@example.test | ada@example.test | reject_sender_login_mismatch | 553 5.7.1",
        "smtp | 192.0.2.1 | | 100000 | x@far.test | small@example.test | quota | 552 5.2.2 <small@example.test>: Recipient address rejected: mailbox is full",
        "smtp | 192.0.2.1 | | 100 | x@far.test | small@example.test | reject_rbl_client | mailbox small@example.test",
        "lmtp | 127.0.0.1 | | 0 | x@far.test | ada@example.test | permit_mynetworks | mailbox ada@example.test",
        "lmtp | 127.0.0.1 | | 0 | x@far.test | x@else.test | lmtp_accept_relay | 550 5.7.1 <x@else.test>: Relay access denied",
        "lmtp | 127.0.0.1 | | 0 | x@far.test | info@alias.test | permit_mynetworks | out@far.test: smtp:[hub.test]:2525",
        "lmtp | 192.0.2.1 | | 0 | x@far.test | ada@example.test | lmtp_accept_strangers | 550 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied",
      })
  void saysWhatHoldsBesideTheLists(
      String service,
      String client,
      String login,
      long size,
      String sender,
      String recipient,
      String rule,
      String outcome) {
    Step step =
        last(
            asked(
                new Question(
                    service,
                    client,
                    Optional.of("mx.far.test"),
                    Optional.ofNullable(login),
                    true,
                    size,
                    sender,
                    List.of(recipient))));

    assertThat(step.rules().stream().map(ExplainOperation.Rule::rule))
        .anyMatch(one -> one.startsWith(rule));
    assertThat(step.reply().orElseGet(() -> step.targets().toString().replace("route=", "")))
        .contains(outcome.replace(": smtp", ", smtp"));
  }

  /** What was decided about the first recipient holds for the second, and nobody is asked twice. */
  @Test
  void aSecondRecipientComesBehindTheFirst() {
    Explained explained =
        asked(
            new Question(
                "smtp",
                "192.0.2.1",
                Optional.of("mx.far.test"),
                Optional.empty(),
                false,
                0,
                "x@far.test",
                List.of("ada@example.test", "nobody@example.test", "bob@virtual.test")));

    assertThat(explained.steps())
        .extracting(Step::command)
        .endsWith(
            "RCPT TO:<ada@example.test>",
            "RCPT TO:<nobody@example.test>",
            "RCPT TO:<bob@virtual.test>");
    assertThat(explained.steps())
        .extracting(step -> step.reply().isPresent())
        .endsWith(false, true, false);
  }

  /** By the name that the log, the reply and the Received field have for it. */
  @Test
  void aRealMailIsFoundByItsIdAndItsSession() {
    String id;
    try (SocketPeer peer = SocketPeer.to(server.address(Role.MX))) {
      peer.readLine();
      for (String line :
          List.of(
              "HELO mx.far.test",
              "MAIL FROM:<x@far.test>",
              "RCPT TO:<nobody@example.test>",
              "RCPT TO:<info@alias.test>",
              "DATA")) {
        peer.send(line + "\r\n");
        peer.readLine();
      }
      peer.send(".\r\n");
      String reply = peer.readLine();
      id = reply.substring(reply.lastIndexOf(' ') + 1).strip();
      // Another mail of the same session.
      for (String line : List.of("MAIL FROM:<x@far.test>", "RCPT TO:<bob@virtual.test>")) {
        peer.send(line + "\r\n");
        peer.readLine();
      }
    }

    List<ExplainOperation.Recorded> found = recorded(id);

    ExplainOperation.Recorded taken = found.get(found.size() - 1);
    assertThat(taken.mail()).contains(id);
    assertThat(taken.step().command()).isEqualTo("RCPT TO:<info@alias.test>");
    assertThat(taken.step().way()).singleElement().asString().contains("virtual_alias_maps");
    assertThat(taken.step().targets()).hasSize(2);
    assertThat(found).noneMatch(one -> one.step().command().contains("bob"));
    assertThat(recorded(taken.session()))
        .extracting(one -> one.step().command())
        .contains(
            "RCPT TO:<nobody@example.test>",
            "RCPT TO:<info@alias.test>",
            "RCPT TO:<bob@virtual.test>");
    assertThatThrownBy(() -> recorded("4jcPSH6LRJz001"))
        .isInstanceOf(OperationRefused.class)
        .hasMessageContaining("no record of 4jcPSH6LRJz001");
  }

  private static List<ExplainOperation.Recorded> recorded(String id) {
    return ExplainOperation.RECORD
        .perform(new ServerDesk(server), new ExplainOperation.Which(id))
        .records();
  }

  /** The rule, what it rested on, and the table's own words. */
  @Test
  void showsWhatEachRuleRestedOnAndTheWayOfAnAlias() {
    Explained explained = ask("192.0.2.1", "mx.far.test", null, "x@far.test", "info@alias.test");

    assertThat(last(explained).way())
        .containsExactly(
            "info@alias.test -> ada@example.test, out@far.test (virtual_alias_maps: "
                + folder.resolve("virtual")
                + ", line 2)");
    Step refused = last(ask("192.0.2.66", "mx.far.test", null, "x@far.test", "ada@example.test"));
    assertThat(refused.rules().get(0).facts())
        .endsWith("=192.0.2.66 REJECT go away (" + folder.resolve("clients") + ", line 3)");
  }

  /** client | helo | sender | recipient | the file and line of the row that decides */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.0.2.66 | mx.far.test | x@far.test | ada@example.test | clients, line 3",
        "198.51.100.7 | mx.far.test | x@far.test | ada@example.test | clients, line 2",
        "192.0.2.1 | liar.test | x@far.test | ada@example.test | helos, line 2",
        "192.0.2.1 | good.test | x@far.test | ada@example.test | helos, line 1",
        "192.0.2.1 | mx.far.test | x@spam.test | ada@example.test | senders, line 1",
        "192.0.2.1 | mx.far.test | x@sub.spam.test | ada@example.test | senders, line 1",
        "192.0.2.1 | mx.far.test | x@slow.test | ada@example.test | senders, line 2",
        "192.0.2.1 | mx.far.test | x@far.test | info@alias.test | virtual, line 2",
        "192.0.2.1 | mx.far.test | x@far.test | who@alias.test | virtual, line 4",
        "192.0.2.1 | mx.far.test | x@far.test | team@example.test | aliases, line 1",
      })
  void namesTheLineOfTheTableThatDecides(
      String client, String helo, String sender, String recipient, String where) {
    Explained explained = ask(client, helo, null, sender, recipient);

    List<String> places = new ArrayList<>();
    for (Step step : explained.steps()) {
      step.rules().forEach(rule -> places.addAll(rule.rows()));
      places.addAll(step.way());
    }

    assertThat(places).anyMatch(place -> place.contains(folder.resolve(where).toString()));
  }

  @Test
  void whatIsKeptOfARealSessionIsTheSame() {
    try (SocketPeer peer = SocketPeer.to(server.address(Role.MX))) {
      peer.readLine();
      for (String line :
          List.of("HELO mx.far.test", "MAIL FROM:<x@spam.test>", "RCPT TO:<ada@example.test>")) {
        peer.send(line + "\r\n");
        peer.readLine();
      }
    }
    List<RecentDecisions.Entry> kept = server.inside().decisions();
    Decision real = kept.get(kept.size() - 1).decision();

    Step thought = last(ask("127.0.0.1", "mx.far.test", null, "x@spam.test", "ada@example.test"));

    assertThat(thought.reply()).isEqualTo(real.refusal().map(Object::toString));
    assertThat(thought.rules())
        .containsExactlyElementsOf(
            real.steps().stream()
                .map(
                    step ->
                        new ExplainOperation.Rule(
                            step.list(),
                            step.rule(),
                            step.noted().strip(),
                            step.rows(),
                            step.said()))
                .toList());
  }

  @Test
  void nothingIsKeptOfWhatDidNotHappen() {
    int before = server.inside().decisions().size();

    ask("192.0.2.1", "mx.far.test", null, "x@far.test", "ada@example.test");

    assertThat(server.inside().decisions()).hasSize(before);
  }

  @Test
  void saysWhatItCannotAnswer() {
    assertThatThrownBy(() -> ask("nowhere", null, null, "", "ada@example.test"))
        .isInstanceOf(OperationRefused.class)
        .hasMessageContaining("no IP address: nowhere");
    assertThatThrownBy(() -> ask("192.0.2.1", null, "eve", "", "ada@example.test"))
        .isInstanceOf(OperationRefused.class)
        .hasMessageContaining("no such account: eve");
    assertThatThrownBy(() -> ask("192.0.2.1", null, null, "", "ada@"))
        .isInstanceOf(OperationRefused.class);
    assertThatThrownBy(
            () ->
                asked(
                    new Question(
                        "pop3",
                        "::1",
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        0,
                        "",
                        List.of("a@b"))))
        .isInstanceOf(OperationRefused.class)
        .hasMessageContaining("no listener for mail: pop3");
  }

  /** Asks a server in this process, as its socket would. */
  private static Explained asked(Question question) {
    return ExplainOperation.EXPLAIN.perform(new ServerDesk(server), question);
  }
}
