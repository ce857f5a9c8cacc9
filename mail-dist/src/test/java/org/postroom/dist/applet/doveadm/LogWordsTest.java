package org.postroom.dist.applet.doveadm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.dist.MailServer;
import org.postroom.dist.assembly.DescribedServer;

/** What a log says is wrong, in doveadm's words. */
@Timeout(60)
final class LogWordsTest {
  private static final Instant NOW = Instant.parse("2026-11-30T04:10:00Z");
  private static final ZoneId ZONE = ZoneId.systemDefault();

  @TempDir private Path folder;
  private Path log;
  private int status;

  @BeforeEach
  void describe() throws IOException {
    log = folder.resolve("log");
    describe("maillog_file = " + log);
  }

  private void describe(String line) throws IOException {
    Files.write(
        folder.resolve("main.cf"),
        List.of("myhostname = mail.example.org", "storage_url = h2:data", line),
        UTF_8);
  }

  private String said(Optional<String> form, String... words) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    DescribedServer server =
        MailServer.builder().configuration(folder.resolve("main.cf")).unwrap(DescribedServer.class);
    status =
        new Doveadm(
                server,
                Clock.fixed(NOW, ZoneOffset.UTC),
                form,
                () -> {
                  throw new IllegalStateException("nobody is asked for a password");
                },
                out,
                out)
            .log(List.of(words), () -> server.checked().settings());
    out.flush();
    return said.toString().replace(System.lineSeparator(), "\n");
  }

  private String said(String... words) {
    return said(Optional.empty(), words);
  }

  @Test
  void isFound() {
    assertThat(said("find"))
        .isEqualTo(
            "Debug: L\nInfo: L\nWarning: L\nError: L\nFatal: L\n".replace("L", log.toString()));
    assertThat(status).isZero();
  }

  @Test
  void isNoFile() throws IOException {
    describe("maillog_file = /dev/stdout");
    assertThat(said("find"))
        .isEqualTo("doveadm: Fatal: the log goes to /dev/stdout: maillog_file names no file\n");
    assertThat(status).isEqualTo(68);

    describe("syslog_server = loghost.example.org");
    assertThat(said("errors")).contains("the log goes to syslog at loghost.example.org: ");
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Files.write(
        log,
        List.of(
            "er 30 04:00:00 mx postfix/smtpd[1]: warning: its beginning is gone",
            "Nov 30 04:00:00 mx postfix/smtpd[12]: connect from unknown[192.0.2.1]",
            "Nov  9 04:00:01 mx postfix/submission/smtpd[12]: warning: hostname: x verification failed",
            "Nov 30 04:00:02 mx dovecot: imap-login: error: internal error",
            "  at some.Place",
            "Nov 30 04:00:03 mx postfix/postroom[9]: error: storage is full",
            "{\"ts\":\"2026-11-30T04:00:04.000Z\",\"level\":\"warn\",\"service\":\"smtpd\","
                + "\"event\":\"message\",\"message\":\"mind\"}",
            "{\"ts\":\"2026-11-30T04:00:04.000Z\",\"level\":\"info\",\"service\":\"smtpd\"}",
            "{\"ts\":\"2026-11-30T04:"),
        UTF_8);
    String time =
        java.time.format.DateTimeFormatter.ofPattern("MMM dd HH:mm:ss", Locale.ROOT)
            .format(Instant.parse("2026-11-30T04:00:04Z").atZone(ZONE));

    assertThat(said("errors"))
        .isEqualTo(
            "Nov  9 04:00:01 Warning: smtpd(12): hostname: x verification failed\n"
                + "Nov 30 04:00:02 Error: imap-login: internal error\n"
                + "Nov 30 04:00:03 Error: postroom(9): storage is full\n"
                + time
                + " Warning: smtpd: mind\n");
    assertThat(status).isZero();
    long since = java.time.LocalDateTime.parse("2026-11-30T04:00:03").atZone(ZONE).toEpochSecond();
    assertThat(said(Optional.of("tab"), "errors", "-s", "" + since))
        .startsWith(
            "timestamp\tprefix\ttype\ttext\nNov 30 04:00:03\tpostroom(9)\tError\tstorage is full\n");
    assertThat(said(Optional.of("json"), "errors", "-s", "9999999999")).isEqualTo("[]\n");
    assertThat(said("errors", "-s", "yesterday")).contains("Invalid timestamp: yesterday");
    assertThat(status).isEqualTo(64);
  }

  /** As many as Dovecot keeps, of a part of the file that is bounded. */
  @Test
  void saysTheLastOnes() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      lines.add("Nov 30 04:00:03 mx postfix/smtpd[9]: warning: number " + i + " " + "x".repeat(60));
    }
    Files.write(log, lines, UTF_8);

    List<String> said = said("errors").lines().toList();

    assertThat(said).hasSize(1000);
    assertThat(said.get(999)).contains("number 59999 ");
    assertThat(said.get(0)).contains("number 59000 ");
  }

  @Test
  void hasNoOtherWords() {
    for (String[] words :
        List.of(
            new String[0],
            new String[] {"tests"},
            new String[] {"test", "x"},
            new String[] {"errors", "x"})) {
      assertThat(said(words)).startsWith("usage: doveadm [-Dv] [-f <formatter>] log <command>");
      assertThat(status).isEqualTo(64);
    }
    assertThat(said("errors")).contains(log + " cannot be read: ");
    for (String word : List.of("reopen", "test")) {
      assertThat(said(word)).contains("no server runs");
      assertThat(status).isEqualTo(75);
    }
  }
}
