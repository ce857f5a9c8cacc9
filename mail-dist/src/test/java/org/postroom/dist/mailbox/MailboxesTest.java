package org.postroom.dist.mailbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.refusal.AccountNotFound;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxExists;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;
import org.postroom.core.testing.Until;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.dist.assembly.StartedServer;
import org.postroom.storage.Storage;

/** An application reads and changes mailboxes. */
@Timeout(60)
final class MailboxesTest {
  private static final String ADA = "ada@example.org";
  private static final OffsetDateTime DATE = OffsetDateTime.parse("2024-02-29T12:00:00+01:00");

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

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  private static long put(Folder folder, String subject, String... flags) {
    return folder.append(stream("Subject: " + subject + "\n\nbody\n"), List.of(flags), DATE);
  }

  @Test
  void whatIsDeliveredLiesThere() throws IOException {
    long uid =
        server.deliver(
            ADA,
            "inbox",
            stream(
                "From: =?utf-8?q?J=C3=BCrgen?= <jo@far.test>\nTo: ada@example.org, B <b@far.test>\n"
                    + "Subject: =?utf-8?q?f=C3=BCr?= dich\nMessage-ID: <1@far.test>\n\nbody"));

    StoredMessage message = adas.inbox().message(uid).orElseThrow();
    assertThat(message.subject()).isEqualTo("für dich");
    assertThat(message.from()).isEqualTo("Jürgen <jo@far.test>");
    assertThat(message.headers().to()).containsExactly("ada@example.org", "B <b@far.test>");
    assertThat(message.headers().cc()).isEmpty();
    assertThat(message.headers().messageId()).isEqualTo("<1@far.test>");
    assertThat(message.flags()).isEmpty();
    byte[] octets = message.open().readAllBytes();
    assertThat(octets).hasSize((int) message.size());
    assertThat(new String(octets, UTF_8)).endsWith("\r\n\r\nbody\r\n");
  }

  @Test
  void flagsAndDatesAreKept() {
    Folder inbox = adas.inbox();
    long uid = put(inbox, "one", "\\Seen", "$Forwarded");

    inbox.flag(List.of(uid), "\\flagged", "todo");
    inbox.unflag(List.of(uid), "$forwarded");

    StoredMessage message = inbox.message(uid).orElseThrow();
    assertThat(message.flags()).containsExactlyInAnyOrder("\\Seen", "\\Flagged", "todo");
    assertThat(message.date()).isEqualTo(DATE);
    assertThat(inbox.unseen()).isZero();
    assertThatThrownBy(() -> inbox.flag(List.of(uid), "two words"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Numbers of mailboxes begin at one in each store: theirs would be somebody's here. */
  @Test
  void mailboxesOfAnotherServerAreOthers() {
    try (MailServer other =
        MailServer.builder()
            .hostname("mail.example.org")
            .domains("example.org")
            .storage(Storage.inMemory())
            .account(ADA, "correct horse")
            .start()) {
      Folder theirs = other.mailboxes(ADA).inbox();
      Folder inbox = adas.inbox();
      long uid = put(inbox, "one");

      assertThat(theirs).isNotEqualTo(inbox);
      assertThat(adas.inbox()).isEqualTo(inbox).hasSameHashCodeAs(inbox);
      assertThatThrownBy(() -> inbox.move(List.of(uid), theirs))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("of this server");
      assertThatThrownBy(() -> inbox.copy(List.of(uid), theirs))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(inbox.messages()).extracting(StoredMessage::uid).containsExactly(uid);
    }
  }

  @Test
  void messagesAreMovedCopiedAndRemoved() {
    Folder inbox = adas.inbox();
    Folder archive = adas.create("Archive of/2024");
    long one = put(inbox, "one");
    long two = put(inbox, "two", "\\Seen");

    List<Long> moved = inbox.move(List.of(two), archive);
    inbox.copy(List.of(one, 4711L), archive);

    assertThat(inbox.messages()).extracting(StoredMessage::subject).containsExactly("one");
    assertThat(archive.messages()).extracting(StoredMessage::subject).containsExactly("two", "one");
    assertThat(archive.message(moved.get(0)).orElseThrow().flags()).isEqualTo(Set.of("\\Seen"));
    archive.expunge(moved);
    inbox.clear();
    assertThat(archive.size()).isEqualTo(1);
    assertThat(inbox.size()).isZero();
    assertThat(inbox.message(one)).isEmpty();
  }

  @Test
  void mailboxesAreMadeRenamedAndRemoved() {
    Folder made = adas.create("A");

    assertThatThrownBy(() -> adas.create("A")).isInstanceOf(MailboxExists.class);
    assertThatThrownBy(() -> adas.create("")).isInstanceOf(BadMailboxName.class);
    adas.rename("A", "B/C");
    assertThat(made.name()).isEqualTo("B/C");
    assertThat(adas.folder("B/C")).isEqualTo(made);
    assertThat(adas.list()).contains(made, adas.inbox());
    made.delete();
    assertThat(adas.find("B/C")).isEmpty();
    assertThatThrownBy(made::size).isInstanceOf(MailboxNotFound.class);
    assertThat(made).hasToString("a mailbox that is gone");
  }

  @Test
  void whatCannotBeIsSaidByItsName() throws IOException {
    assertThatThrownBy(() -> server.deliver("eve@example.org", "INBOX", stream("")))
        .isInstanceOf(AccountNotFound.class)
        .hasMessageContaining("eve@example.org");
    assertThatThrownBy(() -> server.deliver(ADA, "Nowhere", stream("")))
        .isInstanceOf(MailboxNotFound.class)
        .hasMessageContaining("Nowhere");
    server
        .unwrap(StartedServer.class)
        .accounts()
        .setQuota(
            server.unwrap(StartedServer.class).accounts().byLogin(ADA).orElseThrow().id(), 10);
    assertThatThrownBy(() -> server.deliver(ADA, "INBOX", stream("Subject: x\n\nmuch\n")))
        .isInstanceOf(OverQuota.class);
    InputStream gone = InputStream.nullInputStream();
    gone.close();
    assertThatThrownBy(() -> server.deliver(ADA, "INBOX", gone))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(adas.inbox().size()).isZero();
  }

  @Test
  void whoWatchesHearsOfChanges() {
    Folder inbox = adas.inbox();
    AtomicInteger seen = new AtomicInteger();
    Watch watch =
        inbox.watch(
            folder -> {
              seen.set(folder.size());
              if (folder.size() == 1) {
                throw new IllegalStateException("a listener that fails hears of the next one");
              }
            });
    put(inbox, "one");
    Until.so(() -> seen.get() == 1);
    put(inbox, "two");
    Until.so(() -> seen.get() == 2);
    watch.close();
    put(inbox, "three");
    assertThat(seen).hasValue(2);
  }

  /** A test's listener asserts something. */
  @Test
  void whoFailsByAnErrorHearsOfTheNextOne() {
    Folder inbox = adas.inbox();
    AtomicInteger seen = new AtomicInteger();
    try (Watch watch =
        inbox.watch(
            folder -> {
              seen.set(folder.size());
              throw new AssertionError("a listener that asserts something");
            })) {
      assertThat(watch).isNotNull();
      put(inbox, "one");
      Until.so(() -> seen.get() == 1);
      put(inbox, "two");
      Until.so(() -> seen.get() == 2);
    }
  }
}
