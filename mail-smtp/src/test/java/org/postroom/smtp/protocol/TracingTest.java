package org.postroom.smtp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.testing.Shows;
import org.slf4j.event.EventRecordingLogger;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.SubstituteLogger;

/** Sessions with some peers, as the log has them. */
final class TracingTest {
  private final Queue<SubstituteLoggingEvent> events = new ArrayDeque<>();

  private Tracing.Trace trace(String peers, AtomicReference<String> name) throws Exception {
    Policy policy =
        Policy.of(
            Settings.builder(PolicyParams.ALL).set("debug_peer_list", peers).build(),
            new OwnAddresses(List.of(), List.of()));
    MailLog log =
        new MailLog(
            "smtpd",
            named -> new EventRecordingLogger(new SubstituteLogger(named, events, true), events));
    return Tracing.of(policy, log).with("7", InetAddress.getByName("192.0.2.1"), name::get);
  }

  private List<String> lines() {
    return events.stream()
        .map(
            event ->
                MessageFormatter.arrayFormat(event.getMessage(), event.getArgumentArray())
                    .getMessage())
        .toList();
  }

  @Test
  @Shows("A4.12")
  void whatLogsSomebodyInIsCut() throws Exception {
    Tracing.Trace trace = trace("192.0.2.0/24", new AtomicReference<>("mx.far.test"));

    trace.said(() -> "250-mail.example.org\r\n250 HELP\r\n");
    trace.heard(() -> "auth plain AGFkYQBwdw==");
    trace.heard(() -> "AUTH LOGIN");
    trace.saidSecret("AUTH PLAIN AGFkYQBwdw==");
    trace.saidSecret("AGFkYQBwdw==");
    trace.heard(() -> "MAIL FROM:<\u001bx>");

    assertThat(lines())
        .containsExactly(
            "> mx.far.test[192.0.2.1]: 250-mail.example.org",
            "> mx.far.test[192.0.2.1]: 250 HELP",
            "< mx.far.test[192.0.2.1]: auth plain ***",
            "< mx.far.test[192.0.2.1]: AUTH LOGIN",
            "> mx.far.test[192.0.2.1]: AUTH PLAIN ***",
            "> mx.far.test[192.0.2.1]: ***",
            "< mx.far.test[192.0.2.1]: MAIL FROM:<?x>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AUTH\tPLAIN\tAGFkYQBwdw== | AUTH\tPLAIN ***",
        "AUTH PLAIN\tAGFkYQBwdw== | AUTH PLAIN ***",
        "x AUTH PLAIN AGFkYQBwdw== | x AUTH PLAIN ***",
        "AUTH LOGIN | AUTH LOGIN",
        "250-AUTH PLAIN LOGIN | 250-AUTH PLAIN LOGIN",
        "250 AUTH PLAIN LOGIN | 250 AUTH PLAIN LOGIN",
        "MAIL FROM:<a@far.test> AUTH=<> SIZE=1 | MAIL FROM:<a@far.test> AUTH=<> SIZE=1",
      })
  void mechanismsAreReadAndAnswersAreNot(String heard, String read) throws Exception {
    Tracing.Trace trace = trace("192.0.2.1", new AtomicReference<>("mx.far.test"));

    trace.heard(() -> heard);

    // The log shows control characters as it shows all of them.
    assertThat(lines()).containsExactly("< mx.far.test[192.0.2.1]: " + read.replace('\t', '?'));
  }

  @Test
  void challengesAreCut() throws Exception {
    Tracing.Trace trace = trace("192.0.2.1", new AtomicReference<>("mx.far.test"));

    trace.said(() -> "250-AUTH SCRAM-SHA-256 PLAIN\r\n250 HELP\r\n");
    trace.said(() -> "334 dj1zZXJ2ZXJzIHNpZ25hdHVyZQ==\r\n");
    trace.said(() -> "334 \r\n");

    assertThat(lines())
        .containsExactly(
            "> mx.far.test[192.0.2.1]: 250-AUTH SCRAM-SHA-256 PLAIN",
            "> mx.far.test[192.0.2.1]: 250 HELP",
            "> mx.far.test[192.0.2.1]: 334 ***",
            "> mx.far.test[192.0.2.1]: 334 ");
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, true",
    "192.0.2.0/30, true",
    "198.51.100.0/24, false",
    "far.test, true",
    ".far.test, false",
    "else.test, false",
    "'!192.0.2.1, far.test', false",
    "'', false",
  })
  void whoIsMeant(String peers, boolean meant) throws Exception {
    Tracing.Trace trace = trace(peers, new AtomicReference<>("mx.far.test"));

    trace.heard(() -> "NOOP");

    assertThat(lines()).hasSize(meant ? 1 : 0);
  }

  @Test
  void aNameThatIsKnownLaterCountsFromThenOn() throws Exception {
    AtomicReference<String> name = new AtomicReference<>("unknown");
    Tracing.Trace trace = trace("far.test", name);

    trace.heard(() -> "EHLO x");
    name.set("mx.far.test");
    trace.heard(() -> "NOOP");

    assertThat(lines()).containsExactly("< mx.far.test[192.0.2.1]: NOOP");
  }
}
