package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.assembly.StartedServer;

/** Files of administrators as they should not be, and the commands that read and change them. */
@Timeout(60)
@Tag("seconds")
final class HostileFilesTest {
  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text, ISO_8859_1);
  }

  private AppletRun run(String command, String... words) {
    String[] all = new String[words.length + 3];
    all[0] = command;
    all[1] = "-c";
    all[2] = folder.toString();
    System.arraycopy(words, 0, all, 3, words.length);
    return AppletRun.of(all);
  }

  @Test
  void aMainCfOfTenMegabytesIsListedAndEdited() throws IOException {
    String padding = ("# " + "x".repeat(997) + "\n").repeat(10_000);
    Path main =
        write("main.cf", padding + "relayhost = a\n" + padding + "mydomain = \u00ff\u0000b");

    assertThat(run("postconf", "-h", "relayhost").said()).startsWith("a\n");
    assertThat(run("postconf", "-e", "relayhost=b", "myorigin=c")).isEqualTo(new AppletRun(0, ""));

    assertThat(Files.readString(main, ISO_8859_1))
        .isEqualTo(
            padding + "relayhost = b\n" + padding + "mydomain = \u00ff\u0000b\nmyorigin = c\n");
  }

  @Test
  void whatCannotBeReadIsNotWritten() throws IOException {
    assertThat(run("postconf", "-e", "a=b"))
        .isEqualTo(
            new AppletRun(
                1,
                "postconf: fatal: open "
                    + folder
                    + "/main.cf for reading: No such file or directory\n"));
    Files.createDirectory(folder.resolve("main.cf"));
    assertThat(run("postconf", "-e", "a=b").status()).isEqualTo(1);
    assertThat(run("postconf", "-n").status()).isEqualTo(1);
    assertThat(folder.toFile().list()).containsExactly("main.cf");
  }

  @Test
  void aServiceThatIsNoneStopsAnEditOfMasterCf() throws IOException {
    write("main.cf", "");
    String text = "smtp inet n - n - - smtpd\nbroken line\n";
    Path master = write("master.cf", text);

    AppletRun edit = run("postconf", "-F", "smtp/inet/chroot=y");

    assertThat(edit)
        .isEqualTo(
            new AppletRun(1, "postconf: fatal: file " + master + ": line 2: bad field count\n"));
    assertThat(master).hasContent(text);
  }

  @Test
  void anEntryGoesWithTheLinesThatContinueIt() throws IOException {
    write("main.cf", "");
    Path table = write("t", "a 1\n# c\n  2");

    assertThat(run("postmap", "-d", "A", "hash:" + table)).isEqualTo(new AppletRun(0, ""));
    assertThat(table).hasContent("# c\n");
    assertThat(run("postmap", "-d", "a", "hash:" + table)).isEqualTo(new AppletRun(1, ""));
  }

  @Test
  void newaliasesChecksEachFileOfAliases() throws IOException {
    Path good = write("good", "a: b\nroot: ada, \"|x\"\n");
    Path bad = write("bad", "a: b\nno colon\n");
    write("main.cf", "alias_database = hash:" + good + "\nalias_maps = $alias_database\n");

    assertThat(AppletRun.of("sendmail", "-bi", "-C" + folder))
        .isEqualTo(
            new AppletRun(
                0, "postalias: note: tables are read from their text, so nothing is compiled\n"));
    assertThat(AppletRun.of("sendmail", "-I", "-v", "-C" + folder).said())
        .startsWith(good + ": 2 aliases, longest 9 bytes, 15 bytes total\n");

    write("main.cf", "alias_maps = hash:" + good + ", hash:" + bad + "\n");
    AppletRun broken = AppletRun.of("sendmail", "-bi", "-C" + folder);
    assertThat(broken.status()).isEqualTo(1);
    assertThat(broken.said()).contains(bad + ", line 2: need name:value pair");
  }

  @Test
  void postfixSaysWhatRunsAndHasItReload() throws IOException {
    write(
        "main.cf",
        """
        myhostname = mail.example.org
        virtual_mailbox_domains = example.org
        inet_interfaces = loopback-only
        storage_url = h2:data
        """);
    assertThat(run("postfix", "status"))
        .isEqualTo(new AppletRun(1, "postfix: fatal: the Postroom mail system is not running\n"));
    assertThat(run("postfix", "stop").status()).isEqualTo(1);
    assertThat(run("postfix", "check").status()).isZero();
    assertThat(run("postfix", "nosuch").status()).isEqualTo(1);

    try (MailServer server =
        MailServer.builder()
            .configuration(folder.resolve("main.cf"))
            .listen(Role.MX, 0)
            .account("ada@example.org", "correct horse")
            .start()) {
      long process = ProcessHandle.current().pid();
      assertThat(run("postfix", "status"))
          .isEqualTo(
              new AppletRun(
                  0, "postfix: the Postroom mail system is running: PID: " + process + "\n"));
      assertThat(run("postfix", "reload").status()).isZero();
      assertThat(run("postfix", "flush")).isEqualTo(new AppletRun(0, ""));
      assertThat(run("postfix", "start").said()).contains("is already running");
      assertThat(run("postfix", "abort"))
          .isEqualTo(
              new AppletRun(
                  1,
                  "postfix: aborting the Postroom mail system\n"
                      + "postfix: fatal: it is part of another program: process "
                      + process
                      + "\n"));
      assertThat(server.unwrap(StartedServer.class).queue().size()).isZero();
    }
  }
}
