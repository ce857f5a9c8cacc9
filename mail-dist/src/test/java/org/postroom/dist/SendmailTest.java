package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.dist.applet.AppletRun;
import org.postroom.dist.applet.Postroom;

/** Programs of this machine hand in mail by the command sendmail. */
@Tag("process")
@Timeout(300)
final class SendmailTest {
  private static final String ADA = "ada@example.org";
  private static final String BOB = "bob@example.org";

  @TempDir private Path folder;
  private Path mainCf;
  private Path sendmail;
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
        inet_interfaces = loopback-only
        storage_url = h2:data
        message_size_limit = 1000000
        header_checks = regexp:{{/^Subject: forbidden/ REJECT not this one}}
        """);
    sendmail = folder.resolve("sendmail");
    Files.writeString(
        sendmail,
        "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -cp '%s' %s sendmail -C '%s' \"$@\"\n"
            .formatted(
                ProcessHandle.current().info().command().orElse("java"),
                System.getProperty("java.class.path"),
                Postroom.class.getName(),
                mainCf));
    assertThat(sendmail.toFile().setExecutable(true)).isTrue();
    server = open();
  }

  private MailServer open() {
    return MailServer.builder()
        .configuration(mainCf)
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account(ADA, "correct horse")
        .account(BOB, "correct horse")
        .account(me() + "@example.org", "correct horse")
        .account(me().equals("root") ? "toor@example.org" : "root@example.org", "correct horse")
        .start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private record Outcome(int status, String said) {}

  private Outcome sendmail(String mail, String... words) throws IOException, InterruptedException {
    return sendmail(List.of(), mail, words);
  }

  private Outcome sendmail(List<String> around, String mail, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(around);
    command.add(sendmail.toString());
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(mail.getBytes(UTF_8));
    } catch (IOException e) {
      assertThat(e).as("it has ended before it had read all").isNotNull();
    }
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Outcome(process.waitFor(), said);
  }

  @Test
  @Shows({"A1.3", "A1.13"})
  void cronsMailArrives() throws Exception {
    String me = System.getProperty("user.name");
    Outcome outcome =
        sendmail(
            "To: ada\nSubject: Cron <x>\nBcc: bob@example.org\n\nline\n.\nmore\n",
            "-FCronDaemon",
            "-i",
            "-odi",
            "-oem",
            "-oi",
            "-t");

    assertThat(outcome).isEqualTo(new Outcome(0, ""));
    assertThat(Inbox.of(server, ADA))
        .singleElement()
        .satisfies(
            mail ->
                assertThat(mail)
                    .startsWith("Return-Path: <" + me + "@example.org>\r\n")
                    .contains("\r\nFrom: \"CronDaemon\" <" + me + "@example.org>\r\n")
                    .contains("\r\nTo: ada@example.org\r\n")
                    .doesNotContain("Bcc")
                    .endsWith("\r\n\r\nline\r\n.\r\nmore\r\n"));
    assertThat(Inbox.of(server, BOB))
        .singleElement()
        .satisfies(mail -> assertThat(mail).doesNotContain("Bcc"));
  }

  @Test
  @Shows("A1.3")
  void statusesSayWhatBecameOfIt() throws Exception {
    assertThat(sendmail("Subject: forbidden\n\n", "ada"))
        .isEqualTo(new Outcome(69, "sendmail: fatal: 550 5.7.1 not this one\n"));
    assertThat(here("Subject: large\n\n" + "x\n".repeat(600_000), "ada").status()).isEqualTo(69);
    assertThat(here("Subject: x\n\n").status()).isEqualTo(64);
    assertThat(here("Subject: x\n\n", "-t").status()).isEqualTo(64);
    assertThat(here("To: a@b@c\n\n", "-t").status()).isEqualTo(65);
    assertThat(here("", "-bi")).isEqualTo(new AppletRun(0, ""));
    assertThat(Inbox.of(server, ADA)).isEmpty();

    assertThat(here("Subject: x\n\n", "-f", "a@b@c", "ada").status()).isEqualTo(65);
    for (String sender : List.of("<" + BOB + ">", "Bob <" + BOB + ">", BOB + " (Bob)")) {
      assertThat(here("Subject: x\n\n", "-f", sender, "ada")).isEqualTo(new AppletRun(0, ""));
    }
    assertThat(Inbox.of(server, ADA))
        .hasSize(3)
        .allMatch(mail -> mail.startsWith("Return-Path: <" + BOB + ">"));

    server.reload(now -> now.set("authorized_submit_users", "!" + me() + ", static:anyone"));
    assertThat(here("Subject: x\n\n", "ada").status()).isEqualTo(77);
  }

  /** The same in this process, which is that of the same user. */
  private AppletRun here(String mail, String... words) {
    List<String> command = new ArrayList<>(List.of("sendmail", "-C", mainCf.toString()));
    command.addAll(List.of(words));
    return AppletRun.of(mail.getBytes(UTF_8), command.toArray(String[]::new));
  }

  private static String me() {
    return System.getProperty("user.name");
  }

  /** Whoever hands it in is gone by then: it is its sender who hears. */
  @Test
  void whomNobodyKnowsIsReportedToTheSender() throws Exception {
    assertThat(here("Subject: x\n\n", "-f", BOB, "nobody@example.org, ada").status()).isZero();

    assertThat(Inbox.of(server, ADA)).hasSize(1);
    Until.so(() -> !Inbox.of(server, BOB).isEmpty());
    assertThat(Inbox.of(server, BOB).get(0))
        .contains("Final-Recipient: rfc822; nobody@example.org\r\n")
        .contains("Status: 5.1.1\r\n");
  }

  @Test
  void mailxSends() throws Exception {
    Programs.need("s-nail");

    byte[] unused =
        Programs.run(
            folder,
            "from mailx\n.\nGr\u00fc\u00dfe\n".getBytes(UTF_8),
            "s-nail",
            "-n",
            "-S",
            "v15-compat",
            "-S",
            "mta=file://" + sendmail,
            "-S",
            "sendwait",
            "-r",
            BOB,
            "-s",
            "by mailx",
            "-c",
            BOB,
            ADA);

    assertThat(Inbox.of(server, ADA))
        .singleElement()
        .satisfies(
            mail ->
                assertThat(mail)
                    .startsWith("Return-Path: <bob@example.org>\r\n")
                    .contains("\r\nSubject: by mailx\r\n"));
    assertThat(Inbox.of(server, BOB)).hasSize(1);
  }

  /** To root, from whoever has logged in, where nobody says more. */
  @Test
  @Shows({"A1.1", "A1.2"})
  void mailxSendsToRootAndToSeveralWithAnAttachment() throws Exception {
    Programs.need("s-nail");
    server.reload(now -> now.set("message_size_limit", "20000000"));
    byte[] octets = new byte[5 << 20];
    new Random(5).nextBytes(octets);
    Path attached = Files.write(folder.resolve("five.bin"), octets);

    mailx("hi\n", "-s", "t", "root");
    mailx("see there\n", "-s", "five", "-a", attached.toString(), ADA, BOB);

    assertThat(Inbox.of(server, "root@example.org"))
        .singleElement()
        .satisfies(
            mail ->
                assertThat(mail)
                    .startsWith("Return-Path: <" + me() + "@example.org>\r\n")
                    .containsPattern("\r\nFrom: .*" + me() + "@example.org")
                    .contains("\r\nSubject: t\r\n")
                    .endsWith("\r\n\r\nhi\r\n"));
    for (String login : List.of(ADA, BOB)) {
      assertThat(Inbox.of(server, login)).hasSize(1);
      MimeMultipart parts =
          (MimeMultipart)
              new MimeMessage(
                      Session.getInstance(new Properties()),
                      new ByteArrayInputStream(Inbox.of(server, login).get(0).getBytes(UTF_8)))
                  .getContent();
      assertThat(parts.getBodyPart(1).getInputStream().readAllBytes()).isEqualTo(octets);
    }
  }

  private void mailx(String body, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "s-nail",
                "-n",
                "-S",
                "v15-compat",
                "-S",
                "mta=file://" + sendmail,
                "-S",
                "sendwait"));
    command.addAll(List.of(words));
    byte[] unused = Programs.run(folder, body.getBytes(UTF_8), command.toArray(String[]::new));
  }

  @Test
  void muttSends() throws Exception {
    Programs.need("mutt");

    byte[] unused =
        Programs.run(
            folder,
            "from mutt\n".getBytes(UTF_8),
            "mutt",
            "-n",
            "-F",
            "/dev/null",
            "-e",
            "set sendmail=\"" + sendmail + " -oem -oi\" sendmail_wait=0 from=" + BOB,
            "-s",
            "by mutt",
            ADA);

    assertThat(Inbox.of(server, ADA))
        .singleElement()
        .satisfies(mail -> assertThat(mail).contains("\r\nSubject: by mutt\r\n", "from mutt\r\n"));
  }

  @Test
  void bsdMailxSends() throws Exception {
    assumeTrue(Programs.isInstalled("bsd-mailx"));
    Files.writeString(folder.resolve(".mailrc"), "set sendmail=" + sendmail + "\n");

    byte[] unused =
        Programs.run(
            folder,
            "from bsd-mailx\n".getBytes(UTF_8),
            "bsd-mailx",
            "-s",
            "by bsd-mailx",
            "-r",
            BOB,
            ADA);

    assertThat(Inbox.of(server, ADA))
        .singleElement()
        .satisfies(
            mail ->
                assertThat(mail)
                    .startsWith("Return-Path: <bob@example.org>\r\n")
                    .contains("\r\nSubject: by bsd-mailx\r\n", "\r\n\r\nfrom bsd-mailx\r\n"));
  }

  @Test
  void phpSends() throws Exception {
    assumeTrue(Programs.isInstalled("php"));

    byte[] unused =
        Programs.run(
            folder,
            new byte[0],
            "php",
            "-d",
            "sendmail_path=" + sendmail + " -t -i -f" + BOB,
            "-r",
            "exit(mail('ada@example.org', 'by php', \"text\\n.\\nmore\\n\", 'From: bob@example.org')"
                + " ? 0 : 1);");

    assertThat(Inbox.of(server, ADA))
        .singleElement()
        .satisfies(
            mail ->
                assertThat(mail)
                    .startsWith("Return-Path: <bob@example.org>\r\n")
                    .contains("\r\nSubject: by php\r\n", "\r\n\r\ntext\r\n.\r\nmore\r\n"));
  }

  /** Of a group that may leave mail, while the server is another user's; sees no names. */
  @Test
  void whoMayWriteIntoTheFolderAndNotListItLeavesMail() throws Exception {
    assumeTrue("root".equals(me()) && Programs.isInstalled("setpriv"));
    Path drop = Files.createDirectory(folder.resolve("drop"));
    Files.setAttribute(drop, "unix:uid", 12_345);
    Files.setAttribute(drop, "unix:mode", 01730);
    Files.writeString(mainCf, Files.readString(mainCf) + "maildrop_directory = drop\n");
    server.close();

    Outcome outcome =
        sendmail(
            List.of(
                "setpriv",
                "--bounding-set=-dac_override,-dac_read_search",
                "--inh-caps=-dac_override,-dac_read_search"),
            "Subject: left\n\ntext\n",
            "-f",
            BOB,
            "ada");
    assertThat(outcome).isEqualTo(new Outcome(0, ""));

    Files.setAttribute(drop, "unix:uid", 0);
    server = open();
    Until.so(() -> Inbox.of(server, ADA).size() == 1);
    assertThat(Inbox.of(server, ADA).get(0)).startsWith("Return-Path: <bob@example.org>\r\n");
  }

  @Test
  void runsTheServer() throws Exception {
    server.close();
    Files.writeString(
        mainCf, Files.readString(mainCf) + "listeners = smtp:0\nmaildrop_directory = drop\n");
    Process process =
        new ProcessBuilder(sendmail.toString(), "-bd", "-q15").redirectErrorStream(true).start();
    try (BufferedReader said = process.inputReader(UTF_8)) {
      String line = said.readLine();
      while (line != null && !line.startsWith("Postroom listens: smtp ")) {
        line = said.readLine();
      }
      assertThat(line).isNotNull();
      process.destroy();
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
    assertThat(here("", "-bd", "ada").status()).isEqualTo(64);
  }
}
