package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;

/**
 * What doveconf(1) of a real Dovecot prints of a file, and what ours does, without the lines that
 * say who prints it. Skipped where it is not installed, unless {@code -Dpostroom.clients=required}
 * says that it must be.
 */
@Tag("process")
final class DoveconfAsDovecotTest {
  private static final Path THEIRS = Path.of("/usr/bin/doveconf");
  private static final String TUTORIAL = "TUTORIAL";
  private static final Path TUTORIALS =
      Path.of("src/test/resources/org/postroom/dist/configurations/s1-dovecot");

  @TempDir private Path folder;

  @BeforeEach
  void isThere() {
    assumeTrue(
        Files.isExecutable(THEIRS) || "required".equals(System.getProperty("postroom.clients")),
        "doveconf");
  }

  /** What one has printed, and whether it found the file good. */
  private record Outcome(boolean isGood, String out) {}

  private Outcome theirs(List<String> words) throws Exception {
    Path out = folder.resolve("out");
    List<String> command = new ArrayList<>(List.of(THEIRS.toString()));
    command.addAll(words);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue() == 0, said(Files.readString(out, UTF_8)));
  }

  private static Outcome ours(List<String> words) {
    List<String> all = new ArrayList<>(List.of("doveconf"));
    all.addAll(words);
    AppletRun run = AppletRun.of(all.toArray(new String[0]));
    return new Outcome(run.status() == 0, said(run.said()));
  }

  /** Without who says it, what it runs on, and complaints. */
  private static String said(String out) {
    return out.lines()
        .filter(line -> !line.startsWith("# ") && !line.startsWith("doveconf: "))
        // Debian's greeting is "Dovecot (Debian) ready.", so that the usual one is another there.
        .filter(line -> !line.equals("login_greeting = Dovecot ready."))
        .collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TUTORIAL,
        "auth_failure_delay = 2s\nssl = yes\nlisten = *,::\nimap_max_line_length = 64k\n",
        "auth_failure_delay = 3s\nimap_idle_notify_interval = 90 s\nauth_cache_size=10M\nmail_max_userip_connections = 010\n",
        "mail_plugins = $mail_plugins quota\nprotocol imap {\n  mail_plugins = $mail_plugins imap_quota\n}\n",
        "login_log_format_elements = \"a # b\"\nmail_home = \" x\\\"y\"\nbase_dir = /x\\\n  y\nauth_username_format = '%n'\n",
        "passdb {\n  driver = passwd-file\n  args = /etc/users\n}\nuserdb {\n  driver = static\n  args = uid=1\n}\npassdb {\n  driver = pam\n  deny = no\n}\n",
        "namespace inbox {\n  inbox = yes\n  mailbox Trash {\n    auto = subscribe\n    autoexpunge = 30d\n    special_use = \\Trash\n  }\n  mailbox \"Sent Messages\" {\n    special_use = \\Sent\n  }\n  mailbox Empty {\n  }\n}\nnamespace b {\n  prefix = b/\n}\nnamespace {\n  prefix = a/\n}\n",
        "service pop3 {\n  process_limit = 1024\n}\nservice imap-login {\n  process_min_avail = 3\n  inet_listener imaps {\n    port = 993\n    ssl = yes\n  }\n  inet_listener imap {\n    port = 0\n  }\n}\nservice auth {\n  vsz_limit = 1024M\n  unix_listener /x {\n    user = root\n    mode = 0666\n  }\n}\nservice imap {\n}\n",
        "plugin {\n  quota_rule = *:storage=1G\n  quota = maildir:User quota\n}\nplugin/b = 1\nservice/imap/process_limit=3\ndict {\n  quota = mysql:/x\n}\n",
        "ssl_cert = </etc/hostname\nssl_key = </etc/hostname\nssl_key_password = x\ndoveadm_password = y\n",
        "remote 10.0.0.0/8 {\n  disable_plaintext_auth = no\n}\nlocal_name a.test {\n  ssl_cert = </etc/hostname\n}\nprotocol pop3 {\n  mail_max_userip_connections = 3\n}\n",
        "!include sub/*.conf\n!include_try nowhere.conf\nverbose_ssl = y\n",
        "!include nowhere.conf\n",
        "verbose_ssl = perhaps\n",
        "no_such_setting = 1\n",
        "passdb {\n  driver = pam\n",
        "service imap-login { port = 1 }\n"
      })
  @Shows("A5.3")
  void printsWhatDovecotsPrints(String conf) throws Exception {
    Path file = lay(conf);

    // Dovecot's leaves out what is in a namespace where a filter finds an empty block.
    String filter = conf.equals(TUTORIAL) ? "-n" : "-n -f protocol=imap";
    for (String options : List.of("-n", "-N", filter, "-n -P")) {
      List<String> words = new ArrayList<>(Arrays.asList(options.split(" ")));
      words.addAll(List.of("-c", file.toString()));
      Outcome ours = ours(words);
      Outcome theirs = theirs(words);
      assertThat(ours.isGood()).as(conf + options).isEqualTo(theirs.isGood());
      if (theirs.isGood()) {
        assertThat(ours.out()).as(conf + options).isEqualTo(theirs.out());
      }
    }
  }

  private Path lay(String conf) throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    Files.writeString(folder.resolve("sub/2.conf"), "mail_debug = yes\nauth_debug = no\n", UTF_8);
    Files.writeString(folder.resolve("sub/1.conf"), "mail_debug = no\nauth_debug = yes\n", UTF_8);
    return conf.equals(TUTORIAL)
        ? TUTORIALS.resolve("dovecot.conf").toAbsolutePath()
        : Files.writeString(folder.resolve("dovecot.conf"), conf, UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mail_plugins",
        "-h mail_plugins",
        "auth_failure_delay ssl",
        "-n namespace",
        "namespace/inbox/prefix",
        "service/imap-login/process_min_avail",
        "-h plugin/quota",
        "plugin",
        "-d auth_failure_delay",
        "nobody"
      })
  void findsNamesAsDovecotsDoes(String words) throws Exception {
    Path file =
        lay(
            """
            auth_failure_delay = 3s
            mail_plugins = $mail_plugins quota
            namespace inbox {
              inbox = yes
            }
            service imap-login {
              process_min_avail = 3
            }
            plugin {
              quota = maildir:User quota
            }
            """);
    List<String> all = new ArrayList<>(List.of("-c", file.toString()));
    all.addAll(Arrays.asList(words.split(" ")));

    assertThat(ours(all)).isEqualTo(theirs(all));
  }
}
