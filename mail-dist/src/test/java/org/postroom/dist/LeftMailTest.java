package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.dist.applet.AppletRun;
import org.postroom.dist.maildrop.Maildrop;
import org.postroom.dist.operation.SubmitOperation;
import org.postroom.dist.operation.SubmitOperation.Handed;
import org.postroom.dist.operation.SubmitOperation.Mail;
import org.postroom.storage.Storage;

/** Mail of programs is taken whether the server runs or not, and once. */
@Timeout(120)
@Tag("seconds")
final class LeftMailTest {
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
        inet_interfaces = loopback-only
        storage_url = h2:data
        queue_run_delay = 1s
        header_checks = regexp:{{/^Subject: forbidden/ REJECT not this one}}
        """);
    server = open();
  }

  private ServerBuilder described() {
    return TestServer.builder()
        .configuration(mainCf)
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .account(ADA, "correct horse")
        .account(BOB, "correct horse");
  }

  private MailServer open() {
    return described().start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private AppletRun sendmail(String mail, String... words) {
    String[] all = new String[words.length + 3];
    all[0] = "sendmail";
    all[1] = "-C";
    all[2] = mainCf.toString();
    System.arraycopy(words, 0, all, 3, words.length);
    return AppletRun.of(mail.getBytes(UTF_8), all);
  }

  private Path maildrop() {
    return folder.resolve("data").resolve("maildrop");
  }

  private List<String> lying() {
    try {
      return new Maildrop(maildrop()).names("", 100);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Shows("A2.5")
  void waitsForTheServerAndIsDeliveredOnce() throws IOException {
    server.close();
    for (int i = 0; i < 10; i++) {
      assertThat(
              sendmail("Subject: " + i + "\n\nline\n.\nmore " + i + "\n", "-i", "-f", BOB, "ada"))
          .isEqualTo(new AppletRun(0, ""));
    }

    assertThat(lying()).hasSize(10);
    String listed = sendmail("", "-bp", "-Ac").said();
    assertThat(listed)
        .startsWith("----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------\n")
        .contains(lying().get(0), " " + BOB + "\n", " ".repeat(47) + "ada\n")
        .endsWith("\n-- 0 Kbytes in 10 Requests.\n");
    assertThat(sendmail("", "-bp").said()).isEqualTo(listed);
    assertThat(AppletRun.of("postqueue", "-c", folder.toString(), "-j").said().lines())
        .hasSize(10)
        .allMatch(line -> line.startsWith("{\"queue_name\": \"maildrop\", \"queue_id\": \""));

    server = open();
    Until.so(() -> Inbox.of(server, ADA).size() >= 10);

    List<String> mails = Inbox.of(server, ADA);
    assertThat(mails).hasSize(10).allMatch(mail -> mail.startsWith("Return-Path: <" + BOB + ">"));
    assertThat(mails)
        .allSatisfy(mail -> assertThat(mail).contains("\r\nDate: ", "\r\nMessage-ID: "));
    IntStream.range(0, 10)
        .forEach(
            i ->
                assertThat(mails)
                    .filteredOn(
                        mail ->
                            mail.contains("Subject: " + i + "\r\n")
                                && mail.endsWith("\r\n\r\nline\r\n.\r\nmore " + i + "\r\n"))
                    .hasSize(1));
    Until.so(() -> lying().isEmpty()); // each is taken away once it is in its mailbox
    assertThat(sendmail("", "-bp").said()).isEqualTo("Mail queue is empty\n");
  }

  @Test
  @Shows("A2.13")
  void howOftenItIsLookedForChangesByAReload() throws IOException {
    server.close();
    Path drop = Files.createDirectory(folder.resolve("drop"));
    Files.setPosixFilePermissions(drop, PosixFilePermissions.fromString("rwx--x---"));
    String hourly =
        Files.readString(mainCf).replace("run_delay = 1s", "run_delay = 1h")
            + "maildrop_directory = drop\n";
    Files.writeString(mainCf, hourly);
    VirtualTime time = VirtualTime.startingAt(Instant.now());
    server = described().storage(Storage.inMemory()).time(time, time).start();
    time.advance(Duration.ofMinutes(1)); // it looks more often after a start
    leave(drop, "first");

    time.advance(Duration.ofMinutes(30));
    assertThat(Inbox.of(server, ADA)).isEmpty();

    Files.writeString(mainCf, hourly.replace("run_delay = 1h", "run_delay = 5m"));
    server.reload();
    time.advance(Duration.ofMinutes(30)); // as was said before
    Until.so(() -> Inbox.of(server, ADA).size() == 1 && count(drop.resolve("taking")) == 0);
    leave(drop, "second");
    time.advance(Duration.ofMinutes(5));
    Until.so(() -> Inbox.of(server, ADA).size() == 2);
  }

  private static void leave(Path drop, String subject) throws IOException {
    String name = Maildrop.newName(Instant.now(), new SecureRandom());
    String text = "Subject: " + subject + "\r\n\r\n";
    new Maildrop(drop).leave(name, mail(text), content(text), 0);
  }

  /** A program that hears no answer leaves under the same name what may be taken already. */
  @Test
  void whatWasTakenBeforeIsNotTakenAgain() throws IOException {
    String name = Maildrop.newName(Instant.now(), new SecureRandom());
    Mail mail = mail("Subject: once\n\n").named(name);
    Handed handed = described().inside().ask(SubmitOperation.SUBMIT, mail);
    assertThat(handed.id()).isPresent();

    server.close();
    new Maildrop(maildrop()).leave(name, mail, content("Subject: once\r\n\r\n"), 0);
    server = open();
    Until.so(() -> count(maildrop()) == 2 && count(maildrop().resolve("taking")) == 0);

    assertThat(Inbox.of(server, ADA)).hasSize(1);

    // The disk has forgotten that it was removed.
    server.close();
    new Maildrop(maildrop()).leave(name, mail, content("Subject: once\r\n\r\n"), 0);
    server = open();
    Until.so(() -> count(maildrop()) == 2 && count(maildrop().resolve("taking")) == 0);

    assertThat(Inbox.of(server, ADA)).hasSize(1);
    assertThat(sendmail("Subject: after\n\n", "ada").status()).isZero();
    assertThat(Inbox.of(server, ADA)).hasSize(2);
  }

  private static int count(Path folder) {
    return Objects.requireNonNull(folder.toFile().list()).length;
  }

  private static Mail mail(String text) {
    return new Mail(
        Optional.of(BOB),
        List.of("ada"),
        false,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        content(text));
  }

  private static ByteArrayInputStream content(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  @Test
  void whatIsRefusedWhenItIsTakenUpIsReportedToTheSender() throws IOException {
    server.close();
    assertThat(sendmail("Subject: forbidden\n\ntext\n", "-f", BOB, "-R", "full", "ada").status())
        .isZero();
    assertThat(sendmail("Subject: x\n\n", "-f", BOB, "nobody").status()).isZero();

    server = open();
    Until.so(() -> Inbox.of(server, BOB).size() == 2);

    assertThat(Inbox.of(server, BOB))
        .anyMatch(mail -> mail.contains("not this one") && mail.contains("Subject: forbidden"))
        .anyMatch(mail -> mail.contains("Final-Recipient: rfc822; nobody@example.org\r\n"));
    assertThat(Inbox.of(server, ADA)).isEmpty();
    Until.so(() -> count(maildrop().resolve("taking")) == 0);
  }

  /** A server that cannot take it now is no worse than none. */
  @Test
  void whatIsRefusedForNowIsTriedAgain() throws IOException {
    server.close();
    AtomicBoolean sick = new AtomicBoolean(true);
    server =
        described()
            .table(
                "moody",
                key -> {
                  if (sick.get()) {
                    throw new IllegalStateException("not now");
                  }
                  return Optional.empty();
                })
            .set("virtual_alias_maps", "program:moody")
            .set("virtual_alias_domains", "")
            .start();

    assertThat(sendmail("Subject: x\n\n", "-f", BOB, "ada")).isEqualTo(new AppletRun(0, ""));
    assertThat(lying()).hasSize(1);
    assertThat(Inbox.of(server, ADA)).isEmpty();

    sick.set(false);
    Until.so(() -> !Inbox.of(server, ADA).isEmpty());
    assertThat(Inbox.of(server, ADA)).hasSize(1);
  }

  /** Nobody would hear of it later. */
  @Test
  void whatNoServerWouldTakeIsNotLeft() throws IOException {
    server.close();
    assertThat(sendmail("Subject: x\n\n", "ada", "@far.test").status()).isEqualTo(65);
    String[] many = IntStream.rangeClosed(0, 1000).mapToObj(i -> "user" + i).toArray(String[]::new);
    AppletRun tooMany = sendmail("Subject: x\n\n", many);
    assertThat(tooMany.status()).isEqualTo(69);
    assertThat(tooMany.said()).contains("554 5.5.3 Error: too many recipients, 1000 may be named");
    Files.writeString(
        mainCf, Files.readString(mainCf) + "authorized_submit_users = !static:anyone\n");
    assertThat(sendmail("Subject: x\n\n", "ada").status()).isEqualTo(77);

    assertThat(lying()).isEmpty();
  }

  /** A program that does not ask leaves it all the same. */
  @Test
  void moreRecipientsThanOneMailMayHaveAreNotAnswered() throws IOException {
    server.close();
    List<String> many = IntStream.rangeClosed(0, 1000).mapToObj(i -> "user" + i).toList();
    Mail mail =
        new Mail(
            Optional.of(BOB),
            many,
            false,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            content(""));
    String name = Maildrop.newName(Instant.now(), new SecureRandom());
    new Maildrop(maildrop()).leave(name, mail, content("Subject: x\r\n\r\n"), 0);

    server = open();
    Until.so(() -> count(maildrop().resolve("corrupt")) == 1);

    assertThat(Inbox.of(server, BOB)).isEmpty();
  }

  @Test
  void whoMayNotSubmitIsNotServedLater() throws IOException {
    server.close();
    assertThat(sendmail("Subject: x\n\n", "ada").status()).isZero();
    Files.writeString(folder.resolve("maildrop-junk"), "junk");
    Files.move(folder.resolve("maildrop-junk"), maildrop().resolve("junk"));

    server = described().set("authorized_submit_users", "!static:anyone").start();
    Path corrupt = maildrop().resolve("corrupt");
    Until.so(() -> count(corrupt) == 2);

    assertThat(Inbox.of(server, ADA)).isEmpty();
    assertThat(lying()).isEmpty();
  }

  @Test
  void aBrokenConfigurationLosesNothing() throws IOException {
    Files.writeString(mainCf, Files.readString(mainCf) + "\nsmtpd_timeout = never\n");
    server.close();

    assertThat(sendmail("Subject: x\n\n", "ada")).isEqualTo(new AppletRun(0, ""));
    assertThat(lying()).hasSize(1);
  }

  @Test
  void aFolderThatOthersCanListIsAFaultOfTheConfiguration() throws IOException {
    server.close();
    Path open = Files.createDirectory(folder.resolve("drop"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));
    Files.writeString(mainCf, Files.readString(mainCf) + "maildrop_directory = drop\n");

    assertThatThrownBy(this::open)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("main.cf, line 8: maildrop_directory")
        .hasMessageContaining("can be listed by other users: chmod go-r " + open);

    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx--x---"));
    assertThat(sendmail("Subject: x\n\n", "-f", BOB, "ada").status()).isZero();
    server = open();
    Until.so(() -> Inbox.of(server, ADA).size() == 1);
  }

  @Test
  void withoutAPlaceTheProgramKeepsItsMail() throws IOException {
    server.close();
    Files.move(maildrop(), folder.resolve("elsewhere"));

    AppletRun run = sendmail("Subject: x\n\n", "ada");

    assertThat(run.status()).isEqualTo(75);
    assertThat(run.said())
        .startsWith("sendmail: fatal: no server runs on ")
        .contains("maildrop: is not there: the server makes it when it starts");
  }
}
