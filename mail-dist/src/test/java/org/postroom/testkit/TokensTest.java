package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.testkit.Mails.any;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Logs in with tokens that the fixture mints, by the client that people have. */
@Timeout(60)
@Tag("seconds")
final class TokensTest {

  @MailTest
  @Nested
  final class EverybodyTest {

    @Test
    void everyProtocolTakesThem(TestMail mail) throws Exception {
      String token = mail.token("ada@example.org");

      send(mail, "ada@example.org", token);
      mail.awaitOne(any());

      for (String protocol : List.of("imap", "pop3")) {
        try (Store store = store(mail, protocol)) {
          store.connect("ada@example.org", token);
          Folder inbox = store.getFolder("INBOX");
          inbox.open(Folder.READ_ONLY);
          assertThat(inbox.getMessage(1).getSubject()).isEqualTo("by token");
        }
      }
    }

    @Test
    void badOnesLetNobodyIn(TestMail mail) throws Exception {
      String revoked = mail.token("ada@example.org");
      mail.tokens().revoke(revoked);
      Map<String, String> bad = new TreeMap<>();
      bad.put("revoked", revoked);
      bad.put("expired", mail.tokens().of("ada@example.org").expired().mint());
      bad.put("another issuer's", mail.tokens().of("ada@example.org").ofAnotherIssuer().mint());
      bad.put("too narrow", mail.tokens().of("ada@example.org").withoutScope().mint());
      bad.put("forged", mail.tokens().of("ada@example.org").forged().mint());
      bad.put("bob's", mail.token("bob@example.org"));
      bad.put("none", "secret");

      for (Map.Entry<String, String> one : bad.entrySet()) {
        for (String protocol : List.of("imap", "pop3")) {
          try (Store store = store(mail, protocol)) {
            // By POP3 this client takes what it is told for success, until it asks for something.
            assertThatThrownBy(
                    () -> {
                      store.connect("ada@example.org", one.getValue());
                      store.getFolder("INBOX").open(Folder.READ_ONLY);
                    },
                    "%s by %s",
                    one.getKey(),
                    protocol)
                .isInstanceOf(MessagingException.class);
          }
        }
        assertThatThrownBy(() -> send(mail, "ada@example.org", one.getValue()), one.getKey())
            .isInstanceOf(AuthenticationFailedException.class);
      }
    }

    /** Those of Microsoft are so long: they come with the command, or alone on a line. */
    @Test
    void longOnesFit(TestMail mail) throws Exception {
      Tokens.Draft draft = mail.tokens().of("ada@example.org").with("groups", "x".repeat(3000));
      String good = draft.mint();
      assertThat(good).hasSizeGreaterThan(4000);
      String response = bearer(draft.forged().mint());

      try (Lines client = new Lines(mail.imap())) {
        assertThat(client.line("t AUTHENTICATE OAUTHBEARER " + response)).startsWith("+ ey");
        assertThat(client.line("AQ==")).startsWith("t NO [AUTHENTICATIONFAILED]");
        assertThat(client.askInTwo("AUTHENTICATE OAUTHBEARER", response)).startsWith("+ ey");
      }
      try (Lines client = new Lines(mail.pop3())) {
        assertThat(client.line("AUTH OAUTHBEARER")).isEqualTo("+ ");
        assertThat(client.line(response)).startsWith("+ ey");
        assertThat(client.line("AQ==")).startsWith("-ERR [AUTH]");
      }
      send(mail, "ada@example.org", good);
      mail.awaitOne(any());
    }
  }

  @MailTest(frozen = true, accounts = "ada@example.org:geheim", strict = true)
  @Nested
  final class StrictTest {

    @Test
    void timeEndsThem(TestMail mail) throws Exception {
      String token = mail.tokens().of("ada@example.org").validFor(Duration.ofMinutes(5)).mint();
      assertThat(ask(mail, token)).contains("t OK");

      mail.time().advance(Duration.ofMinutes(5));
      assertThat(ask(mail, token)).as("clocks may differ by a minute").contains("t OK");
      mail.time().advance(Duration.ofMinutes(1));
      assertThat(ask(mail, token)).contains("NO [AUTHENTICATIONFAILED]");
    }

    @Test
    void whoIsNotHereIsNotLetIn(TestMail mail) throws Exception {
      assertThat(ask(mail, mail.token("eve@example.org"))).contains("NO [AUTHENTICATIONFAILED]");
    }
  }

  /** Then a test of an application's own issuer would see nothing of it. */
  @Test
  void whoeverNamesHisOwnIssuerHasThatOne() throws Exception {
    try (TestMail mail =
        TestMail.with()
            .set("auth_mechanisms", "plain xoauth2")
            .set("oauth2_introspection_mode", "post")
            .set("oauth2_introspection_url", "http://localhost:1/")
            .set("oauth2_client_id", "mail")
            .start()) {
      try (Lines client = new Lines(mail.imap())) {
        assertThat(client.ask("CAPABILITY"))
            .contains("AUTH=XOAUTH2")
            .doesNotContain("AUTH=OAUTHBEARER");
        String google =
            Base64.getEncoder().encodeToString("user=ada\1auth=Bearer token\1\1".getBytes(UTF_8));
        assertThat(client.ask("AUTHENTICATE XOAUTH2 " + google)).contains("t NO [UNAVAILABLE]");
      }
    }
  }

  private static String bearer(String token) {
    return Base64.getEncoder()
        .encodeToString(("n,,\1auth=Bearer " + token + "\1\1").getBytes(UTF_8));
  }

  /** All that is answered to a token by IMAP. */
  private static String ask(TestMail mail, String token) throws IOException {
    try (Lines client = new Lines(mail.imap())) {
      String answer = client.askInTwo("AUTHENTICATE OAUTHBEARER", bearer(token));
      return answer.startsWith("+") ? client.askInTwo("", "AQ==") : answer;
    }
  }

  private static Store store(TestMail mail, String protocol) throws MessagingException {
    TestMail.Endpoint server = protocol.equals("imap") ? mail.imap() : mail.pop3();
    Properties properties = new Properties();
    properties.put("mail.store.protocol", protocol);
    properties.put("mail." + protocol + ".host", server.host());
    properties.put("mail." + protocol + ".port", Integer.toString(server.port()));
    properties.put("mail." + protocol + ".auth.mechanisms", "XOAUTH2");
    properties.put("mail.pop3.auth.xoauth2.two.line.authentication.format", "true");
    return Session.getInstance(properties).getStore(protocol);
  }

  private static void send(TestMail mail, String user, String token) throws MessagingException {
    Properties properties = new Properties();
    properties.put("mail.smtp.host", mail.submission().host());
    properties.put("mail.smtp.port", Integer.toString(mail.submission().port()));
    properties.put("mail.smtp.auth", "true");
    properties.put("mail.smtp.auth.mechanisms", "XOAUTH2");
    properties.put("mail.smtp.starttls.required", "true");
    properties.put("mail.smtp.ssl.socketFactory", mail.sslContext().getSocketFactory());
    MimeMessage message = new MimeMessage(Session.getInstance(properties));
    message.setFrom(user);
    message.setRecipient(Message.RecipientType.TO, new InternetAddress("ada@example.org"));
    message.setSubject("by token");
    message.setText("…");
    Transport.send(message, user, token);
  }
}
