package org.postroom.dist.applet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.mail.Envelope;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.TestServer;

/** Commands, asked of a server that runs in this process and of a folder where none does. */
@Timeout(60)
@Tag("seconds")
final class AppletsTest {
  @TempDir private Path folder;

  private Path write(String... more) throws IOException {
    Path file = folder.resolve("main.cf");
    Files.write(
        file,
        List.of(
            "myhostname = mail.example.org",
            "virtual_mailbox_domains = example.org",
            "inet_interfaces = loopback-only",
            "storage_url = h2:data"));
    return Files.write(file, List.of(more), java.nio.file.StandardOpenOption.APPEND);
  }

  private MailServer start(Path mainCf) {
    return TestServer.builder()
        .configuration(mainCf)
        .bind(InetAddress.getLoopbackAddress())
        .listen(Role.MX, 0)
        .start();
  }

  @Test
  void askARunningServer() throws IOException {
    String file = write().toString();
    try (MailServer server = start(Path.of(file))) {
      assertThat(AppletRun.of("user", "add", "-c", file, "ada@example.org").said())
          .startsWith("added ada@example.org with password ");
      assertThat(AppletRun.of("user", "list", "-c", file))
          .isEqualTo(new AppletRun(0, "ada@example.org\n"));
      assertThat(AppletRun.of("user", "add", "-c", file, "ada@example.org").status()).isEqualTo(67);
      assertThat(AppletRun.of("status", "-c", file).said())
          .contains("generation 1 of its configuration")
          .contains("smtp 127.0.0.1 port " + server.address(Role.MX).getPort());
      assertThat(AppletRun.of("status", "--json", "-c", file).said())
          .contains("\"generation\" : 1", "\"service\" : \"smtp\"");
      int port = server.address(Role.MX).getPort();
      assertThat(AppletRun.of("listen", "-c", file).said())
          .matches(
              "SERVICE +ADDRESS +PORT +ROLE +TLS +SINCE\n(.*\n)*smtp +127\\.0\\.0\\.1 +"
                  + port
                  + " +smtp +- +\\S+Z\n(.*\n)*")
          .contains("Only this machine can connect");
      assertThat(AppletRun.of("listen", "--json", "-c", file).said().lines())
          .anyMatch(
              line ->
                  line.matches(
                      "\\{\"service\":\"smtp\",\"role\":\"smtp\",\"address\":\"127\\.0\\.0\\.1\",\"port\":"
                          + port
                          + ",\"implicit_tls\":false,\"since\":\".*Z\"}"));

      write("smtpd_timeout = 10s", "inet_protocols = ipv4");
      assertThat(AppletRun.of("reload", "-c", file))
          .isEqualTo(
              new AppletRun(
                  0,
                  file
                      + ", line 6: inet_protocols: takes effect after a restart\n"
                      + "Generation 2 is in effect.\n"));
      write("smtpd_timeout = soon");
      AppletRun refused = AppletRun.of("reload", "-c", file);
      assertThat(refused.status()).isEqualTo(78);
      assertThat(refused.said()).contains("main.cf, line 5: smtpd_timeout: expected");
      assertThat(server.generation()).isEqualTo(2);
    }
  }

  @Test
  void whatWouldBecomeOfAMailIsSaidWithItsHosts() throws IOException {
    String file = write("relayhost = [127.0.0.1]:2525", "smtp_tls_security_level = may").toString();
    try (MailServer server = start(Path.of(file))) {
      assertThat(server).isNotNull();
      String line = "127.0.0.1[127.0.0.1]:2525: TLS where it is offered, with anybody (may)";
      String route = "smtp:[127.0.0.1]:2525";
      assertThat(AppletRun.of("explain", "-c", file, "--hosts", "x@far.test").said())
          .contains("<x@far.test>: " + route + "\n    " + line + "\n");
      assertThat(AppletRun.of("explain", "-c", file, "--hosts", "--json", "x@far.test").said())
          .containsPattern(
              "\"route\" : \"\\Q" + route + "\\E\",\\s+\"hosts\" : \\[\\s*\"\\Q" + line + "\\E\"");
      assertThat(AppletRun.of("explain", "-c", file, "--json", "x@far.test").said())
          .contains(route)
          .doesNotContain("hosts");
    }
  }

  /** The server that runs has looked at its configuration; whoever asks it need not again. */
  @Test
  void whereAServerIsToBeAskedIsAllThatACommandNeedsToKnow() throws IOException {
    String file = write("here = data", "storage_url = h2:$here").toString();
    try (MailServer server = start(Path.of(file))) {
      assertThat(server).isNotNull();
      assertThat(AppletRun.of("status", "-c", file).status()).isZero();

      write("smtpd_timeout = soon");

      assertThat(AppletRun.of("queue", "list", "-c", file))
          .isEqualTo(new AppletRun(0, "Mail queue is empty\n"));
    }
    AppletRun alone = AppletRun.of("queue", "list", "-c", file);
    assertThat(alone.status()).isEqualTo(78);
    assertThat(alone.said()).contains("main.cf, line 5: smtpd_timeout: expected");
  }

  /** By its name alone a command is found, and nothing is read of the others. */
  @Test
  void commandsAreFoundByTheNamesThatTheyGiveThemselves() {
    for (String name : Commands.line().getSubcommands().keySet()) {
      assertThat(Commands.line(name).getSubcommands()).containsOnlyKeys(name);
    }
  }

  @Test
  void addressesOfAnAccountAreAddedListedAndTakenAway() throws IOException {
    String file = write().toString();
    try (MailServer server = start(Path.of(file))) {
      AppletRun.of("user", "add", "-c", file, "ada@example.org", "bob@example.org");
      assertThat(server.postmaster()).isEqualTo("ada@example.org");

      assertThat(
              AppletRun.of(
                  "user",
                  "alias",
                  "add",
                  "-c",
                  file,
                  "bob@example.org",
                  "postmaster@mail.example.org"))
          .isEqualTo(
              new AppletRun(0, "mail for postmaster@mail.example.org goes to bob@example.org\n"));
      assertThat(server.postmaster()).isEqualTo("bob@example.org");
      AppletRun.of("user", "alias", "add", "-c", file, "ada@example.org", "Sales@example.org");
      assertThat(AppletRun.of("user", "alias", "list", "-c", file, "ada@example.org"))
          .isEqualTo(new AppletRun(0, "sales@example.org\n"));

      assertThat(
              AppletRun.of(
                      "user", "alias", "add", "-c", file, "bob@example.org", "sales@example.org")
                  .status())
          .isEqualTo(65);
      assertThat(
              AppletRun.of("user", "alias", "add", "-c", file, "bob@example.org", "no address")
                  .status())
          .isEqualTo(65);
      assertThat(
              AppletRun.of(
                  "user", "alias", "delete", "-c", file, "bob@example.org", "sales@example.org"))
          .isEqualTo(
              new AppletRun(
                  65,
                  "postroom: error: sales@example.org is no further address of bob@example.org\n"));
      assertThat(
              AppletRun.of(
                  "user", "alias", "delete", "-c", file, "bob@example.org", "bob@example.org"))
          .extracting(AppletRun::status)
          .isEqualTo(65);
      assertThat(AppletRun.of("user", "alias", "list", "-c", file, "eve@example.org").status())
          .isEqualTo(65);

      assertThat(
              AppletRun.of(
                  "user", "alias", "delete", "-c", file, "ada@example.org", "sales@example.org"))
          .isEqualTo(
              new AppletRun(0, "sales@example.org is no address of ada@example.org any more\n"));
      assertThat(AppletRun.of("user", "alias", "list", "-c", file, "ada@example.org"))
          .isEqualTo(new AppletRun(0, ""));
    }
  }

  @Test
  void whatWaitsIsListedWhetherAServerRunsOrNot() throws IOException {
    String file = write("relayhost = [127.0.0.1]:1").toString();
    assertThat(AppletRun.of("queue", "list", "-c", file))
        .isEqualTo(new AppletRun(0, "Mail queue is empty\n"));
    String id;
    try (MailServer server = start(Path.of(file))) {
      id = server.submit(Envelope.parse("", "x@far.test"), new byte[0]).orThrow().value();

      assertThat(AppletRun.of("queue", "list", "-c", file).said())
          .containsPattern("\n" + id + "[* ] ") // its first attempt may still be under way
          .contains(" MAILER-DAEMON\n", " x@far.test\n\n-- 0 Kbytes in 1 Request.\n");
    }
    assertThat(AppletRun.of("sendmail", "-C", file, "-bp").said()).contains("\n" + id + " ");
    assertThat(AppletRun.of("sendmail", "-k").said())
        .startsWith("sendmail: fatal: invalid option -- 'k'");
  }

  @Test
  void whereNoServerRunsTheStoreIsEnoughOrNot() throws IOException {
    String file = write().toString();

    assertThat(AppletRun.of("user", "add", "-c", file, "ada@example.org").status()).isZero();
    assertThat(AppletRun.of("user", "list", "-c", file))
        .isEqualTo(new AppletRun(0, "ada@example.org\n"));
    assertThat(AppletRun.of("user", "delete", "-c", file, "eve@example.org"))
        .isEqualTo(new AppletRun(67, "postroom: error: there is no account eve@example.org\n"));
    assertThat(AppletRun.of("reload", "-c", file))
        .isEqualTo(
            new AppletRun(
                69, "postroom: error: no server runs on " + folder.resolve("data") + "\n"));
  }
}
