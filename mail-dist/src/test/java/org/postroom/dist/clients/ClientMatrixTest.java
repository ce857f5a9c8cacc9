package org.postroom.dist.clients;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;
import org.postroom.dist.MailServer;
import org.postroom.dist.Programs;
import org.postroom.dist.Role;
import org.postroom.dist.mailbox.Folder;
import org.postroom.dist.mailbox.StoredMessage;
import org.postroom.storage.Storage;

/**
 * Every client that a script can drive does here, over TLS, all that it can do. What has happened
 * is looked at in the store; of IDLE, in what came over the wire.
 */
@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class ClientMatrixTest {
  /** What each client can do; where it cannot, why. */
  private static final String MATRIX =
      """
      client     | send          | list            | fetch      | move          | delete     | idle
      curl       | yes           | yes             | yes        | yes           | yes        | ends with the answer
      Python     | yes           | yes             | yes        | yes           | yes        | yes
      Angus Mail | yes           | yes             | yes        | yes           | yes        | yes
      mutt       | yes           | yes             | yes        | yes           | yes        | yes
      s-nail     | yes           | yes             | yes        | yes           | yes        | does not know it
      mbsync     | sends nothing | yes             | yes        | yes           | yes        | ends when all is the same
      msmtp      | yes           | only sends      | only sends | only sends    | only sends | only sends
      fetchmail  | only hands on | is told the one | yes        | only hands on | yes        | yes
      """;

  private static final String YES = "yes";

  private static final List<Client> CLIENTS =
      List.of(
          new Curl(),
          new Python(),
          new AngusMail(),
          new Mutt(),
          new SNail(),
          new Mbsync(),
          new Msmtp(),
          new Fetchmail());

  /** What a client implements that can do what a column's head says. */
  private static final Map<String, Class<? extends Client>> COLUMNS =
      Map.of(
          "send", Client.Sends.class,
          "list", Client.Lists.class,
          "fetch", Client.Fetches.class,
          "move", Client.Moves.class,
          "delete", Client.Deletes.class,
          "idle", Client.Idles.class);

  private static final String DOMAIN = "example.org";
  private static final String PASSWORD = "correct horse";
  private static final String TARGET = "Old letters";
  private static final String TEXT = "One line.\r\n.a dot\r\n..two of them\r\n\r\nThe last.\r\n";

  /** What is said first after IDLE has begun; three messages were there. */
  private static final Pattern TOLD_WITHOUT_ASKING =
      Pattern.compile("\\+ idling\\s*\\R.*\\* 4 EXISTS");

  private Path folder;
  private MailServer server;
  private Path authority;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    server =
        MailServer.builder()
            .hostname("mail." + DOMAIN)
            .domains(DOMAIN)
            .storage(Storage.h2(folder.resolve("data")))
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.SUBMISSIONS, 0)
            .listen(Role.IMAPS, 0)
            .start();
    authority = Files.writeString(folder.resolve("ca.pem"), server.authority().orElseThrow());
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void theMatrixNamesWhatEachClientDoes() {
    Map<String, Map<String, String>> matrix = matrix();

    assertThat(matrix.keySet())
        .containsExactlyElementsOf(CLIENTS.stream().map(Client::name).toList());
    for (Client client : CLIENTS) {
      Map<String, String> cells = matrix.get(client.name());
      COLUMNS.forEach(
          (column, able) ->
              assertThat(cells.get(column).equals(YES))
                  .as("%s can %s: %s", client.name(), column, cells.get(column))
                  .isEqualTo(able.isInstance(client)));
      assertThat(cells).hasSameSizeAs(COLUMNS);
    }
  }

  @ParameterizedTest
  @MethodSource
  @Shows("A1.19")
  void sends(Client.Sends client) throws Exception {
    Access access = access(client, "send");

    client.send(access, "sent", TEXT);

    assertThat(inbox(access).messages())
        .singleElement()
        .satisfies(
            mail -> {
              assertThat(mail.subject()).isEqualTo("sent");
              assertThat(octets(mail)).contains(" with ESMTPSA id ").endsWith("\r\n\r\n" + TEXT);
            });
  }

  @ParameterizedTest
  @MethodSource
  @Shows("A1.19")
  void lists(Client.Lists client) throws Exception {
    Access access = access(client, "list");

    List<String> listed = client.mailboxes(access);

    assertThat(listed).contains("INBOX", TARGET);
    assertThat(listed)
        .containsExactlyInAnyOrderElementsOf(
            server.mailboxes(access.login()).list().stream().map(Folder::name).toList());
  }

  @ParameterizedTest
  @MethodSource
  @Shows("A1.19")
  void fetches(Client.Fetches client) throws Exception {
    Access access = access(client, "fetch");
    Letter letter = threeLetters(access);

    String fetched = client.fetch(access, letter).replaceAll("\r?\n", "\r\n");

    assertThat(fetched)
        .contains("Subject: " + letter.subject() + "\r\n")
        .endsWith("\r\n\r\n" + TEXT);
    assertThat(inbox(access).size()).isEqualTo(3);
  }

  @ParameterizedTest
  @MethodSource
  @Shows("A1.19")
  void moves(Client.Moves client) throws Exception {
    Access access = access(client, "move");
    Letter letter = threeLetters(access);
    String before = octets(inbox(access).message(letter.uid()).orElseThrow());

    client.move(access, letter, TARGET);

    assertThat(server.mailboxes(access.login()).folder(TARGET).messages())
        .singleElement()
        .satisfies(
            moved -> {
              // mbsync copies by sending anew, and marks what it sends.
              assertThat(octets(moved).replaceFirst("X-TUID: \\S+\r\n", "")).isEqualTo(before);
              assertThat(moved.flags()).contains("\\Flagged").doesNotContain("\\Deleted");
            });
    assertOthersAreAsTheyWere(access, letter);
  }

  @ParameterizedTest
  @MethodSource
  @Shows("A1.19")
  void deletes(Client.Deletes client) throws Exception {
    Access access = access(client, "delete");
    Letter letter = threeLetters(access);

    client.delete(access, letter);

    assertOthersAreAsTheyWere(access, letter);
  }

  @ParameterizedTest
  @MethodSource
  @Shows("A1.19")
  void idles(Client.Idles client) throws Exception {
    Access access = access(client, "idle");
    Letter unused = threeLetters(access);

    try (Client.Waiting waiting = client.idle(access)) {
      Until.so(() -> waiting.wire().get().contains("+ idling"));
      new AngusMail().send(access, "arriving", TEXT);
      Until.so(() -> waiting.shown().get().contains("arriving"));

      assertThat(waiting.wire().get()).containsPattern(TOLD_WITHOUT_ASKING);
    }
  }

  static Stream<Named<Client>> sends() {
    return thoseThat("send");
  }

  static Stream<Named<Client>> lists() {
    return thoseThat("list");
  }

  static Stream<Named<Client>> fetches() {
    return thoseThat("fetch");
  }

  static Stream<Named<Client>> moves() {
    return thoseThat("move");
  }

  static Stream<Named<Client>> deletes() {
    return thoseThat("delete");
  }

  static Stream<Named<Client>> idles() {
    return thoseThat("idle");
  }

  private static Stream<Named<Client>> thoseThat(String column) {
    Map<String, Map<String, String>> matrix = matrix();
    return CLIENTS.stream()
        .filter(client -> matrix.get(client.name()).get(column).equals(YES))
        .map(client -> Named.of(client.name(), client));
  }

  /** The cells by client and column. */
  private static Map<String, Map<String, String>> matrix() {
    List<List<String>> rows =
        MATRIX
            .lines()
            .map(line -> Stream.of(line.split("\\|")).map(String::strip).toList())
            .toList();
    List<String> head = rows.get(0);
    Map<String, Map<String, String>> matrix = new LinkedHashMap<>();
    for (List<String> row : rows.subList(1, rows.size())) {
      Map<String, String> cells = new LinkedHashMap<>();
      for (int column = 1; column < head.size(); column++) {
        cells.put(head.get(column), row.get(column));
      }
      matrix.put(row.get(0), cells);
    }
    return matrix;
  }

  /** Each client has an account with a mailbox beside the usual ones, and finds no mail in it. */
  private Access access(Client client, String column) throws Exception {
    client.programs().forEach(Programs::need);
    String name = client.name().replace(' ', '-');
    String login = name + "@" + DOMAIN;
    if (!server.users().has(login)) {
      server.users().add(login, Secret.of(PASSWORD));
      Folder unused = server.mailboxes(login).create(TARGET);
    }
    server.mailboxes(login).list().forEach(Folder::clear);
    Path own = Files.createDirectories(folder.resolve(name + "-" + column));
    return new Access(server, authority, login, PASSWORD, own);
  }

  /**
   * Puts three messages into INBOX, whose UIDs are not their numbers; gives that in the middle. It
   * alone has not been seen.
   */
  private Letter threeLetters(Access access) {
    List<Long> uids = new ArrayList<>();
    for (String subject : List.of("earlier", "first", "middle", "last")) {
      uids.add(inbox(access).append(access.mail(subject, TEXT).getBytes(ISO_8859_1)));
    }
    inbox(access).expunge(List.of(uids.get(0)));
    inbox(access).flag(List.of(uids.get(1), uids.get(3)), "\\Seen");
    inbox(access).flag(List.of(uids.get(2)), "\\Flagged");
    return new Letter(2, uids.get(2), "middle");
  }

  /** The letter is gone from INBOX, and nothing else has changed there. */
  private void assertOthersAreAsTheyWere(Access access, Letter gone) {
    List<StoredMessage> left = inbox(access).messages();
    assertThat(left).extracting(StoredMessage::uid).containsExactly(gone.uid() - 1, gone.uid() + 1);
    assertThat(left).extracting(StoredMessage::subject).containsExactly("first", "last");
    assertThat(left)
        .allSatisfy(
            message -> {
              assertThat(message.flags()).isEqualTo(Set.of("\\Seen"));
              assertThat(octets(message)).isEqualTo(access.mail(message.subject(), TEXT));
            });
  }

  private Folder inbox(Access access) {
    return server.mailboxes(access.login()).inbox();
  }

  private static String octets(StoredMessage message) throws Exception {
    return new String(message.open().readAllBytes(), ISO_8859_1);
  }
}
