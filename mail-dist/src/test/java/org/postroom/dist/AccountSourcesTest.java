package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.people.Person;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.UserOperations;
import org.postroom.storage.Storage;

/** People whom others know, in a server that runs. */
@Timeout(60)
@Tag("seconds")
final class AccountSourcesTest {
  private static final byte[] MAIL = "Subject: x\r\n\r\nbody\r\n".getBytes(UTF_8);
  private static final String USERS =
      """
      ada@example.org:{PLAIN}secret
      bob@example.org:$6$rounds=1000$salt$u.wOFNU6thg/yZpICh3wC.HYFWlmvpjE4SrFuZKtaVYKWoUfHDQI2vqCp8VF01j8J2wbC3qthEdJglts0K.KL/::::::nologin
      """;

  @TempDir private Path folder;

  private ServerBuilder described() throws IOException {
    Files.writeString(folder.resolve("users"), USERS);
    return MailServer.builder()
        .hostname("mail.example.org")
        .set("mydestination", "mail.example.org")
        .set("virtual_mailbox_domains", "example.org")
        .set("account_sources", "sql, passwd-file:" + folder.resolve("users"))
        .set("inet_interfaces", "loopback-only")
        .set("listeners", "smtp:0 submission:0 pop3:0 imap:0")
        .set("auth_failure_delay", "0s")
        .set("smtpd_tls_auth_only", "no")
        .storage(Storage.inMemory())
        .account("own@example.org", "secret");
  }

  private static String send(MailServer server, String to) throws IOException {
    try (SmtpDialogue dialogue = SmtpDialogue.open(server.address(Role.MX).getPort())) {
      return dialogue.send("x@far.test", to, MAIL);
    }
  }

  private static int mails(MailServer server, String login) {
    Account account = server.inside().accounts().byLogin(login).orElseThrow();
    return server
        .inside()
        .mail()
        .snapshot(server.inside().mail().find(account.id(), MailboxName.INBOX).orElseThrow().id())
        .uids()
        .size();
  }

  private static String plain(String login, String password) {
    return Base64.getEncoder().encodeToString(("\0" + login + "\0" + password).getBytes(UTF_8));
  }

  private static String logIn(MailServer server, String login, String password) throws IOException {
    try (ImapDialogue imap = ImapDialogue.open(server.address(Role.IMAP).getPort())) {
      return imap.say("LOGIN " + login + " " + password, line -> {});
    }
  }

  private static String say(SocketPeer peer, String command) {
    peer.send((command + "\r\n").getBytes(UTF_8));
    return peer.readLine();
  }

  @Test
  @Shows("A5.5")
  void mailComesForThemAndTheyReadItByEveryProtocol() throws Exception {
    try (MailServer server = described().start()) {
      assertThat(send(server, "Ada@example.org")).startsWith("250 2.0.0 ");
      assertThat(send(server, "bob@example.org")).startsWith("250 2.0.0 ");
      assertThat(send(server, "eve@example.org")).startsWith("550 5.1.1 ");
      assertThat(mails(server, "ada@example.org")).isEqualTo(1);

      assertThat(logIn(server, "ada@example.org", "secret")).startsWith("OK");
      assertThat(logIn(server, "ada@example.org", "Secret"))
          .startsWith("NO [AUTHENTICATIONFAILED]");
      assertThat(logIn(server, "own@example.org", "secret")).startsWith("OK");
      try (SocketPeer pop3 = SocketPeer.to(server.address(Role.POP3))) {
        assertThat(pop3.readLine()).startsWith("+OK");
        assertThat(say(pop3, "USER ada@example.org")).startsWith("+OK");
        assertThat(say(pop3, "PASS secret")).startsWith("+OK");
        assertThat(say(pop3, "STAT")).startsWith("+OK 1 ");
      }
      try (SmtpDialogue smtp = SmtpDialogue.open(server.address(Role.SUBMISSION).getPort())) {
        assertThat(smtp.say("EHLO client.test")).startsWith("250");
        assertThat(smtp.say("AUTH PLAIN " + plain("ada@example.org", "secret"))).startsWith("235 ");
        assertThat(smtp.send("own@example.org", "ada@example.org", MAIL)).startsWith("553 5.7.1 ");
        assertThat(smtp.say("RSET")).startsWith("250");
        assertThat(smtp.send("ada@example.org", "own@example.org", MAIL)).startsWith("250 2.0.0 ");
      }
      assertThat(mails(server, "own@example.org")).isEqualTo(1);
    }
  }

  @Test
  void scramIsOfferedWhereItIsOfUseToAll() throws Exception {
    for (ServerBuilder some : List.of(described(), described().accountsOnTheFly("open"))) {
      try (MailServer server = some.start();
          ImapDialogue imap = ImapDialogue.open(server.address(Role.IMAP).getPort())) {
        assertThat(imap.sayForOneLine("CAPABILITY"))
            .contains("AUTH=PLAIN")
            .doesNotContain("AUTH=SCRAM-SHA-256");
      }
    }
    try (MailServer server = described().set("account_sources", "sql").start();
        ImapDialogue imap = ImapDialogue.open(server.address(Role.IMAP).getPort())) {
      assertThat(imap.sayForOneLine("CAPABILITY")).contains("AUTH=SCRAM-SHA-256");
    }
  }

  @Test
  void anEditCountsWithoutARestart() throws Exception {
    try (MailServer server = described().start()) {
      assertThat(logIn(server, "ada@example.org", "secret")).startsWith("OK");
      assertThat(logIn(server, "eve@example.org", "secret")).startsWith("NO");

      Files.writeString(folder.resolve("users"), "eve@example.org:{PLAIN}secret\n");

      Until.so(() -> server.inside().accounts().byLogin("eve@example.org").isPresent());
      assertThat(logIn(server, "eve@example.org", "secret")).startsWith("OK");
      assertThat(logIn(server, "ada@example.org", "secret")).startsWith("NO");
      assertThat(send(server, "ada@example.org")).startsWith("550 5.1.1 ");
    }
  }

  /** Where people are known is the start's: an edit under way is none of a reload's faults. */
  @Test
  void aReloadDoesNotReadWherePeopleAreKnown() throws Exception {
    try (MailServer server = described().start()) {
      Files.writeString(folder.resolve("users"), "ada@example.org:{PLAIN}secret\n<<<<<<<\n");

      server.reload(configuration -> {});

      assertThat(server.generation()).isEqualTo(2);
      assertThat(logIn(server, "ada@example.org", "secret")).startsWith("OK");
    }
  }

  /** Who asks a store without a server leaves no connection behind. */
  @Test
  void whoAsksTheStoreItselfLeavesTheDatabasesOfPeople() throws Exception {
    String url = "jdbc:h2:mem:" + getClass().getSimpleName();
    Path people =
        Files.writeString(
            folder.resolve("people.cf"),
            "jdbc_url = " + url + "\npassword_query = SELECT '%u' AS username, 'x' AS password\n");
    ServerBuilder described =
        described()
            .storage(Storage.h2(folder.resolve("data")))
            .set("account_sources", "sql sql:" + people);
    try (Connection keeper = DriverManager.getConnection(url);
        Statement statement = keeper.createStatement()) {
      assertThatThrownBy(
              () ->
                  described
                      .inside()
                      .ask(
                          UserOperations.CHANGE_PASSWORD,
                          new UserOperations.NewPassword(
                              List.of("ada@example.org"), Secret.of("x"))))
          .isInstanceOf(OperationRefused.class)
          .hasMessageContaining("is kept by sql:");
      try (ResultSet sessions =
          statement.executeQuery("SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS")) {
        assertThat(sessions.next()).isTrue();
        assertThat(sessions.getInt(1)).isEqualTo(1);
      }
    }
  }

  /** Else who is deleted is somebody else. */
  @Test
  void operationsTakeNamesAsTheyAre() throws Exception {
    ServerBuilder described =
        described()
            .storage(Storage.h2(folder.resolve("data")))
            .set("account_sources", "sql")
            .set("auth_username_format", "%Ln")
            .account("info", "secret");
    try (MailServer server = described.start()) {
      assertThat(logIn(server, "info@other.example", "secret")).startsWith("OK");
      assertThatThrownBy(
              () ->
                  described
                      .inside()
                      .ask(
                          UserOperations.DELETE,
                          new UserOperations.Logins(List.of("info@other.example"))))
          .isInstanceOf(OperationRefused.class);
      assertThat(server.inside().accounts().byLogin("info")).isPresent();
    }
  }

  @Test
  void whoSaysHowManyThereAreSaysWhoKnowsThem() throws Exception {
    Path data = folder.resolve("data");
    ServerBuilder described = described().storage(Storage.h2(data));
    try (MailServer server = described.start()) {
      assertThat(send(server, "ada@example.org")).startsWith("250 ");
      UserOperations.Known known =
          described.inside().ask(UserOperations.LIST, new Operation.Nothing());
      assertThat(known.logins()).containsExactly("ada@example.org", "own@example.org");
      assertThat(known.sources()).containsExactly("passwd-file:" + folder.resolve("users"), "sql");
    }

    Files.writeString(folder.resolve("users"), "");
    assertThat(described.inside().ask(UserOperations.LIST, new Operation.Nothing()).sources())
        .containsExactly("", "sql");
    Files.writeString(folder.resolve("users"), USERS);
    assertThatThrownBy(
            () ->
                described
                    .inside()
                    .ask(
                        UserOperations.CHANGE_PASSWORD,
                        new UserOperations.NewPassword(List.of("ada@example.org"), Secret.of("x"))))
        .isInstanceOf(OperationRefused.class)
        .hasMessageContaining("is kept by passwd-file:");
  }

  /** Mail of somebody who is lost is no account that is missing, and no reason not to start. */
  @Test
  void anAccountThatIsWantedIsNotMadeOverAHome() throws Exception {
    Storage place = Storage.h2(folder.resolve("data"));
    try (MailServer server = described().storage(place).start()) {
      assertThat(send(server, "ada@example.org")).startsWith("250 ");
    }
    ServerBuilder later =
        described()
            .storage(place)
            .set("account_sources", "sql")
            .account("Ada@example.org", "taken over");
    try (MailServer server = later.start()) {
      assertThat(server.inside().accounts().byLogin("ada@example.org")).isEmpty();
      assertThat(logIn(server, "ada@example.org", "secret")).startsWith("NO");
      assertThat(send(server, "ada@example.org")).startsWith("550 5.1.1 ");
      assertThat(send(server, "own@example.org")).startsWith("250 2.0.0 ");
    }
  }

  @Test
  void anApplicationHasPeopleOfItsOwn() throws Exception {
    ServerBuilder described =
        described()
            .accounts(
                "staff",
                name ->
                    name.equals("mia@example.org")
                        ? Optional.of(Person.of(name, Secret.of("mine")::equals))
                        : Optional.empty());
    try (MailServer server = described.start()) {
      assertThat(send(server, "mia@example.org")).startsWith("250 2.0.0 ");
      assertThat(logIn(server, "mia@example.org", "mine")).startsWith("OK");
      assertThat(logIn(server, "mia@example.org", "yours")).startsWith("NO");
      assertThat(send(server, "ada@example.org")).startsWith("250 2.0.0 ");
      assertThat(send(server, "max@example.org")).startsWith("550 5.1.1 ");
    }
  }

  /** Nobody is told that somebody does not exist because a file is not there. */
  @Test
  void aSourceThatIsAwayIsAnErrorForNow() throws Exception {
    Path gone = folder.resolve("gone");
    try (MailServer server =
        described().set("account_sources", "sql passwd-file:" + gone).start()) {
      assertThat(server.warnings()).anyMatch(line -> line.contains(gone.toString()));
      assertThat(send(server, "ada@example.org")).startsWith("451 4.3.0 ");
      assertThat(send(server, "own@example.org")).startsWith("250 2.0.0 ");
      assertThat(logIn(server, "ada@example.org", "secret")).startsWith("NO [UNAVAILABLE]");
    }
  }

  /** As a machine whose users have mailboxes is configured: names without a domain. */
  @Test
  void usersWithoutADomainAreThoseOfMydestination() throws Exception {
    Files.writeString(folder.resolve("local"), "ada:{PLAIN}secret:1000:1000::/home/ada:/bin/sh\n");
    try (MailServer server =
        described()
            .set("account_sources", "passwd-file:" + folder.resolve("local"))
            .set("mydestination", "mail.example.org, example.net")
            .set("auth_username_format", "%Ln")
            .start()) {
      assertThat(send(server, "ada@mail.example.org")).startsWith("250 2.0.0 ");
      assertThat(send(server, "ada@example.net")).startsWith("250 2.0.0 ");
      assertThat(send(server, "bob@example.net"))
          .isEqualTo(
              "550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown in local"
                  + " recipient table");
      assertThat(mails(server, "ada")).isEqualTo(2);
      assertThat(logIn(server, "ada", "secret")).startsWith("OK");
      assertThat(logIn(server, "ada@example.net", "secret")).startsWith("OK");
      try (SmtpDialogue smtp = SmtpDialogue.open(server.address(Role.SUBMISSION).getPort())) {
        assertThat(smtp.say("EHLO client.test")).startsWith("250");
        assertThat(smtp.say("AUTH PLAIN " + plain("ada", "secret"))).startsWith("235 ");
        assertThat(smtp.send("ada@example.net", "ada@example.net", MAIL)).startsWith("250 2.0.0 ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"passwd-file:broken", "passwd-files:x"})
  void aCheckSaysWhatIsWrong(String source) throws IOException {
    Files.writeString(folder.resolve("broken"), "ada:x\n<<<<\n");
    Path mainCf = Files.writeString(folder.resolve("main.cf"), "account_sources = " + source);

    assertThatThrownBy(MailServer.builder().configuration(mainCf)::check)
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(mainCf + ", line 1: account_sources: ");
  }
}
