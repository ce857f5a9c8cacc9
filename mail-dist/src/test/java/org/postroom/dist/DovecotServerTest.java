package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.Shows;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.dist.applet.AppletRun;

/** A server with a dovecot.conf. */
@Timeout(60)
final class DovecotServerTest {
  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text, UTF_8);
  }

  private ServerBuilder described(String main) throws IOException {
    write(
        "main.cf",
        """
        compatibility_level = 3.6
        myhostname = mail.example.org
        inet_interfaces = loopback-only
        virtual_mailbox_domains = example.org
        storage_url = memory:
        """
            + main);
    return MailServer.builder().configuration(folder.resolve("main.cf"));
  }

  @Test
  @Shows({"A5.1", "A5.3"})
  void isObeyedBesideMainCf() throws IOException {
    write("users", "ada@example.org:{PLAIN}secret\n");
    write(
        "dovecot.conf",
        """
        protocols = imap
        login_greeting = Good day.
        auth_failure_delay = 0
        !include conf.d/*.conf
        """);
    write(
        "conf.d/auth.conf",
        "passdb {\n  driver = passwd-file\n  args = " + folder.resolve("users") + "\n}\n");

    try (MailServer server = described("").listen(Role.IMAP, 0).listen(Role.POP3, 0).start()) {
      try (SocketPeer imap = SocketPeer.to(server.address(Role.IMAP));
          SocketPeer pop3 = SocketPeer.to(server.address(Role.POP3))) {
        assertThat(imap.readLine()).startsWith("* OK [CAPABILITY ").endsWith("] Good day.");
        assertThat(pop3.readLine()).isEqualTo("+OK Good day.");
        imap.send("a LOGIN ada@example.org secret\r\n".getBytes(UTF_8));
        assertThat(imap.readLine()).startsWith("a OK ");
      }
    }
  }

  @Test
  @Shows("A5.1")
  void saysWhereToListen() throws IOException {
    write(
        "dovecot.conf",
        "protocols = imap\nservice imap-login {\n  inet_listener imap {\n    port = 0\n  }\n}\n");

    assertThat(listeners(described(""))).isEqualTo("smtp submission submissions imaps");
    assertThat(listeners(described("dovecot_conf =\n"))).contains("pop3s").contains(" imap ");

    write("master.cf", "smtp inet n - - - - smtpd\n");
    assertThat(listeners(described(""))).isEqualTo("imaps smtp");
  }

  private static String listeners(ServerBuilder server) {
    return server.inside().checked().listeners().stream()
        .map(one -> one.door().name())
        .distinct()
        .collect(Collectors.joining(" "));
  }

  @Test
  void oneThatIsNamedMustBeThereAndBeGood() throws IOException {
    write("dovecot.conf", "protocols = imap\n");
    write("other/dovecot.conf", "auth_failure_delay = soon\n\npassdb {\n  driver = pam\n}\n");

    assertThatThrownBy(() -> described("dovecot_conf = nowhere.conf\n").check())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("there is no file " + folder.resolve("nowhere.conf"));
    assertThatThrownBy(() -> described("dovecot_conf = $myhostname/x\n").check())
        .hasMessageContaining("main.cf, line 6: dovecot_conf: must not refer to other parameters");
    assertThatThrownBy(
            () -> described("dovecot_conf = $config_directory/other/dovecot.conf\n").check())
        .hasMessageContaining("other/dovecot.conf, line 1: auth_failure_delay: expected a time")
        .hasMessageContaining("other/dovecot.conf, line 4: passdb pam: PAM is not asked");
  }

  @Test
  void aReloadReadsItAgain() throws IOException {
    write("dovecot.conf", "login_greeting = One.\n");
    try (MailServer server = described("").listen(Role.POP3, 0).start()) {
      write("dovecot.conf", "login_greeting = Two.\n");
      assertThat(server.reload().warnings()).isEmpty();

      try (SocketPeer pop3 = SocketPeer.to(server.address(Role.POP3))) {
        assertThat(pop3.readLine()).isEqualTo("+OK Two.");
      }
    }
  }

  @Test
  void isPrintedAsMainCf() throws IOException {
    Path conf =
        write(
            "dovecot.conf",
            "protocols = imap\nmail_location = maildir:~/Maildir\nlogin_greeting = $5 a mail\n");

    AppletRun run = AppletRun.of("import", "dovecot", folder.toString());

    assertThat(run.status()).isZero();
    assertThat(run.said())
        .startsWith(
            """
            # What FILE comes to.
            listeners = smtp:25 submission:587 submissions:465 imap:143 imaps:993
            login_greeting = $$5 a mail

            # Not acted upon:
            # mail_location = maildir:~/Maildir
            """
                .replace("FILE", conf.toString()))
        .contains("mail_location has no effect here: mail is kept in the store");
  }

  @Test
  void whatWouldBeAnsweredOtherwiseHasAnExitStatus() throws IOException {
    Path conf = write("dovecot.conf", "mail_plugins = quota\nlisten = 10.0.0.1\n");
    write("main.cf", "compatibility_level = 3.6\nmyhostname = a.test\nbiff = no\nown = x\n");

    AppletRun dovecot = AppletRun.of("import", "dovecot", conf.toString());
    AppletRun postfix = AppletRun.of("import", "postfix", folder.toString());
    write("dovecot.conf", "passdb {\n  driver = ldap\n}\n");

    assertThat(dovecot.status()).isEqualTo(1);
    assertThat(dovecot.said())
        .contains("listen = 10.0.0.1 is not acted upon: inet_interfaces says");
    assertThat(postfix.status()).isEqualTo(1);
    assertThat(postfix.said())
        .contains("\nmyhostname = a.test\n")
        .contains("\n# own = x\n")
        .contains("unused parameter: own=x")
        .doesNotContain("ldap");
    assertThat(AppletRun.of("import", "dovecot", conf.toString()).status()).isEqualTo(78);
    assertThat(AppletRun.of("import", "exim", conf.toString()).status()).isEqualTo(64);
    assertThat(AppletRun.of("import", "postfix", folder.resolve("no").toString()).status())
        .isEqualTo(78);
  }
}
