package org.postroom.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.mail.QueueId;
import org.slf4j.event.EventRecordingLogger;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.SubstituteLogger;

final class MailLogTest {
  private final Queue<SubstituteLoggingEvent> lines = new ArrayDeque<>();
  private final MailLog log = of("smtpd");

  private MailLog of(String service) {
    return new MailLog(
        service,
        name ->
            new EventRecordingLogger(
                new SubstituteLogger(MailLog.serviceOf(name), lines, true), lines));
  }

  private String line() {
    SubstituteLoggingEvent event = lines.remove();
    return MessageFormatter.arrayFormat(event.getMessage(), event.getArgumentArray()).getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4, 0",
    "5, 0.01",
    "87, 0.09",
    "804, 0.8",
    "999, 1",
    "1049, 1",
    "1050, 1.1",
    "9940, 9.9",
    "9990, 10",
    "10000, 10",
    "10500, 11",
    "432000000, 432000"
  })
  void writesDelaysAsPeopleReadThem(long millis, String written) {
    attempt(Duration.ofMillis(millis), "250 2.0.0 Ok");

    assertThat(line())
        .isEqualTo(
            "4hXrxX5YvLz007: to=<ada@example.org>, relay=mx.example.org[192.0.2.1]:25, delay="
                + written
                + ", delays=0/"
                + written
                + "/0/0, dsn=2.0.0, status=sent (250 2.0.0 Ok)");
  }

  /** Postfix has them so, and Dovecot those of mailboxes; programs count and ban by them. */
  @Test
  void writesTheLifeOfAMailInTheWordsOfTheField() throws UnknownHostException {
    String client = MailLog.client("mx.far.example", InetAddress.getByName("2001:db8:0:0:0:0:0:7"));
    QueueId id = new QueueId("4hXrxX5YvLz007");
    ReversePath sender = ReversePath.of(Address.parse("eve@far.example"));

    log.connected("7", client);
    log.accepted(id, 1, "7", client, "", sender, 1234, 2, "<1@far.example>");
    log.accepted(id, 1, "7", client, "ada@example.org", ReversePath.NULL, 5, 1, "<2@x>");
    of("pickup").handedIn(id, 1, "1000", sender, 6, 1, "<3@x>");
    log.attempted(
        "virtual",
        id,
        Address.parse("ada@example.org"),
        "info@example.org",
        "mailbox",
        new MailLog.Delays(Duration.ofMillis(20), Duration.ZERO, Duration.ZERO),
        "2.0.0",
        "sent",
        "delivered to mailbox INBOX");
    log.removed(id);
    of("postsuper").administered(id, "placed on hold");
    log.loginFailed(caller("7", client), "PLAIN", "ada", "authentication failure");
    log.noTls(caller("7", client), "no shared cipher");
    log.disconnected("7", client, "ehlo=1 quit=1 commands=2");
    of("imap-login").loggedIn(caller("8", client), "PLAIN", "ada@example.org");
    of("pop3-login").loginFailed(caller("9", client), "PLAIN", "ada", "Authentication failed");
    of("pop3-login").noTls(caller("10", client), "lost connection");

    assertThat(lines.stream().map(SubstituteLoggingEvent::getLoggerName))
        .containsExactly(
            "smtpd",
            "smtpd",
            "cleanup",
            "qmgr",
            "smtpd",
            "cleanup",
            "qmgr",
            "pickup",
            "cleanup",
            "qmgr",
            "virtual",
            "qmgr",
            "postsuper",
            "smtpd",
            "smtpd",
            "smtpd",
            "imap-login",
            "pop3-login",
            "pop3-login");
    assertThat(Stream.generate(this::line).limit(lines.size()))
        .containsExactly(
            "connect from mx.far.example[2001:db8::7]",
            "4hXrxX5YvLz007: client=mx.far.example[2001:db8::7]",
            "4hXrxX5YvLz007: message-id=<1@far.example>",
            "4hXrxX5YvLz007: from=<eve@far.example>, size=1234, nrcpt=2 (queue active)",
            "4hXrxX5YvLz007: client=mx.far.example[2001:db8::7], sasl_username=ada@example.org",
            "4hXrxX5YvLz007: message-id=<2@x>",
            "4hXrxX5YvLz007: from=<>, size=5, nrcpt=1 (queue active)",
            "4hXrxX5YvLz007: uid=1000 from=<eve@far.example>",
            "4hXrxX5YvLz007: message-id=<3@x>",
            "4hXrxX5YvLz007: from=<eve@far.example>, size=6, nrcpt=1 (queue active)",
            "4hXrxX5YvLz007: to=<ada@example.org>, orig_to=<info@example.org>, relay=mailbox,"
                + " delay=0.02, delays=0.02/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox"
                + " INBOX)",
            "4hXrxX5YvLz007: removed",
            "4hXrxX5YvLz007: placed on hold",
            "mx.far.example[2001:db8::7]: SASL PLAIN authentication failed: authentication failure,"
                + " sasl_username=ada",
            "SSL_accept error from mx.far.example[2001:db8::7]: no shared cipher",
            "disconnect from mx.far.example[2001:db8::7] ehlo=1 quit=1 commands=2",
            "Login: user=<ada@example.org>, method=PLAIN, rip=2001:db8::7, lip=198.51.100.7, TLS,"
                + " session=<8>",
            "Disconnected: Authentication failed (auth failed, 1 attempts in 0 secs): user=<ada>,"
                + " method=PLAIN, rip=2001:db8::7, lip=198.51.100.7, TLS, session=<9>",
            "Disconnected (no auth attempts in 0 secs): user=<>, rip=2001:db8::7,"
                + " lip=198.51.100.7, TLS handshaking: SSL_accept() failed: lost connection,"
                + " session=<10>");
  }

  @Test
  void programsTakeTheFieldsOfAnEvent() {
    log.judged(
        "7",
        "reject",
        "NOQUEUE",
        "RCPT",
        "unknown[192.0.2.1]",
        "554 5.7.1 no",
        "",
        List.of(),
        "ESMTP",
        "h",
        "reject");

    LogEvent event = (LogEvent) lines.remove().getArgumentArray()[0];

    assertThat(event.name()).isEqualTo("judged");
    assertThat(event.fields())
        .containsExactly(
            entry("id", "NOQUEUE"),
            entry("verdict", "reject"),
            entry("stage", "RCPT"),
            entry("client", "unknown[192.0.2.1]"),
            entry("reply", "554 5.7.1 no"),
            entry("proto", "ESMTP"),
            entry("helo", "h"),
            entry("rule", "reject"),
            entry("session", "7"));
    assertThat(event)
        .hasToString(
            "NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 554 5.7.1 no; from=<> proto=ESMTP"
                + " helo=<h> rule=reject");
  }

  @Test
  void whatTheFarSideSaysCannotBreakOutOfItsLine() {
    attempt(Duration.ZERO, "250 ok\r\n4hXrxX5YvLz007: to=<eve@example.org>, status=sent");

    assertThat(line()).doesNotContain("\r").doesNotContain("\n").contains("250 ok??4hXrxX5Y");
  }

  @Test
  void noArgumentOfAnyLineIsShownAsItsAuthorWroteIt() {
    String bad = "x\u202e\n";

    log.connected("s", bad);
    log.disconnected("s", bad, bad);
    log.brokenOff("s", bad, bad, bad);
    log.rejected("s", "NOQUEUE", bad, bad, bad, bad, List.of(), bad, bad, bad);
    MailLog.Caller caller = new MailLog.Caller("s", bad, InetAddress.getLoopbackAddress(), false);
    log.loggedIn(caller, bad, bad);
    log.loginFailed(caller, bad, bad, bad);
    log.noTls(caller, bad);
    log.suspicious("s", bad, bad, bad);
    log.fault("s", "storing", new IllegalStateException(bad));

    assertThat(lines).hasSize(9);
    while (!lines.isEmpty()) {
      assertThat(line()).contains("x??").doesNotContain("\n").doesNotContain("\u202e");
    }
  }

  /** A mail is ours without its line, too. */
  @Test
  void aLogThatFailsIsNobodyElsesTrouble() {
    MailLog failing =
        new MailLog(
            "smtpd",
            name ->
                new SubstituteLogger(name, lines, true) {
                  @Override
                  public boolean isInfoEnabled() {
                    throw new IllegalStateException("no room");
                  }
                });
    List<Throwable> seen = new ArrayList<>();
    Thread thread = Thread.currentThread();
    Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
    thread.setUncaughtExceptionHandler((by, trouble) -> seen.add(trouble));
    try {
      failing.connected("7", "unknown[192.0.2.1]");
    } finally {
      thread.setUncaughtExceptionHandler(before);
    }

    assertThat(seen).singleElement().asString().contains("no room");
  }

  private static MailLog.Caller caller(String session, String client) {
    try {
      InetAddress here = InetAddress.getByAddress(new byte[] {(byte) 198, 51, 100, 7});
      return new MailLog.Caller(session, client, here, true);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private void attempt(Duration delay, String said) {
    log.attempted(
        "smtp",
        new QueueId("4hXrxX5YvLz007"),
        Address.parse("ada@example.org"),
        "",
        "mx.example.org[192.0.2.1]:25",
        new MailLog.Delays(Duration.ZERO, delay, Duration.ZERO),
        "2.0.0",
        "sent",
        said);
  }

  /** As Postfix's server says it at smtpd_tls_loglevel = 1. */
  @Test
  void saysWhatWasAgreedWithAClient() {
    of("smtpd")
        .handshakeFrom("17", "mx.far.test[192.0.2.1]", "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256);

    assertThat(line())
        .isEqualTo(
            "Anonymous TLS connection established from mx.far.test[192.0.2.1]: TLSv1.3 with cipher"
                + " TLS_AES_256_GCM_SHA384 (256/256 bits)");
  }

  /** As Postfix's client says it at smtp_tls_loglevel = 1. */
  @Test
  void saysWhatWasAgreedWithAServer() {
    of("smtp")
        .handshake(
            "Verified", "mx.far.test[192.0.2.1]:25", "TLSv1.3", "TLS_AES_256_GCM_SHA384", 256);

    assertThat(line())
        .isEqualTo(
            "Verified TLS connection established to mx.far.test[192.0.2.1]:25: TLSv1.3 with cipher"
                + " TLS_AES_256_GCM_SHA384 (256/256 bits)");
  }
}
