package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mail.Content;
import org.postroom.core.mailbox.Changes;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailStore.Appended;
import org.postroom.core.mailbox.MailStore.Copied;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.MailStore.StoreResult;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxChange;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.MessageRow;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.Snapshot;
import org.postroom.core.mailbox.SpecialUse;
import org.postroom.core.mailbox.SpecialUseTaken;
import org.postroom.core.mailbox.TooManyKeywords;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.people.Quota;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.refusal.BadMailboxName;
import org.postroom.core.refusal.MailboxExists;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.refusal.OverQuota;

/** What every {@link MailStore} does. */
public abstract class MailStoreContract extends StoreContract {
  private static final long ANY = Long.MAX_VALUE;
  private static final MailboxId NOWHERE = new MailboxId(2_000_000_000);

  private MailStore store;
  private MailboxId inbox;

  @BeforeEach
  void findInbox() {
    store = stores().mail();
    inbox = inbox();
  }

  // --- names

  @Test
  void newAccountsHaveTheUsualMailboxesSubscribed() {
    List<Mailbox> mailboxes = store.list(ada.id());

    assertThat(mailboxes)
        .extracting(mailbox -> mailbox.name().value())
        .containsExactly("INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash");
    assertThat(mailboxes)
        .filteredOn(mailbox -> mailbox.specialUse().isPresent())
        .extracting(mailbox -> mailbox.specialUse().orElseThrow())
        .containsExactlyInAnyOrder(SpecialUse.values());
    assertThat(store.subscriptions(ada.id()))
        .containsExactlyInAnyOrderElementsOf(mailboxes.stream().map(Mailbox::name).toList());
  }

  @Test
  void knowsNothingOfAnAccountThatIsNotThere() {
    AccountId nobody = new AccountId(2_000_000_000);

    assertThat(store.list(nobody)).isEmpty();
    assertThat(store.find(nobody, MailboxName.INBOX)).isEmpty();
    assertThat(store.subscriptions(nobody)).isEmpty();
    assertThatThrownBy(() -> store.create(nobody, MailboxName.of("x"), Optional.empty()))
        .isInstanceOf(MailboxNotFound.class);
    assertThatThrownBy(() -> store.rename(nobody, MailboxName.of("x"), MailboxName.of("y")))
        .isInstanceOf(MailboxNotFound.class);
    assertThatThrownBy(() -> store.subscribe(nobody, MailboxName.of("x")))
        .isInstanceOf(MailboxNotFound.class);
    assertThatThrownBy(() -> store.unsubscribe(nobody, MailboxName.of("x")))
        .isInstanceOf(MailboxNotFound.class);
  }

  @Test
  void saysThatAMailboxIsNotThere() {
    UidSet one = UidSet.of(1);
    fill(inbox, 1);

    assertNotFound(() -> store.mailbox(NOWHERE));
    assertNotFound(() -> store.snapshot(NOWHERE));
    assertNotFound(() -> store.changesSince(NOWHERE, 0));
    assertNotFound(() -> store.claimRecent(NOWHERE));
    assertNotFound(() -> store.read(NOWHERE, one, Set.of(), row -> {}));
    assertNotFound(() -> store.firstUnseen(NOWHERE));
    assertNotFound(() -> store.append(NOWHERE, List.of(message("x"))));
    assertNotFound(() -> store.store(NOWHERE, one, FlagChange.add(Flags.SEEN), ANY));
    assertNotFound(() -> store.copy(NOWHERE, one, inbox));
    assertNotFound(() -> store.copy(inbox, one, NOWHERE));
    assertNotFound(() -> store.move(NOWHERE, one, inbox));
    assertNotFound(() -> store.move(inbox, one, NOWHERE));
    assertNotFound(() -> store.expunge(NOWHERE, one));
    assertNotFound(() -> store.expungeDeleted(NOWHERE, one));
    assertNotFound(() -> store.delete(NOWHERE));
    assertNotFound(() -> store.watch(NOWHERE, change -> {}).close());
    assertThat(store.snapshot(inbox).uids()).isEqualTo(one);
  }

  private static void assertNotFound(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(MailboxNotFound.class);
  }

  @Test
  void createsMailboxesThatAreEmpty() {
    Mailbox made = store.create(ada.id(), MailboxName.of("a/b/c"), Optional.empty());

    assertThat(made.account()).isEqualTo(ada.id());
    assertThat(made.name()).isEqualTo(MailboxName.of("a/b/c"));
    assertThat(made.uidNext()).isEqualTo(1);
    assertThat(made.firstRecentUid()).isEqualTo(1);
    assertThat(made.highestModSeq()).isPositive();
    assertThat(made.messages() + made.unseen() + made.deleted() + made.octets()).isZero();
    assertThat(made.keywords()).isEmpty();
    assertThat(made.specialUse()).isEmpty();
    assertThat(store.mailbox(made.id())).isEqualTo(made);
    assertThat(store.find(ada.id(), MailboxName.of("a/b/c"))).contains(made);
    assertThat(store.find(ada.id(), MailboxName.of("a/b"))).isEmpty();
    assertThat(store.find(ada.id(), MailboxName.of("A/b/c"))).isEmpty();
    assertThat(store.list(ada.id())).contains(made);
    assertThat(store.snapshot(made.id())).isEqualTo(new Snapshot(made, UidSet.EMPTY));
    assertThat(store.subscriptions(ada.id())).doesNotContain(made.name());
  }

  @Test
  void listsInboxFirstThenByName() {
    newMailbox("b");
    newMailbox("Ab");
    newMailbox("a/z");
    newMailbox("a");
    newMailbox("a-b");
    newMailbox("INBOX/x");

    assertThat(store.list(ada.id())).extracting(Mailbox::name).isSorted();
    assertThat(store.list(ada.id()).get(0).name()).isEqualTo(MailboxName.INBOX);
    assertThat(store.list(ada.id()).get(1).name()).isEqualTo(MailboxName.of("inbox/x"));
  }

  @Test
  void refusesToCreateWhatIsThere() {
    newMailbox("a");

    assertThatThrownBy(() -> newMailbox("a")).isInstanceOf(MailboxExists.class);
    assertThatThrownBy(() -> newMailbox("a/")).isInstanceOf(MailboxExists.class);
    assertThatThrownBy(() -> newMailbox("inbox")).isInstanceOf(MailboxExists.class);
    newMailbox("A");
    inbox(newAccount("other"));
  }

  @Test
  void givesASpecialUseToOneMailboxOnly() {
    MailboxName sent = MailboxName.of("Sent too");

    assertThatThrownBy(() -> store.create(ada.id(), sent, Optional.of(SpecialUse.SENT)))
        .isInstanceOf(SpecialUseTaken.class);
    store.delete(store.find(ada.id(), MailboxName.of("Sent")).orElseThrow().id());
    Mailbox made = store.create(ada.id(), sent, Optional.of(SpecialUse.SENT));

    assertThat(made.specialUse()).contains(SpecialUse.SENT);
    assertThat(store.mailbox(made.id()).specialUse()).contains(SpecialUse.SENT);
  }

  @Test
  void neverReusesAUidValidity() {
    Set<Long> seen = new HashSet<>();
    store.list(ada.id()).forEach(mailbox -> assertThat(seen.add(mailbox.uidValidity())).isTrue());

    for (int i = 0; i < 5; i++) {
      Mailbox made = store.create(ada.id(), MailboxName.of("again"), Optional.empty());
      assertThat(seen.add(made.uidValidity())).isTrue();
      assertThat(made.uidValidity()).isBetween(1L, 0xFFFF_FFFFL);
      store.delete(made.id());
    }
    store.rename(ada.id(), MailboxName.INBOX, MailboxName.of("again"));
    Mailbox old = store.find(ada.id(), MailboxName.of("again")).orElseThrow();

    assertThat(seen.add(old.uidValidity())).isTrue();
  }

  @Test
  void deletesAMailboxAndLeavesItsChildren() {
    MailboxId parent = newMailbox("a");
    MailboxId child = newMailbox("a/b");
    store.subscribe(ada.id(), MailboxName.of("a"));
    fill(parent, 3);
    fill(child, 2);

    store.delete(parent);

    assertNotFound(() -> store.mailbox(parent));
    assertNotFound(() -> store.read(parent, UidSet.of(1), Set.of(), row -> {}));
    assertThat(store.find(ada.id(), MailboxName.of("a"))).isEmpty();
    assertThat(store.mailbox(child).messages()).isEqualTo(2);
    assertThat(store.subscriptions(ada.id())).contains(MailboxName.of("a"));
    Mailbox again = store.create(ada.id(), MailboxName.of("a"), Optional.empty());
    assertThat(again.id()).isNotEqualTo(parent);
    assertThat(again.messages()).isZero();
  }

  @Test
  void neverDeletesInbox() {
    fill(inbox, 1);

    assertThatThrownBy(() -> store.delete(inbox)).isInstanceOf(BadMailboxName.class);

    assertThat(store.mailbox(inbox).messages()).isEqualTo(1);
  }

  @Test
  void renamesAMailboxWithItsChildrenAndSubscriptions() {
    MailboxId parent = newMailbox("a");
    MailboxId child = newMailbox("a/b/c");
    MailboxId neighbour = newMailbox("ab");
    store.subscribe(ada.id(), MailboxName.of("a"));
    store.subscribe(ada.id(), MailboxName.of("a/b"));
    fill(parent, 2);
    Mailbox before = store.mailbox(parent);

    store.rename(ada.id(), MailboxName.of("a"), MailboxName.of("x/y"));

    assertThat(store.find(ada.id(), MailboxName.of("x/y")).orElseThrow().id()).isEqualTo(parent);
    assertThat(store.mailbox(parent).uidValidity()).isEqualTo(before.uidValidity());
    assertThat(store.mailbox(parent).uidNext()).isEqualTo(3);
    assertThat(subjects(parent)).containsExactly("m1", "m2");
    assertThat(store.mailbox(child).name()).isEqualTo(MailboxName.of("x/y/b/c"));
    assertThat(store.mailbox(neighbour).name()).isEqualTo(MailboxName.of("ab"));
    assertThat(store.find(ada.id(), MailboxName.of("a"))).isEmpty();
    assertThat(store.subscriptions(ada.id()))
        .contains(MailboxName.of("x/y"), MailboxName.of("x/y/b"))
        .doesNotContain(MailboxName.of("a"), MailboxName.of("a/b"));
  }

  @Test
  void renamesAParentThatIsOnlyAName() {
    MailboxId child = newMailbox("a/b");

    store.rename(ada.id(), MailboxName.of("a"), MailboxName.of("c"));

    assertThat(store.mailbox(child).name()).isEqualTo(MailboxName.of("c/b"));
  }

  @Test
  void renamesUpwardsIntoNamesThatItLeaves() {
    List<MailboxId> chain = new ArrayList<>();
    for (int depth = 2; depth < 14; depth++) {
      chain.add(newMailbox("p/".repeat(depth)));
    }

    store.rename(ada.id(), MailboxName.of("p/p"), MailboxName.of("p"));

    for (int depth = 1; depth < 13; depth++) {
      assertThat(store.mailbox(chain.get(depth - 1)).name())
          .isEqualTo(MailboxName.of("p/".repeat(depth)));
    }
  }

  @Test
  void refusesRenamesThatCannotBe() {
    newMailbox("a");
    newMailbox("a/b");
    newMailbox("c/b");
    newMailbox("d");
    MailboxName a = MailboxName.of("a");
    MailboxName longName = MailboxName.of(("x".repeat(250) + "/").repeat(3) + "x".repeat(246));
    List<Mailbox> before = store.list(ada.id());

    assertRefused(a, MailboxName.of("d"), MailboxExists.class);
    assertRefused(a, MailboxName.of("c"), MailboxExists.class);
    assertRefused(a, a, MailboxExists.class);
    assertRefused(a, MailboxName.INBOX, MailboxExists.class);
    assertRefused(MailboxName.INBOX, a, MailboxExists.class);
    assertRefused(a, MailboxName.of("a/x"), BadMailboxName.class);
    assertRefused(a, longName, BadMailboxName.class);
    assertRefused(MailboxName.of("none"), MailboxName.of("x"), MailboxNotFound.class);

    assertThat(store.list(ada.id())).isEqualTo(before);
  }

  private void assertRefused(
      MailboxName from, MailboxName to, Class<? extends RuntimeException> why) {
    assertThatThrownBy(() -> store.rename(ada.id(), from, to)).isInstanceOf(why);
  }

  @Test
  void renamingInboxMovesItsMessagesAndLeavesIt() {
    MailboxId child = newMailbox("INBOX/child");
    store.append(inbox, List.of(message("a", Flags.SEEN, "Work"), message("b")));
    store.expunge(inbox, UidSet.of(2));
    fill(inbox, 1);
    Mailbox before = store.mailbox(inbox);

    store.rename(ada.id(), MailboxName.INBOX, MailboxName.of("old"));

    Mailbox old = store.find(ada.id(), MailboxName.of("old")).orElseThrow();
    Mailbox after = store.mailbox(inbox);
    assertThat(after.name()).isEqualTo(MailboxName.INBOX);
    assertThat(after.uidValidity()).isEqualTo(before.uidValidity());
    assertThat(after.uidNext()).isEqualTo(before.uidNext());
    assertThat(after.messages()).isZero();
    assertThat(subjects(old.id())).containsExactly("a", "m1");
    assertThat(old.keywords()).containsExactlyElementsOf(keywords("Work"));
    assertThat(flags(old.id())).containsEntry(1L, named(Flags.SEEN, "Work"));
    assertThat(store.changesSince(inbox, before.highestModSeq()).vanished())
        .isEqualTo(UidSet.of(1, 3));
    assertThat(store.mailbox(child).name()).isEqualTo(MailboxName.of("INBOX/child"));
    assertThat(store.subscriptions(ada.id())).contains(MailboxName.INBOX);
  }

  @Test
  void subscriptionsAreNames() {
    MailboxName ghost = MailboxName.of("not/there");

    store.subscribe(ada.id(), ghost);
    store.subscribe(ada.id(), ghost);
    assertThat(store.subscriptions(ada.id())).contains(ghost);

    store.unsubscribe(ada.id(), ghost);
    store.unsubscribe(ada.id(), ghost);
    assertThat(store.subscriptions(ada.id())).doesNotContain(ghost).hasSize(6);
  }

  // --- messages

  @Test
  void appendsInOrderWithOneModSeq() {
    Mailbox before = store.mailbox(inbox);

    Appended first = store.append(inbox, List.of(message("a"), message("b")));
    Appended second = store.append(inbox, List.of(message("c", Flags.SEEN | Flags.DELETED)));

    Mailbox after = store.mailbox(inbox);
    assertThat(first.uids()).isEqualTo(UidSet.of(1, 2));
    assertThat(second.uids()).isEqualTo(UidSet.of(3));
    assertThat(first.uidValidity()).isEqualTo(before.uidValidity());
    assertThat(first.highestModSeq()).isGreaterThan(before.highestModSeq());
    assertThat(second.highestModSeq()).isGreaterThan(first.highestModSeq());
    assertThat(after.highestModSeq()).isEqualTo(second.highestModSeq());
    assertThat(after.uidNext()).isEqualTo(4);
    assertThat(after.messages()).isEqualTo(3);
    assertThat(after.unseen()).isEqualTo(2);
    assertThat(after.deleted()).isEqualTo(1);
    assertThat(after.octets()).isEqualTo(3 * text("x").size());
    assertThat(store.snapshot(inbox)).isEqualTo(new Snapshot(after, UidSet.range(1, 3)));
    assertThat(store.changesSince(inbox, before.highestModSeq()).changed())
        .containsExactly(
            new Changes.FlagsRow(1, Flags.NONE, first.highestModSeq()),
            new Changes.FlagsRow(2, Flags.NONE, first.highestModSeq()),
            new Changes.FlagsRow(3, Flags.of(Flags.SEEN | Flags.DELETED), second.highestModSeq()));
    assertThat(subjects(inbox)).containsExactly("a", "b", "c");
  }

  @Test
  void appendingNothingChangesNothing() {
    Mailbox before = store.mailbox(inbox);

    Appended none = store.append(inbox, List.of());

    assertThat(none)
        .isEqualTo(
            new Appended(before.uidValidity(), UidSet.EMPTY, before.highestModSeq(), Set.of()));
    assertThat(store.mailbox(inbox)).isEqualTo(before);
  }

  @Test
  void appendsAllOrNone() {
    List<NewMessage> messages = new ArrayList<>();
    for (int i = 0; i <= 3; i++) {
      messages.add(message("m" + i, 0, "k" + i));
    }
    stores().accounts().setQuota(ada.id(), new Quota(Quota.UNSAID, 3));
    Mailbox before = store.mailbox(inbox);

    assertOverQuota(() -> store.append(inbox, messages));

    assertThat(store.snapshot(inbox)).isEqualTo(new Snapshot(before, UidSet.EMPTY));
  }

  @Test
  void keepsEveryOctetOfContent() {
    byte[] binary = new byte[300_000];
    new Random(17).nextBytes(binary);
    byte[] lines = "a: b\r\n\r\n.\r\n..\nbare\rcr\0nul\r\n".getBytes(UTF_8);

    store.append(
        inbox,
        List.of(octets(binary), octets(lines), octets(new byte[0]), octets("x".getBytes(UTF_8))));

    List<byte[]> read = contents(inbox);
    assertThat(read.get(0)).isEqualTo(binary);
    assertThat(read.get(1)).isEqualTo(lines);
    assertThat(read.get(2)).isEmpty();
    assertThat(read.get(3)).isEqualTo("x".getBytes(UTF_8));
    assertThat(store.mailbox(inbox).octets()).isEqualTo(300_000L + lines.length + 1);
  }

  private static NewMessage octets(byte[] octets) {
    return new NewMessage(StagedOctets.of(octets), 0, Set.of(), new InternalDate(0, 0));
  }

  @Test
  void readsPartsOfContentAlsoAfterTheVisit() {
    byte[] octets = new byte[100_000];
    new Random(4).nextBytes(octets);
    store.append(inbox, List.of(octets(octets)));
    List<Content> kept = new ArrayList<>();

    store.read(
        inbox, UidSet.of(1), Set.of(Detail.CONTENT), row -> kept.add(row.content().orElseThrow()));

    ByteBuffer part = ByteBuffer.allocate(1000);
    while (part.hasRemaining()) {
      assertThat(kept.get(0).read(77_777 + part.position(), part)).isPositive();
    }
    assertThat(part.array()).isEqualTo(Arrays.copyOfRange(octets, 77_777, 78_777));
    assertThat(kept.get(0).read(100_000, ByteBuffer.allocate(10))).isLessThanOrEqualTo(0);
  }

  @Test
  void aRowThatWasLookedUpMayBeKeptBeyondItsVisit() {
    int count = 300;
    for (int i = 1; i <= count; i++) {
      store.append(inbox, List.of(octets(new byte[i])));
    }
    List<MessageRow> kept = new ArrayList<>();

    store.read(
        inbox,
        UidSet.range(1, count),
        Set.of(Detail.CONTENT),
        row -> {
          assertThat(row.emailId()).isPositive();
          kept.add(row);
        });
    store.store(inbox, UidSet.range(1, count), FlagChange.add(Flags.SEEN), Long.MAX_VALUE);

    for (int i = 1; i <= count; i++) {
      MessageRow row = kept.get(i - 1);
      assertThat(List.of(row.uid(), row.size(), row.flags()))
          .isEqualTo(List.of((long) i, (long) i, Flags.NONE));
      assertThat(row.content().orElseThrow().toBytes()).hasSize(i);
    }
  }

  @Test
  void showsARowWithAllItsDetails() {
    InternalDate date = InternalDate.of(OffsetDateTime.parse("1999-12-31T23:59:59.123-08:30"));
    StagedContent content =
        StagedOctets.of(
            """
            From: Grace <grace@example.net>
            Subject: =?utf-8?Q?caf=C3=A9?=
            Content-Type: multipart/mixed; boundary=x

            --x

            one
            --x

            two
            --x--
            """);
    store.append(inbox, List.of(new NewMessage(content, Flags.FLAGGED, keywords("$Work"), date)));
    Mailbox mailbox = store.mailbox(inbox);

    store.read(
        inbox,
        UidSet.of(1),
        EnumSet.allOf(Detail.class),
        row -> {
          assertThat(row.uid()).isEqualTo(1);
          assertThat(row.modSeq()).isEqualTo(mailbox.highestModSeq());
          assertThat(row.flags()).isEqualTo(named(Flags.FLAGGED, "$Work"));
          assertThat(row.size()).isEqualTo(content.size());
          assertThat(row.internalDate()).isEqualTo(date);
          assertThat(row.savedAt()).isEqualTo(time.millis());
          assertThat(row.structure()).isEqualTo(content.structure());
          assertThat(row.envelope()).isEqualTo(content.structure().envelope());
          assertThat(row.content().orElseThrow().toBytes()).isEqualTo(content.toBytes());
        });
    assertThat(subjectsOf(inbox, UidSet.of(1, 2, 9))).hasSize(1);
  }

  @Test
  void putsTheHeaderOfADeliveryInFrontOfTheSharedContent() {
    Account grace = newAccount("grace");
    StagedContent content = text("shared");
    String header = "Return-Path: <x@y.test>\r\nDelivered-To: ada@example.org\r\n";
    var one = delivery(content, ada, MailboxName.INBOX, header);
    var two = delivery(content, grace, MailboxName.of("Lists"), "X: y\r\n");

    time.advance(Duration.ofSeconds(3));
    stores()
        .mailCommit()
        .commit(
            new Acceptance(
                one.mail(), List.of(one.deliveries().get(0), two.deliveries().get(0)), List.of()));

    assertDelivered(inbox, header, content);
    MailboxId lists = store.find(grace.id(), MailboxName.of("Lists")).orElseThrow().id();
    assertDelivered(lists, "X: y\r\n", content);
    assertThat(store.mailbox(inbox).unseen()).isEqualTo(1);
    assertThat(store.claimRecent(inbox)).isEqualTo(UidSet.of(1));
  }

  private void assertDelivered(MailboxId mailbox, String header, StagedContent content) {
    byte[] all = Content.concat(Content.of(header.getBytes(UTF_8)), content).toBytes();
    List<Long> emails = new ArrayList<>();
    store.read(
        mailbox,
        UidSet.of(1),
        EnumSet.allOf(Detail.class),
        row -> {
          emails.add(row.emailId());
          MessageStructure structure = row.structure();
          assertThat(row.size()).isEqualTo(all.length);
          assertThat(row.content().orElseThrow().toBytes()).isEqualTo(all);
          assertThat(structure.size()).isEqualTo(all.length);
          assertThat(structure.headerLength())
              .isEqualTo(header.length() + content.structure().headerLength());
          assertThat(structure).isEqualTo(StagedOctets.of(all).structure());
          assertThat(row.envelope()).isEqualTo(content.structure().envelope());
          assertThat(row.internalDate().epochMillis())
              .isEqualTo(time.instant().minusSeconds(3).toEpochMilli());
        });
    assertThat(emails).hasSize(1);
    assertThat(store.mailbox(mailbox).octets()).isEqualTo(all.length);
  }

  // --- flags

  @Test
  void changesFlagsMessageByMessage() {
    store.append(inbox, List.of(message("a", Flags.SEEN, "Work"), message("b"), message("c")));
    long before = store.mailbox(inbox).highestModSeq();

    StoreResult added =
        store.store(
            inbox,
            UidSet.of(1, 2, 7),
            new FlagChange(FlagChange.Mode.ADD, Flags.SEEN, keywords("WORK")),
            ANY);
    StoreResult removed =
        store.store(
            inbox,
            UidSet.of(1),
            new FlagChange(FlagChange.Mode.REMOVE, Flags.SEEN, keywords("unknown")),
            ANY);
    StoreResult replaced =
        store.store(
            inbox,
            UidSet.of(2),
            new FlagChange(FlagChange.Mode.REPLACE, Flags.DELETED, Set.of()),
            ANY);

    Flags work = named(0, "Work");
    assertThat(added.modSeqBefore()).isEqualTo(before);
    assertThat(added.modified()).isEqualTo(UidSet.EMPTY);
    assertThat(added.stored())
        .containsExactly(
            new Changes.FlagsRow(1, work.with(Flags.SEEN), before),
            new Changes.FlagsRow(2, work.with(Flags.SEEN), added.mailbox().highestModSeq()));
    assertThat(removed.stored())
        .containsExactly(new Changes.FlagsRow(1, work, removed.mailbox().highestModSeq()));
    assertThat(replaced.stored())
        .containsExactly(
            new Changes.FlagsRow(2, Flags.of(Flags.DELETED), replaced.mailbox().highestModSeq()));
    assertThat(before).isLessThan(added.mailbox().highestModSeq());
    assertThat(added.mailbox().highestModSeq()).isLessThan(removed.mailbox().highestModSeq());
    assertThat(replaced.mailbox()).isEqualTo(store.mailbox(inbox));
    assertThat(replaced.mailbox().unseen()).isEqualTo(3);
    assertThat(replaced.mailbox().deleted()).isEqualTo(1);
    assertThat(replaced.mailbox().keywords()).hasSize(1);
    assertThat(replaced.mailbox().keywords().get(0).name()).isEqualTo("Work");
    assertThat(flags(inbox))
        .isEqualTo(Map.of(1L, work, 2L, Flags.of(Flags.DELETED), 3L, Flags.NONE));
  }

  @Test
  void aStoreThatChangesNothingKeepsTheModSeq() {
    store.append(inbox, List.of(message("a", Flags.SEEN)));
    Mailbox before = store.mailbox(inbox);

    StoreResult same = store.store(inbox, UidSet.of(1), FlagChange.add(Flags.SEEN), ANY);
    StoreResult none = store.store(inbox, UidSet.of(5), FlagChange.add(Flags.SEEN), ANY);

    assertThat(same.stored())
        .containsExactly(new Changes.FlagsRow(1, Flags.of(Flags.SEEN), before.highestModSeq()));
    assertThat(none.stored()).isEmpty();
    assertThat(store.mailbox(inbox)).isEqualTo(before);
  }

  @Test
  void storesOnlyWhatIsUnchangedSince() {
    fill(inbox, 3);
    long then = store.mailbox(inbox).highestModSeq();
    store.store(inbox, UidSet.of(2), FlagChange.add(Flags.FLAGGED), ANY);

    StoreResult result = store.store(inbox, UidSet.range(1, 3), FlagChange.add(Flags.SEEN), then);
    StoreResult never = store.store(inbox, UidSet.range(1, 3), FlagChange.add(Flags.DRAFT), 0);

    assertThat(result.modified()).isEqualTo(UidSet.of(2));
    assertThat(result.stored()).extracting(Changes.FlagsRow::uid).containsExactly(1L, 3L);
    assertThat(never.modified()).isEqualTo(UidSet.range(1, 3));
    assertThat(never.stored()).isEmpty();
    assertThat(flags(inbox))
        .isEqualTo(
            Map.of(
                1L, Flags.of(Flags.SEEN), 2L, Flags.of(Flags.FLAGGED), 3L, Flags.of(Flags.SEEN)));
  }

  /** Message 1 of the inbox gets all keywords that the mailbox can have: k0, k1 and so on. */
  private void fillWithKeywords() {
    String[] names = new String[Mailbox.MAX_KEYWORDS];
    Arrays.setAll(names, i -> "k" + i);
    change(FlagChange.Mode.ADD, 1, names);
  }

  private StoreResult change(FlagChange.Mode mode, long uid, String... names) {
    return store.store(inbox, UidSet.of(uid), new FlagChange(mode, 0, keywords(names)), ANY);
  }

  private Flags named(long system, String... names) {
    return new Flags(system, List.copyOf(keywords(names)));
  }

  @Test
  void aMailboxHasOnlySoManyKeywords() {
    fill(inbox, 2);
    for (int i = 0; i < Mailbox.MAX_KEYWORDS; i++) {
      assertThat(store.mailbox(inbox).hasRoomForKeywords()).isTrue();
      change(FlagChange.Mode.ADD, 1, "k" + i);
    }
    Mailbox full = store.mailbox(inbox);

    assertThat(full.hasRoomForKeywords()).isFalse();
    assertThatThrownBy(() -> change(FlagChange.Mode.ADD, 2, "straw"))
        .isInstanceOf(TooManyKeywords.class);
    assertThatThrownBy(() -> change(FlagChange.Mode.REPLACE, 2, "k1", "straw"))
        .isInstanceOf(TooManyKeywords.class);
    assertThat(store.mailbox(inbox)).isEqualTo(full);
    change(FlagChange.Mode.ADD, 1, "K0");
    change(FlagChange.Mode.REMOVE, 1, "straw");
    assertThat(store.mailbox(inbox)).isEqualTo(full);
    assertThat(flags(inbox).get(1L).keywords()).containsExactlyElementsOf(full.keywords());
    assertThat(flags(inbox)).containsEntry(2L, Flags.NONE);
  }

  @Test
  void mailComesWithoutTheKeywordsForWhichThereIsNoRoom() {
    fill(inbox, 1);
    fillWithKeywords();
    MailboxId other = newMailbox("other");
    store.append(other, List.of(message("a", Flags.SEEN, "straw", "k64"), message("b", 0, "hay")));

    Appended appended =
        store.append(inbox, List.of(message("x", Flags.FLAGGED, "straw", "K200"), message("y")));
    Copied copied = store.copy(other, UidSet.of(1), inbox);
    Copied moved = store.move(other, UidSet.of(1, 2), inbox);

    assertThat(appended.leftOut()).isEqualTo(keywords("straw"));
    assertThat(appended.uids()).isEqualTo(UidSet.of(2, 3));
    assertThat(copied.target()).isEqualTo(UidSet.of(4));
    assertThat(moved.target()).isEqualTo(UidSet.of(5, 6));
    assertThat(store.mailbox(other).messages()).isZero();
    Map<Long, Flags> flags = flags(inbox);
    assertThat(flags.remove(1L)).isNotNull();
    assertThat(flags)
        .isEqualTo(
            Map.of(
                2L,
                named(Flags.FLAGGED, "k200"),
                3L,
                Flags.NONE,
                4L,
                named(Flags.SEEN, "k64"),
                5L,
                named(Flags.SEEN, "k64"),
                6L,
                Flags.NONE));
  }

  @Test
  void putsBackWithoutTheKeywordsForWhichThereIsNoRoom() {
    fill(inbox, 1);
    fillWithKeywords();

    Appended put =
        store.restore(
            inbox,
            List.of(new MailStore.Numbered(7, message("x", Flags.SEEN, "straw", "k255"))),
            1);

    assertThat(put.leftOut()).isEqualTo(keywords("straw"));
    assertThat(flags(inbox)).containsEntry(7L, named(Flags.SEEN, "k255"));
  }

  @Test
  void keywordsThatNoMessageHasAreGivenBackAndMeanNothingElse() {
    fill(inbox, 4);
    fillWithKeywords();
    change(FlagChange.Mode.ADD, 2, "k54", "k55", "k119", "k255");
    change(FlagChange.Mode.ADD, 3, "k54", "k55");
    View follower = View.of(store.snapshot(inbox), flags(inbox));
    StoreResult removed = change(FlagChange.Mode.REMOVE, 1, "k54", "k55", "k119", "k255");
    assertThat(removed.mailbox().hasRoomForKeywords()).isFalse();
    store.expunge(inbox, UidSet.of(2));

    Mailbox roomy = store.mailbox(inbox);
    StoreResult stored = change(FlagChange.Mode.ADD, 4, "fresh", "new");

    assertThat(roomy.hasRoomForKeywords()).isTrue();
    assertThat(roomy.keywords()).hasSize(Mailbox.MAX_KEYWORDS - 2).contains(new Keyword("k54"));
    assertThat(stored.mailbox().hasRoomForKeywords()).isFalse();
    assertThat(stored.stored().get(0).flags()).isEqualTo(named(0, "fresh", "new"));
    assertThat(flags(inbox))
        .containsEntry(3L, named(0, "k54", "k55"))
        .containsEntry(4L, named(0, "fresh", "new"));
    assertThat(flags(inbox).get(1L).keywords())
        .hasSize(Mailbox.MAX_KEYWORDS - 4)
        .doesNotContainAnyElementsOf(keywords("fresh", "new", "k54"));
    follower.follow(store, inbox);
    assertThat(follower.flags).isEqualTo(flags(inbox));
    // Whoever still shows what was expunged sees there no keyword that it never had.
    store.read(
        inbox,
        UidSet.of(2),
        Set.of(),
        row ->
            assertThat(row.flags().keywords())
                .doesNotContainAnyElementsOf(keywords("fresh", "new")));
  }

  @Test
  void whatIsReadKeepsItsKeywordsWhateverBecomesOfThem() {
    fill(inbox, 2);
    fillWithKeywords();
    List<MessageRow> kept = new ArrayList<>();
    store.read(inbox, UidSet.of(1), Set.of(), kept::add);
    Changes before = store.changesSince(inbox, 0);
    Flags all = kept.get(0).flags();

    change(FlagChange.Mode.REPLACE, 1);
    change(FlagChange.Mode.ADD, 2, "fresh");

    assertThat(kept.get(0).flags()).isEqualTo(all);
    assertThat(before.changed().get(0).flags()).isEqualTo(all);
    assertThat(all.keywords()).hasSize(Mailbox.MAX_KEYWORDS);
    assertThat(flags(inbox)).isEqualTo(Map.of(1L, Flags.NONE, 2L, named(0, "fresh")));
  }

  @Test
  void flagsThatAreReplacedMakeRoomForWhatReplacesThem() {
    fill(inbox, 2);
    fillWithKeywords();
    String[] others = new String[Mailbox.MAX_KEYWORDS];
    Arrays.setAll(others, i -> "other" + i);
    others[7] = "K7";

    StoreResult result = change(FlagChange.Mode.REPLACE, 1, others);

    assertThat(result.stored().get(0).flags()).isEqualTo(named(0, others));
    assertThat(result.mailbox().keywords()).hasSize(Mailbox.MAX_KEYWORDS);
    assertThat(flags(inbox)).isEqualTo(Map.of(1L, named(0, others), 2L, Flags.NONE));
    assertThat(store.mailbox(inbox).unseen()).isEqualTo(2);
  }

  @Test
  void mailThatComesGetsWhatNoMessageHasAnyMore() {
    fill(inbox, 1);
    fillWithKeywords();
    change(FlagChange.Mode.REMOVE, 1, "k0");
    change(FlagChange.Mode.ADD, 1, "last");
    store.store(inbox, UidSet.of(1), FlagChange.add(Flags.DELETED), ANY);
    store.expungeDeleted(inbox, UidSet.of(1));

    Appended appended = store.append(inbox, List.of(message("x", 0, "last", "k0", "k255", "new")));

    assertThat(appended.leftOut()).isEmpty();
    assertThat(flags(inbox)).isEqualTo(Map.of(2L, named(0, "last", "k0", "k255", "new")));
  }

  @Test
  void mailThatComesGetsRoomBeforeTheMailboxIsFull() {
    fill(inbox, 1);
    String[] names = new String[Mailbox.MAX_KEYWORDS - 1];
    Arrays.setAll(names, i -> "k" + i);
    change(FlagChange.Mode.ADD, 1, names);
    change(FlagChange.Mode.REPLACE, 1, "k9");
    assertThat(store.mailbox(inbox).keywords()).hasSize(Mailbox.MAX_KEYWORDS - 1);

    Appended appended = store.append(inbox, List.of(message("x", 0, "K5", "a", "b", "c")));

    assertThat(appended.leftOut()).isEmpty();
    assertThat(flags(inbox))
        .isEqualTo(Map.of(1L, named(0, "k9"), 2L, named(0, "k5", "a", "b", "c")));
    assertThat(store.mailbox(inbox).hasRoomForKeywords()).isTrue();
  }

  @Test
  void twoWhoFillAMailboxSeeEachTheirOwnKeywords() throws Exception {
    fill(inbox, 3);
    View follower = View.of(store.snapshot(inbox), flags(inbox));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Callable<Flags>> work = List.of(() -> fillAndEmpty(1), () -> fillAndEmpty(2));
      List<Flags> last = new ArrayList<>();
      for (Future<Flags> one : threads.invokeAll(work)) {
        last.add(one.get());
      }

      follower.follow(store, inbox);
      assertThat(follower.flags).isEqualTo(flags(inbox));
      assertThat(flags(inbox)).isEqualTo(Map.of(1L, last.get(0), 2L, last.get(1), 3L, Flags.NONE));
    } finally {
      threads.shutdownNow();
    }
  }

  /** Has a message have some keywords of many, others each time; returns the last. */
  private Flags fillAndEmpty(long uid) {
    Random random = new Random(uid);
    Flags expected = Flags.NONE;
    for (int round = 0; round < 40; round++) {
      Set<String> names = new LinkedHashSet<>();
      while (names.size() < 100) {
        names.add("u" + uid + "x" + random.nextInt(500));
      }
      String[] some = names.toArray(String[]::new);
      if (round % 4 == 0) {
        change(FlagChange.Mode.REMOVE, uid, namesOf(expected));
        change(FlagChange.Mode.ADD, uid, some);
      } else {
        change(FlagChange.Mode.REPLACE, uid, some);
      }
      expected = named(0, some);
      assertThat(flags(inbox)).containsEntry(uid, expected);
    }
    return expected;
  }

  private static String[] namesOf(Flags flags) {
    return flags.keywords().stream().map(Keyword::name).toArray(String[]::new);
  }

  @Test
  void keywordsOfAllNumbersAreCopiedByName() {
    fill(inbox, 1);
    fillWithKeywords();
    MailboxId other = newMailbox("other");
    store.append(other, List.of(message("x", 0, "mine", "K255", "k54")));
    store.append(inbox, List.of(message("y", Flags.DRAFT, "k255", "k64", "k0")));

    store.copy(inbox, UidSet.of(2), other);
    store.copy(inbox, UidSet.of(1), other);
    store.copy(other, UidSet.of(2), inbox);

    assertThat(flags(other)).containsEntry(2L, named(Flags.DRAFT, "k0", "k64", "k255"));
    // One has no room: that of the last message in its order.
    assertThat(flags(other).get(3L).keywords()).hasSize(Mailbox.MAX_KEYWORDS - 1);
    assertThat(store.mailbox(other).hasRoomForKeywords()).isFalse();
    assertThat(flags(inbox)).containsEntry(3L, named(Flags.DRAFT, "k0", "k64", "k255"));
  }

  @Test
  void findsTheFirstUnseen() {
    assertThat(store.firstUnseen(inbox)).isEmpty();
    fill(inbox, 4);
    assertThat(store.firstUnseen(inbox)).contains(new Uid(1));

    store.store(inbox, UidSet.of(1, 3), FlagChange.add(Flags.SEEN), ANY);
    assertThat(store.firstUnseen(inbox)).contains(new Uid(2));
    store.expunge(inbox, UidSet.of(2));
    assertThat(store.firstUnseen(inbox)).contains(new Uid(4));
    store.store(inbox, UidSet.of(4), FlagChange.add(Flags.SEEN), ANY);
    assertThat(store.firstUnseen(inbox)).isEmpty();
  }

  @Test
  void recentMessagesAreClaimedOnce() {
    fill(inbox, 2);
    long modSeq = store.mailbox(inbox).highestModSeq();

    UidSet first = store.claimRecent(inbox);
    UidSet nothing = store.claimRecent(inbox);
    fill(inbox, 1);
    UidSet second = store.claimRecent(inbox);

    assertThat(first).isEqualTo(UidSet.of(1, 2));
    assertThat(nothing).isEqualTo(UidSet.EMPTY);
    assertThat(second).isEqualTo(UidSet.of(3));
    assertThat(store.mailbox(inbox).firstRecentUid()).isEqualTo(4);
    assertThat(store.mailbox(inbox).highestModSeq()).isEqualTo(modSeq + 1);
  }

  // --- expunging

  @Test
  void expungesWhatIsDeleted() {
    fill(inbox, 4);
    store.store(inbox, UidSet.of(1, 2, 4), FlagChange.add(Flags.DELETED), ANY);
    long before = store.mailbox(inbox).highestModSeq();

    UidSet gone = store.expungeDeleted(inbox, UidSet.range(2, 9));

    Mailbox after = store.mailbox(inbox);
    assertThat(gone).isEqualTo(UidSet.of(2, 4));
    assertThat(store.snapshot(inbox).uids()).isEqualTo(UidSet.of(1, 3));
    assertThat(after.messages()).isEqualTo(2);
    assertThat(after.unseen()).isEqualTo(2);
    assertThat(after.deleted()).isEqualTo(1);
    assertThat(after.octets()).isEqualTo(2 * text("m1").size());
    assertThat(after.uidNext()).isEqualTo(5);
    assertThat(after.highestModSeq()).isGreaterThan(before);
    assertThat(store.expungeDeleted(inbox, UidSet.range(2, 9))).isEqualTo(UidSet.EMPTY);
    assertThat(store.mailbox(inbox)).isEqualTo(after);
  }

  @Test
  void expungesWithoutLookingAtFlags() {
    fill(inbox, 3);

    UidSet gone = store.expunge(inbox, UidSet.of(1, 3, 8));
    UidSet again = store.expunge(inbox, UidSet.of(1, 3, 8));

    assertThat(gone).isEqualTo(UidSet.of(1, 3));
    assertThat(again).isEqualTo(UidSet.EMPTY);
    assertThat(store.snapshot(inbox).uids()).isEqualTo(UidSet.of(2));
  }

  @Test
  void neverReusesAUid() {
    fill(inbox, 2);
    store.expunge(inbox, UidSet.range(1, 2));

    UidSet next = store.append(inbox, List.of(message("x"))).uids();

    assertThat(next).isEqualTo(UidSet.of(3));
  }

  @Test
  void showsExpungedMessagesToThoseWhoStillSeeThem() {
    store.append(inbox, List.of(message("a", Flags.FLAGGED), message("b")));
    store.expunge(inbox, UidSet.of(1));

    List<String> read = subjectsOf(inbox, UidSet.of(1, 2));
    StoreResult stored = store.store(inbox, UidSet.of(1), FlagChange.add(Flags.SEEN), ANY);
    Copied copied = store.copy(inbox, UidSet.of(1), newMailbox("other"));

    assertThat(read).containsExactly("a", "b");
    assertThat(stored.stored()).isEmpty();
    assertThat(copied.source()).isEqualTo(UidSet.EMPTY);
    assertThat(copied.target()).isEqualTo(UidSet.EMPTY);
  }

  // --- copying and moving

  @Test
  void copiesWithFlagsKeywordsAndDates() {
    MailboxId target = newMailbox("target");
    store.append(target, List.of(message("there", 0, "first")));
    store.append(
        inbox,
        List.of(message("a", Flags.SEEN, "one"), message("b", 0, "two"), message("c", 0, "FIRST")));
    store.expunge(inbox, UidSet.of(2));
    Mailbox source = store.mailbox(inbox);
    time.advance(Duration.ofMinutes(1));

    Copied copied = store.copy(inbox, UidSet.range(1, 9), target);

    Mailbox after = store.mailbox(target);
    assertThat(copied).isEqualTo(new Copied(after.uidValidity(), UidSet.of(1, 3), UidSet.of(2, 3)));
    assertThat(store.mailbox(inbox)).isEqualTo(source);
    assertThat(subjects(target)).containsExactly("there", "a", "c");
    assertThat(after.keywords()).containsExactlyElementsOf(keywords("first", "one"));
    assertThat(flags(target))
        .isEqualTo(
            Map.of(1L, named(0, "first"), 2L, named(Flags.SEEN, "one"), 3L, named(0, "first")));
    assertThat(after.unseen()).isEqualTo(2);
    store.read(
        target,
        UidSet.of(2),
        Set.of(),
        row -> {
          assertThat(row.internalDate()).isEqualTo(new InternalDate(1_000, 90));
          assertThat(row.savedAt()).isEqualTo(time.millis());
          assertThat(row.modSeq()).isEqualTo(after.highestModSeq());
        });
    assertThat(emailIds(target).get(2L)).isEqualTo(emailIds(inbox).get(1L));
    assertThat(emailIds(target).get(2L)).isNotEqualTo(emailIds(target).get(3L));
    assertThat(store.claimRecent(target)).isEqualTo(UidSet.range(1, 3));
  }

  @Test
  void copiesIntoTheSameMailboxAndToAnotherAccount() {
    fill(inbox, 2);
    MailboxId other = inbox(newAccount("grace"));

    Copied same = store.copy(inbox, UidSet.of(1, 2), inbox);
    Copied across = store.copy(inbox, UidSet.of(2, 4), other);

    assertThat(same.target()).isEqualTo(UidSet.of(3, 4));
    assertThat(across.target()).isEqualTo(UidSet.of(1, 2));
    assertThat(subjects(inbox)).containsExactly("m1", "m2", "m1", "m2");
    assertThat(subjects(other)).containsExactly("m2", "m2");
  }

  @Test
  void copiesOutliveTheirOriginals() {
    fill(inbox, 1);
    MailboxId other = newMailbox("other");
    store.copy(inbox, UidSet.of(1), other);

    store.expunge(inbox, UidSet.of(1));
    store.delete(newMailbox("gone"));

    assertThat(subjects(other)).containsExactly("m1");
  }

  @Test
  void moves() {
    store.append(inbox, List.of(message("a", Flags.SEEN, "k"), message("b"), message("c")));
    MailboxId target = newMailbox("target");
    long before = store.mailbox(inbox).highestModSeq();
    long targetBefore = store.mailbox(target).highestModSeq();

    Copied moved = store.move(inbox, UidSet.of(1, 3, 5), target);

    assertThat(moved.source()).isEqualTo(UidSet.of(1, 3));
    assertThat(moved.target()).isEqualTo(UidSet.of(1, 2));
    assertThat(moved.uidValidity()).isEqualTo(store.mailbox(target).uidValidity());
    assertThat(subjects(inbox)).containsExactly("b");
    assertThat(subjects(target)).containsExactly("a", "c");
    assertThat(flags(target)).containsEntry(1L, named(Flags.SEEN, "k"));
    assertThat(store.mailbox(inbox).messages()).isEqualTo(1);
    assertThat(store.mailbox(inbox).unseen()).isEqualTo(1);
    assertThat(store.changesSince(inbox, before).vanished()).isEqualTo(UidSet.of(1, 3));
    assertThat(store.changesSince(inbox, before).changed()).isEmpty();
    assertThat(store.changesSince(target, targetBefore).changed())
        .extracting(Changes.FlagsRow::uid)
        .containsExactly(1L, 2L);
  }

  @Test
  void movesWithinOneMailbox() {
    fill(inbox, 3);
    long before = store.mailbox(inbox).highestModSeq();

    Copied moved = store.move(inbox, UidSet.of(1, 2), inbox);

    assertThat(moved.source()).isEqualTo(UidSet.of(1, 2));
    assertThat(moved.target()).isEqualTo(UidSet.of(4, 5));
    assertThat(subjects(inbox)).containsExactly("m3", "m1", "m2");
    assertThat(store.mailbox(inbox).messages()).isEqualTo(3);
    assertThat(store.changesSince(inbox, before).vanished()).isEqualTo(UidSet.of(1, 2));
    assertThat(store.changesSince(inbox, before).changed())
        .extracting(Changes.FlagsRow::uid)
        .containsExactly(4L, 5L);
  }

  @Test
  void movesBackAndForthKeepTheContent() {
    fill(inbox, 1);
    MailboxId other = newMailbox("other");

    for (int i = 1; i <= 3; i++) {
      assertThat(store.move(inbox, UidSet.of(i), other).target()).isEqualTo(UidSet.of(i));
      assertThat(store.move(other, UidSet.of(i), inbox).target()).isEqualTo(UidSet.of(i + 1));
    }

    assertThat(subjects(inbox)).containsExactly("m1");
    assertThat(store.mailbox(other).octets()).isZero();
  }

  // --- quota

  @Test
  void refusesWhatTheAccountHasNoRoomFor() {
    long size = text("m1").size();
    fill(inbox, 2);
    stores().accounts().setQuota(ada.id(), 3 * size);
    MailboxId other = newMailbox("other");
    MailboxId away = inbox(newAccount("grace"));
    store.append(away, List.of(message("m1")));

    assertOverQuota(() -> store.append(inbox, List.of(message("m3"), message("m4"))));
    store.append(inbox, List.of(message("m3")));
    assertOverQuota(() -> store.append(other, List.of(message("m4"))));
    assertOverQuota(() -> store.copy(inbox, UidSet.of(1), other));
    assertOverQuota(() -> store.copy(away, UidSet.of(1), other));
    assertOverQuota(() -> store.move(away, UidSet.of(1), other));
    assertOverQuota(
        () -> stores().mailCommit().commit(delivery(text("x"), ada, MailboxName.INBOX, "")));
    assertThat(store.mailbox(inbox).messages()).isEqualTo(3);
    assertThat(store.mailbox(other).uidNext()).isEqualTo(1);
    assertThat(store.mailbox(away).messages()).isEqualTo(1);

    store.move(inbox, UidSet.of(1), other);
    store.expunge(inbox, UidSet.of(2));
    store.copy(other, UidSet.of(1), inbox);
    store.delete(other);
    store.append(inbox, List.of(message("m5")));
    assertOverQuota(() -> store.append(inbox, List.of(message("m6"))));
    stores().accounts().setQuota(ada.id(), 0);
    store.append(inbox, List.of(message("m6")));
    assertThat(subjects(inbox)).containsExactly("m3", "m1", "m5", "m6");
  }

  @Test
  void refusesMoreMessagesThanTheAccountMayHold() {
    fill(inbox, 2);
    stores().accounts().setQuota(ada.id(), new Quota(Quota.UNSAID, 3));
    MailboxId other = newMailbox("other");

    assertOverQuota(() -> store.append(inbox, List.of(message("m3"), message("m4"))));
    assertOverQuota(() -> store.copy(inbox, UidSet.range(1, 2), other));
    store.copy(inbox, UidSet.of(1), other);
    assertOverQuota(
        () -> stores().mailCommit().commit(delivery(text("x"), ada, MailboxName.INBOX, "")));
    store.move(inbox, UidSet.of(2), other);
    store.expunge(other, UidSet.of(1));
    store.append(inbox, List.of(message("m3")));
    assertThat(subjects(inbox)).containsExactly("m1", "m3");
  }

  private static void assertOverQuota(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(OverQuota.class);
  }

  @Test
  void aDeliveryThatNoMailboxHasRoomForIsNowhere() {
    Account grace = newAccount("grace");
    stores().accounts().setQuota(grace.id(), 10);
    stores().accounts().setQuota(ada.id(), 10);
    var one = delivery(text("x"), ada, MailboxName.of("new"), "");
    var two = delivery(text("x"), grace, MailboxName.INBOX, "");
    var both =
        new Acceptance(
            one.mail(), List.of(one.deliveries().get(0), two.deliveries().get(0)), List.of());

    assertOverQuota(() -> stores().mailCommit().commit(both));

    assertThat(store.find(ada.id(), MailboxName.of("new"))).isEmpty();
    assertThat(store.mailbox(inbox(grace)).messages()).isZero();
  }

  // --- changes

  @Test
  void tellsChangesInTheirFinalState() {
    fill(inbox, 5);
    long before = store.mailbox(inbox).highestModSeq();
    store.store(inbox, UidSet.of(1, 2), FlagChange.add(Flags.SEEN), ANY);
    store.store(inbox, UidSet.of(2), FlagChange.add(Flags.FLAGGED), ANY);
    store.store(inbox, UidSet.of(4), FlagChange.add(Flags.SEEN), ANY);
    store.expunge(inbox, UidSet.of(4, 5));
    fill(inbox, 2);
    store.expunge(inbox, UidSet.of(6));

    Changes changes = store.changesSince(inbox, before);

    Mailbox now = store.mailbox(inbox);
    assertThat(changes.mailbox()).isEqualTo(now);
    assertThat(changes.changed())
        .extracting(Changes.FlagsRow::uid, Changes.FlagsRow::flags)
        .containsExactly(
            tuple(1L, Flags.of(Flags.SEEN)),
            tuple(2L, Flags.of(Flags.SEEN | Flags.FLAGGED)),
            tuple(7L, Flags.NONE));
    assertThat(changes.vanished()).isEqualTo(UidSet.of(4, 5));
    assertThat(store.changesSince(inbox, now.highestModSeq()))
        .isEqualTo(new Changes(now, List.of(), UidSet.EMPTY));
    assertThat(store.changesSince(inbox, now.highestModSeq() + 100))
        .isEqualTo(new Changes(now, List.of(), UidSet.EMPTY));
  }

  @Test
  void tellsTheSameChangesFromEveryPointOfView() {
    List<View> views = new ArrayList<>();
    Random random = new Random(5);
    MailboxId other = newMailbox("other");
    for (int i = 0; i < 60; i++) {
      views.add(View.of(store.snapshot(inbox), flags(inbox)));
      change(random, inbox, other);
    }

    for (View view : views) {
      view.follow(store, inbox);
      assertThat(view.flags).isEqualTo(flags(inbox));
    }
  }

  @Test
  void tellsThoseWhoWatch() throws Exception {
    BlockingQueue<MailboxChange> heard = new LinkedBlockingQueue<>();
    MailboxId other = newMailbox("other");
    fill(other, 1);
    long last;
    try (MailStore.Subscription watch = store.watch(inbox, heard::add)) {
      assertThat(watch).isNotNull();
      store.append(inbox, List.of(message("a")));
      assertHeard(heard, store.mailbox(inbox).highestModSeq());
      store.store(inbox, UidSet.of(1), FlagChange.add(Flags.SEEN), ANY);
      assertHeard(heard, store.mailbox(inbox).highestModSeq());
      store.copy(other, UidSet.of(1), inbox);
      assertHeard(heard, store.mailbox(inbox).highestModSeq());
      store.move(inbox, UidSet.of(2), other);
      assertHeard(heard, store.mailbox(inbox).highestModSeq());
      store.expunge(inbox, UidSet.of(1));
      assertHeard(heard, store.mailbox(inbox).highestModSeq());
      stores().mailCommit().commit(delivery(text("x"), ada, MailboxName.INBOX, "A: b\r\n"));
      last = store.mailbox(inbox).highestModSeq();
      assertHeard(heard, last);
    }
    heard.clear();

    fill(other, 1);
    fill(inbox, 1);
    // The second watch hears of what the first one, being closed, must not.
    BlockingQueue<MailboxChange> later = new LinkedBlockingQueue<>();
    try (MailStore.Subscription watch = store.watch(other, later::add)) {
      assertThat(watch).isNotNull();
      store.delete(other);
      assertThat(later.poll(10, TimeUnit.SECONDS)).isEqualTo(new MailboxChange(other, 0));
    }
    assertThat(heard).isEmpty();
  }

  private void assertHeard(BlockingQueue<MailboxChange> heard, long modSeq) throws Exception {
    MailboxChange change;
    do {
      change = heard.poll(10, TimeUnit.SECONDS);
      assertThat(change).as("a change up to %d", modSeq).isNotNull();
      assertThat(change.mailbox()).isEqualTo(inbox);
    } while (change.highestModSeq() < modSeq);
    assertThat(change.highestModSeq()).isEqualTo(modSeq);
  }

  // --- at once

  @Test
  void viewsThatFollowChangesSeeWhatIsThere() throws Exception {
    MailboxId other = newMailbox("other");
    fill(inbox, 20);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<View>> followers = new ArrayList<>();
      for (MailboxId mailbox : List.of(inbox, other, inbox)) {
        followers.add(threads.submit(() -> follow(mailbox, done)));
      }
      List<Callable<Integer>> writers = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        Random random = new Random(t);
        writers.add(
            () -> {
              for (int i = 0; i < 40; i++) {
                change(random, inbox, other);
              }
              return 0;
            });
      }
      for (Future<Integer> writer : threads.invokeAll(writers)) {
        assertThat(writer.get()).isZero();
      }
      done.set(true);

      assertThat(followers.get(0).get().flags).isEqualTo(flags(inbox));
      assertThat(followers.get(1).get().flags).isEqualTo(flags(other));
      assertThat(followers.get(2).get().flags).isEqualTo(flags(inbox));
    } finally {
      threads.shutdownNow();
    }
    for (MailboxId mailbox : List.of(inbox, other)) {
      Mailbox row = store.mailbox(mailbox);
      Map<Long, Flags> flags = flags(mailbox);
      assertThat(row.messages()).isEqualTo(flags.size());
      assertThat(row.unseen())
          .isEqualTo((int) flags.values().stream().filter(f -> !f.has(Flags.SEEN)).count());
      assertThat(row.deleted())
          .isEqualTo((int) flags.values().stream().filter(f -> f.has(Flags.DELETED)).count());
      assertThat(row.octets()).isEqualTo(contents(mailbox).stream().mapToLong(o -> o.length).sum());
    }
  }

  private View follow(MailboxId mailbox, AtomicBoolean done) {
    View view = new View();
    boolean last;
    do {
      last = done.get();
      view.follow(store, mailbox);
    } while (!last);
    return view;
  }

  private void change(Random random, MailboxId one, MailboxId two) {
    MailboxId mailbox = random.nextBoolean() ? one : two;
    MailboxId other = mailbox.equals(one) ? two : one;
    UidSet uids = store.snapshot(mailbox).uids();
    UidSet some = UidSet.EMPTY;
    for (int i = 0; i < 3 && !uids.isEmpty(); i++) {
      some = some.union(UidSet.of(uids.nth(1 + random.nextInt(uids.size()))));
    }
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> fill(mailbox, 1 + random.nextInt(4));
      case 3 -> store.store(mailbox, some, FlagChange.add(1L << random.nextInt(5)), ANY);
      case 4 ->
          store.store(
              mailbox,
              some,
              new FlagChange(
                  FlagChange.Mode.REPLACE, Flags.FLAGGED, keywords("k" + random.nextInt(4))),
              ANY);
      case 5 -> store.copy(mailbox, some, other);
      case 6 -> store.move(mailbox, some, other);
      default -> store.expunge(mailbox, some);
    }
  }

  @Test
  void recentMessagesAreClaimedByOneSessionOnly() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(5);
    try {
      AtomicBoolean done = new AtomicBoolean();
      List<Future<List<UidSet>>> claims = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        claims.add(threads.submit(() -> claim(done)));
      }
      for (int i = 0; i < 60; i++) {
        fill(inbox, 1);
      }
      done.set(true);

      List<Long> all = new ArrayList<>();
      for (Future<List<UidSet>> claim : claims) {
        claim.get().forEach(uids -> uids.forEach(all::add));
      }
      assertThat(all).hasSize(60).doesNotHaveDuplicates();
    } finally {
      threads.shutdownNow();
    }
  }

  private List<UidSet> claim(AtomicBoolean done) {
    List<UidSet> claimed = new ArrayList<>();
    boolean last;
    do {
      last = done.get();
      claimed.add(store.claimRecent(inbox));
    } while (!last);
    return claimed;
  }

  @Test
  void namesThatAreTakenAndGivenBackAtOnceBelongToOneMailbox() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<Integer>> work = new ArrayList<>();
      for (int t = 0; t < 6; t++) {
        int thread = t;
        work.add(() -> takeAndGiveBack(thread));
      }
      int made = 0;
      for (Future<Integer> done : threads.invokeAll(work)) {
        made += done.get();
      }

      assertThat(made).isPositive();
      assertThat(store.list(ada.id())).extracting(Mailbox::name).doesNotHaveDuplicates();
      assertThat(store.find(ada.id(), MailboxName.of("contested"))).isEmpty();
    } finally {
      threads.shutdownNow();
    }
  }

  private int takeAndGiveBack(int thread) {
    int made = 0;
    for (int i = 0; i < 25; i++) {
      try {
        MailboxId mine = newMailbox("contested");
        made++;
        if (i % 2 == 0) {
          store.delete(mine);
        } else {
          String mineOnly = "kept " + thread + "-" + i;
          store.rename(ada.id(), MailboxName.of("contested"), MailboxName.of(mineOnly));
        }
      } catch (MailboxExists e) {
        // Another thread has the name now.
      }
    }
    return made;
  }

  // --- messages and mailboxes as they were in another store

  @Test
  void aMailboxComesWithTheUidValidityThatItHadElsewhere() {
    long elsewhere = 1_234_567_890;

    Mailbox made = store.adopt(ada.id(), MailboxName.of("old/mail"), elsewhere);
    Mailbox again = store.adopt(ada.id(), MailboxName.of("old/mail"), elsewhere);
    Mailbox next = store.create(ada.id(), MailboxName.of("new"), Optional.empty());

    assertThat(made.uidValidity()).isEqualTo(elsewhere);
    assertThat(made.uidNext()).isEqualTo(1);
    assertThat(made.messages()).isZero();
    assertThat(again).isEqualTo(made);
    assertThat(store.find(ada.id(), MailboxName.of("old/mail"))).contains(made);
    assertThat(next.uidValidity()).isGreaterThan(elsewhere);
  }

  @Test
  void aMailboxThatNeverHadAMessageTakesOverAUidValidity() {
    Mailbox before = store.find(ada.id(), MailboxName.of("Sent")).orElseThrow();
    long elsewhere = Uid.MAX - 7;

    Mailbox after = store.adopt(ada.id(), before.name(), elsewhere);

    assertThat(after.id()).isEqualTo(before.id());
    assertThat(after.uidValidity()).isEqualTo(elsewhere);
    assertThat(after.specialUse()).contains(SpecialUse.SENT);
    assertThat(after.highestModSeq()).isGreaterThan(before.highestModSeq());
    assertThat(store.mailbox(before.id())).isEqualTo(after);
    assertThat(store.snapshot(before.id())).isEqualTo(new Snapshot(after, UidSet.EMPTY));
    assertThat(store.append(after.id(), List.of(message("x"))).uidValidity()).isEqualTo(elsewhere);
  }

  @Test
  void uidsOfTwoStoresAreNotMixed() {
    fill(inbox, 1);
    store.expunge(inbox, UidSet.of(1));
    Mailbox before = store.mailbox(inbox);

    assertThatThrownBy(() -> store.adopt(ada.id(), MailboxName.INBOX, 42))
        .isInstanceOf(MailboxExists.class);
    assertThatThrownBy(() -> store.adopt(ada.id(), MailboxName.of("x"), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.adopt(ada.id(), MailboxName.of("x"), Uid.MAX + 1))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(store.mailbox(inbox)).isEqualTo(before);
    assertThat(store.find(ada.id(), MailboxName.of("x"))).isEmpty();
  }

  private static MailStore.Numbered numbered(long uid, NewMessage message) {
    return new MailStore.Numbered(uid, message);
  }

  @Test
  void messagesComeUnderTheUidsThatTheyHadElsewhere() {
    Mailbox box = store.adopt(ada.id(), MailboxName.INBOX, 42);

    Appended first =
        store.restore(
            box.id(),
            List.of(
                numbered(7, message("seven", Flags.SEEN, "Work")),
                numbered(255, message("the last of a page")),
                numbered(1000, message("thousand", Flags.DELETED))),
            0);
    Appended second =
        store.restore(box.id(), List.of(numbered(4_000_000_000L, message("far"))), 4_000_000_007L);
    Appended third = store.append(box.id(), List.of(message("new")));

    assertThat(first.uidValidity()).isEqualTo(42);
    assertThat(first.uids()).isEqualTo(UidSet.of(7, 255, 1000));
    assertThat(second.uids()).isEqualTo(UidSet.of(4_000_000_000L));
    assertThat(third.uids()).isEqualTo(UidSet.of(4_000_000_007L));
    Mailbox after = store.mailbox(box.id());
    assertThat(after.uidNext()).isEqualTo(4_000_000_008L);
    assertThat(after.messages()).isEqualTo(5);
    assertThat(after.unseen()).isEqualTo(4);
    assertThat(after.deleted()).isEqualTo(1);
    assertThat(store.snapshot(box.id()).uids())
        .isEqualTo(UidSet.of(7, 255, 1000, 4_000_000_000L, 4_000_000_007L));
    assertThat(flags(box.id())).containsEntry(7L, named(Flags.SEEN, "Work"));
    assertThat(subjects(box.id()))
        .containsExactly("seven", "the last of a page", "thousand", "far", "new");
    assertThat(store.claimRecent(box.id())).isEqualTo(UidSet.of(4_000_000_007L));
  }

  @Test
  void whatHasBeenThereIsNotRestoredAgain() {
    List<MailStore.Numbered> all =
        List.of(numbered(2, message("two")), numbered(4, message("four")));
    Appended first = store.restore(inbox, all, 6);
    store.expunge(inbox, UidSet.of(2));
    Mailbox before = store.mailbox(inbox);

    Appended again = store.restore(inbox, all, 6);
    Appended more =
        store.restore(inbox, List.of(numbered(5, message("late")), numbered(6, message("six"))), 0);

    assertThat(first.uids()).isEqualTo(UidSet.of(2, 4));
    assertThat(again)
        .isEqualTo(
            new Appended(before.uidValidity(), UidSet.EMPTY, before.highestModSeq(), Set.of()));
    assertThat(more.uids()).isEqualTo(UidSet.of(6));
    assertThat(subjects(inbox)).containsExactly("four", "six");
    assertThat(store.mailbox(inbox).uidNext()).isEqualTo(7);
  }

  @Test
  void restoresAllOrNothing() {
    stores().accounts().setQuota(ada.id(), 2 * text("x").size());
    List<MailStore.Numbered> two = List.of(numbered(2, message("a")), numbered(4, message("b")));
    store.restore(inbox, two, 0);
    Mailbox before = store.mailbox(inbox);

    assertThatThrownBy(() -> store.restore(inbox, List.of(numbered(9, message("c"))), 20))
        .isInstanceOf(OverQuota.class);
    assertThat(store.restore(inbox, two, 0).uids()).isEqualTo(UidSet.EMPTY);
    assertThatThrownBy(() -> store.restore(inbox, List.of(two.get(1), two.get(0)), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertNotFound(() -> store.restore(NOWHERE, two, 0));

    assertThat(store.mailbox(inbox)).isEqualTo(before);
  }

  @Test
  void leavesAUidForAMessageThatComesLater() {
    Mailbox before = store.mailbox(inbox);
    List<MailStore.Numbered> last = List.of(numbered(Uid.MAX, message("last")));

    assertThatThrownBy(() -> store.restore(inbox, List.of(), Uid.MAX + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store.restore(inbox, last, 0))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(store.mailbox(inbox)).isEqualTo(before);
    Appended possible = store.restore(inbox, List.of(), Uid.MAX);
    assertThat(possible.uids()).isEqualTo(UidSet.EMPTY);
    assertThat(store.append(inbox, List.of(message("new"))).uids()).isEqualTo(UidSet.of(Uid.MAX));
  }

  // --- looking

  private List<String> subjects(MailboxId mailbox) {
    return subjectsOf(mailbox, store.snapshot(mailbox).uids());
  }

  private List<String> subjectsOf(MailboxId mailbox, UidSet uids) {
    List<String> subjects = new ArrayList<>();
    List<Long> order = new ArrayList<>();
    store.read(
        mailbox,
        uids,
        EnumSet.of(Detail.CONTENT),
        row -> {
          String text = new String(row.content().orElseThrow().toBytes(), UTF_8);
          int subject = text.indexOf("Subject: ") + "Subject: ".length();
          subjects.add(text.substring(subject, text.indexOf('\r', subject)));
          order.add(row.uid());
        });
    assertThat(order).isSorted();
    return subjects;
  }

  private List<byte[]> contents(MailboxId mailbox) {
    List<byte[]> contents = new ArrayList<>();
    store.read(
        mailbox,
        store.snapshot(mailbox).uids(),
        EnumSet.of(Detail.CONTENT),
        row -> {
          byte[] octets = row.content().orElseThrow().toBytes();
          assertThat(row.size()).isEqualTo(octets.length);
          contents.add(octets);
        });
    return contents;
  }

  private Map<Long, Flags> flags(MailboxId mailbox) {
    Map<Long, Flags> flags = new TreeMap<>();
    store.read(
        mailbox,
        store.snapshot(mailbox).uids(),
        Set.of(),
        row -> flags.put(row.uid(), row.flags()));
    return flags;
  }

  private Map<Long, Long> emailIds(MailboxId mailbox) {
    Map<Long, Long> ids = new TreeMap<>();
    store.read(
        mailbox,
        store.snapshot(mailbox).uids(),
        Set.of(),
        row -> ids.put(row.uid(), row.emailId()));
    return ids;
  }

  /** What a session knows of a mailbox: only by what it was told since the last time. */
  private static final class View {
    private Map<Long, Flags> flags = new TreeMap<>();
    private long modSeq;
    private long uidNext = 1;

    static View of(Snapshot snapshot, Map<Long, Flags> flags) {
      View view = new View();
      view.flags = flags;
      view.modSeq = snapshot.mailbox().highestModSeq();
      view.uidNext = snapshot.mailbox().uidNext();
      return view;
    }

    void follow(MailStore store, MailboxId mailbox) {
      Changes changes = store.changesSince(mailbox, modSeq);
      for (Changes.FlagsRow row : changes.changed()) {
        assertThat(row.modSeq()).isBetween(modSeq + 1, changes.mailbox().highestModSeq());
        boolean isNew = flags.put(row.uid(), row.flags()) == null;
        // UID order is mod-sequence order: what is new lies above all that was there.
        assertThat(row.uid() >= uidNext).isEqualTo(isNew);
      }
      changes.vanished().forEach(uid -> assertThat(flags.remove(uid)).isNotNull());
      assertThat(changes.mailbox().messages()).isEqualTo(flags.size());
      modSeq = changes.mailbox().highestModSeq();
      uidNext = changes.mailbox().uidNext();
    }
  }
}
