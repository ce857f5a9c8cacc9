package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.door.Door;
import org.postroom.core.testing.Shows;
import org.postroom.dist.applet.AppletRun;
import org.postroom.storage.Storage;

/** sendmail on a machine that has an msmtprc and no server: mail goes to a provider at once. */
@Timeout(120)
@Tag("seconds")
final class NullClientTest {
  private static final String SHOP = "shop@localhost";
  private static final String OTHER = "other@localhost";
  private static final String BOB = "bob@localhost";

  @TempDir private Path folder;
  private MailServer provider;

  @BeforeEach
  void start() {
    provider =
        MailServer.builder()
            .hostname("localhost")
            .storage(Storage.inMemory())
            .set("virtual_mailbox_domains", "localhost")
            .set(
                "smtpd_relay_restrictions",
                "check_recipient_access inline:{{later@localhost=450 4.2.0 later}},"
                    + " permit_sasl_authenticated, reject")
            .set("smtpd_sender_login_maps", "static:{" + SHOP + ", " + OTHER + "}")
            .set("message_size_limit", "100000")
            .listen(Role.SUBMISSIONS, 0)
            .listen(Role.SUBMISSION, 0)
            .account(SHOP, "two words")
            .account(OTHER, "battery staple")
            .account(BOB, "x")
            .account("later@localhost", "x")
            .start();
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  private Path msmtprc() throws IOException {
    Path authority = folder.resolve("ca.pem");
    Files.writeString(authority, provider.authority().orElseThrow());
    Path file = folder.resolve("msmtprc");
    Files.writeString(
        file,
        """
        defaults
        auth on
        tls on
        tls_trust_file %s
        host localhost
        logfile log

        account shop
        port %d
        tls_starttls off
        from %s
        user %s
        password "two words"

        account other
        port %d
        from %s
        user %s
        passwordeval echo battery staple

        account default : shop
        """
            .formatted(
                authority,
                port(Role.SUBMISSIONS),
                SHOP,
                SHOP,
                port(Role.SUBMISSION),
                OTHER,
                OTHER));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private int port(Door door) {
    return provider.address(door).getPort();
  }

  private AppletRun sendmail(Path file, String mail, String... words) {
    List<String> all = new ArrayList<>(List.of("sendmail", "-C", file.toString()));
    all.addAll(List.of(words));
    return AppletRun.of(mail.getBytes(UTF_8), all.toArray(String[]::new));
  }

  @Test
  @Shows({"A1.9", "A1.10"})
  void sendsByTheAccountOfTheSender() throws IOException {
    Path file = msmtprc();
    String mail = "To: bob@localhost\nSubject: %s\nBcc: shop@localhost\n\nGr\u00fc\u00dfe\n.\n";

    assertThat(sendmail(file, mail.formatted("one"), "-t", "-i")).isEqualTo(new AppletRun(0, ""));
    assertThat(sendmail(file, "From: " + OTHER + "\n" + mail.formatted("two"), "-t", "-i").status())
        .isZero();
    assertThat(sendmail(file, mail.formatted("three"), "-a", "other", "-t", "-i").status())
        .isZero();

    List<String> mails = Inbox.of(provider, BOB);
    assertThat(mails).hasSize(3).noneMatch(one -> one.contains("Bcc:"));
    assertThat(mails.get(0))
        .startsWith("Return-Path: <" + SHOP + ">\r\n")
        .contains("\r\nFrom: " + SHOP + "\r\n", "\r\nSubject: one\r\n", "\r\nMessage-ID: <")
        .endsWith("\r\n\r\nGr\u00fc\u00dfe\r\n.\r\n");
    assertThat(mails.get(1)).startsWith("Return-Path: <" + OTHER + ">\r\n");
    assertThat(mails.get(2)).startsWith("Return-Path: <" + OTHER + ">\r\n");
    assertThat(Inbox.of(provider, SHOP)).hasSize(3);
    assertThat(Files.readAllLines(folder.resolve("log")))
        .hasSize(3)
        .allMatch(
            line -> line.contains(" host=localhost tls=on auth=on ") && line.endsWith("EX_OK"))
        .noneMatch(line -> line.contains("two words") || line.contains("battery"));
  }

  @Test
  @Shows("A1.9")
  void statusesSayWhatBecameOfIt() throws IOException {
    Path file = msmtprc();

    AppletRun refused = sendmail(file, "Subject: x\n\n", "nobody@localhost");
    assertThat(refused.status()).isEqualTo(69);
    assertThat(refused.said()).startsWith("sendmail: fatal: 550 5.1.1 <nobody@localhost>");
    assertThat(sendmail(file, "Subject: x\n\n", "later@localhost").status()).isEqualTo(75);
    assertThat(sendmail(file, "Subject: x\n\n" + "x\n".repeat(60_000), BOB).status()).isEqualTo(69);
    assertThat(Inbox.of(provider, SHOP)).as("nobody is told by mail").isEmpty();
    provider.close();
    AppletRun large =
        sendmail(file, "Subject: x\n\n" + ("x".repeat(99) + "\n").repeat(110_000), BOB);
    assertThat(large.status())
        .as("how much is too much is for the next server to say")
        .isEqualTo(75);
    start();
    file = msmtprc();

    Files.writeString(file, Files.readString(file).replace("two words", "wrong"));
    assertThat(sendmail(file, "Subject: x\n\n", BOB).status()).isEqualTo(75);
    Files.writeString(file, Files.readString(file).replace("auth on", "auth on\nhots x"));
    AppletRun unknown = sendmail(file, "Subject: x\n\n", BOB);
    assertThat(unknown.status()).isEqualTo(78);
    assertThat(unknown.said()).contains("line 3: hots: nobody knows such a keyword");
  }

  @Test
  void aServerThatIsNotTheOneGetsNothing() throws IOException {
    Path file = msmtprc();
    Files.writeString(
        file, Files.readString(file).replaceAll("tls_trust_file .*", "tls_trust_file system"));

    AppletRun untrusted = sendmail(file, "Subject: x\n\n", BOB);
    assertThat(untrusted.status()).isEqualTo(75);
    assertThat(untrusted.said()).contains("ertificate");
    assertThat(Inbox.of(provider, BOB)).isEmpty();

    Files.writeString(file, Files.readString(file) + "\ntls_certcheck off\n");
    assertThat(sendmail(file, "Subject: x\n\n", BOB)).isEqualTo(new AppletRun(0, ""));
    provider.close();
    assertThat(sendmail(file, "Subject: x\n\n", BOB).status()).isEqualTo(75);
  }
}
