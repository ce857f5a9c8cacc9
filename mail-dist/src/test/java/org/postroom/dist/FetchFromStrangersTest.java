package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.dist.fetch.FetchJobs;
import org.postroom.dist.mailbox.StoredMessage;
import org.postroom.dist.operation.FetchOperations;
import org.postroom.storage.Storage;

/** Mail is fetched from servers that stall, lie, break off and flood; others go on meanwhile. */
@Timeout(120)
@Tag("two-clocks")
final class FetchFromStrangersTest {
  private static final String HERE = "ada@example.org";
  private static final String MAIL = "Subject: x\r\n\r\nbody\r\n";

  @TempDir private Path folder;
  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  private final List<Peer> peers = new ArrayList<>();
  private Path jobs;
  private Path secret;

  @BeforeEach
  void makeFiles() throws IOException {
    jobs = Files.createFile(folder.resolve("fetch"));
    secret = Files.writeString(folder.resolve("secret"), "horse\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
  }

  @AfterEach
  void stop() throws IOException {
    for (Peer peer : peers) {
      peer.close();
    }
    time.close();
  }

  /** What a server says to a line; null ends the connection. */
  private interface Answers {
    @Nullable String to(String line) throws IOException;
  }

  /** A server that speaks by a script, one client after the other. */
  private static final class Peer implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final String greeting;
    private final Answers answers;
    private final AtomicInteger clients = new AtomicInteger();

    Peer(String greeting, Answers answers) throws IOException {
      this.greeting = greeting;
      this.answers = answers;
      new Thread(this::serve).start();
    }

    private void serve() {
      while (!listener.isClosed()) {
        try (Socket client = listener.accept()) {
          clients.incrementAndGet();
          talk(client);
        } catch (IOException e) {
          // The next one, or the end.
        }
      }
    }

    private void talk(Socket client) throws IOException {
      OutputStream out = client.getOutputStream();
      BufferedReader in =
          new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
      out.write(greeting.getBytes(ISO_8859_1));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String said = answers.to(line);
        if (said == null) {
          return;
        }
        out.write(said.getBytes(ISO_8859_1));
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  private Peer peer(String name, String scheme, String words, String greeting, Answers answers)
      throws IOException {
    Peer peer = new Peer(greeting, answers);
    peers.add(peer);
    Files.writeString(
        jobs,
        Files.readString(jobs)
            + name
            + " "
            + scheme
            + "://"
            + name
            + "@127.0.0.1:"
            + peer.listener.getLocalPort()
            + " tls=none to="
            + HERE
            + " password_file="
            + secret
            + " "
            + words
            + "\n");
    return peer;
  }

  private Peer pop(String name, String words, Answers answers) throws IOException {
    return peer(
        name,
        "pop3",
        words,
        "+OK\r\n",
        line -> {
          String verb = line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
          return switch (verb) {
            case "CAPA" -> "-ERR\r\n";
            case "USER", "PASS" -> "+OK\r\n";
            default -> answers.to(line);
          };
        });
  }

  private MailServer start(String... settings) {
    ServerBuilder here =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.LMTP, 0)
            .resolver(ZoneResolver.of())
            .time(time, time)
            .set("fetch_jobs", jobs.toString())
            .account(HERE, Site.PASSWORD);
    for (int i = 0; i < settings.length; i += 2) {
      here.set(settings[i], settings[i + 1]);
    }
    return here.start();
  }

  private static FetchJobs.Status status(MailServer server, String name) {
    return FetchOperations.LIST
        .perform(new ServerDesk(server), new FetchOperations.Which(List.of(name)))
        .jobs()
        .get(0);
  }

  private static FetchJobs.Status ended(MailServer server, String name) {
    Until.so(
        () ->
            !status(server, name).last().isEmpty()
                && !status(server, name).state().equals("running"));
    return status(server, name);
  }

  @Test
  void whatWasFetchedAndNotRemovedIsRemovedInTheNextRound() throws IOException {
    AtomicInteger retrieved = new AtomicInteger();
    AtomicInteger deleted = new AtomicInteger();
    Peer breaking =
        pop(
            "breaking",
            "",
            line ->
                switch (line) {
                  case "LIST" -> "+OK\r\n1 20\r\n.\r\n";
                  case "UIDL" -> "+OK\r\n1 once\r\n.\r\n";
                  case "RETR 1" ->
                      retrieved.incrementAndGet() > 0 ? "+OK\r\n" + MAIL + ".\r\n" : "";
                  case "DELE 1" -> deleted.incrementAndGet() == 1 ? null : "+OK\r\n";
                  default -> "+OK\r\n";
                });
    try (MailServer here = start()) {
      assertThat(ended(here, "breaking").failures()).isEqualTo(1);
      assertThat(Inbox.of(here, HERE)).hasSize(1);

      time.advance(Duration.ofMinutes(6));

      assertThat(ended(here, "breaking").result()).startsWith("fetched=0, removed=1");
      assertThat(Inbox.of(here, HERE)).hasSize(1);
      assertThat(retrieved).hasValue(1);
      assertThat(breaking.clients).hasValue(2);
    }
  }

  @Test
  void messagesThatNobodyCouldTellApartAreLeftAlone() throws IOException {
    List<String> heard = new ArrayList<>();
    pop(
        "twins",
        "",
        line -> {
          heard.add(line);
          return switch (line) {
            case "LIST" -> "+OK\r\n1 20\r\n2 20\r\n3 20\r\n4 20\r\n.\r\n";
            case "UIDL" -> "+OK\r\n1 same\r\n2 same\r\n3 own\r\n4 \u0001\r\n.\r\n";
            case "RETR 3" -> "+OK\r\n" + MAIL + ".\r\n";
            default -> "+OK\r\n";
          };
        });
    try (MailServer here = start()) {
      assertThat(ended(here, "twins").result()).isEqualTo("fetched=1, removed=1, left=0");
      assertThat(heard).containsExactly("LIST", "UIDL", "RETR 3", "DELE 3", "QUIT");
    }
  }

  @Test
  void whatIsNotGivenOrNotRemovedHoldsUpNoOther() throws IOException {
    pop(
        "unwilling",
        "",
        line ->
            switch (line) {
              case "LIST" -> "+OK\r\n1 20\r\n2 20\r\n3 20\r\n4 20\r\n.\r\n";
              case "UIDL" -> "+OK\r\n1 a\r\n2 b\r\n3 c\r\n4 " + "d".repeat(100) + "\r\n.\r\n";
              case "RETR 1", "DELE 3" -> "-ERR no\r\n";
              case "RETR 2" -> "+OK\r\n.\r\n";
              case "RETR 3", "RETR 4" -> "+OK\r\n" + MAIL + ".\r\n";
              default -> "+OK\r\n";
            });
    try (MailServer here = start()) {
      assertThat(ended(here, "unwilling").result()).isEqualTo("fetched=2, removed=1, left=2");
      assertThat(Inbox.of(here, HERE)).hasSize(2);
    }
  }

  /** However long it is from one round to the next. */
  @Test
  void whatBreaksOffRoundsHoldsUpNoOther() throws IOException {
    AtomicInteger quits = new AtomicInteger();
    pop(
        "fragile",
        "interval=2h",
        line ->
            switch (line) {
              case "LIST" -> "+OK\r\n1 20\r\n2 20\r\n3 20\r\n.\r\n";
              case "UIDL" -> "+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n";
              case "RETR 1", "RETR 2" -> null;
              case "RETR 3" -> "+OK\r\n" + MAIL + ".\r\n";
              case "QUIT" -> "+OK " + quits.incrementAndGet() + "\r\n";
              default -> "+OK\r\n";
            });
    try (MailServer here = start()) {
      for (int failures = 1; failures <= 2; failures++) {
        assertThat(ended(here, "fragile").failures()).isEqualTo(failures);
        time.advance(Duration.ofMinutes(121));
      }
      assertThat(ended(here, "fragile").result()).isEqualTo("fetched=1, removed=1, left=0");

      for (int round = 0; round < 3; round++) {
        time.advance(Duration.ofMinutes(121));
        FetchJobs.Status unused = ended(here, "fragile");
      }

      // Broken off by each of the two once more, with the third message ahead of them.
      assertThat(quits).hasValue(2);
      assertThat(Inbox.of(here, HERE)).hasSize(1);
    }
  }

  /** RFC 1939, 7: the id of a message is no other's for as long as it is there. */
  @Test
  void anIdThatIsUsedAgainIsAnotherMessages() throws IOException {
    AtomicInteger lists = new AtomicInteger();
    pop(
        "thrifty",
        "",
        line ->
            switch (line) {
              case "LIST" -> lists.incrementAndGet() == 2 ? "+OK\r\n.\r\n" : "+OK\r\n1 20\r\n.\r\n";
              case "UIDL" -> lists.get() == 2 ? "+OK\r\n.\r\n" : "+OK\r\n1 first\r\n.\r\n";
              case "RETR 1" -> "+OK\r\n" + MAIL + ".\r\n";
              default -> "+OK\r\n";
            });
    try (MailServer here = start()) {
      for (int round = 1; round <= 3; round++) {
        assertThat(ended(here, "thrifty").failures()).isZero();
        time.advance(Duration.ofMinutes(6));
      }
      assertThat(ended(here, "thrifty").result()).isEqualTo("fetched=0, removed=1, left=0");
      assertThat(Inbox.of(here, HERE)).hasSize(2);
    }
  }

  @Test
  void aMessageWithoutContentIsNotRemoved() throws IOException {
    List<String> heard = new ArrayList<>();
    peer(
        "empty",
        "imap",
        "",
        "* OK hello\r\n",
        line -> {
          String tag = line.split(" ")[0];
          String command = line.substring(tag.length()).strip();
          heard.add(command);
          String done = tag + " OK\r\n";
          if (command.startsWith("SELECT")) {
            return "* OK [UIDVALIDITY 7] x\r\n" + done;
          } else if (command.startsWith("UID FETCH 1:*")) {
            return "* 1 FETCH (UID 5 FLAGS () RFC822.SIZE 20)\r\n"
                + "* 2 FETCH (UID 6 FLAGS () RFC822.SIZE 20)\r\n"
                + done;
          } else if (command.startsWith("UID FETCH 5 ")) {
            return "* 1 FETCH (UID 5 BODY[] NIL)\r\n" + done;
          } else if (command.startsWith("UID FETCH 6 ")) {
            return "* 2 FETCH (UID 6 BODY[] \"\")\r\n" + done;
          }
          return done;
        });
    try (MailServer here = start()) {
      assertThat(ended(here, "empty").result()).isEqualTo("fetched=0, removed=0, left=2");
      assertThat(Inbox.of(here, HERE)).isEmpty();
      assertThat(heard).noneMatch(command -> command.startsWith("UID STORE"));
    }
  }

  @Test
  void aServerThatMarksNothingHasItsMessagesFetchedAllTheSame() throws IOException {
    List<String> heard = new CopyOnWriteArrayList<>();
    peer(
        "public",
        "imap",
        "keep=seen flags=yes",
        "* OK hello\r\n",
        line -> {
          String tag = line.split(" ", 2)[0];
          String command = line.split(" ", 2)[1];
          heard.add(command);
          String done = tag + " OK\r\n";
          if (command.startsWith("SELECT")) {
            return "* OK [UIDVALIDITY 7] x\r\n" + tag + " OK [READ-ONLY] x\r\n";
          } else if (command.startsWith("UID FETCH 1:*")) {
            return "* 1 FETCH (UID 5 FLAGS (\\Recent \\SEEN $x) RFC822.SIZE 20)\r\n"
                + "* 2 FETCH (UID 6 RFC822.SIZE 20)\r\n"
                + done;
          } else if (command.startsWith("UID FETCH ")) {
            String uid = command.split(" ")[2];
            return "* 1 FETCH (UID "
                + uid
                + " BODY[] {"
                + MAIL.length()
                + "}\r\n"
                + MAIL
                + ")\r\n"
                + done;
          }
          return command.startsWith("UID STORE") ? tag + " NO it is read only\r\n" : done;
        });
    try (MailServer here = start()) {
      assertThat(ended(here, "public").result()).isEqualTo("fetched=2, removed=0, left=0");
      assertThat(here.mailboxes(HERE).inbox().messages())
          .extracting(StoredMessage::flags)
          .containsExactly(Set.of("\\Seen"), Set.of());

      time.advance(Duration.ofMinutes(6));

      assertThat(ended(here, "public").result()).isEqualTo("fetched=0, removed=0, left=0");
      assertThat(heard.stream().filter(command -> command.startsWith("UID STORE")))
          .containsExactly("UID STORE 6 +FLAGS.SILENT (\\Seen)");
    }
  }

  /** A server with so many messages, which hears of marks. */
  private void markable(String flags, int messages, Answers marks) throws IOException {
    peer(
        "markable",
        "imap",
        "keep=seen",
        "* OK hello\r\n",
        line -> {
          String[] words = line.split(" ", 4);
          String done = words[0] + " OK\r\n";
          if (line.contains(" SELECT ")) {
            return "* OK [UIDVALIDITY 7] x\r\n" + flags + done;
          } else if (line.contains(" UID FETCH 1:*")) {
            StringBuilder list = new StringBuilder();
            for (int i = 1; i <= messages; i++) {
              list.append("* " + i + " FETCH (UID " + i + " FLAGS () RFC822.SIZE 20)\r\n");
            }
            return list + done;
          } else if (line.contains(" UID FETCH ")) {
            String body = " BODY[] {" + MAIL.length() + "}\r\n" + MAIL + ")\r\n";
            return "* 1 FETCH (UID " + words[3].split(" ")[0] + body + done;
          } else if (line.contains(" UID STORE ")) {
            String said = marks.to(words[3].split(" ")[0]);
            return said == null ? null : words[0] + said;
          }
          return done;
        });
  }

  /** RFC 3501, 7.1: a flag that is not permanent is gone with the session. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | NO it is read only | 20",
        "* OK [PERMANENTFLAGS (\\Answered \\*)] x | OK | 20",
        "* OK [PERMANENTFLAGS ()] x | OK | 20",
        "* OK [PERMANENTFLAGS (\\Answered \\seen)] x | OK | 25",
        "'' | OK | 25",
      })
  void aServerThatMarksNothingForGoodIsSoonAskedNoMore(String flags, String answer, int asked)
      throws IOException {
    AtomicInteger marks = new AtomicInteger();
    markable(
        flags.isEmpty() ? "" : flags + "\r\n",
        25,
        uid -> marks.incrementAndGet() > 0 ? " " + answer + "\r\n" : null);
    try (MailServer here = start()) {
      assertThat(ended(here, "markable").result()).isEqualTo("fetched=25, removed=0, left=0");

      assertThat(marks).hasValue(asked);
    }
  }

  @Test
  void aMarkThatBreaksOffARoundBringsNothingTwice() throws IOException {
    List<String> marked = new CopyOnWriteArrayList<>();
    markable("", 3, uid -> marked.add(uid) && uid.equals("1") ? null : " OK\r\n");
    try (MailServer here = start()) {
      assertThat(ended(here, "markable").failures()).isEqualTo(1);
      assertThat(Inbox.of(here, HERE)).hasSize(1);

      time.advance(Duration.ofMinutes(6));

      assertThat(ended(here, "markable").result()).isEqualTo("fetched=2, removed=0, left=0");
      assertThat(Inbox.of(here, HERE)).hasSize(3);
      assertThat(marked).containsExactly("1", "2", "3");
    }
  }

  @Test
  void aServerWithoutUniqueIdsIsNotFetchedFrom() throws IOException {
    pop(
        "old",
        "",
        line -> line.equals("LIST") ? "+OK\r\n1 20\r\n.\r\n" : "-ERR what is " + line + "?\r\n");
    try (MailServer here = start()) {
      assertThat(ended(here, "old").result()).isEqualTo("UIDL: the server says -ERR what is UIDL?");
      assertThat(Inbox.of(here, HERE)).isEmpty();
    }
  }

  /** One that is larger than it said to be breaks off the round, and not those that follow. */
  @Test
  void aMessageWithoutAnEndHoldsUpNoOther() throws IOException {
    pop(
        "endless",
        "",
        line ->
            switch (line) {
              case "LIST" -> "+OK\r\n1 20\r\n2 20\r\n3 200000\r\n.\r\n";
              case "UIDL" -> "+OK\r\n1 long\r\n2 short\r\n3 larger\r\n.\r\n";
              case "RETR 1" -> "+OK\r\n" + "0123456789\r\n".repeat(20_000);
              case "RETR 2" -> "+OK\r\n" + MAIL + ".\r\n";
              default -> "+OK\r\n";
            });
    try (MailServer here = start("message_size_limit", "100000")) {
      assertThat(ended(here, "endless").result()).contains("more than 100000 octets");

      time.advance(Duration.ofMinutes(6));

      assertThat(ended(here, "endless").result()).isEqualTo("fetched=1, removed=1, left=1");
      assertThat(Inbox.of(here, HERE)).hasSize(1);
    }
  }

  @Test
  void whoSaysNothingOrWhatNobodyUnderstandsStopsNoOtherJob() throws IOException {
    peer("silent", "pop3", "", "", line -> "");
    peer("stalling", "imap", "", "* OK\r\n", line -> "");
    peer("babbling", "imap", "", "* OK " + "x".repeat(300_000) + "\r\n", line -> null);
    peer("strange", "imap", "", "HTTP/1.1 400 Bad Request\r\n\r\n", line -> null);
    peer("endless", "imap", "", "* X" + " a".repeat(200_000), line -> null);
    peer("wide", "imap", "", "* X (" + "(a) ".repeat(100_000), line -> null);
    peer("deep", "imap", "", "* LIST " + "(".repeat(1000) + "\r\n", line -> null);
    peer("away", "pop3", "", "", line -> null).close();
    pop(
        "honest",
        "",
        line ->
            switch (line) {
              case "LIST" -> "+OK\r\n1 20\r\n.\r\n";
              case "UIDL" -> "+OK\r\n1 a\r\n.\r\n";
              case "RETR 1" -> "+OK\r\n" + MAIL + ".\r\n";
              default -> "+OK\r\n";
            });
    try (MailServer here = start()) {
      assertThat(ended(here, "honest").fetched()).isEqualTo(1);
      assertThat(ended(here, "endless").result()).isEqualTo("an answer is too long");
      assertThat(ended(here, "wide").result()).isEqualTo("an answer is too long");
      for (String name : List.of("babbling", "strange", "endless", "wide", "deep", "away")) {
        assertThat(ended(here, name).failures()).as(name).isEqualTo(1);
      }

      time.advance(Duration.ofMinutes(3));

      assertThat(ended(here, "silent").result()).isEqualTo("the server says nothing");
      assertThat(ended(here, "stalling").result()).isEqualTo("the server says nothing");
    }
  }

  @Test
  void whoTricklesIsCutOffWhenItsTimeIsOver() throws IOException {
    AtomicInteger lines = new AtomicInteger();
    pop("slow", "", line -> lines.incrementAndGet() > 0 ? "+OK\r\n1 2" : "");
    try (MailServer here = start("fetch_command_timeout", "1h", "fetch_time_limit", "10s")) {
      Until.so(() -> lines.get() > 0);

      time.advance(Duration.ofSeconds(11));

      assertThat(ended(here, "slow").result()).isEqualTo("its time is over");
    }
  }

  @Test
  void aRefusedPasswordIsTriedLessAndLess() throws IOException {
    peer(
        "locked",
        "pop3",
        "",
        "+OK\r\n",
        line -> line.startsWith("USER") ? "+OK\r\n" : "-ERR \u001b[2J\r\n");
    try (MailServer here = start()) {
      FetchJobs.Status first = ended(here, "locked");
      assertThat(first.result()).isEqualTo("log-in as locked: the server says -ERR ?[2J");
      assertThat(first.state()).isEqualTo("failing");
      assertThat(first.next()).isEqualTo("2026-11-24T15:05:00Z");

      time.advance(Duration.ofHours(1));

      // After 5, 15 and 35 minutes.
      assertThat(ended(here, "locked").failures()).isEqualTo(4);
      assertThat(ended(here, "locked").next()).isEqualTo("2026-11-24T16:15:00Z");
    }
  }

  /**
   * A message of IMAP comes as a literal, which says how long it is; nothing of it is a command.
   */
  @Test
  void aServerWithoutUidplusHasOursRemovedAndNobodyElses() throws IOException {
    List<String> heard = new ArrayList<>();
    boolean[] others = {true};
    peer(
        "plain",
        "imap",
        "",
        "* OK hello\r\n",
        line -> {
          String tag = line.split(" ", 2)[0];
          String command = line.substring(tag.length()).strip();
          heard.add(command);
          String done = tag + " OK\r\n";
          if (command.equals("AUTHENTICATE PLAIN")) {
            return tag + (others[0] ? " NO such way\r\n" : " BAD what?\r\n");
          } else if (command.startsWith("SELECT")) {
            return "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" + done;
          } else if (command.startsWith("UID FETCH 1:*")) {
            return "* 1 FETCH (UID 5 FLAGS (\\Seen) RFC822.SIZE 20)\r\n"
                + (others[0] ? "* 2 FETCH (UID 6 FLAGS (\\Deleted) RFC822.SIZE 20)\r\n" : "")
                + done;
          } else if (command.startsWith("UID FETCH 5 ")) {
            return "* 1 FETCH (UID 5 BODY[] {" + MAIL.length() + "}\r\n" + MAIL + ")\r\n" + done;
          }
          return done;
        });
    try (MailServer here = start()) {
      assertThat(ended(here, "plain").result()).isEqualTo("fetched=1, removed=1, left=0");
      assertThat(Inbox.of(here, HERE)).singleElement().asString().endsWith(MAIL);
      assertThat(heard)
          .contains("LOGIN \"plain\" \"horse\"", "UID STORE 5 +FLAGS.SILENT (\\Deleted)")
          .doesNotContain("EXPUNGE");

      others[0] = false;
      time.advance(Duration.ofMinutes(6));

      assertThat(ended(here, "plain").result()).startsWith("fetched=0, removed=1");
      assertThat(heard).contains("EXPUNGE");
      assertThat(Inbox.of(here, HERE)).hasSize(1);
    }
  }
}
