package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.testkit.TestMail;

/** Clients that people have log in with tokens, over TLS. */
@Tag("process")
final class TokenClientsTest {
  @TempDir private Path folder;
  private TestMail mail;
  private Path authority;

  @BeforeEach
  void start() throws Exception {
    Programs.need("curl");
    mail = TestMail.start();
    authority = folder.resolve("ca.pem");
    Files.writeString(authority, mail.authority());
  }

  @AfterEach
  void stop() {
    mail.close();
  }

  @Test
  void curlSendsAndReadsBackByEveryProtocol() throws Exception {
    String token = mail.token("ada@example.org");

    for (String mechanism : List.of("OAUTHBEARER", "XOAUTH2")) {
      for (String initial : List.of("--sasl-ir", "--no-sasl-ir")) {
        String smtps = "smtps://localhost:" + mail.submissions().port();
        curl(
            ("Subject: by " + mechanism + "\r\n\r\nGrüße\r\n").getBytes(UTF_8),
            smtps,
            token,
            "--login-options",
            "AUTH=" + mechanism,
            initial,
            "--mail-from",
            "ada@example.org",
            "--mail-rcpt",
            "ada@example.org",
            "--upload-file",
            "-");
        for (String url :
            List.of(
                "imaps://localhost:" + mail.imaps().port() + "/INBOX;MAILINDEX=1",
                "pop3s://localhost:" + mail.pop3s().port() + "/1")) {
          String read =
              curl(new byte[0], url, token, "--login-options", "AUTH=" + mechanism, initial);
          assertThat(read).as(mechanism + " " + initial).endsWith("\r\n\r\nGrüße\r\n");
        }
      }
    }
  }

  @Test
  void curlHearsThatATokenIsNoGood() {
    String token = mail.tokens().of("ada@example.org").expired().mint();

    for (String url :
        List.of(
            "imaps://localhost:" + mail.imaps().port() + "/INBOX",
            "pop3s://localhost:" + mail.pop3s().port() + "/1")) {
      for (String mechanism : List.of("OAUTHBEARER", "XOAUTH2")) {
        assertThatThrownBy(
                () -> curl(new byte[0], url, token, "--login-options", "AUTH=" + mechanism))
            .as(url + " " + mechanism)
            .hasMessageContaining("Login denied");
      }
    }
  }

  private String curl(byte[] input, String url, String token, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "curl",
                "-sS",
                "--cacert",
                authority.toString(),
                "--user",
                "ada@example.org:",
                "--oauth2-bearer",
                token));
    command.addAll(List.of(more));
    command.add(url);
    return new String(Programs.run(folder, input, command.toArray(new String[0])), UTF_8);
  }
}
