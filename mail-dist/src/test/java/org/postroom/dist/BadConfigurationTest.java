package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.storage.Storage;

/** A server that cannot start says why in one message, with the exit status scripts know. */
final class BadConfigurationTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "smtpd_timeout = soon | main.cf, line 2 | smtpd_timeout",
        "listeners = imap:70000 | main.cf, line 2 | imap:70000",
        "smtpd_relay_restrictions = permit_mynetworks | main.cf, line 2 | smtpd_relay_restrictions",
        "mynetworks = 10.0.0.1/8 | main.cf, line 2 | 10.0.0.0/8",
        "storage_url = oracle | main.cf, line 2 | storage_url",
        "smtpd_tls_cert_file = /nowhere/cert.pem | main.cf, line 2 | /nowhere/cert.pem"
      })
  void namesFileLineAndRemedy(String line, String place, String word) throws IOException {
    Path file = folder.resolve("main.cf");
    Files.writeString(file, "inet_interfaces = loopback-only\n" + line + "\n");

    Outcome outcome = run("serve", "-c", file.toString());

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said()).contains(place).contains(word).doesNotContain("\tat ");
  }

  @Test
  void refusesAKeyThatEverybodyCanRead() throws IOException {
    Path key = folder.resolve("key.pem");
    Files.writeString(key, "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n");
    key.toFile().setReadable(true, false);
    Path file = folder.resolve("main.cf");
    Files.writeString(
        file, "storage_url = memory:\nsmtpd_tls_cert_file = " + key + "\nlisteners = imap:0\n");

    Outcome outcome = run("serve", "-c", file.toString());

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said()).contains("main.cf, line 2").contains("chmod 0600");
  }

  @Test
  void saysWhichPortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path file = folder.resolve("main.cf");
      Files.writeString(
          file,
          "storage_url = memory:\ninet_interfaces = loopback-only\nlisteners = imap:"
              + taken.getLocalPort());

      Outcome outcome = run("serve", "-c", file.toString());

      assertThat(outcome.status()).isEqualTo(69);
      assertThat(outcome.said()).contains(Integer.toString(taken.getLocalPort()));
    }
  }

  @Test
  void refusesADataFolderInUseAndChangesNothingInIt() throws IOException {
    Path data = folder.resolve("data");
    try (MailServer first =
        MailServer.builder()
            .storage(Storage.h2(data))
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.IMAP, 0)
            .start()) {
      assertThat(first.roles()).containsExactly(Role.IMAP);

      Outcome outcome = run("serve", "-d", data.toString());

      assertThat(outcome.status()).isEqualTo(75);
      assertThat(outcome.said()).contains(data.toString());
      assertThat(run("user", "list", "-d", data.toString()).status()).isZero();
    }
  }

  @Test
  void checkChangesNothing() throws IOException {
    Path file = folder.resolve("main.cf");
    Files.writeString(file, "myhostname = mail.example.org\n");

    Outcome outcome = run("check", "-c", file.toString());

    assertThat(outcome.status()).isZero();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  private record Outcome(int status, String said) {}

  /** The command line writes to the process's streams, so they are borrowed meanwhile. */
  private static synchronized Outcome run(String... arguments) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream err = System.err;
    PrintStream out = System.out;
    try (PrintStream caught = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      System.setErr(caught);
      System.setOut(caught);
      return new Outcome(Postroom.run(arguments), said.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(err);
      System.setOut(out);
    }
  }
}
