package org.postroom.dist.applet.doveadm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.imap.MessageSearch;

/** Queries of doveadm, what they are for IMAP, and what they may be used for. */
final class QueryTest {
  private static Query query(String words) {
    return Query.of(
        List.of(words.split(" ")),
        Clock.fixed(Instant.parse("2026-11-29T23:00:00Z"), ZoneOffset.UTC),
        ZoneOffset.UTC);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "all | ALL",
        "1:3,5 | 1:3,5",
        "uid 1:* | UID 1:*",
        "seen unflagged | (SEEN UNFLAGGED)",
        "mailbox inbox subject x | (ALL SUBJECT \"x\")",
        "mailbox Work subject x | (NOT ALL SUBJECT \"x\")",
        "mailbox IN* all | (ALL ALL)",
        "not mailbox Work | NOT NOT ALL",
        "not not unseen | NOT NOT UNSEEN",
        "seen or flagged or uid 1 | NOT (NOT SEEN NOT FLAGGED NOT UID 1)",
        "( mailbox INBOX or mailbox Work ) new | (NOT (NOT ALL NOT NOT ALL) NEW)",
        "not ( seen flagged ) | NOT (SEEN FLAGGED)",
        "before 30d | BEFORE 30-Oct-2026",
        "sentsince 2weeks | SENTSINCE 15-Nov-2026",
        "on 2026-03-01 | ON 1-Mar-2026",
        "since 01-mar-2026 | SINCE 1-Mar-2026",
        "larger 1b | LARGER 1",
        "larger 2k | LARGER 2048",
        "smaller 3G | SMALLER 3221225472",
        "smaller 999999999999T | SMALLER 4294967295",
        "keyword $Junk | KEYWORD $Junk",
        "header list-id a\\b\" | HEADER \"list-id\" \"a\\\\b\\\"\"",
        "body no\" | BODY \"no\\\"\"",
      })
  void isASearchOfImap(String words, String program) {
    String found = query(words).program("INBOX");

    assertThat(found).isEqualTo(program);
    assertThat(MessageSearch.of(found)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bogus | Unknown argument BOGUS",
        "uid 1 and uid 1 | Unknown argument AND",
        "uid 1 ) | Unknown argument )",
        "or | Unknown argument OR",
        "uid 1 or | Missing argument",
        "not | Missing argument",
        "( | Missing ')'",
        "( uid 1 | Missing ')'",
        "( ) | Unknown argument )",
        "subject | Missing parameter for search key (for search key: SUBJECT)",
        "header x | Missing parameter for search key (for search key: HEADER)",
        "mailbox | Missing parameter for search key (for search key: MAILBOX)",
        "mailbox A or mailbox B seen | Use parenthesis when mixing ANDs and ORs",
        "seen mailbox A or mailbox B | Use parenthesis when mixing ANDs and ORs",
        "before soon | Invalid search date parameter: soon",
        "before 5mins | Invalid search date parameter: 5mins",
        "before 2026-02-30 | Invalid search date parameter: 2026-02-30",
        "savedbefore 30d | SAVEDBEFORE is not there",
        "larger xM | Invalid size: xM",
        "uid x | Invalid UID messageset",
        "keyword ( | Invalid keyword",
      })
  void isNoQuery(String words, String said) {
    Ended ended = catchThrowableOfType(Ended.class, () -> query(words));

    assertThat(ended.said()).startsWith("doveadm: Fatal: " + said);
    assertThat(ended.status()).isEqualTo(75);
    assertThat(ended.isOfOne()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"40, -", "41, The query is too deep", "4000, The query is too deep"})
  void isAsDeepAsItMayBe(int depth, String said) {
    String words = "not ".repeat(depth - 1) + "seen";

    if (said.equals("-")) {
      assertThat(MessageSearch.of(query(words).program("INBOX"))).isNotNull();
    } else {
      assertThat(catchThrowableOfType(Ended.class, () -> query(words)).said()).contains(said);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mailbox A all | -",
        "mailbox A uid 1 | -",
        "( mailbox A or mailbox B ) seen | -",
        "( mailbox A seen ) or ( mailbox B all ) | -",
        "not mailbox A seen | -",
        "all | must contain MAILBOX in all search branches",
        "uid 1 | must contain MAILBOX in all search branches",
        "mailbox A or uid 2 | must contain MAILBOX in all search branches",
        "( mailbox A uid 1 ) or uid 2 | must contain MAILBOX in all search branches",
        "not ( mailbox A seen ) | must contain MAILBOX in all search branches",
        "mailbox A | must contain something else besides MAILBOX",
        "not mailbox A | must contain something else besides MAILBOX",
        "mailbox A or ( mailbox B all ) | must contain something else besides MAILBOX",
      })
  void isSureWhereMailIsLost(String words, String said) {
    if (said.equals("-")) {
      assertThat(query(words).careful("expunge")).isNotNull();
    } else {
      Ended ended = catchThrowableOfType(Ended.class, () -> query(words).careful("expunge"));
      assertThat(ended.said()).startsWith("doveadm: Fatal: expunge: ").contains(said);
      assertThat(ended.status()).isEqualTo(64);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mailbox A all, A B, A, -",
    "mailbox A or mailbox B, A B C, A B, -",
    "not mailbox A, A B, B, -",
    "mailbox N* all, A B, -, -",
    "mailbox N all, A B, -, N",
    "mailbox A or mailbox N, A B, A, N",
    "not mailbox N, A B, A B, -",
    "mailbox inbox all, INBOX A, INBOX, -",
    "mailbox A% all, A A/B AB, A AB, -",
    "mailbox A* all, A A/B AB, A A/B AB, -"
  })
  void isInMailboxes(String words, String there, String meant, String missing) {
    List<String> mailboxes = List.of(there.split(" "));
    Query query = query(words);

    assertThat(String.join(" ", mailboxes.stream().filter(query::isIn).toList()))
        .isEqualTo(meant.equals("-") ? "" : meant);
    assertThat(query.missing(mailboxes).orElse("-")).isEqualTo(missing);
  }
}
