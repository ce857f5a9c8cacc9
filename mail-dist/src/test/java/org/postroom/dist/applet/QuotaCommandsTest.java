package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.US_ASCII;
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
import org.postroom.core.mail.Envelope;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;

/** What accounts may hold, by command, of a server that runs and of one that does not. */
@Timeout(60)
@Tag("seconds")
final class QuotaCommandsTest {
  private static final String ADA = "ada@example.org";
  private static final byte[] THOUSAND =
      ("Subject: x\r\n\r\n" + "0123456789".repeat(98) + "\r\n").getBytes(US_ASCII);

  @TempDir private Path folder;

  /** The exit status and what is said. */
  private static String quota(String... words) {
    List<String> all = new ArrayList<>(List.of("quota"));
    all.addAll(List.of(words));
    AppletRun run = AppletRun.of(all.toArray(String[]::new));
    return run.status() + " " + run.said();
  }

  @Test
  void commandsSaySetAndCountIt() throws IOException {
    Path file = folder.resolve("main.cf");
    Files.write(
        file,
        List.of(
            "myhostname = mail.example.org",
            "virtual_mailbox_domains = example.org",
            "inet_interfaces = loopback-only",
            "quota_rule = *:storage=1M:messages=10",
            "storage_url = h2:data"));
    String at = file.toString();
    try (MailServer server =
        MailServer.builder()
            .configuration(file)
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.MX, 0)
            .account(ADA, "secret")
            .start()) {
      server.submit(Envelope.parse("x@example.net", ADA), THOUSAND).orThrow();

      assertThat(quota("get", "-c", at, "-A"))
          .isEqualTo("0 " + ADA + " storage=2K/1024K messages=1/10 10%\n");
      assertThat(quota("set", "-c", at, "-u", ADA, "storage=4M:messages=2"))
          .isEqualTo("0 " + ADA + " storage=2K/4096K messages=1/2 50%\n");
      assertThat(quota("set", "-c", at, "-u", ADA, "4K")).startsWith("65 ");
      assertThat(quota("set", "-c", at, "-u", "eve@example.org", "unlimited")).startsWith("65 ");
      assertThat(quota("recalc", "-c", at, "-u", ADA))
          .isEqualTo("0 " + ADA + " storage=2K/4096K messages=1/2 50%\n");
    }
    assertThat(quota("get", "-c", at, "-u", ADA))
        .isEqualTo("0 " + ADA + " storage=2K/4096K messages=1/2 50%\n");
    assertThat(quota("set", "-c", at, "-u", ADA, "default"))
        .isEqualTo("0 " + ADA + " storage=2K/1024K messages=1/10 10%\n");
  }

  @Test
  void whatASourceSaysIsSaidAsItIsNowAndNotChanged() throws IOException {
    Path file = folder.resolve("main.cf");
    Path users = folder.resolve("users");
    Files.write(
        file,
        List.of(
            "myhostname = mail.example.org",
            "virtual_mailbox_domains = example.org",
            "account_sources = passwd-file:" + users,
            "storage_url = h2:data"));
    String at = file.toString();
    Files.writeString(users, ADA + ":{PLAIN}x::::::userdb_quota_rule=*:storage=1M\n");
    assertThat(quota("get", "-c", at, "-u", ADA)).contains("storage=0K/1024K");

    Files.writeString(users, ADA + ":{PLAIN}x::::::userdb_quota_rule=*:storage=2M\n");

    assertThat(quota("set", "-c", at, "-u", ADA, "storage=3M"))
        .isEqualTo(
            "65 postroom: error: what " + ADA + " may hold is said by passwd-file:" + users + "\n");
    assertThat(quota("get", "-c", at, "-A")).contains("storage=0K/2048K");
  }
}
