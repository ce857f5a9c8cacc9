package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Report;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.storage.Storage;

/** Services of master.cf are listeners and transports, each with settings of its own. */
final class MasterCfListenersTest {
  private static final String MAIN =
      """
      compatibility_level = 3.12
      myhostname = mail.example.org
      inet_interfaces = loopback-only
      inet_protocols = ipv4
      virtual_mailbox_domains = example.org
      mynetworks = 192.0.2.0/24
      session_limit = 10
      """;

  @TempDir private Path folder;

  private ServerBuilder site(String main, String master) throws IOException {
    Files.writeString(folder.resolve("master.cf"), master, UTF_8);
    Path mainCf = Files.writeString(folder.resolve("main.cf"), main, UTF_8);
    return MailServer.builder().configuration(mainCf).storage(Storage.inMemory());
  }

  private List<String> said(Report report) {
    return report.said().stream().map(line -> line.replace(folder + "/", "")).toList();
  }

  private List<String> faults(Report report) {
    return report.faults().stream()
        .map(Fault::toString)
        .map(line -> line.replace(folder + "/", ""))
        .toList();
  }

  @Test
  void eachListenerObeysItsOwnOverrides() throws Exception {
    int first = FreePorts.take();
    int second = FreePorts.take();
    ServerBuilder site =
        site(
            MAIN + "listeners = imap:0\n",
            first
                + """
                       inet  n  -  y  -  -  smtpd
                  -o smtpd_banner=$myhostname-at-$service_name
                """
                + "127.0.0.1:"
                + second
                + """
                       inet  n  -  y  -  1  smtpd
                  -o { smtpd_banner = $myhostname second }
                  -o mynetworks=127.0.0.0/8 -o message_size_limit=1000
                  -o smtpd_sasl_auth_enable=yes -o smtputf8_enable=no
                """);

    try (MailServer server = site.start();
        Peer one = connected(first);
        Peer two = connected(second)) {
      assertThat(server.doors()).containsOnlyKeys(Role.MX, Role.IMAP);
      assertThat(one.readLine()).isEqualTo("220 mail.example.org-at-" + first);
      assertThat(two.readLine()).isEqualTo("220 mail.example.org second");
      assertThat(ask(one, "EHLO c.test"))
          .contains("SIZE 10240000", "SMTPUTF8")
          .doesNotContain("AUTH");
      assertThat(ask(two, "EHLO c.test")).contains("SIZE 1000", "AUTH ").doesNotContain("SMTPUTF8");
      assertThat(ask(one, "MAIL FROM:<a@c.test>")).startsWith("250");
      assertThat(ask(two, "MAIL FROM:<a@c.test>")).startsWith("250");
      assertThat(ask(one, "RCPT TO:<b@elsewhere.test>")).startsWith("454 4.7.1");
      assertThat(ask(two, "RCPT TO:<b@elsewhere.test>")).startsWith("250");
    }
  }

  @Test
  void twoServicesAreNotToBeHadAtOnePort() throws Exception {
    int port = FreePorts.take();
    String one = port + " inet n - y - - smtpd\n";
    String same = "127.0.0.1:" + port + " inet n - y - - smtpd\n";
    String why = port + " and 127.0.0.1:" + port + " are both to listen on 127.0.0.1 port " + port;
    ServerBuilder site = site(MAIN + "listeners = imap:0\n", one + same);

    assertThatThrownBy(site::check).hasMessageEndingWith("master.cf: " + why);

    site(MAIN + "listeners = imap:0\n", one);
    try (MailServer server = site.start()) {
      site(MAIN + "listeners = imap:0\n", one + same);
      assertThatThrownBy(server::reload).hasMessageContaining(why);
    }
  }

  @Test
  void aReloadObeysTheServicesAsTheyAreByThen() throws Exception {
    int first = FreePorts.take();
    int second = FreePorts.take();
    ServerBuilder site =
        site(
            MAIN + "listeners = imap:0\n",
            first + " inet n - y - - smtpd\n  -o smtpd_banner=$myhostname-before\n");

    try (MailServer server = site.start();
        Peer before = connected(first)) {
      assertThat(before.readLine()).isEqualTo("220 mail.example.org-before");
      Files.writeString(
          folder.resolve("master.cf"),
          first
              + " inet n - y - - smtpd\n  -o smtpd_banner=$myhostname-after\n"
              + "  -o mynetworks=127.0.0.0/8\n"
              + second
              + " inet n - y - - smtpd\n");

      server.reload();

      assertThat(ask(before, "EHLO c.test")).startsWith("250-");
      assertThat(ask(before, "MAIL FROM:<a@c.test>")).startsWith("250");
      assertThat(ask(before, "RCPT TO:<b@elsewhere.test>")).startsWith("454 4.7.1");
      try (Peer after = connected(first);
          Peer other = connected(second)) {
        assertThat(after.readLine()).isEqualTo("220 mail.example.org-after");
        assertThat(other.readLine()).startsWith("220 mail.example.org ");
        assertThat(ask(after, "EHLO c.test")).startsWith("250-");
        assertThat(ask(after, "MAIL FROM:<a@c.test>")).startsWith("250");
        assertThat(ask(after, "RCPT TO:<b@elsewhere.test>")).startsWith("250");
      }

      Files.writeString(folder.resolve("master.cf"), second + " inet n - y - - smtpd\n");
      server.reload();

      assertThatThrownBy(() -> connected(first).close()).isInstanceOf(RuntimeException.class);
    }
  }

  private static Peer connected(int port) {
    return SocketPeer.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** The lines of the reply. */
  private static String ask(Peer server, String command) {
    server.send(command + "\r\n");
    StringBuilder lines = new StringBuilder();
    String line;
    do {
      line = server.readLine();
      lines.append(line).append('\n');
    } while (line.charAt(3) == '-');
    return lines.toString();
  }

  @Test
  void listenersThatNameOneForSmtpStandAboveMasterCf() throws IOException {
    Report report = site(MAIN + "listeners = smtp:0\n", "2525 inet n - y - - smtpd\n").report();

    assertThat(said(report))
        .containsExactly(
            "note: main.cf, line 8: listeners says where to listen for SMTP, and not the services"
                + " of type inet in master.cf");
  }

  @Test
  void withoutServicesOfTypeInetThereIsNoListenerForSmtp() throws IOException {
    Report report = site(MAIN, "smtp unix - - y - - smtp\n").report();

    assertThat(report.faults()).isEmpty();
    assertThat(report.said()).isEmpty();
  }

  @Test
  void anOverrideIsJudgedLikeALineOfMainCf() throws IOException {
    Report report =
        site(
                MAIN,
                """
                2525 inet n - y - - smtpd
                  -o smtpd_relay_restrictions=permit
                2526 inet n - y - - smtpd
                  -o smtpd_proxy_filter=[127.0.0.1]:10025
                2527 inet n - y - - smtpd
                  -o smtpd_banner=$nobody -o smtpd_timeot=5
                2528 inet n - y - - smtpd
                  -o smtpd_timeout=soon
                nowhere inet n - y - - smtpd
                192.0.2.1:2529 inet n - y - - smtpd
                submission inet n - y - - spwan
                """)
            .report();

    assertThat(faults(report))
        .anyMatch(
            line -> line.startsWith("master.cf, line 1: smtpd_relay_restrictions: in parameter"))
        .anyMatch(
            line -> line.startsWith("master.cf, line 3: smtpd_proxy_filter: is not supported"))
        .anyMatch(line -> line.startsWith("master.cf, line 7: smtpd_timeout: expected a time"))
        .anyMatch(
            line -> line.startsWith("master.cf, line 9: nowhere/inet: \"nowhere\" is no port"))
        .anyMatch(
            line ->
                line.startsWith("master.cf, line 10: 192.0.2.1:2529/inet: this machine does not"))
        .hasSize(5);
    assertThat(said(report))
        .containsExactlyInAnyOrder(
            "warning: master.cf, line 5: undefined parameter: nobody",
            "warning: master.cf, line 5: unused parameter: smtpd_timeot=5 (did you mean"
                + " smtpd_timeout?)",
            "warning: master.cf, line 11: submission/inet: unknown program: spwan; the service is"
                + " not there");
  }

  @Test
  void postscreenIsTheDoorOfWhatStandsBehindIt() throws IOException {
    Report report =
        site(
                MAIN,
                """
                2525 inet n - y - 1 postscreen
                smtpd pass - - y - - smtpd
                  -o smtpd_timeout=soon
                """)
            .report();

    assertThat(faults(report)).singleElement().asString().contains("line 2: smtpd_timeout");
    assertThat(said(report))
        .containsExactly(
            "warning: master.cf, line 1: 2525/inet: clients are not tested before the greeting: it"
                + " is the door of smtpd");
  }

  /** There is one postscreen for all clients; it is the servers behind it that are limited. */
  @Test
  void postscreensOwnLimitIsNotThatOfItsDoor() throws IOException {
    int port = FreePorts.take();
    ServerBuilder site =
        site(MAIN, port + " inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n");

    try (MailServer server = site.start();
        SmtpDialogue first = SmtpDialogue.open(port);
        SmtpDialogue second = SmtpDialogue.open(port)) {
      assertThat(server.doors()).isNotEmpty();
      assertThat(first.say("NOOP")).startsWith("250 ");
      assertThat(second.say("NOOP")).startsWith("250 ");
    }
  }

  /** LMTP is no other way to have what master.cf asks for. */
  @Test
  void lmtpStandsBesideTheServicesOfMasterCf() throws IOException {
    int port = FreePorts.take();

    try (MailServer server =
        site(MAIN + "listeners = lmtp:0, imap:0\n", port + " inet n - y - - smtpd\n").start()) {
      assertThat(server.doors()).containsKeys(Role.MX, Role.LMTP, Role.IMAP);
    }
  }

  @Test
  void whatIsPartOfTheServerHasNoSettingsOfItsOwn() throws IOException {
    Report report =
        site(
                MAIN,
                """
                pickup unix n - y 60 1 pickup
                  -o content_filter=
                  -o message_size_limit=5
                cleanup unix n - y - 0 cleanup
                  -o non_smtpd_milters=inet:x
                slow unix n - y - - smtp
                  -o slow_destination_concurrency_limit=1
                  -o slow_transport_rate_delay=1s
                  -o smtp_helo_name=slow.test
                """)
            .report();

    assertThat(faults(report))
        .singleElement()
        .asString()
        .startsWith("master.cf, line 4: non_smtpd_milters: is not supported");
    assertThat(said(report))
        .containsExactly(
            "warning: master.cf, line 1: pickup/unix: message_size_limit holds for the whole server:"
                + " that of pickup/unix is not acted upon",
            "warning: master.cf, line 6: slow/unix: slow_destination_concurrency_limit holds for the"
                + " whole server: that of slow/unix is not acted upon",
            "warning: master.cf, line 6: slow/unix: slow_transport_rate_delay holds for the whole"
                + " server: that of slow/unix is not acted upon");
  }
}
