package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.testing.FreePorts;
import org.postroom.storage.Storage;

/** A Postfix whose clients log in here, as they would at a Dovecot. Needs root, as Postfix does. */
@Tag("process")
final class PostfixLogInsTest {
  private static final int BY_FILE = FreePorts.take();
  private static final int BY_PORT = FreePorts.take();

  @TempDir private static Path folder;
  private static MailServer server;
  private static PostfixServer postfix;

  @BeforeAll
  static void start() throws Exception {
    PostfixServer.need();
    Programs.need("swaks");
    postfix = new PostfixServer(folder);
    server =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.inMemory())
            .account("ada@example.org", "correct horse")
            .set("auth_failure_delay", "0s")
            .set("auth_mechanisms", "plain login")
            .set("unix_listener_mode", "0666")
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.AUTH, 0)
            .listen(Role.AUTH, folder.resolve("auth"))
            .start();
    postfix.start(
        """
        myhostname = smtp.example.org
        default_transport = discard:
        mynetworks =
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_relay_restrictions = permit_sasl_authenticated, reject
        """,
        service(BY_FILE, folder.resolve("auth").toString())
            + service(BY_PORT, "inet:127.0.0.1:" + server.address(Role.AUTH).getPort()));
  }

  private static String service(int port, String path) {
    return "127.0.0.1:%d inet n - n - - smtpd\n  -o smtpd_sasl_path=%s\n".formatted(port, path);
  }

  @AfterAll
  static void stop() throws IOException {
    if (postfix != null) {
      postfix.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"true, PLAIN", "true, LOGIN", "false, PLAIN", "false, LOGIN"})
  void itsClientsLogIn(boolean byFile, String mechanism) throws Exception {
    String right = swaks(byFile, mechanism, "correct horse");
    String wrong = swaks(byFile, mechanism, "wrong");

    assertThat(right)
        .contains("250-AUTH PLAIN LOGIN")
        .contains("235 2.7.0 Authentication successful")
        .contains("250 2.1.5 Ok");
    assertThat(wrong)
        .contains("535 5.7.8 Error: authentication failed")
        .doesNotContain("235 ", "250 2.1.5");
    assertThat(postfix.log())
        .anyMatch(
            line ->
                line.contains("SASL " + mechanism + " authentication failed")
                    && line.contains("[127.0.0.1]"));
  }

  /** The session until the recipient is taken or not, as swaks writes it down. */
  private static String swaks(boolean byFile, String mechanism, String password) throws Exception {
    String command =
        "swaks --server 127.0.0.1:%d --helo client.example --from ada@example.org --to x@elsewhere.test"
            + " --quit-after RCPT --auth %s --auth-user ada@example.org --auth-password '%s' || true";
    return new String(
        Programs.run(
            folder,
            new byte[0],
            "sh",
            "-c",
            command.formatted(byFile ? BY_FILE : BY_PORT, mechanism, password)),
        UTF_8);
  }
}
