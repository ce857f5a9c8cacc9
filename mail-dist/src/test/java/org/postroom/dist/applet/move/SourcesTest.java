package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.dist.MailServer;
import org.postroom.dist.applet.AppletRun;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.storage.Storage;

/** What is made of files that are not as they should be. */
@Timeout(60)
@Tag("seconds")
final class SourcesTest {
  private static final String ADA = "ada@example.org";
  private static final String LINE = "From bob@far.test Fri Jul  8 12:08:34 2011\n";

  @TempDir private Path folder;
  private final StringWriter said = new StringWriter();
  private final Report report =
      new Report(new PrintWriter(said, true), new PrintWriter(said, true), () -> 0);

  private SourceFolder mbox(String text) throws IOException, Trouble {
    Path file = Files.writeString(folder.resolve("mbox"), text, ISO_8859_1);
    List<SourceFolder> seen = new ArrayList<>();
    new Mbox(file, Optional.empty(), report).folders(seen::add);
    return seen.get(0);
  }

  private static String text(SourceMessage message) throws IOException, Trouble {
    try (InputStream in = message.loader().load().open()) {
      return new String(in.readAllBytes(), ISO_8859_1).replace("\r\n", "\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "X-IMAPbase: 4711 9,          X-A: b,            3, 4711, 10, 3",
    "X-IMAPbase: 4711 2,          X-A: b,            3, 4711,  3, 0",
    "X-A: b,                      X-IMAPbase: 1 9,   3,    0,  0, 0",
    "X-IMAPbase: 4711 4294967294, X-A: b,            3, 4711, 4294967295, 3",
    "X-IMAPbase: 4711 4294967295, X-A: b,            3,    0,  0, 0",
    "X-IMAPbase: 0 9,             X-A: b,            3,    0,  0, 0",
    "X-IMAPbase: 4294967296 9,    X-A: b,            3,    0,  0, 0",
    "X-IMAPbase: 4711 9,          X-IMAPbase: 1 999, 3, 4711, 10, 3",
  })
  void numbersOfAnMboxAreThoseOfItsFirstMessage(
      String first, String second, long uid, long validity, long next, long taken)
      throws IOException, Trouble {
    SourceFolder found =
        mbox(
            LINE
                + first
                + "\nX-UID: "
                + uid
                + "\n\none\n\n"
                + LINE
                + second
                + "\nX-UID: 4000000000\n\ntwo\n");

    assertThat(found.uidValidity().orElse(0L)).isEqualTo(validity);
    assertThat(found.uidNext()).isEqualTo(next);
    long given = found.uidNext() == 4_294_967_295L ? 4_000_000_000L : 0;
    assertThat(found.messages()).extracting(SourceMessage::uid).containsExactly(taken, given);
  }

  /** 0x85 ends a line for patterns, and none in a file. */
  @Test
  void oneOddHeaderKeepsNoMboxOut() throws IOException, Trouble {
    SourceFolder found =
        mbox(
            LINE
                + "Subject: a\u00e2\u0080\u0085b\n\none\n\n"
                + LINE
                + "Subject: two\nwhat is this\n>From me\n\n"
                + LINE
                + " folded\n\n"
                + "From a\u0085b Fri Jul  8 12:08:34 2011\n\nfour\n");

    List<String> texts = new ArrayList<>();
    for (SourceMessage one : found.messages()) {
      texts.add(text(one));
    }
    assertThat(said.toString()).doesNotContain("no header field");
    assertThat(texts)
        .containsExactly(
            "Subject: a\u00e2\u0080\u0085b\n\none\n",
            "Subject: two\nwhat is this\nFrom me\n",
            " folded\n",
            "\nfour\n");
  }

  @ParameterizedTest
  @CsvSource({
    "3 V9 N4294967296,    1 :a",
    "3 V9 N2,             4294967295 :a",
    "1 9 4294967296,      1 a",
    "3 V4294967296 N2,    1 :a",
  })
  void aListWithNumbersThatNoneCanHaveIsRefused(String first, String second) throws IOException {
    Files.writeString(folder.resolve("dovecot-uidlist"), first + "\n" + second + "\n");

    assertThatThrownBy(() -> UidList.of(folder)).isInstanceOf(Trouble.class);
  }

  @Test
  void whereALinkLeadsIsNotReadNorWritten() throws IOException {
    Tree secret = new Tree(folder.resolve("secret"));
    secret.message("", "cur/1:2,", "Subject: x\n\n", 1);
    Path link = Files.createSymbolicLink(folder.resolve("link"), secret.root());
    Path file = Files.writeString(folder.resolve("file"), LINE + "Subject: x\n\n");
    Path inbox = Files.createSymbolicLink(folder.resolve("inbox"), file);
    Path away = Files.createSymbolicLink(folder.resolve("away"), folder.resolve("nothing"));

    assertThatThrownBy(() -> Places.parse("maildir:" + link).source(ADA, report))
        .hasMessage(link + ": a link leads there; name where it leads: " + secret.root());
    assertThatThrownBy(() -> Places.parse("maildir:" + link + "/.Sent").source(ADA, report))
        .isInstanceOf(Trouble.class);
    assertThatThrownBy(() -> Places.parse("mbox:" + inbox).source(ADA, report))
        .hasMessage(inbox + ": a link leads there; name where it leads: " + file);
    assertThatThrownBy(() -> SafeFiles.makeFolder(link.resolve(".New/cur")))
        .hasMessage(link + ": a link leads there; name where it leads: " + secret.root());
    assertThatThrownBy(() -> SafeFiles.makeFolder(away))
        .hasMessage(away + ": a link leads there; name where it leads, once it is there");
    assertThatThrownBy(() -> MaildirFolder.open(inbox)).isInstanceOf(Trouble.class);
    assertThat(folder.resolve("secret/.New")).doesNotExist();
  }

  @Test
  void whatHasNoEndIsNotReadToItsEnd() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            return length;
          }
        };

    assertThatThrownBy(() -> Body.of(() -> endless))
        .hasMessage("it has more than 2147483647 octets, which is too many");
  }

  @Test
  void whatIsTooLongIsPassedOver() throws IOException {
    try (Spool spool = new Spool(300_000)) {
      byte[] octets = new byte[299_000];
      spool.write(octets, 0, octets.length);
      spool.write(octets, 0, 1001);
      spool.write(octets, 0, 1);
      Body body = spool.finish();

      assertThat(body.size()).isEqualTo(300_002);
      assertThatThrownBy(body::open).hasMessageContaining("too many");
    }
  }

  @Test
  void aTextBesideMailIsOfSomeLengthAtMost() throws IOException, Trouble {
    Path file = Files.writeString(folder.resolve("subscriptions"), "12345");

    assertThat(SafeFiles.text(file, 5)).contains("12345");
    assertThatThrownBy(() -> SafeFiles.text(file, 4)).isInstanceOf(Trouble.class);
    assertThat(SafeFiles.text(folder.resolve("none"))).isEmpty();
  }

  @Test
  void wordsOfOthersCannotWriteLinesNorCommands() {
    report.trouble("a\nb", "\u001b[2Jx\u0085\u202e");
    report.done("c\rd", 1);

    assertThat(said.toString()).isEqualTo("postroom: a?b: ?[2Jx??\nc?d: 1 message\n");
  }

  private Path data() {
    Path data = folder.resolve("data");
    if (!Files.exists(data)) {
      assertThat(AppletRun.of("user", "add", "-d", data.toString(), ADA).status()).isZero();
    }
    return data;
  }

  private void take(boolean verify, SourceFolder... folders) throws IOException, Trouble {
    MailSource source =
        new MailSource() {
          @Override
          public void folders(Visitor visitor) throws IOException {
            for (SourceFolder one : folders) {
              visitor.visit(one);
            }
          }

          @Override
          public Set<String> subscriptions() {
            return Set.of();
          }
        };
    try (AskedServer.Client client =
        MailServer.builder().storage(Storage.h2(data())).unwrap(DescribedServer.class).client()) {
      new Importing(client, ADA, false, verify, report).all(source);
    }
  }

  private static SourceMessage message(long uid, String text, long size) {
    byte[] octets = text.getBytes(ISO_8859_1);
    return new SourceMessage(uid, List.of(), 1000, text.strip(), size, () -> Body.of(octets));
  }

  private static SourceFolder numbered(SourceMessage... messages) {
    return new SourceFolder("Old", Optional.of(7L), 0, List.of(messages));
  }

  @Test
  void aUidThatTwoHaveIsSaid() throws IOException, Trouble {
    take(
        false,
        numbered(
            message(1, "A: 1\r\n\r\n", -1),
            message(2, "A: 2\r\n\r\n", -1),
            message(2, "A: 3\r\n\r\n", -1),
            message(3, "A: 4\r\n\r\n", -1)));

    assertThat(said.toString())
        .contains("A: 3: UID 2 is another message's there, too", "ada@example.org Old: 3 messages");
    assertThat(report.status()).isEqualTo(65);
  }

  @Test
  void whatIsNotTakenAnyMoreIsSaid() throws IOException, Trouble {
    SourceMessage two = message(2, "A: 2\r\n\r\n", -1);
    SourceMessage late = message(1, "A: 1\r\n\r\n", -1);
    take(false, numbered(two));
    take(false, numbered(late, two));
    int status = report.status();

    take(true, numbered(late, two));

    assertThat(said.toString())
        .contains("A: 1: UID 1 is not in ada@example.org Old, and is not taken any more");
    assertThat(status).isZero();
    assertThat(report.status()).isEqualTo(65);
  }

  @Test
  void aSizeThatIsNotThatOfTheOctetsBringsNothingTwice() throws IOException, Trouble {
    SourceFolder lying =
        new SourceFolder("Old", Optional.empty(), 0, List.of(message(0, "A: 1\r\n\r\n", 4711)));

    take(false, lying);
    take(false, lying);

    report.sum("imported");
    assertThat(said.toString()).contains("imported 1 messages", "1 were there already");
  }

  @Test
  void oneMailboxThatIsRefusedKeepsNoOtherOut() throws IOException, Trouble {
    SourceFolder far =
        new SourceFolder(
            "Far", Optional.of(8L), 4_294_967_296L, List.of(message(1, "A: 1\r\n\r\n", -1)));

    take(false, far, numbered(message(1, "A: 2\r\n\r\n", -1)));

    assertThat(said.toString())
        .contains("Far: no UID would be left", "ada@example.org Old: 1 message\n");
  }
}
