package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.json.Json;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.dist.applet.AppletRun;

/** The log of a server that runs by itself: where it goes to, and how it looks. */
@Tag("process")
@Timeout(120)
final class LogFormsTest {
  private static final byte[] MAIL = "Message-ID: <1@far.test>\r\n\r\nOne.\r\n".getBytes(US_ASCII);

  @TempDir private Path folder;

  private void send(ServerProcess server) throws IOException {
    try (SmtpDialogue client = SmtpDialogue.open(server.port(Role.MX))) {
      assertThat(client.send("eve@far.test", "postmaster@example.org", MAIL)).startsWith("250 ");
      assertThat(client.send("eve@far.test", "nobody@example.org", MAIL)).startsWith("550 ");
    }
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file, UTF_8) : List.of();
  }

  private static boolean has(Path file, String text) {
    try {
      return lines(file).stream().anyMatch(line -> line.contains(text));
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  @Shows("A4.16")
  void standardErrorReadsAsPostfixsLog() throws Exception {
    RelayHop hop =
        RelayHop.open(Clock.systemUTC())
            .always("RCPT TO:<gone@", "550 5.1.1 no such user")
            .always("RCPT TO:<later@", "450 4.2.0 later");
    Site site =
        new Site(folder)
            .set("relayhost", hop.name())
            .set("debug_peer_list", "127.0.0.0/8")
            .set("smtpd_tls_loglevel", "1");
    try (hop;
        ServerProcess server = site.start()) {
      site.addAccounts(List.of("postmaster"));
      send(server);
      try (SmtpDialogue client = SmtpDialogue.open(server.port(Role.MX))) {
        for (String to : List.of("gone@far.test", "later@far.test", "eve@far.test")) {
          assertThat(client.send("", to, MAIL)).startsWith("250 ");
        }
      }
      for (String result : List.of("sent (250 ", "bounced", "deferred")) {
        Until.so(() -> server.said().contains("status=" + result));
      }
      Until.so(() -> server.said().split("disconnect from").length == 3);
      shakeHands(CertificateAuthority.trusting(Files.readString(site.authority())), server);
      Until.so(() -> server.said().split("Anonymous TLS connection").length == 3);

      String stamp = "[A-Z][a-z]{2} [ 0-9]\\d \\d\\d:\\d\\d:\\d\\d \\S+ postfix/";
      String id = "[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{14}";
      for (String line :
          List.of(
              "smtpd\\[\\d+\\]: connect from \\S+\\[127\\.0\\.0\\.1\\]",
              "smtpd\\[\\d+\\]: " + id + ": client=\\S+\\[127\\.0\\.0\\.1\\]",
              "cleanup\\[\\d+\\]: " + id + ": message-id=<1@far\\.test>",
              "qmgr\\[\\d+\\]: "
                  + id
                  + ": from=<eve@far\\.test>, size=\\d+, nrcpt=1 \\(queue active\\)",
              "virtual\\[\\d+\\]: "
                  + id
                  + ": to=<postmaster@example\\.org>, relay=mailbox, .*, dsn=2\\.0\\.0, status=sent .*",
              "qmgr\\[\\d+\\]: " + id + ": removed",
              "smtpd\\[\\d+\\]: NOQUEUE: reject: RCPT from .* 550 5\\.1\\.1 <nobody@.*; from=<eve@far\\.test>"
                  + " to=<nobody@example\\.org> proto=ESMTP helo=<.*>.*",
              "smtpd\\[\\d+\\]: Anonymous TLS connection established from \\S+\\[127\\.0\\.0\\.1\\]:"
                  + " TLSv1\\.3 with cipher TLS_\\S+ \\(\\d+/\\d+ bits\\)",
              "smtpd\\[\\d+\\]: disconnect from \\S+ .*commands=\\d+/\\d+",
              "smtpd\\[\\d+\\]: > \\S+\\[127\\.0\\.0\\.1\\]: 220 mail\\.example\\.org ESMTP.*",
              "smtpd\\[\\d+\\]: < \\S+\\[127\\.0\\.0\\.1\\]: MAIL FROM:<eve@far\\.test>",
              "smtp\\[\\d+\\]: < 127\\.0\\.0\\.1\\[127\\.0\\.0\\.1\\]: 450 4\\.2\\.0 later",
              "smtp\\[\\d+\\]: > 127\\.0\\.0\\.1\\[127\\.0\\.0\\.1\\]: EHLO mail\\.example\\.org")) {
        assertThat(server.said().lines()).anyMatch(said -> said.matches(stamp + line), line);
      }
      assertThat(server.said()).doesNotContain("One.");
      server.stop();
      assertIsCounted(server.said());
    }
  }

  /** Behind STARTTLS, and before anything else. Neither client says a command then. */
  private static void shakeHands(SSLContext trusting, ServerProcess server) throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (Socket clear = new Socket(here, server.port(Role.MX))) {
      SmtpDialogue.line(clear.getInputStream());
      clear.getOutputStream().write("STARTTLS\r\n".getBytes(US_ASCII));
      SmtpDialogue.line(clear.getInputStream());
      try (SSLSocket secure =
          (SSLSocket)
              trusting.getSocketFactory().createSocket(clear, "localhost", clear.getPort(), true)) {
        secure.startHandshake();
      }
    }
    try (Socket secure =
        trusting.getSocketFactory().createSocket(here, server.port(Role.SUBMISSIONS))) {
      SmtpDialogue.line(secure.getInputStream());
    }
  }

  /** By an analyser that knows Postfix's log. */
  private void assertIsCounted(String log) throws Exception {
    if (Programs.isInstalled("pflogsumm")) {
      Path file = Files.writeString(folder.resolve("log"), log);
      String counted =
          new String(Programs.run(folder, new byte[0], "pflogsumm", file.toString()), UTF_8);
      assertThat(counted.lines().map(line -> line.strip().replaceAll(" +", " ")))
          .contains("4 received", "2 delivered", "1 bounced", "1 rejected (33%)")
          .anyMatch(line -> line.matches("1 deferred \\(\\d+ deferrals\\)"));
    }
  }

  @Test
  void aFileTakesObjectsAndIsOpenedAnewByAReload() throws Exception {
    Path log = folder.resolve("mail.log");
    Path old = folder.resolve("mail.log.1");
    Site site = new Site(folder).set("maillog_file", log.toString()).set("log_format", "json");
    try (ServerProcess server = site.start()) {
      site.addAccounts(List.of("postmaster"));
      send(server);
      Until.so(() -> has(log, "\"disconnect\""));
      assertThat(lines(log))
          .allSatisfy(line -> assertThat(Json.read(line.getBytes(UTF_8))).isNotNull())
          .anyMatch(line -> line.contains("\"event\":\"judged\"") && line.contains("nobody@"))
          .anyMatch(line -> line.contains("\"message_id\":\"<1@far.test>\""));

      Files.move(log, old);
      server.hangUp();
      Until.so(() -> has(log, "generation 2 is in effect"));
      send(server);
      Until.so(() -> has(log, "\"disconnect\""));

      assertThat(server.said()).doesNotContain("connect from");
      assertThat(AppletRun.of("doveadm", "-c", site.mainCf().toString(), "log", "test"))
          .isEqualTo(
              new AppletRun(
                  0,
                  "Debug: not logged\nInfo: LOG\nWarning: LOG\nError: LOG\n"
                      .replace("LOG", log.toString())));
      // The answer does not wait for the log's own thread.
      Until.so(() -> has(log, "'s error log"));
      assertThat(lines(log))
          .filteredOn(line -> line.contains("This is Postroom's"))
          .extracting(line -> line.replaceAll(".*\"level\":\"(\\w+)\".*'s (\\w+) log.*", "$1 $2"))
          .containsExactly("info info", "warn warning", "error error");
      server.stop();
    }
  }
}
