package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.testing.SigningKey;
import org.postroom.core.testing.TestIssuer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.storage.Storage;

/** A server that takes the tokens of an issuer, as its main.cf says. */
@Timeout(60)
@Tag("seconds")
final class TokensOfAnIssuerTest {
  private static final SigningKey KEY = SigningKey.of("1", "RS256");

  @TempDir private Path folder;
  private final TestIssuer issuer = new TestIssuer();

  @AfterEach
  void close() {
    issuer.close();
  }

  @Test
  void whoIsKnownHereLogsInByWhatTheIssuerHasSigned() throws IOException {
    issuer.says(
        "/.well-known/openid-configuration",
        Map.of("issuer", issuer.url(""), "jwks_uri", issuer.url("/keys")));
    issuer.shows("/keys", KEY);
    Path file =
        write(
            "auth_mechanisms = plain oauthbearer",
            "auth_username_format = %Ln",
            "oauth2_openid_configuration_url = " + issuer.url("/.well-known/openid-configuration"),
            "oauth2_client_id = mail");
    try (MailServer server = builder().configuration(file).account("ada", "secret").start();
        SocketPeer client = SocketPeer.to(server.address(Role.IMAP))) {
      assertThat(server.warnings())
          .as("ada of any domain that the issuer knows is ada here")
          .anyMatch(line -> line.contains("auth_username_format drops the domain"));
      assertThat(client.readLine()).contains("AUTH=PLAIN AUTH=OAUTHBEARER").doesNotContain("XOA");

      assertThat(said(client, token("eve@example.org"))).startsWith("+ ");
      client.send("AQ==\r\n");
      assertThat(client.readLine()).startsWith("a NO [AUTHENTICATIONFAILED]");
      assertThat(said(client, token("ada@example.org"))).startsWith("a OK");
    }
    List<Thread> left =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("postroom-"))
            .filter(thread -> thread.getName().matches("postroom-(issuer|token).*"))
            .toList();
    assertThat(left).isEmpty();
  }

  @Test
  void anIssuerThatIsAwayIsTemporaryAndPasswordsGoOn() throws IOException {
    Path file =
        write(
            "auth_mechanisms = plain oauthbearer",
            "oauth2_introspection_mode = post",
            "oauth2_introspection_url = " + issuer.url("/ask"),
            "oauth2_client_id = mail");
    issuer.answers("/ask", exchange -> TestIssuer.say(exchange, 503, new byte[0]));
    try (MailServer server = builder().configuration(file).account("ada", "secret").start();
        SocketPeer client = SocketPeer.to(server.address(Role.IMAP))) {
      client.readLine();

      assertThat(said(client, "opaque")).startsWith("a NO [UNAVAILABLE]");
      client.send("b LOGIN ada secret\r\n");
      assertThat(client.readLine()).startsWith("b OK");
    }
  }

  @Test
  void anIssuerWhosePeopleKeepTheirDomainsIsNoMatter() throws IOException {
    Path file =
        write(
            "auth_mechanisms = plain oauthbearer",
            "oauth2_openid_configuration_url = " + issuer.url("/.well-known/openid-configuration"),
            "oauth2_client_id = mail");

    assertThat(builder().configuration(file).check())
        .noneMatch(line -> line.contains("auth_username_format"));
    assertThat(builder().set("auth_username_format", "%Ln").check())
        .as("nobody logs in with a token")
        .noneMatch(line -> line.contains("auth_username_format"));
  }

  /** The application's own check needs no settings, and takes the place of those there are. */
  @Test
  void anApplicationMayCheckTokensItself() {
    try (MailServer server =
            builder()
                .tokens(token -> new TokenVerdict.Accepted(token.reveal() + "@example.org"))
                .account("ada@example.org", "secret")
                .start();
        SocketPeer client = SocketPeer.to(server.address(Role.IMAP))) {
      assertThat(client.readLine()).contains("AUTH=OAUTHBEARER AUTH=XOAUTH2");
      assertThat(said(client, "ada")).startsWith("a OK");
    }
  }

  @Test
  void whoNamesTheMechanismAndNobodyToCheckDoesNotStart() throws IOException {
    Path file = write("auth_mechanisms = plain xoauth2");
    ServerBuilder builder = builder().configuration(file);

    assertThatThrownBy(builder::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("main.cf")
        .hasMessageContaining("auth_mechanisms: a mechanism that takes tokens needs");
    assertThatThrownBy(builder::start).isInstanceOf(BadConfiguration.class);
  }

  private static ServerBuilder builder() {
    return MailServer.builder()
        .hostname("mail.example.org")
        .domains("example.org")
        .storage(Storage.inMemory())
        .bind(InetAddress.getLoopbackAddress())
        .set("auth_failure_delay", "0s")
        .listen(Role.IMAP, 0);
  }

  private Path write(String... lines) throws IOException {
    return Files.write(folder.resolve("main.cf"), List.of(lines));
  }

  private static String said(SocketPeer client, String token) {
    String message = "n,,\1auth=Bearer " + token + "\1\1";
    client.send(
        "a AUTHENTICATE OAUTHBEARER "
            + Base64.getEncoder().encodeToString(message.getBytes(UTF_8))
            + "\r\n");
    return client.readLine();
  }

  private String token(String login) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", issuer.url(""));
    claims.put("aud", "mail");
    claims.put("exp", Instant.now().getEpochSecond() + 3600);
    claims.put("email", login);
    return KEY.sign(claims);
  }
}
