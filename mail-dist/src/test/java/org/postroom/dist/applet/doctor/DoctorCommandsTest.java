package org.postroom.dist.applet.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Shows;
import org.postroom.dist.applet.AppletRun;

/** As they are typed; nobody on the network is asked. */
final class DoctorCommandsTest {
  @TempDir private Path folder;

  private AppletRun run(String command, String mainCf, String... words) throws IOException {
    Path file = Files.writeString(folder.resolve("main.cf"), mainCf);
    String[] all = new String[words.length + 3];
    all[0] = command;
    all[1] = "-c";
    all[2] = file.toString();
    System.arraycopy(words, 0, all, 3, words.length);
    return AppletRun.of(all);
  }

  @Test
  @Shows("A2.7")
  void selfSaysHowTheNameWasFound() throws IOException {
    AppletRun run =
        run(
            "self",
            "# here\nmyhostname = mail.example.org\nvirtual_mailbox_domains = example.org\n");

    assertThat(run.status()).isZero();
    assertThat(run.said())
        .contains(
            "host name: mail.example.org (" + folder.resolve("main.cf") + ", line 2)",
            "whole name: yes",
            "virtual_mailbox_domains: example.org",
            "file: " + folder.resolve("main.cf"));
  }

  @Test
  @Shows("A2.7")
  void selfSaysThatABareNameIsUsedAllTheSame() throws IOException {
    AppletRun run = run("self", "myhostname = mail\n", "--json");

    assertThat(run.status()).isZero();
    assertThat(run.said())
        .contains("\"host_name\" : \"mail\"", "\"whole_name\" : \"no: others cannot look it up");
  }

  @Test
  @Shows("A6.7")
  void selfPrintsRulesForWhatOthersAreToReachAndNothingElse() throws IOException {
    AppletRun open =
        run(
            "self",
            "myhostname = mail.example.org\nlisteners = imaps:993 smtp:25 imap:0 lmtp:unix:lmtp\n",
            "--nft");
    AppletRun closed = run("self", "inet_interfaces = loopback-only\n", "--nft");

    assertThat(open.status()).isZero();
    assertThat(open.said().lines())
        .containsExactly(
            "# What mail.example.org opens to others; for nft -f -",
            "add rule inet filter input tcp dport 25 accept comment \"smtp\"",
            "add rule inet filter input tcp dport 993 accept comment \"imaps\"");
    assertThat(closed.said().lines())
        .containsExactly("# No port is open to others than this machine.");
  }

  @Test
  void doctorsStatusIsThatOfTheWorst() throws IOException {
    AppletRun run = run("doctor", "myhostname = mail\nlisteners =\n", "--offline", "example.org");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.said()).startsWith("problem: host name: myhostname is mail");
    assertThat(run.said()).contains("    > main.cf: myhostname = mail.example.org");
  }

  @Test
  void doctorNamesTheFaultsOfAConfiguration() throws IOException {
    AppletRun run = run("doctor", "inet_protocols = ipv5\n", "--offline", "--json");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.said())
        .contains("\"check\" : \"configuration\"", "inet_protocols", "main.cf, line 1");
  }

  @Test
  void doctorRefusesWhatIsNoDomain() throws IOException {
    AppletRun run = run("doctor", "", "--offline", "a b");

    assertThat(run.status()).isEqualTo(64);
    assertThat(run.said()).contains("\"a b\" is no domain; expected one such as example.org");
  }

  @Test
  void dnsZonePrintsTheLines() throws IOException {
    Path file = Files.writeString(folder.resolve("main.cf"), "myhostname = mail.example.org\n");

    AppletRun run = AppletRun.of("dns", "zone", "-c", file.toString(), "example.org");

    assertThat(run.status()).isZero();
    assertThat(run.said()).startsWith("example.org. IN MX 10 mail.example.org.");
  }
}
