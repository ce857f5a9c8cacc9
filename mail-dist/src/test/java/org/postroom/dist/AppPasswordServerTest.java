package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.core.refusal.AppPasswordExists;
import org.postroom.core.testing.Shows;
import org.postroom.core.time.VirtualTime;
import org.postroom.storage.Storage;

/** Passwords that are made for one client, over sockets. */
@Timeout(60)
final class AppPasswordServerTest {
  private static final String ADA = "ada@example.org";

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  private final ServerBuilder site =
      MailServer.builder()
          .hostname("mail.example.org")
          .domains("example.org")
          .storage(Storage.inMemory())
          .bind(InetAddress.getLoopbackAddress())
          .resolver(ZoneResolver.of())
          .time(time, time)
          .set("auth_failure_delay", "0s")
          .set("smtpd_tls_auth_only", "no")
          .listen(Role.SUBMISSION, 0)
          .listen(Role.IMAP, 0)
          .listen(Role.POP3, 0)
          .account(ADA, Site.PASSWORD);
  private MailServer server;

  @BeforeEach
  void start() {
    server = site.start();
  }

  @AfterEach
  void stop() {
    server.close();
    time.close();
  }

  private String made(String name, String scopes) {
    return server.users().addAppPassword(ADA, name, scopes).reveal();
  }

  private ImapDialogue imap(String password) throws IOException {
    ImapDialogue client = ImapDialogue.open(server.address(Role.IMAP).getPort());
    client.ok("LOGIN " + ADA + " \"" + password + "\"");
    return client;
  }

  private String auth(String password) throws IOException {
    try (SmtpDialogue client = SmtpDialogue.open(server.address(Role.SUBMISSION))) {
      String plain = "\0" + ADA + "\0" + password;
      return client.say("AUTH PLAIN " + Base64.getEncoder().encodeToString(plain.getBytes(UTF_8)));
    }
  }

  @Test
  @Shows("A1.8")
  void revokingOneEndsItsClientAndNoOther() throws IOException {
    String phone = made("phone", "imap,smtp");
    String tablet = made("tablet", "imap,smtp");
    try (ImapDialogue onPhone = imap(phone);
        ImapDialogue again = imap(phone);
        ImapDialogue onTablet = imap(tablet);
        ImapDialogue onNeither = imap(Site.PASSWORD)) {
      onPhone.ok("SELECT INBOX");
      assertThat(auth(phone)).startsWith("235 ");
      var account = server.inside().accounts().byLogin(ADA).orElseThrow();
      assertThat(server.inside().accounts().appPasswords(account.id()).get(0).lastUsed())
          .contains(time.instant());

      assertThat(server.users().revokeAppPassword(ADA, "phone")).isTrue();
      time.advance(Duration.ofSeconds(5));

      for (ImapDialogue gone : List.of(onPhone, again)) {
        assertThatThrownBy(() -> gone.ok("NOOP")).isInstanceOf(IOException.class);
      }
      onTablet.ok("NOOP");
      onNeither.ok("NOOP");
      assertThat(auth(phone)).startsWith("535 ");
      assertThat(auth(tablet)).startsWith("235 ");
      assertThat(auth(Site.PASSWORD)).startsWith("235 ");
    }
  }

  @Test
  void anApplicationHearsWhatCannotBe() {
    made("phone", "imap");

    assertThat(server.users().appPasswords(ADA)).containsExactly("phone");
    assertThat(server.users().revokeAppPassword(ADA, "tablet")).isFalse();
    assertThatThrownBy(() -> made("phone", "smtp")).isInstanceOf(AppPasswordExists.class);
    for (String scopes : List.of("", "ftp", "imap,")) {
      assertThatThrownBy(() -> made("other", scopes)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> server.users().appPasswords("eve@example.org"))
        .isInstanceOf(AccountNotFound.class);
  }

  @Test
  void oneIsGoodForWhatItWasMadeForAlone() throws IOException {
    String script = made("script", "smtp");
    String reader = made("reader", "pop3");

    assertThat(auth(script)).startsWith("235 ");
    assertThat(auth(reader)).startsWith("535 ");
    try (ImapDialogue client = ImapDialogue.open(server.address(Role.IMAP).getPort())) {
      assertThat(client.say("LOGIN " + ADA + " \"" + script + "\"", line -> {}))
          .startsWith("NO [AUTHENTICATIONFAILED]");
    }
    try (Pop3Dialogue client =
        Pop3Dialogue.open(server.address(Role.POP3).getPort(), ADA, reader)) {
      client.ok("STAT");
    }
  }
}
