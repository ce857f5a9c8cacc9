package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.dist.applet.AppletRun;

/** sendmail as the programs call it that people have, and what it says to people. */
@Timeout(60)
@Tag("seconds")
final class SendmailCallersTest {
  private static final String ADA = "ada@example.org";
  private static final String BOB = "bob@example.org";

  @TempDir private Path folder;
  private Path mainCf;
  private MailServer server;

  @BeforeEach
  void start() throws IOException {
    mainCf = folder.resolve("main.cf");
    Files.writeString(
        mainCf,
        """
        myhostname = mail.example.org
        myorigin = example.org
        virtual_mailbox_domains = example.org
        virtual_alias_maps = inline:{team@example.org=ada@example.org,away@example.org=x@far.test}
        relayhost = [127.0.0.1]:1
        inet_interfaces = loopback-only
        storage_url = h2:data
        """);
    server =
        TestServer.builder()
            .configuration(mainCf)
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .account(ADA, "correct horse")
            .account(BOB, "correct horse")
            .account("root@example.org", "correct horse")
            .start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private AppletRun sendmail(String input, List<String> words) {
    List<String> all = new ArrayList<>(List.of("sendmail", "-C", mainCf.toString()));
    all.addAll(words);
    return AppletRun.of(input.getBytes(UTF_8), all.toArray(String[]::new));
  }

  /**
   * A call.
   *
   * @param sender of the envelope; empty text for whoever runs this
   * @param parts of what arrives
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Call(
      String program,
      String words,
      String input,
      String sender,
      String recipient,
      String... parts) {

    @Override
    public String toString() {
      return program;
    }
  }

  static Stream<Call> calls() {
    String cron = "From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@h> x\n\nout\n.\nput\n";
    return Stream.of(
        new Call(
            "cronie",
            "-FCronDaemon -i -odi -oem -oi -t -f root",
            cron,
            "root@example.org",
            "root@example.org",
            "\r\nTo: root@example.org\r\n",
            "\r\n\r\nout\r\n.\r\nput\r\n"),
        new Call(
            "Debian's cron",
            "-i -FCronDaemon -B8BITMIME -oem root",
            cron,
            "",
            "root@example.org",
            "\r\nSubject: Cron <root@h> x\r\n",
            "out\r\n.\r\nput\r\n"),
        new Call(
            "at",
            "-i ada",
            "Subject: Output from your job        3\nTo: ada\n\ndone\n",
            "",
            ADA,
            "\r\nSubject: Output from your job        3\r\n"),
        new Call(
            "mdadm",
            "-t",
            "From: mdadm monitoring <root>\nTo: ada\nSubject: DegradedArray event\n\nbad\n",
            "",
            ADA,
            "\r\nFrom: mdadm monitoring <root@example.org>\r\n",
            "\r\n\r\nbad\r\n"),
        new Call(
            "PHP",
            "-t -i -fshop@example.org",
            "To: ada@example.org\r\nSubject: order\r\nBcc: bob@example.org\r\n\r\n.\r\n",
            "shop@example.org",
            ADA,
            "\r\nSubject: order\r\n",
            "\r\n\r\n.\r\n"),
        new Call(
            "git send-email",
            "-f bob@example.org -i ada@example.org",
            "From: Bob <bob@example.org>\nTo: ada@example.org\nSubject: [PATCH] x\n\n---\n.\n-- \n",
            BOB,
            ADA,
            "\r\nFrom: Bob <bob@example.org>\r\n",
            "\r\n\r\n---\r\n.\r\n-- \r\n"),
        new Call(
            "mutt",
            "-oem -oi -f bob@example.org -- ada@example.org",
            "Subject: x\n\nfrom mutt\n",
            BOB,
            ADA,
            "from mutt\r\n"),
        new Call(
            "s-nail",
            "-i -m -v -r bob@example.org -- ada@example.org",
            "Subject: x\n\nfrom s-nail\n",
            BOB,
            ADA,
            "from s-nail\r\n"),
        new Call(
            "bsd-mailx",
            "-i -t",
            "To: ada,, bob@example.org\nSubject: x\n\ntwo\n",
            "",
            ADA,
            "\r\n\r\ntwo\r\n"),
        new Call(
            "mbox in a pipe",
            "-oi ada",
            "From root Sun Nov 22 03:49:35 2026\n>From old\nSubject: x\n\nFrom here\n",
            "",
            ADA,
            "\r\nSubject: x\r\n",
            "\r\n\r\nFrom here\r\n"),
        new Call("a list", "-i", "Subject: x\n\ntext\n", "", "", ""));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void oneCallIsOneMail(Call call) {
    if (call.recipient().isEmpty()) {
      assertThat(sendmail(call.input(), List.of("-i", "ada, Bob <bob@example.org>")).status())
          .isZero();
      assertThat(Inbox.of(server, ADA)).hasSize(1);
      assertThat(Inbox.of(server, BOB)).hasSize(1);
      return;
    }

    AppletRun run = sendmail(call.input(), List.of(call.words().split(" ")));

    assertThat(run.status()).as(run.said()).isZero();
    Until.so(() -> !Inbox.of(server, call.recipient()).isEmpty()); // with -v by the queue
    String sender =
        call.sender().isEmpty() ? System.getProperty("user.name") + "@example.org" : call.sender();
    assertThat(Inbox.of(server, call.recipient()))
        .singleElement()
        .satisfies(
            mail ->
                assertThat(mail)
                    .startsWith("Return-Path: <" + sender + ">\r\n")
                    .contains(call.parts())
                    .doesNotContain("Bcc:"));
  }

  /** As cronie calls it, and MAILFROM in the crontab. */
  @ParameterizedTest
  @CsvSource({"root, root@local.test", "noreply@example.org, noreply@example.org"})
  @Shows("A1.12")
  void aJobsOutputGoesWhereTheAliasOfRootLeads(String mailFrom, String sender) throws IOException {
    Path aliases = Files.writeString(folder.resolve("aliases"), "root: ada@example.org\n");
    server.reload(
        now ->
            now.set("mydestination", "local.test")
                .set("myorigin", "local.test")
                .set("alias_maps", "hash:" + aliases));

    AppletRun run =
        sendmail(
            "From: \"(Cron Daemon)\" <%s>\nTo: root\nSubject: Cron <root@h> x\n\nout\n"
                .formatted(mailFrom),
            List.of("-FCronDaemon", "-i", "-odi", "-oem", "-oi", "-t", "-f", mailFrom));

    assertThat(run).isEqualTo(new AppletRun(0, ""));
    assertThat(Inbox.of(server, ADA))
        .singleElement()
        .satisfies(
            mail ->
                assertThat(mail)
                    .startsWith("Return-Path: <" + sender + ">\r\n")
                    .contains("\r\nFrom: \"(Cron Daemon)\" <" + sender + ">\r\n")
                    .endsWith("\r\n\r\nout\r\n"));
  }

  /** Every option of sendmail(1), alone, with its exit status. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-bm ada | 0 | ''",
        "-i ada | 0 | ''",
        "-oi ada | 0 | ''",
        "-f bob ada | 0 | ''",
        "-r bob ada | 0 | ''",
        "-f <> ada | 0 | ''",
        "-F Name ada | 0 | ''",
        "-B 7BIT ada | 0 | ''",
        "-B 9BIT ada | 64 | -B is 7BIT or 8BITMIME",
        "-N never ada | 0 | ''",
        "-N often ada | 0 | warning: -N often is not known",
        "-R hdrs ada | 0 | ''",
        "-V id ada | 0 | ''",
        "-v ada | 0 | Mail Delivery Status Report will be mailed to <",
        "-v -v ada | 0 | ada@example.org... Sent (delivered to mailbox INBOX)",
        "-bp | 0 | Mail queue is empty",
        "-bp -Ac | 0 | Mail queue is empty",
        "-bv ada | 0 | ada@example.org... deliverable: mailer virtual, user ada@example.org",
        "-bv nobody | 67 | nobody@example.org... 550 5.1.1",
        "-bv a@b@c | 65 | a@b@c...",
        "-bv | 64 | -bv is for recipients",
        "-bi | 0 | ''",
        "-I | 0 | ''",
        "-bd ada | 64 | have no recipients",
        "-bh | 0 | ''",
        "-bH | 0 | ''",
        "-bx | 64 | unsupported: -bx",
        "-q | 0 | ''",
        "-q15 | 0 | warning: -q with a time is for -bd",
        "-q15y | 64 | s, m, h, d or w",
        "-qIabc | 0 | ''",
        "-qRfar | 0 | ''",
        "-qSbob | 0 | ''",
        "-q!Rfar | 0 | ''",
        "-Ac ada | 0 | ''",
        "-G ada | 0 | ''",
        "-XV ada | 0 | ''",
        "-O requiretls=no ada | 0 | ''",
        "-O requiretls=yes ada | 0 | ''",
        "-O requiretls=1 ada | 64 | requiretls is yes or no",
        "-Am -om -oem -odb -oo -o7 -o8 -U -h 5 -L x -m -p SMTP -x -c ada | 0 | ''",
        "-n ada | 0 | warning: -n has no effect",
        "-oQ/var/q ada | 0 | warning: -oQ has no effect",
        "-d0 | 0 | (canonical domain name) $j = mail.example.org",
        "-d21.4 ada | 0 | ''",
        "-t | 64 | No recipient addresses found",
        "'' | 64 | Recipient addresses must be specified",
        "-f a@b@c ada | 65 | not an address",
        "-k ada | 64 | invalid option",
        "-f | 64 | requires an argument",
      })
  void eachOptionHasItsStatus(String words, int status, String said) {
    AppletRun run =
        sendmail("Subject: x\n\n", words.isEmpty() ? List.of() : List.of(words.split(" ")));

    assertThat(run.status()).as(run.said()).isEqualTo(status);
    if (said.isEmpty()) {
      assertThat(run.said()).isEmpty();
    } else {
      assertThat(run.said()).contains(said);
    }
  }

  @Test
  @Shows("A2.8")
  void saysWhoWouldGetIt() {
    AppletRun run = sendmail("team\n\n3,0 away@example.org\nnobody\n/quit\nada\n", List.of("-bt"));

    assertThat(run.status()).isZero();
    assertThat(run.said())
        .contains("team@example.org... deliverable: mailer virtual, user ada@example.org\n")
        .contains(
            "away@example.org... deliverable: mailer smtp, host [127.0.0.1]:1, user x@far.test")
        .contains("nobody@example.org... 550 5.1.1 ")
        .doesNotContain("ada@example.org... deliv");
  }

  @Test
  @Shows("A2.8")
  void speaksSmtpOnItsInput() {
    String said =
        sendmail(
                """
                EHLO me
                MAIL FROM:<bob@example.org> SIZE=9 BODY=8BITMIME
                RCPT TO:<ada>
                DATA
                Subject: one

                ..
                line
                .
                mail from:<>
                RCPT TO:<ada@example.org>
                RCPT TO:<bob@example.org>
                DATA
                Subject: two

                .
                DATA
                RCPT TO:<ada>
                MAIL FROM:<a@b@c>
                STARTTLS
                NOOP
                MAIL FROM:<bob> RET=HDRS
                VRFY ada
                QUIT
                NOOP
                """
                    .replace("\n", "\r\n"),
                List.of("-bs"))
            .said();

    assertThat(said.lines().map(line -> line.replaceAll("queued as \\w+", "queued")))
        .containsExactly(
            "220 mail.example.org ESMTP",
            "250-mail.example.org",
            "250-PIPELINING",
            "250-SIZE",
            "250-ENHANCEDSTATUSCODES",
            "250-8BITMIME",
            "250 SMTPUTF8",
            "250 2.1.0 Ok",
            "250 2.1.5 Ok",
            "354 End data with <CR><LF>.<CR><LF>",
            "250 2.0.0 Ok: queued",
            "250 2.1.0 Ok",
            "250 2.1.5 Ok",
            "250 2.1.5 Ok",
            "354 End data with <CR><LF>.<CR><LF>",
            "250 2.0.0 Ok: queued",
            "503 5.5.1 Error: need MAIL command",
            "503 5.5.1 Error: need MAIL command",
            "501 5.1.7 Bad sender address syntax",
            "502 5.5.2 Error: command not recognized",
            "250 2.0.0 Ok",
            "501 5.7.1 DSN support is disabled",
            "252 2.0.0 Cannot VRFY, but will take it: see sendmail -bv",
            "221 2.0.0 Bye");
    assertThat(Inbox.of(server, ADA)).hasSize(2);
    assertThat(Inbox.of(server, ADA).get(0))
        .startsWith("Return-Path: <bob@example.org>\r\n")
        .contains("\r\nSubject: one\r\n")
        .endsWith("\r\n\r\n.\r\nline\r\n");
    assertThat(Inbox.of(server, ADA).get(1)).startsWith("Return-Path: <>\r\n");
    assertThat(Inbox.of(server, BOB)).hasSize(1);
  }

  @Test
  @Shows("A1.17")
  void smtpIsSpokenWithoutAServer() {
    server.close();

    AppletRun run =
        sendmail(
            "HELO me\nMAIL FROM:<bob>\nRCPT TO:<ada>\nDATA\nSubject: x\n\n\r\n.\r\nQUIT\r\n",
            List.of("-bs"));

    assertThat(run.said()).contains("250 2.0.0 Ok: left for later\r\n221 2.0.0 Bye");
    assertThat(sendmail("", List.of("-bp", "-Ac")).said()).contains(" bob\n", "  ada\n");
    assertThat(
            sendmail("MAIL FROM:<bob>\r\nRCPT TO:<ada>\r\nDATA\r\nSubject: cut", List.of("-bs"))
                .status())
        .isEqualTo(75);
  }
}
