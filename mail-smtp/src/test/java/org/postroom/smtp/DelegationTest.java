package org.postroom.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.core.testing.SmallPolicyServer.CLOSE;
import static org.postroom.core.testing.SmallPolicyServer.action;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.SmallPolicyServer;
import org.postroom.core.testing.Until;
import org.postroom.smtp.server.Role;

/** What a policy server says of mail is done, and it is told what it wants to know. */
final class DelegationTest {
  private static final String OWN_NETWORKS = "127.0.0.0/8";

  private static SmtpHouse house(String... settings) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    return SmtpHouse.with(all);
  }

  /** What a recipient hears where a policy server stands in its list. */
  private static String rcpt(
      String list, String options, UnaryOperator<String> answers, String to) {
    try (SmallPolicyServer server = SmallPolicyServer.byTcp(answers);
        SmtpHouse house =
            house(
                "smtpd_restriction_classes",
                "strict",
                "strict",
                "reject_non_fqdn_sender, reject",
                list,
                "check_policy_service { "
                    + server.name()
                    + ", try_limit=1"
                    + options
                    + " }, reject_unauth_destination");
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<grace@example.net>");
      return talk.ask("RCPT TO:<" + to + ">");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DUNNO | 250 2.1.5 Ok",
        "OK | 250 2.1.5 Ok",
        "dunno | 250 2.1.5 Ok",
        "REJECT | 554 5.7.1 <ada@example.org>: Recipient address rejected: Access denied",
        "REJECT not you | 554 5.7.1 <ada@example.org>: Recipient address rejected: not you",
        "450 4.2.0 greylisted | 450 4.2.0 <ada@example.org>: Recipient address rejected: greylisted",
        "defer_if_permit wait | 450 4.7.1 <ada@example.org>: Recipient address rejected: wait",
        "PREPEND X-Policy: 1 | 250 2.1.5 Ok",
        "HOLD | 250 2.1.5 Ok",
        "reject_non_fqdn_sender | 250 2.1.5 Ok",
        "strict | 554 5.7.1 <ada@example.org>: Recipient address rejected: Access denied",
        "no such thing | 451 4.3.5 Server configuration error",
        "check_sender_access hash:/etc/passwd | 451 4.3.5 Server configuration error",
        "check_policy_service inet:127.0.0.1:1 | 451 4.3.5 Server configuration error",
      })
  void anAnswerIsAnActionOfAccessTables(String said, String reply) {
    assertThat(rcpt("smtpd_recipient_restrictions", "", r -> action(said), "ada@example.org"))
        .isEqualTo(reply);
  }

  @ParameterizedTest
  @ValueSource(strings = {"OK", "permit", "permit_mynetworks, permit", "1"})
  void noAnswerOpensARelay(String said) {
    assertThat(rcpt("smtpd_relay_restrictions", "", r -> action(said), "x@far.test"))
        .isEqualTo("554 5.7.1 <x@far.test>: Relay access denied");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | 451 4.3.5 <ada@example.org>: Recipient address rejected: Server configuration problem",
        "', default_action=DUNNO' | 250 2.1.5 Ok",
        "', {default_action = 450 4.7.1 not now}' | 450 4.7.1 <ada@example.org>: Recipient address"
            + " rejected: not now",
      })
  void whereItDoesNotAnswerItsDefaultActionCounts(String options, String reply) {
    assertThat(rcpt("smtpd_recipient_restrictions", options, r -> CLOSE, "ada@example.org"))
        .isEqualTo(reply);
  }

  @Test
  void isNotAskedWhereSomethingBeforeItDecides() {
    try (SmallPolicyServer server = SmallPolicyServer.byTcp(r -> action("DUNNO"));
        SmtpHouse house =
            house(
                "smtpd_recipient_restrictions",
                "reject_unknown_sender_domain, check_sender_access inline:{bad.test=REJECT},"
                    + " check_policy_service "
                    + server.name());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<grace@bad.test>");
      talk.ask("RCPT TO:<ada@example.org>");

      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void isAskedOnceForARecipientHoweverOftenItIsNamed() {
    try (SmallPolicyServer server = SmallPolicyServer.byTcp(r -> action("DUNNO"));
        SmtpHouse house =
            house(
                "smtpd_sender_restrictions",
                "check_policy_service " + server.name(),
                "smtpd_recipient_restrictions",
                "check_policy_service " + server.name());
        Talk talk = Talk.greeted(house.listen(Role.MX))) {
      talk.ask("MAIL FROM:<grace@example.net>");
      talk.ask("RCPT TO:<ada@example.org>");
      assertThat(server.requests()).hasSize(1);
      talk.ask("RCPT TO:<bob@example.org>");

      assertThat(server.requests()).hasSize(2);
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  /** Others come while it is asked: the question stays what it was. */
  @Test
  void isAskedOnceThoughTheServerFillsUpMeanwhile() {
    CountDownLatch full = new CountDownLatch(1);
    UnaryOperator<String> waits =
        request -> {
          try {
            return full.await(30, TimeUnit.SECONDS) ? action("DUNNO") : CLOSE;
          } catch (InterruptedException e) {
            return CLOSE;
          }
        };
    List<Talk> others = new ArrayList<>();
    try (SmallPolicyServer server = SmallPolicyServer.byTcp(waits);
        SmtpHouse house =
            house(
                "default_process_limit",
                "8",
                "smtpd_recipient_restrictions",
                "check_policy_service " + server.name())) {
      InetSocketAddress mx = house.listen(Role.MX);
      try (Talk talk = Talk.greeted(mx)) {
        talk.ask("MAIL FROM:<grace@example.net>");
        CompletableFuture<String> reply =
            CompletableFuture.supplyAsync(() -> talk.ask("RCPT TO:<ada@example.org>"));
        Until.so(() -> server.requests().size() == 1);
        for (int i = 0; i < 7; i++) {
          others.add(Talk.greeted(mx));
        }
        full.countDown();

        assertThat(reply.join()).isEqualTo("250 2.1.5 Ok");
        assertThat(server.requests()).hasSize(1);
        assertThat(server.lastValue("stress")).isEmpty();
      } finally {
        others.forEach(Talk::close);
      }
    }
  }

  @Test
  void isToldOfEachMomentWhatItIs() {
    try (SmallPolicyServer server = SmallPolicyServer.byTcp(r -> action("DUNNO"))) {
      String check = "check_policy_service { " + server.name() + ", policy_context=mx }";
      try (SmtpHouse house =
              house(
                  "mynetworks",
                  OWN_NETWORKS,
                  "smtpd_delay_reject",
                  "no",
                  "smtpd_client_restrictions",
                  check,
                  "smtpd_helo_restrictions",
                  check,
                  "smtpd_sender_restrictions",
                  check,
                  "smtpd_recipient_restrictions",
                  check,
                  "smtpd_data_restrictions",
                  check,
                  "smtpd_end_of_data_restrictions",
                  check);
          Talk talk = Talk.greeted(house.listen(Role.MX))) {
        talk.ask("MAIL FROM:<grace@example.net> SIZE=1000");
        talk.ask("RCPT TO:<ada@example.org>");
        talk.ask("RCPT TO:<bob@example.org>");
        talk.ask("DATA");
        String queued = talk.ask("Subject: hello\r\n\r\nhello\r\n.");
        talk.ask("MAIL FROM:<>");
        talk.ask("VRFY ada@example.org");

        assertThat(values(server, "protocol_state"))
            .containsExactly(
                "CONNECT",
                "EHLO",
                "MAIL",
                "RCPT",
                "RCPT",
                "DATA",
                "END-OF-MESSAGE",
                "MAIL",
                "VRFY");
        assertThat(values(server, "protocol_name"))
            .containsExactly(
                "SMTP", "SMTP", "ESMTP", "ESMTP", "ESMTP", "ESMTP", "ESMTP", "ESMTP", "ESMTP");
        assertThat(values(server, "sender").subList(2, 9))
            .containsExactly(
                "grace@example.net",
                "grace@example.net",
                "grace@example.net",
                "grace@example.net",
                "grace@example.net",
                "",
                "");
        assertThat(values(server, "recipient"))
            .containsExactly(
                "", "", "", "ada@example.org", "bob@example.org", "", "", "", "ada@example.org");
        assertThat(values(server, "recipient_count"))
            .containsExactly("0", "0", "0", "0", "0", "2", "2", "0", "0");
        assertThat(values(server, "size").subList(0, 6))
            .containsExactly("0", "0", "1000", "1000", "1000", "1000");
        assertThat(Long.parseLong(values(server, "size").get(6))).isBetween(25L, 500L);
        assertThat(values(server, "policy_context")).containsOnly("mx");
        String id = queued.substring(queued.lastIndexOf(' ') + 1);
        assertThat(values(server, "queue_id")).containsExactly("", "", "", "", id, id, id, "", "");
        List<String> instances = values(server, "instance");
        assertThat(instances.subList(0, 3)).containsOnly("");
        assertThat(instances.subList(3, 7)).containsOnly(instances.get(3)).doesNotContain("");
        assertThat(instances.get(7)).isEmpty();
        assertThat(instances.get(8)).isNotIn("", instances.get(3));
      }
    }
  }

  @Test
  void isAskedInTheWordsOfPostfix() {
    try (SmallPolicyServer server = SmallPolicyServer.byTcp(r -> action("DUNNO"));
        SmtpHouse house = SmtpHouse.with(PolicyRequests.settings(server))) {
      assertThat(
              PolicyRequests.held(house.dial(), server)
                  .replaceAll("compatibility_level=.*\n", "")) // Postfix 3.8 says it, too
          .isEqualTo(PolicyRequests.recorded());
    }
  }

  private static List<String> values(SmallPolicyServer server, String name) {
    return server.requests().stream()
        .map(
            request ->
                request
                    .lines()
                    .filter(line -> line.startsWith(name + "="))
                    .findFirst()
                    .orElse(name + "=missing")
                    .substring(name.length() + 1))
        .toList();
  }
}
