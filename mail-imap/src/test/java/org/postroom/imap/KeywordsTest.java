package org.postroom.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.imap.Asking.ask;
import static org.postroom.imap.Asking.end;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.testing.imap.LoggedIn;
import org.postroom.core.transcript.Peer;

/** A mailbox whose messages have all keywords that there can be, and two who look at it. */
@Timeout(60)
class KeywordsTest {
  private static final String ALL =
      IntStream.range(0, Mailbox.MAX_KEYWORDS)
          .mapToObj(i -> "k" + i)
          .collect(Collectors.joining(" "));
  private static final String SYSTEM = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";

  private final ImapHouse house = ImapHouse.ofTranscripts();
  private final Peer one = LoggedIn.ada(house.connect(1));
  private final Peer other = LoggedIn.ada(house.connect(2));

  @BeforeEach
  void select() {
    house.given("3 messages in INBOX");
    ask(one, "s SELECT INBOX");
    ask(other, "s SELECT INBOX");
  }

  @AfterEach
  void stop() {
    house.close();
  }

  private static String permanent(String keywords) {
    return "* OK [PERMANENTFLAGS (" + SYSTEM + " " + keywords + ")] Flags permitted.";
  }

  @Test
  void aFullMailboxSaysSoAndTakesNoKeywordMore() {
    List<String> filled = ask(one, "a STORE 1 +FLAGS.SILENT (" + ALL + ")");
    List<String> heard = ask(other, "a NOOP");
    List<String> refused = ask(other, "b STORE 2 +FLAGS (\\Flagged straw)");
    List<String> looked = ask(other, "c FETCH 2 FLAGS");
    List<String> opened = ask(LoggedIn.ada(house.connect(3)), "d SELECT INBOX");

    assertThat(filled).contains(permanent(ALL)).last().asString().startsWith("a OK");
    assertThat(heard).contains(permanent(ALL)).anyMatch(line -> line.startsWith("* FLAGS ("));
    assertThat(refused).hasSize(1).first().asString().startsWith("b NO [LIMIT]");
    assertThat(looked).first().asString().startsWith("* 2 FETCH (FLAGS ()");
    assertThat(opened).contains(permanent(ALL));
  }

  @Test
  void roomThatIsMadeIsSaidToBoth() {
    ask(one, "a STORE 1 +FLAGS.SILENT (" + ALL + ")");
    ask(other, "a NOOP");
    String rest = ALL.replace(" k254 k255", "");

    List<String> removed = ask(one, "b STORE 1 -FLAGS.SILENT (k254 k255)");
    List<String> heard = ask(other, "b NOOP");
    List<String> added = ask(other, "c STORE 2 +FLAGS (fresh)");
    List<String> last = ask(one, "c NOOP");

    assertThat(removed).contains(permanent(rest + " \\*"));
    assertThat(heard)
        .contains(permanent(rest + " \\*"))
        .anyMatch(line -> line.startsWith("* 1 FETCH (FLAGS (k0 k1 "));
    assertThat(added).anyMatch(line -> line.startsWith("* 2 FETCH (FLAGS (fresh)"));
    assertThat(added).noneMatch(line -> line.contains("PERMANENTFLAGS"));
    assertThat(last)
        .anyMatch(line -> line.startsWith("* FLAGS (") && line.endsWith(" fresh)"))
        .anyMatch(line -> line.startsWith("* 2 FETCH (FLAGS (") && line.contains("fresh"));
  }

  @Test
  void searchesGoByNameWhateverTheNumber() {
    ask(one, "a STORE 1 +FLAGS.SILENT (" + ALL + ")");
    ask(one, "b STORE 2 +FLAGS.SILENT (k54 k55 k200)");
    ask(one, "c STORE 1:2 -FLAGS.SILENT (k54)");
    ask(one, "d STORE 3 +FLAGS.SILENT (fresh)");

    assertThat(ask(one, "e SEARCH KEYWORD k54")).first().isEqualTo("* SEARCH");
    assertThat(ask(one, "f SEARCH KEYWORD FRESH")).first().isEqualTo("* SEARCH 3");
    assertThat(ask(other, "g SEARCH KEYWORD k200")).contains("* SEARCH 1 2");
    assertThat(ask(other, "h SEARCH UNKEYWORD k55 UNKEYWORD fresh")).contains("* SEARCH");
    assertThat(ask(one, "i SEARCH UNKEYWORD k255")).first().isEqualTo("* SEARCH 2 3");
  }

  @Test
  void aKeywordThatTheClientWasNotToldOfComesWithTheNextSync() {
    ask(one, "a STORE 1 FLAGS.SILENT (mine)");

    List<String> fetched = ask(other, "a FETCH 1 FLAGS");

    int told = fetched.indexOf("* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft mine)");
    int shown =
        IntStream.range(0, fetched.size())
            .filter(i -> fetched.get(i).contains("FETCH (") && fetched.get(i).contains("mine"))
            .findFirst()
            .orElse(Integer.MAX_VALUE);
    assertThat(told).isBetween(0, shown);
  }

  @Test
  void mailIsKeptWhateverItsKeywords() {
    ask(one, "a STORE 1 +FLAGS.SILENT (" + ALL + ")");
    ask(one, "b CREATE Other");
    String tooLong = "x".repeat(65);

    assertThat(end(one, "c APPEND Other (straw \\Seen " + tooLong + ") {3+}\r\nabc"))
        .startsWith("c OK [APPENDUID ");
    assertThat(end(one, "d APPEND INBOX (straw \\Seen K9) {3+}\r\nabc")).startsWith("d OK [");
    ask(other, "e SELECT Other");
    assertThat(ask(other, "f FETCH 1 FLAGS").get(0)).contains("\\Seen").contains("straw");
    assertThat(end(other, "g COPY 1 INBOX")).startsWith("g OK [COPYUID ");
    assertThat(end(other, "h MOVE 1 INBOX")).startsWith("h OK");
    assertThat(ask(one, "i FETCH 4:6 FLAGS"))
        .filteredOn(line -> line.startsWith("* ") && line.contains(" FETCH "))
        .allMatch(line -> line.contains("\\Seen") && !line.contains("straw"));
    assertThat(ask(one, "j SEARCH KEYWORD k9")).contains("* SEARCH 1 4");
  }

  /** The store is not asked to look for more names than there can be. */
  @Test
  void moreKeywordsThanAMessageCanHaveAreRefusedAsWhole() {
    String tooMany = ALL + " straw";

    for (String sign : List.of("+", "-", "")) {
      assertThat(end(one, "a STORE 1 " + sign + "FLAGS (\\Seen " + tooMany + ")"))
          .startsWith("a NO [LIMIT]");
    }
    assertThat(ask(one, "b FETCH 1 FLAGS").get(0)).contains("FLAGS (").doesNotContain("Seen", "k0");
    assertThat(end(one, "c STORE 1 +FLAGS (" + ALL + " K7)")).startsWith("c OK");
    ask(one, "d CREATE Other");
    assertThat(end(one, "e APPEND Other (" + tooMany + ") {3+}\r\nabc")).startsWith("e OK [");
    ask(other, "f SELECT Other");
    assertThat(ask(other, "g SEARCH KEYWORD k255 UNKEYWORD straw")).first().isEqualTo("* SEARCH 1");
  }

  @Test
  void aNameThatIsTooLongIsRefusedAndHadByNoMessage() {
    String tooLong = "x".repeat(65);

    assertThat(end(one, "a STORE 1 +FLAGS (ok " + tooLong + ")")).startsWith("a NO [LIMIT]");
    assertThat(end(one, "b STORE 1 +FLAGS.SILENT (" + tooLong.substring(1) + ")"))
        .startsWith("b OK");
    assertThat(ask(one, "c SEARCH KEYWORD " + tooLong)).first().isEqualTo("* SEARCH");
    assertThat(ask(one, "d SEARCH UNKEYWORD " + tooLong)).first().isEqualTo("* SEARCH 1 2 3");
    assertThat(ask(one, "e SEARCH KEYWORD ok")).first().isEqualTo("* SEARCH");
  }
}
