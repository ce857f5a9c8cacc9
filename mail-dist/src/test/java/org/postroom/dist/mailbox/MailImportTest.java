package org.postroom.dist.mailbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.storage.Storage;

/** Mail that other programs have kept. */
final class MailImportTest {
  private static final String ADA = "ada@example.org";
  private static final String LINE = "From bob@far.test Fri Jul  8 12:08:34 2011\n";

  @TempDir private Path folder;
  private MailServer server;
  private Mailboxes adas;

  @BeforeEach
  void start() {
    server =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.inMemory())
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.IMAP, 0)
            .account(ADA, "correct horse")
            .start();
    adas = server.mailboxes(ADA);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text, UTF_8);
  }

  private static String text(StoredMessage message) {
    try {
      return new String(message.open().readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> texts(String mailbox) {
    return adas.folder(mailbox).messages().stream().map(MailImportTest::text).toList();
  }

  @Test
  void aMessageIsPutIn() throws IOException {
    Path file = file("one.eml", "Subject: one\nStatus: RO\n\nFrom here\n>From there");
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-02T03:04:05Z")));

    assertThat(adas.importFrom(file, "INBOX")).isEqualTo(1);

    assertThat(texts("INBOX"))
        .containsExactly("Subject: one\r\nStatus: RO\r\n\r\nFrom here\r\n>From there\r\n");
    assertThat(adas.inbox().messages().get(0).date()).isEqualTo("2020-01-02T03:04:05Z");
  }

  @Test
  void anMboxIsSplitAtItsLines() throws IOException {
    Path file =
        file(
            "mbox",
            LINE
                + "Subject: one\nStatus: RO\nX-Status: AF\nX-Keywords: todo\n later\nX-Keep: x\n\n"
                + "body\n\n>From me\n>>From you\n>Form\n\n"
                + "From nobody knows where\n\n"
                + "From MAILER-DAEMON Sat Jan  1 00:00:00 2022 +0200\n"
                + "Subject: two\n\n\nFrom eve Sun Jan  2 00:00 CET 2022\nSubject: three\n");

    assertThat(adas.importFrom(file, "Old")).isEqualTo(3);

    assertThat(texts("Old"))
        .containsExactly(
            String.join(
                "\r\n",
                List.of(
                    "Subject: one",
                    "X-Keep: x",
                    "",
                    "body",
                    "",
                    "From me",
                    ">From you",
                    ">Form",
                    "",
                    "From nobody knows where",
                    "")),
            "Subject: two\r\n\r\n",
            "Subject: three\r\n");
    List<StoredMessage> messages = adas.folder("Old").messages();
    assertThat(messages.get(0).flags())
        .containsExactlyInAnyOrder("\\Seen", "\\Answered", "\\Flagged", "todo");
    assertThat(messages.get(0).date()).isEqualTo("2011-07-08T12:08:34Z");
    assertThat(messages.get(1).date()).isEqualTo("2022-01-01T00:00:00+02:00");
  }

  /** None has a body, and the next one begins all the same. */
  @Test
  void anMboxMayHaveMessagesOfAHeaderAlone() throws IOException {
    Path file =
        file(
            "mbox",
            "From a\nSubject: one\nFrom b\nSubject: two\n\nx\n\n"
                + LINE
                + "Subject: three\n"
                + LINE
                + "Subject: four\n\n"
                + LINE
                + "\n"
                + LINE
                + "Subject: six\n\n");

    assertThat(adas.importFrom(file, "Old")).isEqualTo(6);

    assertThat(texts("Old"))
        .containsExactly(
            "Subject: one\r\n",
            "Subject: two\r\n\r\nx\r\n",
            "Subject: three\r\n",
            "Subject: four\r\n\r\n",
            "\r\n",
            "Subject: six\r\n\r\n");
  }

  /** mboxcl2: the length says where a message ends, and nothing is quoted. */
  @Test
  void aContentLengthThatIsRightCounts() throws IOException {
    String body = "body\n\n" + LINE + ">From me\n";
    String quoted = "body\n>From me\n";
    Path file =
        file(
            "mbox",
            LINE
                + "Subject: one\nContent-Length: "
                + body.length()
                + "\n\n"
                + body
                + "\n"
                + LINE
                + "Subject: two\nContent-Length: "
                + quoted.length()
                + "\n\n"
                + quoted
                + "\n"
                + LINE
                + "Subject: three\nContent-Length: 7\n\nlonger than seven\n");

    assertThat(adas.importFrom(file, "Old")).isEqualTo(3);

    assertThat(texts("Old"))
        .containsExactly(
            "Subject: one\r\n\r\n" + body.replace("\n", "\r\n"),
            "Subject: two\r\n\r\nbody\r\nFrom me\r\n",
            "Subject: three\r\n\r\nlonger than seven\r\n");
  }

  @Test
  void longLinesAndManyMessagesStayWhatTheyAre() throws IOException {
    StringBuilder mbox = new StringBuilder();
    String line = ">From " + "x".repeat(200_000);
    for (int i = 0; i < 200; i++) {
      mbox.append(LINE).append("Subject: ").append(i).append("\r\n\r\n");
      mbox.append(i % 50 == 0 ? line : ("line " + i + "\r\n").repeat(i)).append("\r\n\r\n");
    }

    assertThat(adas.importFrom(file("mbox", mbox.toString()), "Old")).isEqualTo(200);

    List<String> texts = texts("Old");
    for (int i = 0; i < 200; i++) {
      String body = i % 50 == 0 ? line.substring(1) : ("line " + i + "\r\n").repeat(i);
      assertThat(texts.get(i)).isEqualTo("Subject: " + i + "\r\n\r\n" + body + "\r\n");
    }
  }

  @Test
  void whatAProgramKeepsOfItsOwnIsNoMessage() throws IOException {
    Path file =
        file(
            "mbox",
            LINE
                + "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 2\n\nx\n\n"
                + LINE
                + "X-IMAP: 1 2\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n\nx\n\n"
                + LINE
                + "Subject: one\n\n");

    assertThat(adas.importFrom(file, "INBOX")).isEqualTo(1);

    assertThat(texts("INBOX")).containsExactly("Subject: one\r\n\r\n");
  }

  @Test
  void aMaildirHasFlagsAndFolders() throws IOException {
    file("md/cur/1.a.host:2,FRS", "Subject: one\n\n");
    file("md/cur/2.b.host:2,ab", "Subject: two\n\n");
    file("md/new/3.c.host", "Subject: three\n\n");
    file("md/dovecot-keywords", "0 todo\n1 $Junk\n");
    file("md/dovecot.index", "x");
    file("md/.Sent/cur/4.d.host:2,S", "Subject: four\n\n");
    file("md/.Entw&APw-rfe.2024/cur/5.e.host:2,D", "Subject: five\n\n");
    Files.createDirectories(folder.resolve("md/tmp"));

    assertThat(adas.importFrom(folder.resolve("md"), "INBOX")).isEqualTo(5);

    List<StoredMessage> inbox = adas.inbox().messages();
    assertThat(inbox).extracting(StoredMessage::subject).containsExactly("one", "two", "three");
    assertThat(inbox.get(0).flags()).containsExactlyInAnyOrder("\\Flagged", "\\Answered", "\\Seen");
    assertThat(inbox.get(1).flags()).containsExactlyInAnyOrder("todo", "$Junk");
    assertThat(texts("Sent")).hasSize(1);
    assertThat(adas.folder("Entwürfe/2024").messages().get(0).flags()).containsExactly("\\Draft");
  }

  /** Whoever may write into a Maildir may not be who may read all that a link leads to. */
  @Test
  void linksBelowTheSourceAreLeftOut() throws IOException {
    Path secret = file("secret/x", "Subject: secret\n\n");
    file("secret/md/cur/9.x:2,", "Subject: secret\n\n");
    Path keywords = file("secret/keywords", "0 secret\n");
    file("md/cur/1.a:2,a", "Subject: one\n\n");
    file("mails/a.eml", "Subject: two\n\n");
    Path maildir = folder.resolve("md");
    Files.createSymbolicLink(maildir.resolve("cur/2.b:2,"), secret);
    Files.createSymbolicLink(maildir.resolve("new"), folder.resolve("secret/md/cur"));
    Files.createSymbolicLink(maildir.resolve(".Others"), folder.resolve("secret/md"));
    Files.createSymbolicLink(maildir.resolve("dovecot-keywords"), keywords);
    Files.createSymbolicLink(folder.resolve("mails/b.eml"), secret);
    Path link = Files.createSymbolicLink(folder.resolve("link"), maildir);

    assertThat(adas.importFrom(link, "INBOX")).isEqualTo(1);
    assertThat(adas.importFrom(folder.resolve("mails"), "INBOX")).isEqualTo(1);

    assertThat(adas.inbox().messages())
        .extracting(StoredMessage::subject)
        .containsExactly("one", "two");
    assertThat(adas.inbox().messages().get(0).flags()).isEmpty();
    assertThat(adas.find("Others")).isEmpty();
  }

  @Test
  void flagsThatCannotBeAreLeftOut() throws IOException {
    String tooLong = "k".repeat(65);
    file("md/cur/1.a:2,Sabc", "Subject: one\n\n");
    file("md/dovecot-keywords", "0 todo\n1 no atom\n2 " + tooLong + "\n");
    Path mbox =
        file(
            "mbox",
            LINE + "Subject: two\nX-Keywords: done (no) " + tooLong + " \\No\nStatus: R\n\n");

    assertThat(adas.importFrom(folder.resolve("md"), "Old")).isEqualTo(1);
    assertThat(adas.importFrom(mbox, "Old")).isEqualTo(1);

    List<StoredMessage> messages = adas.folder("Old").messages();
    assertThat(messages.get(0).flags()).containsExactlyInAnyOrder("\\Seen", "todo");
    assertThat(messages.get(1).flags()).containsExactlyInAnyOrder("\\Seen", "done");
  }

  @Test
  void flagsThatAreTooManyForTheMailboxAreLeftOut() throws IOException {
    StringBuilder mbox = new StringBuilder();
    for (int i = 0; i < 260; i++) {
      mbox.append(LINE).append("Subject: x\nStatus: R\nX-Keywords: first k").append(i);
      mbox.append("\n\n");
    }

    assertThat(adas.importFrom(file("mbox", mbox.toString()), "Old")).isEqualTo(260);

    List<StoredMessage> messages = adas.folder("Old").messages();
    assertThat(messages.get(254).flags()).containsExactlyInAnyOrder("\\Seen", "first", "k254");
    assertThat(messages.get(259).flags()).containsExactlyInAnyOrder("\\Seen", "first");
  }

  @Test
  void aFolderOfFilesIsReadInTheOrderOfNames() throws IOException {
    file("mails/b.eml", "Subject: two\n\n");
    file("mails/a.eml", "Subject: one\n\n");
    file("mails/.hidden", "x");

    assertThat(adas.importFrom(folder.resolve("mails"), "New")).isEqualTo(2);

    assertThat(adas.folder("New").messages())
        .extracting(StoredMessage::subject)
        .containsExactly("one", "two");
  }

  @Test
  void whatIsBrokenIsSaidWithFileAndLine() throws IOException {
    Path noHeader = file("a.eml", "no header\n\nbody\n");
    Path cut =
        file("mbox", LINE + "Subject: one\n\nbody\n\n" + LINE + "Subject: two\nwhat is this\n\n");
    Path keywords = file("md/dovecot-keywords", "0 todo\nx\n");
    file("md/cur/1.a:2,", "Subject: x\n\n");

    assertThatThrownBy(() -> adas.importFrom(noHeader, "INBOX"))
        .isInstanceOf(BrokenMailFile.class)
        .hasMessage(noHeader + ": line 1 (offset 0): no header field: no header");
    assertThatThrownBy(() -> adas.importFrom(cut, "INBOX"))
        .isInstanceOf(BrokenMailFile.class)
        .hasMessage(
            cut
                + ": line 8 (offset "
                + Files.readString(cut, ISO_8859_1).indexOf("what")
                + "): no header field, and no empty line before it: what is this");
    assertThatThrownBy(() -> adas.importFrom(keywords.getParent(), "INBOX"))
        .hasMessage(keywords + ": line 2 (offset 7): expected a number and a keyword");
    file("bad/cur/1.a:2,", "Subject: y\n\n");
    Path below = file("bad/..x/cur/1.a:2,", "Subject: x\n\n").getParent().getParent();
    assertThatThrownBy(() -> adas.importFrom(below.getParent(), "Bad"))
        .isInstanceOf(BrokenMailFile.class)
        .hasMessage(below + ": no folder can be called so: Mailbox name has an empty level");
    assertThatThrownBy(() -> adas.importFrom(folder.resolve("none"), "INBOX"))
        .isInstanceOf(BrokenMailFile.class)
        .hasMessageEndingWith("there is no such file");
    assertThat(texts("INBOX")).containsExactly("Subject: one\r\n\r\nbody\r\n");
  }
}
