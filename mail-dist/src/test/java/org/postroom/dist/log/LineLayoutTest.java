package org.postroom.dist.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postroom.core.log.MailLog;

final class LineLayoutTest {
  private static final Instant NOW = Instant.parse("2026-11-08T07:05:09.123Z");

  private final LineLayout postfix = new PostfixLayout("mx", "postfix", 812, ZoneOffset.UTC);
  private final LineLayout json = new JsonLayout();
  private final List<ILoggingEvent> events = new ArrayList<>();
  private final LoggerContext context = new LoggerContext();

  @BeforeEach
  void listen() {
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            ((LoggingEvent) event).setTimeStamp(NOW.toEpochMilli());
            events.add(event);
          }
        };
    appender.setContext(context);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(appender);
  }

  private MailLog log(String service) {
    return new MailLog(service, context::getLogger);
  }

  private List<String> lines(LineLayout layout) {
    return events.stream().map(layout::line).toList();
  }

  @Test
  void ofASessionStandsItsNumberAndElseTheProcess() {
    log("smtpd").connected("4711", "unknown[192.0.2.1]");
    log("imap-login")
        .loggedIn(
            new MailLog.Caller(
                "4712", "unknown[192.0.2.1]", InetAddress.getLoopbackAddress(), false),
            "PLAIN",
            "ada");
    context.getLogger("org.postroom.storage.sql.Committer").warn("slow {}", "disk");

    assertThat(lines(postfix))
        .containsExactly(
            "Nov  8 07:05:09 mx postfix/smtpd[4711]: connect from unknown[192.0.2.1]\n",
            "Nov  8 07:05:09 mx dovecot: imap-login: Login: user=<ada>, method=PLAIN,"
                + " rip=192.0.2.1, lip=127.0.0.1, session=<4712>\n",
            "Nov  8 07:05:09 mx postfix/postroom[812]: warning: slow disk\n");
  }

  /** The lines of a stack trace, too, which would be of less importance than what they explain. */
  @Test
  void whoeverKeepsTimeAndHostHasLinesWithoutAndWithTheirRank() throws Exception {
    log("smtpd").connected("4711", "unknown[192.0.2.1]");
    context.getLogger("other").error("x", new IllegalStateException("why"));
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    LineLayout untimed = new PostfixLayout(null, "postfix", 812, ZoneOffset.UTC);

    try (LogTarget journal = LogTarget.journal(() -> stream)) {
      journal.write(
          events.stream()
              .map(event -> new LogTarget.Line(Severity.of(event.getLevel()), untimed.line(event)))
              .toList());
    }

    List<String> said = stream.toString(UTF_8).lines().toList();
    assertThat(said)
        .startsWith(
            "<6>postfix/smtpd[4711]: connect from unknown[192.0.2.1]",
            "<3>postfix/postroom[812]: error: x",
            "<3>  java.lang.IllegalStateException: why")
        .hasSizeGreaterThan(3);
    assertThat(said.subList(1, said.size())).allMatch(line -> line.startsWith("<3>"));
  }

  @Test
  void whatACommandSaysIsWrongUnlessItWarns() {
    StringWriter stream = new StringWriter();
    try (PrintWriter err = new PrintWriter(new Journal.Complaints(stream))) {
      err.println("warning: that");
      err.println("postmap: warning: those");
      err.print("postroom: ");
      err.flush();
      err.print("error: this\n  at there\nnot at an end");
    }

    assertThat(stream.toString())
        .isEqualTo(
            "<4>warning: that\n<4>postmap: warning: those\n<3>postroom: error: this\n<3>  at there\n<3>not at an end\n");
  }

  @Test
  void aFieldWithoutValueIsNotThere() {
    log("smtpd").connected("4711", "mx.far.example[192.0.2.1]");
    context.getLogger("other").error("x\ny", new IllegalStateException("why"));

    assertThat(lines(json).get(0))
        .isEqualTo(
            "{\"ts\":\"2026-11-08T07:05:09.123Z\",\"level\":\"info\",\"service\":\"smtpd\","
                + "\"event\":\"connect\",\"client_name\":\"mx.far.example\",\"client\":"
                + "\"192.0.2.1\",\"session\":\"4711\"}\n");
    assertThat(lines(json).get(1))
        .startsWith("{\"ts\":")
        .contains("\"message\":\"x\\ny\"", "IllegalStateException: why")
        .hasSize(lines(json).get(1).strip().length() + 1);
  }

  @Test
  void whateverIsSaidALineIsALine() {
    context
        .getLogger("other")
        .error("a\r\nb\u2028c\u202ed\u0085\u200be", new RuntimeException("f\u202e\ng"));

    assertThat(lines(postfix).get(0).lines().toList())
        .startsWith(
            "Nov  8 07:05:09 mx postfix/postroom[812]: error: a??b?c?d??e",
            "  java.lang.RuntimeException: f?",
            "  g")
        .allMatch(line -> line.codePoints().noneMatch(c -> c < ' ' && c != '\t' || c == 0x202E));
  }
}
