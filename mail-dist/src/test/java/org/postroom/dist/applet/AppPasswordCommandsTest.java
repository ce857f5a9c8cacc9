package org.postroom.dist.applet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;

/** Passwords for one client each, by command. */
@Timeout(60)
@Tag("seconds")
final class AppPasswordCommandsTest {
  private static final String ADA = "ada@example.org";

  @TempDir private Path folder;

  private String run(String what, String... words) {
    List<String> all = new ArrayList<>(List.of("user", "app-password", what));
    all.addAll(List.of("-c", folder + "/main.cf"));
    all.addAll(List.of(words));
    AppletRun run = AppletRun.of(all.toArray(String[]::new));
    return run.status() + " " + run.said();
  }

  @Test
  void areMadeListedAndRevoked() throws IOException {
    Files.write(
        folder.resolve("main.cf"),
        List.of(
            "myhostname = mail.example.org",
            "virtual_mailbox_domains = example.org",
            "storage_url = h2:data"));
    AppletRun.of("user", "add", "-c", folder + "/main.cf", ADA);

    assertThat(run("add", "--for", "imap,smtp", ADA, "phone of Ada"))
        .matches(
            "0 made phone of Ada for ada@example.org \\(smtp,imap\\) with password"
                + " [a-z2-9]{4}(-[a-z2-9]{4}){6}\n");
    assertThat(run("list", ADA))
        .matches("0 phone of Ada \\(smtp,imap\\) made 20\\S+Z, never used\n");
    assertThat(run("add", ADA, "phone of Ada"))
        .isEqualTo("65 postroom: error: there is an app password phone of Ada already\n");
    assertThat(run("add", "--for", "ftp", ADA, "other")).startsWith("65 ").contains("\"ftp\"");
    assertThat(run("add", "eve@example.org", "other")).startsWith("65 ");
    assertThat(run("revoke", ADA, "phone of Ada", "tablet")).startsWith("65 ");
    assertThat(run("revoke", ADA, "phone of Ada"))
        .isEqualTo("0 revoked phone of Ada of ada@example.org\n");
    assertThat(run("list", ADA)).isEqualTo("0 ");
  }

  /** The secret goes through the socket. */
  @Test
  void areMadeByAServerThatRuns() throws IOException {
    Path file = folder.resolve("main.cf");
    Files.write(
        file,
        List.of(
            "myhostname = mail.example.org",
            "virtual_mailbox_domains = example.org",
            "inet_interfaces = loopback-only",
            "storage_url = h2:data"));
    try (MailServer server =
        MailServer.builder()
            .configuration(file)
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.IMAP, 0)
            .account(ADA, "secret")
            .start()) {
      assertThat(run("add", ADA, "phone"))
          .matches("0 made phone for .* with password [a-z2-9]{4}(-[a-z2-9]{4}){6}\n");
      assertThat(server.users().appPasswords(ADA)).containsExactly("phone");
      assertThat(run("revoke", ADA, "phone")).startsWith("0 ");
      assertThat(server.users().appPasswords(ADA)).isEmpty();
    }
  }
}
