package org.postroom.imap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImapConversationTest {
  private static final String MAIL =
      """
      From: Ada <ada@example.org>
      To: bob@example.com
      Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= and more
      Date: Thu, 1 Feb 2024 09:05:00 +0100
      Message-ID: <1@example.org>

      Hello Bob
      """;

  private ImapFixture imap;

  @BeforeEach
  void start() throws IOException {
    imap = new ImapFixture();
  }

  @AfterEach
  void stop() {
    imap.close();
  }

  @Test
  void greetsWithCapabilitiesAndLogsIn() {
    ImapClient client = imap.connect();

    assertThat(client.line()).startsWith("* OK [CAPABILITY IMAP4rev1 ").contains("AUTH=PLAIN");
    assertThat(client.end("SELECT INBOX")).startsWith("BAD");
    assertThat(client.end("LOGIN ada wrong")).startsWith("NO [AUTHENTICATIONFAILED]");
    assertThat(client.end("LOGIN ada pw")).startsWith("OK [CAPABILITY ").contains("UIDPLUS");
    assertThat(client.end("LOGIN ada pw")).startsWith("BAD");
  }

  @Test
  void authenticatesByPlainWithAndWithoutInitialResponse() {
    ImapClient one = imap.connect();
    one.line();
    ImapClient two = imap.connect();
    two.line();

    assertThat(one.end("AUTHENTICATE PLAIN AGFkYQBwdw==")).startsWith("OK");
    two.send("a AUTHENTICATE PLAIN\r\n");
    assertThat(two.line()).isEqualTo("+ ");
    two.send("AGFkYQBwdw==\r\n");
    assertThat(two.line()).startsWith("a OK");
  }

  @Test
  void appendsAndFetchesByteForByte() {
    ImapClient client = imap.login();
    String message = MAIL.replace("\n", "\r\n");
    client.send("a APPEND INBOX (\\Flagged) {" + message.length() + "}\r\n");
    assertThat(client.line()).startsWith("+ ");
    client.send(message + "\r\n");
    assertThat(client.line()).matches("a OK \\[APPENDUID \\d+ 1\\] .*");

    List<String> selected = client.ok("SELECT INBOX");
    List<String> fetched =
        client.ok(
            "FETCH 1 (FLAGS RFC822.SIZE BODY.PEEK[] BODY[1]<1.3> BODY[HEADER.FIELDS (Subject)])");

    assertThat(selected).contains("* 1 EXISTS", "* 1 RECENT", "* OK [UNSEEN 1] First unseen.");
    assertThat(fetched)
        .containsExactly(
            "* 1 FETCH (FLAGS (\\Seen \\Flagged \\Recent) RFC822.SIZE "
                + message.length()
                + " BODY[] {"
                + message.length()
                + "}\r\n"
                + message
                + " BODY[1]<1> {3}\r\nell BODY[HEADER.FIELDS (Subject)] {49}\r\n"
                + "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= and more\r\n\r\n)");
  }

  @Test
  void takesNonSynchronizingLiteralsAndSkipsThoseOfFailedCommands() {
    ImapClient client = imap.login();

    client.send("a APPEND Missing {5+}\r\nhello\r\nb SELECT {5+}\r\nINBOX\r\n");

    assertThat(client.line()).startsWith("a NO [TRYCREATE]");
    assertThat(client.answer("b")).last().asString().startsWith("OK [READ-WRITE]");
  }

  @Test
  void answersAlthoughAnEmptyLineFollows() {
    ImapClient client = imap.login();

    client.send("a NOOP\r\n\r\n");

    assertThat(client.line()).startsWith("a OK");
  }

  @Test
  void tellsEnvelopeAndStructure() {
    imap.deliver("INBOX", MAIL);
    ImapClient client = imap.login();
    client.ok("SELECT INBOX");

    assertThat(client.ok("UID FETCH 1 (ENVELOPE BODYSTRUCTURE INTERNALDATE)"))
        .containsExactly(
            "* 1 FETCH (UID 1 INTERNALDATE \"01-Feb-2024 09:05:00 +0100\" ENVELOPE (\"Thu, 1 Feb"
                + " 2024 09:05:00 +0100\" \"=?utf-8?q?Gr=C3=BC=C3=9Fe?= and more\" ((\"Ada\" NIL"
                + " \"ada\" \"example.org\")) ((\"Ada\" NIL \"ada\" \"example.org\")) ((\"Ada\" NIL"
                + " \"ada\" \"example.org\")) ((NIL NIL \"bob\" \"example.com\")) NIL NIL NIL"
                + " \"<1@example.org>\") BODYSTRUCTURE (\"text\" \"plain\" (\"charset\""
                + " \"us-ascii\") NIL NIL \"7bit\" 11 1 NIL NIL NIL NIL))");
  }

  @Test
  void keepsNumbersWhileOthersExpunge() {
    for (int i = 0; i < 3; i++) {
      imap.deliver("INBOX", MAIL);
    }
    ImapClient one = imap.login();
    ImapClient two = imap.login();
    one.ok("SELECT INBOX");
    two.ok("SELECT INBOX");

    assertThat(one.ok("STORE 1:2 +FLAGS.SILENT (\\Deleted)")).isEmpty();
    assertThat(one.ok("EXPUNGE")).containsExactly("* 2 EXPUNGE", "* 1 EXPUNGE");

    assertThat(two.command("FETCH 3 UID"))
        .contains("* 3 FETCH (UID 3)")
        .noneMatch(line -> line.contains("EXPUNGE"));
    assertThat(two.ok("NOOP")).containsExactly("* 2 EXPUNGE", "* 1 EXPUNGE");
    assertThat(two.ok("FETCH 1 UID")).containsExactly("* 1 FETCH (UID 3)");
  }

  @Test
  void missesNoChangeOfOthersBesideItsOwn() {
    imap.deliver("INBOX", MAIL);
    imap.deliver("INBOX", MAIL);
    ImapClient one = imap.login();
    ImapClient two = imap.login();
    one.ok("SELECT INBOX");
    two.ok("SELECT INBOX");

    one.ok("STORE 1:2 +FLAGS.SILENT (\\Flagged new)");
    List<String> own = two.ok("STORE 1 +FLAGS (\\Flagged)");

    assertThat(own).contains("* 2 FETCH (FLAGS (\\Flagged new))");
    assertThat(own.get(0)).isEqualTo("* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft new)");
    assertThat(two.ok("NOOP")).isEmpty();
    assertThat(one.ok("NOOP")).isEmpty();
  }

  @Test
  void leavesAMailboxThatWasDeleted() {
    ImapClient one = imap.login();
    ImapClient two = imap.login();
    one.ok("CREATE gone");
    two.ok("SELECT gone");

    one.ok("DELETE gone");

    assertThat(two.end("NOOP")).startsWith("OK");
    assertThat(two.line()).startsWith("* BYE Selected mailbox");
  }

  @Test
  void answersTheSameWhereverTheInputIsCut() throws InterruptedException {
    imap.deliver("INBOX", MAIL);
    String input =
        "a LOGIN {3+}\r\nada \"pw\"\r\nb EXAMINE inbox\r\nc FETCH 1 (UID BODY[HEADER.FIELDS (to)])"
            + "\r\nd SEARCH SUBJECT {4+}\r\nmore\r\ne LOGOUT\r\n";
    String whole = talk(input, input.length());

    for (int cut = 1; cut < input.length(); cut += 3) {
      assertThat(talk(input, cut)).as("cut at " + cut).isEqualTo(whole);
    }
    assertThat(whole).contains("* SEARCH 1\n", "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (to)]");
  }

  private String talk(String input, int cut) {
    try (ImapClient client = imap.connect()) {
      client.line();
      client.send(input.substring(0, cut));
      client.send(input.substring(cut));
      return String.join("\n", client.answer("e"));
    }
  }

  @Test
  void withholdsExpungesWhileNumbersAreInThePipeline() {
    imap.deliver("INBOX", MAIL);
    imap.deliver("INBOX", MAIL);
    ImapClient one = imap.login();
    ImapClient two = imap.login();
    one.ok("SELECT INBOX");
    two.ok("SELECT INBOX");
    one.ok("STORE 1 +FLAGS.SILENT (\\Deleted)");
    one.ok("EXPUNGE");

    two.send("a NOOP\r\nb FETCH 2 UID\r\nc NOOP\r\n");

    assertThat(two.answer("a")).noneMatch(line -> line.contains("EXPUNGE"));
    assertThat(two.answer("b")).contains("* 2 FETCH (UID 2)");
    assertThat(two.answer("c")).contains("* 1 EXPUNGE");
  }

  @Test
  void tellsIdlersAtOnceAndTakesWhatFollowsDone() {
    ImapClient client = imap.login();
    client.ok("SELECT INBOX");
    client.send("i IDLE\r\n");
    assertThat(client.line()).isEqualTo("+ idling");

    imap.deliver("INBOX", MAIL);

    assertThat(client.line()).isEqualTo("* 1 EXISTS");
    assertThat(client.line()).isEqualTo("* 1 RECENT");
    client.send("DONE\r\n\r\nn NOOP\r\n");
    assertThat(client.line()).startsWith("i OK");
    assertThat(client.line()).startsWith("n OK");
  }

  @Test
  void copiesAndMovesWithTheirUids() {
    imap.deliver("INBOX", MAIL);
    imap.deliver("INBOX", MAIL);
    ImapClient client = imap.login();
    client.ok("SELECT INBOX");

    assertThat(client.end("COPY 1:2 Archive")).matches("OK \\[COPYUID \\d+ 1:2 1:2\\] .*");
    List<String> moved = client.ok("UID MOVE 1 Archive");
    assertThat(moved.get(0)).matches("\\* OK \\[COPYUID \\d+ 1 3\\] .*");
    assertThat(moved.get(1)).isEqualTo("* 1 EXPUNGE");
    assertThat(client.end("COPY 1 Nowhere")).startsWith("NO [TRYCREATE]");
    assertThat(client.end("UID MOVE 99 Archive")).startsWith("OK");
    assertThat(client.ok("STATUS Archive (MESSAGES UIDNEXT)"))
        .containsExactly("* STATUS \"Archive\" (MESSAGES 3 UIDNEXT 4)");
  }

  @Test
  void searches() {
    imap.deliver("INBOX", MAIL);
    imap.deliver("INBOX", MAIL.replace("Hello Bob", "Something else").replace("and more", "x"));
    ImapClient client = imap.login();
    client.ok("SELECT INBOX");

    assertThat(client.ok("SEARCH ALL")).containsExactly("* SEARCH 1 2");
    assertThat(client.ok("SEARCH SUBJECT \"AND MORE\"")).containsExactly("* SEARCH 1");
    assertThat(client.ok("SEARCH CHARSET UTF-8 SUBJECT {6+}\r\nGr\u00c3\u00bc\u00c3\u009f"))
        .containsExactly("* SEARCH 1 2");
    assertThat(client.ok("SEARCH BODY bob")).containsExactly("* SEARCH 1");
    assertThat(client.ok("SEARCH TEXT example.com")).containsExactly("* SEARCH 1 2");
    assertThat(client.ok("SEARCH FROM ada@example.org NOT 1")).containsExactly("* SEARCH 2");
    assertThat(client.ok("SEARCH HEADER Message-ID <1@")).containsExactly("* SEARCH 1 2");
    assertThat(client.ok("SEARCH HEADER X-None \"\"")).containsExactly("* SEARCH");
    assertThat(client.ok("SEARCH ON 1-Feb-2024 SENTSINCE 1-Feb-2024 LARGER 10 UNSEEN"))
        .containsExactly("* SEARCH 1 2");
    assertThat(client.ok("UID SEARCH RETURN (MIN COUNT) OR SEEN UNSEEN"))
        .containsExactly("* ESEARCH (TAG \"t12\") UID MIN 1 COUNT 2");
    assertThat(client.end("SEARCH CHARSET X-NONE ALL")).startsWith("NO [BADCHARSET");
    assertThat(client.end("SEARCH " + "(".repeat(60_000))).startsWith("BAD");
  }

  @Test
  void listsNamesInTheWireForm() {
    ImapClient client = imap.login();
    client.ok("CREATE \"Entw&APw-rfe/a\"");
    client.ok("SUBSCRIBE \"Entw&APw-rfe/a\"");

    assertThat(client.ok("LIST \"\" \"\"")).containsExactly("* LIST (\\Noselect) \"/\" \"\"");
    assertThat(client.ok("LIST \"\" Ent%"))
        .containsExactly("* LIST (\\Noselect \\HasChildren) \"/\" \"Entw&APw-rfe\"");
    assertThat(client.ok("LIST \"\" Ent*"))
        .containsExactly("* LIST (\\HasNoChildren) \"/\" \"Entw&APw-rfe/a\"");
    assertThat(client.ok("LSUB \"\" Ent%"))
        .containsExactly("* LSUB (\\Noselect) \"/\" \"Entw&APw-rfe\"");
    assertThat(client.ok("LIST (SUBSCRIBED) \"\" (Ent* Sen%) RETURN (STATUS (MESSAGES))"))
        .containsExactly(
            "* LIST (\\HasNoChildren \\Subscribed) \"/\" \"Entw&APw-rfe/a\"",
            "* STATUS \"Entw&APw-rfe/a\" (MESSAGES 0)",
            "* LIST (\\HasNoChildren \\Subscribed \\Sent) \"/\" \"Sent\"",
            "* STATUS \"Sent\" (MESSAGES 0)");
    assertThat(client.end("CREATE inbox")).startsWith("NO [ALREADYEXISTS]");
    assertThat(client.end("DELETE Entw&APw-rfe")).startsWith("NO [HASCHILDREN]");
    assertThat(client.end("SELECT &Jjo!-")).startsWith("NO [CANNOT]");
  }

  @Test
  void endsAConversationOfGarbage() {
    ImapClient client = imap.connect();
    client.line();

    client.send("hello\r\nworld ?\r\n{\r\n");

    assertThat(client.line()).startsWith("hello BAD");
    assertThat(client.line()).contains("BAD");
    assertThat(client.line()).contains("BAD");
    assertThat(client.line()).startsWith("* BYE");
    assertThat(client.line()).isEqualTo("<closed>");
  }
}
