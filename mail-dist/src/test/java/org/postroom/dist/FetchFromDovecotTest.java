package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.testing.Until;
import org.postroom.dist.fetch.FetchJobs;
import org.postroom.dist.mailbox.StoredMessage;
import org.postroom.dist.operation.FetchOperations;
import org.postroom.storage.Storage;

/** Mail is fetched from a real Dovecot. It needs root, and runs in a folder of its own. */
@Tag("process")
@Timeout(120)
final class FetchFromDovecotTest {
  private static final String HERE = "ada@example.org";

  @TempDir private Path folder;
  private @Nullable RealDovecot dovecot;
  private int imap;
  private int pop3;

  @BeforeEach
  void start() throws Exception {
    imap = FreePorts.take();
    pop3 = FreePorts.take();
    for (String user : List.of("ada", "bob")) {
      Path box = folder.resolve("home").resolve(user);
      for (String part : List.of("new", "cur", "tmp")) {
        Files.createDirectories(box.resolve(part));
      }
      for (int mail = 1; mail <= 3; mail++) {
        Files.writeString(
            box.resolve("new").resolve("140000000" + mail + ".M1P1.far"),
            "Return-Path: <x@far.test>\nSubject: " + user + " " + mail + "\n\n.dot\n\n");
      }
      Files.move(
          box.resolve("new").resolve("1400000002.M1P1.far"),
          box.resolve("cur").resolve("1400000002.M1P1.far:2,FS"));
    }
    byte[] unused = Programs.run(folder, new byte[0], "chown", "-R", "mail:mail", folder + "/home");
    dovecot =
        RealDovecot.start(
            folder,
            List.of("imap", "pop3"),
            "password=horse",
            """
            service imap-login {
              inet_listener imap {
                port = IMAP
              }
            }
            service pop3-login {
              inet_listener pop3 {
                port = POP3
              }
            }
            """
                .replace("IMAP", "" + imap)
                .replace("POP3", "" + pop3));
    Until.so(() -> answers(imap) && answers(pop3));
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.getInputStream().read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (dovecot != null) {
      dovecot.stop();
    }
  }

  private long files(String user) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("home").resolve(user))) {
      return all.filter(file -> String.valueOf(file.getFileName()).startsWith("14000000")).count();
    }
  }

  @Test
  void byImapAndByPop3() throws Exception {
    Path secret = Files.write(folder.resolve("secret"), "horse\n".getBytes(US_ASCII));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    String words = " tls=none to=" + HERE + " password_file=" + secret;
    Path jobs =
        Files.write(
            folder.resolve("fetch"),
            List.of(
                "imap imap://ada@127.0.0.1:" + imap + words + " flags=yes",
                "pop3 pop3://bob@127.0.0.1:" + pop3 + words + " keep=yes"));
    try (MailServer here =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.LMTP, 0)
            .set("fetch_jobs", jobs.toString())
            .account(HERE, Site.PASSWORD)
            .start()) {
      ServerDesk desk = new ServerDesk(here);
      FetchOperations.Which all = new FetchOperations.Which(List.of());
      Until.so(
          () ->
              FetchOperations.LIST.perform(desk, all).jobs().stream()
                  .allMatch(job -> job.fetched() == 3));

      assertThat(Inbox.of(here, HERE))
          .hasSize(6)
          .allMatch(mail -> mail.startsWith("Return-Path: <x@far.test>\r\nDelivered-To: " + HERE))
          .allMatch(mail -> mail.endsWith("\r\n\r\n.dot\r\n\r\n"))
          .anyMatch(mail -> mail.contains("\r\nSubject: ada 3\r\n"))
          .anyMatch(mail -> mail.contains("\r\nSubject: bob 1\r\n"));
      assertThat(here.mailboxes(HERE).inbox().messages())
          .filteredOn(mail -> !mail.flags().isEmpty())
          .singleElement()
          .matches(mail -> mail.subject().equals("ada 2"))
          .extracting(StoredMessage::flags)
          .isEqualTo(Set.of("\\Seen", "\\Flagged"));
      Until.so(
          () ->
              FetchOperations.LIST.perform(desk, all).jobs().stream()
                  .noneMatch(job -> job.state().equals("running")));
      assertThat(files("ada")).isZero();
      assertThat(files("bob")).isEqualTo(3);

      FetchOperations.Jobs unused = FetchOperations.RUN.perform(desk, all);
      Until.so(
          () ->
              FetchOperations.LIST.perform(desk, all).jobs().stream()
                  .allMatch(job -> job.result().equals("fetched=0, removed=0, left=0")));
      assertThat(Inbox.of(here, HERE)).hasSize(6);
      assertThat(FetchOperations.LIST.perform(desk, all).jobs())
          .extracting(FetchJobs.Status::failures)
          .containsOnly(0);
    }
  }
}
