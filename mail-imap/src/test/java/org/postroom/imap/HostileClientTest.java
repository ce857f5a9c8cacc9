package org.postroom.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.imap.Asking.ask;
import static org.postroom.imap.Asking.end;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.refusal.ContentDamaged;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.TroubledStore;
import org.postroom.core.testing.imap.LoggedIn;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;
import org.postroom.core.wire.ConnectionLost;

/** What clients do that mean harm, or do not know what they do, and what can happen beside them. */
@Timeout(60)
@Tag("seconds")
class HostileClientTest {
  private final ImapHouse house = ImapHouse.ofTranscripts();

  @AfterEach
  void stop() {
    house.close();
  }

  private Peer loggedIn() {
    return LoggedIn.ada(house.connect(1));
  }

  private Peer selected() {
    Peer client = loggedIn();
    ask(client, "s SELECT INBOX");
    return client;
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "NOT ", "OR ALL ", "OR OR ALL ALL ", "(ALL (", "NOT ("})
  void refusesSearchesOfBottomlessDepth(String piece) {
    Peer client = selected();

    assertThat(end(client, "a SEARCH " + piece.repeat(60_000 / piece.length())))
        .startsWith("a BAD");
    assertThat(end(client, "b SEARCH " + "NOT ".repeat(98) + "ALL")).startsWith("b OK");
    assertThat(end(client, "c SEARCH " + "(".repeat(98) + "ALL" + ")".repeat(98)))
        .startsWith("c OK");
  }

  @Test
  void refusesSearchesOfTooManyKeys() {
    Peer client = selected();

    assertThat(end(client, "a SEARCH" + " SEEN".repeat(5_000))).startsWith("a OK");
    assertThat(end(client, "b SEARCH" + " SEEN".repeat(5_001))).startsWith("b BAD");
  }

  /** Few are what somebody asks who waits for it, however large the mailbox is. */
  @Test
  void refusesSearchesOfManyKeysWhereManyMessagesWouldBeAskedForThem() {
    house.given("9000 messages in INBOX");
    Peer client = selected();
    String few = "KEYWORD none" + " TEXT x".repeat(39);
    String many = "KEYWORD none" + " TEXT x".repeat(999);

    assertThat(end(client, "a SEARCH " + few)).startsWith("a OK");
    assertThat(end(client, "b SEARCH TEXT y " + few)).startsWith("b NO [LIMIT]");
    assertThat(end(client, "c SEARCH NOT (OR SEEN (" + many + "))")).startsWith("c NO [LIMIT]");
    assertThat(end(client, "d SEARCH 2:300 " + many)).startsWith("d OK");
    assertThat(end(client, "e UID SEARCH UID 8999 " + many)).startsWith("e OK");
    assertThat(end(client, "f SEARCH" + " UNSEEN".repeat(5_000))).startsWith("f OK");
    assertThat(end(client, "g NOOP")).startsWith("g OK");
  }

  /** As clients ask that show a thread: by each name in a long References field. */
  @Test
  void findsALongThreadHoweverManyMessagesThereAre() {
    house.given("12000 messages in INBOX");
    Peer client = selected();
    StringBuilder thread = new StringBuilder("HEADER Message-ID <0@x.test>");
    for (int number = 1; number < 40; number++) {
      String name = "<" + number + "@x.test>";
      thread.insert(0, "OR OR HEADER References " + name + " HEADER Message-ID " + name + " ");
    }

    assertThat(ask(client, "a UID SEARCH " + thread))
        .containsExactly("* SEARCH", "a OK SEARCH completed.");
  }

  /** What was asked of each message was all of the set once more. */
  @Test
  void aLongSetIsTakenApartOnce() {
    house.given("20000 messages in INBOX");
    Peer client = selected();
    StringBuilder odd = new StringBuilder("1");
    for (int number = 3; number < 40_000; number += 2) {
      odd.append(',').append(number);
    }

    assertThat(ask(client, "a SEARCH RETURN (COUNT) OR SEEN " + odd))
        .containsExactly("* ESEARCH (TAG \"a\") COUNT 10000", "a OK SEARCH completed.");
    assertThat(ask(client, "b SEARCH RETURN (COUNT) OR SEEN NOT UID " + odd + ",*"))
        .containsExactly("* ESEARCH (TAG \"b\") COUNT 9999", "b OK SEARCH completed.");
  }

  @Test
  void aMessageIsReadOnceHoweverManyKeysAskForItsText() {
    AtomicInteger reads = new AtomicInteger();
    house.given("2 messages in INBOX");
    house.trouble(
        TroubledStore.reading(
            uid ->
                position -> {
                  reads.incrementAndGet();
                  return position;
                }));
    Peer client = selected();
    int before = reads.get();
    ask(client, "a SEARCH TEXT nowhere");
    int one = reads.get() - before;

    assertThat(ask(client, "b SEARCH" + " NOT TEXT nowhere NOT HEADER X-No a".repeat(10)))
        .containsExactly("* SEARCH 1 2", "b OK SEARCH completed.");
    assertThat(reads.get() - before - one).isEqualTo(one).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a CREATE {3+}\r\na\0b",
        "a CREATE \"a\0b\"",
        "a CREATE a\0b",
        "a NOOP\0",
        "a NOOP\rx",
        "a CREATE \"x\ry\"",
        "a STORE 1 FLAGS (\0)",
        "a FETCH 1 BODY[HEADER.FIELDS ({1+}\r\n\0)]",
        "a SEARCH TEXT {1+}\r\n\0",
      })
  void refusesNulsAndBareReturns(String command) {
    house.given("1 message in INBOX");
    Peer client = selected();

    assertThat(end(client, command)).startsWith("a BAD");
    assertThat(end(client, "b NOOP")).startsWith("b OK");
  }

  @Test
  void hangsUpOnTls() {
    Peer client = house.connect(1);
    client.readLine();

    client.send(new byte[] {0x16, 3, 1, 0, 5, 1, '\n', 0, 0, 0});

    assertThat(client.readLine()).isNull();
  }

  @Test
  void waitsForNoLiteralsOfStrangers() {
    Peer client = house.connect(1);
    client.readLine();

    client.send("a X {8000+}\r\n" + "x".repeat(8000) + " {8000+}\r\n");

    assertThat(client.readAll()).matches("a BAD .*\r\n\\* BYE .*\r\n");
  }

  @Test
  void pullsNoMailboxIntoMemoryForAClientThatDoesNotRead() {
    AtomicLong read = new AtomicLong();
    house.trouble(
        TroubledStore.reading(
            uid ->
                position -> {
                  read.addAndGet(64 * 1024);
                  return position;
                }));
    byte[] large = new byte[1 << 20];
    java.util.Arrays.fill(large, (byte) 'x');
    house.deliver("INBOX", large);
    for (int i = 1; i < 100; i++) {
      house.store.copy(house.mailbox("INBOX"), UidSet.of(1), house.mailbox("INBOX"));
    }
    SocketPeer client = LoggedIn.ada(house.dial());
    ask(client, "s SELECT INBOX");

    client.send("a FETCH 1:* BODY.PEEK[]\r\n");
    long taken = untilItRests(read);
    house.time.advance(Duration.ofSeconds(299));
    SocketPeer other = LoggedIn.ada(house.dial());
    assertThat(end(other, "b NOOP")).startsWith("b OK");
    assertThat(untilItRests(read)).isEqualTo(taken);
    house.time.advance(Duration.ofSeconds(2));

    long received = 0;
    while (client.read() >= 0) {
      received++;
    }
    assertThat(taken).isLessThan(20L << 20);
    assertThat(received).isLessThan(20L << 20);
  }

  private static long untilItRests(AtomicLong count) {
    long seen = -1;
    for (int quiet = 0; quiet < 20; ) {
      CompletableFuture<Void> moment = new CompletableFuture<>();
      moment.completeOnTimeout(null, 10, TimeUnit.MILLISECONDS).join();
      quiet = count.get() == seen && seen > 0 ? quiet + 1 : 0;
      seen = count.get();
    }
    return seen;
  }

  @ParameterizedTest
  @CsvSource({
    "a AUTHENTICATE PLAIN, '+ '",
    "a LOGIN {3}, + OK",
    "a LOGIN {3+} ad, ''",
    "a LOGIN {3+} ada {2}, + OK",
    "a XYZZY {30+} ada, ''",
  })
  void holdsNoThreadForLogInsThatStall(String begun, String answer) {
    List<Peer> stalled = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Peer client = house.connect(1);
      client.readLine();
      client.send(begun.replace("} ", "}\r\n") + (begun.endsWith("ad") ? "" : "\r\n"));
      if (!answer.isEmpty()) {
        assertThat(client.readLine()).isEqualTo(answer);
      }
      stalled.add(client);
    }

    assertThat(end(loggedIn(), "b NOOP")).startsWith("b OK");
    stalled.forEach(Peer::close);
  }

  @Test
  void holdsNoThreadForALineWithoutEnd() {
    List<Peer> stalled = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Peer client = house.connect(1);
      client.readLine();
      client.send("a ID (" + " ".repeat(9000));
      stalled.add(client);
    }

    assertThat(end(loggedIn(), "b NOOP")).startsWith("b OK");
    Peer first = stalled.get(0);
    first.send("NIL NIL)\r\n");
    assertThat(first.readLine()).startsWith("a BAD");
    first.send("c ID (\"a\"" + " ".repeat(9000) + "NIL)\r\n");
    assertThat(first.readLine()).startsWith("* ID");
    stalled.forEach(Peer::close);
  }

  @Test
  void holdsNoThreadForAUsersLineWithoutEnd() {
    house.given("mail_max_userip_connections=100");
    List<Peer> stalled = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Peer client = loggedIn();
      client.send("a ID (" + " ".repeat(9000));
      stalled.add(client);
    }

    assertThat(end(loggedIn(), "b NOOP")).startsWith("b OK");
    for (Peer client : stalled) {
      client.send("NIL NIL)\r\n");
      assertThat(client.readLine()).startsWith("a BAD");
      client.close();
    }
  }

  @Test
  void letsTheClientKnowThatALongSearchIsStillAtWork() {
    house.given("3 messages in INBOX");
    house.trouble(TroubledStore.beforeRows(row -> house.time.advance(Duration.ofSeconds(6))));
    Peer client = selected();

    assertThat(ask(client, "a SEARCH TEXT body"))
        .containsExactly("* OK Hang in there..", "* SEARCH 1 2 3", "a OK SEARCH completed.");
  }

  /** A search that has no end, and what it ended of. */
  private CompletableFuture<RuntimeException> endlessSearch(CountDownLatch begun) {
    house.given("1 message in INBOX");
    CompletableFuture<RuntimeException> end = new CompletableFuture<>();
    long patience = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    house.trouble(
        TroubledStore.endless(
            () -> {
              begun.countDown();
              if (System.nanoTime() - patience > 0) {
                throw new IllegalStateException("nobody ends the search");
              }
            },
            end::complete));
    return end;
  }

  @Test
  void searchesForNobodyWhoIsGone() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<RuntimeException> end = endlessSearch(begun);
    SocketPeer client = LoggedIn.ada(house.dial());
    ask(client, "s SELECT INBOX");
    client.send("a SEARCH TEXT body\r\n");
    begun.await();

    client.reset();

    assertThat(end.get()).isInstanceOf(ConnectionLost.class);
  }

  @Test
  void aSearchEndsWhenTheServerStops() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<RuntimeException> end = endlessSearch(begun);
    Peer client = selected();
    client.send("a SEARCH TEXT body\r\n");
    begun.await();

    CompletableFuture<Void> stop = CompletableFuture.runAsync(house::stop);

    assertThat(client.readLine()).isEqualTo("a NO [UNAVAILABLE] Server shutting down.");
    assertThat(client.readLine()).startsWith("* BYE [UNAVAILABLE]");
    assertThat(end).isCompleted();
    client.close();
    stop.get();
  }

  /** What numbers, UIDs and their likes say is known without the store. */
  @ParameterizedTest
  @CsvSource({
    "OR 1 UID 3, 1 3",
    "NOT 2, 1 3",
    "NOT OR 1 2, 3",
    "OR NOT 1:2 (1 NOT 2), 1 3",
    "NOT NOT 2:3, 2 3",
    "NOT (1:2 2:3), 1 3"
  })
  void looksAtNoMessageWhereNumbersSayAll(String keys, String found) {
    house.given("3 messages in INBOX");
    house.trouble(
        TroubledStore.before(
            "read",
            () -> {
              throw new StorageUnavailable("the test's store must not be asked");
            }));

    assertThat(ask(selected(), "a SEARCH " + keys))
        .containsExactly("* SEARCH " + found, "a OK SEARCH completed.");
  }

  @ParameterizedTest
  @CsvSource({
    "OR 1 SUBJECT nothing, 1",
    "NOT OR 1 BODY 2, 3",
    "OR UNSEEN 1, 1 2 3",
    "NOT SEEN, 1 2 3"
  })
  void looksAtMessagesWhereNumbersDoNot(String keys, String found) {
    house.given("3 messages in INBOX");

    assertThat(ask(selected(), "a SEARCH " + keys))
        .containsExactly("* SEARCH " + found, "a OK SEARCH completed.");
  }

  /** One that is damaged stays so, and is not found; a store that is away may come back. */
  @Test
  void aDamagedMessageHidesNoOtherFromASearch() {
    AtomicReference<RuntimeException> fault =
        new AtomicReference<>(new ContentDamaged("the test's body is torn"));
    house.given("3 messages in INBOX");
    house.trouble(
        TroubledStore.reading(
            uid ->
                position -> {
                  if (uid == 2) {
                    throw fault.get();
                  }
                  return position;
                }));
    Peer client = selected();

    assertThat(ask(client, "a SEARCH TEXT body"))
        .containsExactly("* SEARCH 1 3", "a OK SEARCH completed.");
    assertThat(ask(client, "b SEARCH NOT BODY nowhere"))
        .containsExactly("* SEARCH 1 3", "b OK SEARCH completed.");

    fault.set(new StorageUnavailable("the test's disk is away"));
    assertThat(end(client, "c SEARCH TEXT body")).startsWith("c NO [UNAVAILABLE]");
  }

  @Test
  void tellsWhatOthersDidBetweenItsLookAndItsOwnChange() {
    house.given("2 messages in INBOX");
    AtomicInteger calls = new AtomicInteger();
    house.trouble(
        TroubledStore.before(
            "store",
            () -> {
              calls.incrementAndGet();
              house.store.store(
                  house.mailbox("INBOX"),
                  UidSet.range(1, 2),
                  calls.get() == 1 ? FlagChange.add(Flags.FLAGGED) : FlagChange.add(Flags.DRAFT),
                  Long.MAX_VALUE);
            }));
    Peer client = selected();

    assertThat(ask(client, "a STORE 1 +FLAGS (\\Seen)"))
        .containsExactly(
            "* 1 FETCH (FLAGS (\\Seen \\Flagged \\Recent))",
            "* 2 FETCH (FLAGS (\\Flagged \\Recent))",
            "a OK STORE completed.");
    assertThat(ask(client, "b STORE 2 +FLAGS.SILENT (\\Seen)"))
        .containsExactly(
            "* 1 FETCH (FLAGS (\\Seen \\Flagged \\Draft \\Recent))",
            "* 2 FETCH (FLAGS (\\Seen \\Flagged \\Draft \\Recent))",
            "b OK STORE completed.");
  }

  @Test
  void tellsAFlagThatAnotherSetWhileAMessageBecameSeen() {
    house.given("1 messages in INBOX");
    house.trouble(
        TroubledStore.before(
            "store",
            () ->
                house.store.store(
                    house.mailbox("INBOX"),
                    UidSet.of(1),
                    FlagChange.add(Flags.FLAGGED),
                    Long.MAX_VALUE)));
    Peer client = selected();

    assertThat(ask(client, "a FETCH 1 BODY[TEXT]"))
        .containsExactly(
            "* 1 FETCH (FLAGS (\\Seen \\Recent) BODY[TEXT] {8}",
            "body 1",
            ")",
            "* 1 FETCH (FLAGS (\\Seen \\Flagged \\Recent))",
            "a OK FETCH completed.");
  }

  /** Whoever hears NO appends once more. */
  @ParameterizedTest
  @ValueSource(strings = {"changesSince", "claimRecent"})
  void whatIsDoneStaysDoneWhenTheStoreFailsAfterwards(String method) {
    AtomicBoolean down = new AtomicBoolean();
    house.trouble(
        TroubledStore.before(
            method,
            () -> {
              if (down.get()) {
                throw new StorageUnavailable("the test's store is gone");
              }
            }));
    Peer client = selected();

    down.set(true);
    client.send("a APPEND INBOX {2+}\r\nA:\r\n");
    assertThat(client.readLine()).matches("a OK \\[APPENDUID \\d+ 1] APPEND completed.");
    assertThat(end(client, "b NOOP")).startsWith("b OK");
    down.set(false);

    assertThat(ask(client, "c NOOP"))
        .containsExactly("* 1 EXISTS", "* 1 RECENT", "c OK Completed.");
  }

  @Test
  void whatIsDoneStaysDoneWhenTheSelectedMailboxIsGone() {
    house.given("mailbox Old");
    Peer client = loggedIn();
    ask(client, "s SELECT Old");

    house.store.delete(house.mailbox("Old"));
    client.send("a APPEND INBOX {2+}\r\nA:\r\n");

    assertThat(client.readLine()).matches("a OK \\[APPENDUID \\d+ 1] APPEND completed.");
    assertThat(client.readAll()).isEqualTo("* BYE Selected mailbox was deleted.\r\n");
  }

  /** A delivery meanwhile does not make all of them be told twice. */
  @Test
  void tellsTheSeenFlagOnceAlthoughMailArrivesMeanwhile() {
    house.given("3 messages in INBOX");
    house.trouble(TroubledStore.before("store", () -> house.given("1 messages in INBOX")));
    Peer client = selected();

    assertThat(ask(client, "a FETCH 1:3 RFC822.TEXT"))
        .filteredOn(line -> line.startsWith("*"))
        .containsExactly(
            "* 1 FETCH (FLAGS (\\Seen \\Recent) RFC822.TEXT {8}",
            "* 2 FETCH (FLAGS (\\Seen \\Recent) RFC822.TEXT {8}",
            "* 3 FETCH (FLAGS (\\Seen \\Recent) RFC822.TEXT {8}",
            "* 4 EXISTS",
            "* 4 RECENT");
  }

  @Test
  void showsTheOtherMessagesWhenOneCannotBeRead() {
    house.given("3 messages in INBOX");
    house.trouble(
        TroubledStore.reading(
            uid ->
                position -> {
                  if (uid == 2) {
                    throw new StorageUnavailable("the test's disk is gone");
                  }
                  return position;
                }));
    Peer client = selected();

    assertThat(ask(client, "a FETCH 1:3 (UID BODY.PEEK[TEXT])"))
        .containsExactly(
            "* 1 FETCH (UID 1 BODY[TEXT] {8}",
            "body 1",
            ")",
            "* 3 FETCH (UID 3 BODY[TEXT] {8}",
            "body 3",
            ")",
            "a NO [UNAVAILABLE] Storage is unavailable, try again later.");
    assertThat(end(client, "b NOOP")).startsWith("b OK");
  }

  @Test
  void endsTheConnectionInsteadOfFillingATornLiteral() {
    house.trouble(TroubledStore.tornAt(64 * 1024));
    house.deliver("INBOX", "x".repeat(100_000).getBytes(ISO_8859_1));
    Peer client = selected();

    client.send("a FETCH 1 BODY.PEEK[]\r\nb NOOP\r\n");

    assertThat(client.readLine()).isEqualTo("* 1 FETCH (BODY[] {100000}");
    assertThat(client.readAll()).hasSizeLessThan(70_000).matches("x*");
  }
}
