package org.postroom.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.Authentication;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailStore.Copied;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.TooManyKeywords;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.refusal.OverQuota;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.Chosen;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.store.SqlStorage;

/** What a store does beyond the contracts of its seams, the same on every database. */
abstract class StoreBehaviour {

  abstract Storage place();

  private SqlStorage open() {
    return SqlStores.openCheaply(place(), Clock.systemUTC());
  }

  private static NewMessage message(String text) {
    return new NewMessage(
        StagedOctets.of("Subject: " + text + "\n\n" + text + "\n"),
        0,
        Set.of(),
        new InternalDate(1_700_000_000_000L, 90));
  }

  private static MailboxId inbox(SqlStorage store, Account account) {
    return store.mail().find(account.id(), MailboxName.INBOX).orElseThrow().id();
  }

  private static List<String> subjects(SqlStorage store, MailboxId mailbox) {
    List<String> found = new ArrayList<>();
    UidSet uids = store.mail().snapshot(mailbox).uids();
    store
        .mail()
        .read(
            mailbox,
            uids,
            EnumSet.of(MailStore.Detail.CONTENT),
            row -> {
              String text = new String(row.content().orElseThrow().toBytes(), US_ASCII);
              assertThat(row.size()).isEqualTo(text.length());
              found.add(text.substring(9, text.indexOf('\r')));
            });
    return found;
  }

  /** As POP3 clients and rules do: an entry of its own for each message. */
  @Test
  void purgesWhatWasExpungedMessageByMessage() {
    try (SqlStorage store = open()) {
      Account ada = store.accounts().add("ada@example.org", Secret.of("secret"));
      MailboxId inbox = inbox(store, ada);
      MailboxId other =
          store.mail().create(ada.id(), MailboxName.of("Other"), Optional.empty()).id();
      List<NewMessage> many = Collections.nCopies(700, message("a"));
      store.mail().append(inbox, many);
      store.mail().append(other, many);
      for (long uid = 1; uid < 700; uid++) {
        store.mail().expunge(inbox, UidSet.of(uid));
        store.mail().expunge(other, UidSet.of(uid));
      }

      assertThat(store.purge(Duration.ofSeconds(-1))).isEqualTo(2 * 699);
      for (MailboxId each : List.of(inbox, other)) {
        List<Long> left = new ArrayList<>();
        store.mail().read(each, UidSet.range(1, 700), Set.of(), row -> left.add(row.uid()));
        assertThat(left).containsExactly(700L);
        assertThat(store.mail().snapshot(each).uids()).isEqualTo(UidSet.of(700));
      }
      assertThat(store.purge(Duration.ofSeconds(-1))).isZero();
    }
  }

  @Test
  void showsExpungedMessagesUntilTheyArePurged() {
    try (SqlStorage store = open()) {
      Account ada = store.accounts().add("ada@example.org", Secret.of("secret"));
      MailboxId inbox = inbox(store, ada);
      MailboxId other =
          store.mail().create(ada.id(), MailboxName.of("Other"), Optional.empty()).id();
      store.mail().append(inbox, List.of(message("a"), message("b"), message("c")));
      Copied copied = store.mail().copy(inbox, UidSet.of(1, 3), other);
      Copied moved = store.mail().move(inbox, UidSet.of(2), other);
      long before = store.mail().mailbox(inbox).highestModSeq();
      store.mail().expunge(inbox, UidSet.of(1));

      List<Long> shown = new ArrayList<>();
      store.mail().read(inbox, UidSet.range(1, 3), Set.of(), row -> shown.add(row.uid()));
      int purged = store.purge(Duration.ofSeconds(-1));
      List<Long> left = new ArrayList<>();
      store.mail().read(inbox, UidSet.range(1, 3), Set.of(), row -> left.add(row.uid()));

      assertThat(copied.target()).isEqualTo(UidSet.of(1, 2));
      assertThat(moved.target()).isEqualTo(UidSet.of(3));
      assertThat(shown).containsExactly(1L, 2L, 3L);
      assertThat(purged).isEqualTo(2);
      assertThat(left).containsExactly(3L);
      assertThat(store.mail().changesSince(inbox, before).vanished()).isEqualTo(UidSet.of(1));
      assertThat(subjects(store, other)).containsExactly("a", "c", "b");
      assertThat(subjects(store, inbox)).containsExactly("c");
    }
  }

  @Test
  void refusesOneOfManyWithoutHarmToTheOthers() throws Exception {
    try (SqlStorage store = open()) {
      Account poor = store.accounts().add("poor@example.org", Secret.of("secret"));
      Account rich = store.accounts().add("rich@example.org", Secret.of("secret"));
      store.accounts().setQuota(poor.id(), 100);
      MailboxId full = inbox(store, poor);
      MailboxId open = inbox(store, rich);
      Set<Integer> refused = Collections.synchronizedSet(new TreeSet<>());
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        int number = i;
        Thread thread =
            new Thread(
                () -> {
                  try {
                    store
                        .mail()
                        .append(number % 2 == 0 ? full : open, List.of(message("x".repeat(40))));
                  } catch (OverQuota e) {
                    refused.add(number);
                  }
                });
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(refused).hasSize(10 - store.mail().mailbox(full).messages());
      assertThat(store.mail().mailbox(full).octets()).isLessThanOrEqualTo(100);
      assertThat(store.mail().mailbox(open).messages()).isEqualTo(10);
    }
  }

  private static Acceptance acceptance(
      SqlStorage store, Account here, String text, String... onward) {
    Address sender = Address.of("eve", Domain.of("example.net"));
    List<Recipient> recipients = new ArrayList<>();
    List<Acceptance.Onward> away = new ArrayList<>();
    for (String domain : onward) {
      Recipient recipient = Recipient.of(Address.of("x@y", Domain.of(domain)));
      recipients.add(recipient);
      away.add(new Acceptance.Onward(recipient, "smtp:" + domain));
    }
    Address ada = Address.of("ada", Domain.of("example.org"));
    recipients.add(Recipient.of(ada));
    Submission mail =
        new Submission(
            store.mailCommit().newId(),
            Origin.SMTP,
            new Submission.Client(
                InetAddress.getLoopbackAddress(), "unknown", "me", Optional.empty(), "ESMTP"),
            Envelope.of(ReversePath.of(sender), recipients),
            StagedOctets.of(text),
            Instant.now());
    Content header = Content.of("Delivered-To: ada\r\n".getBytes(US_ASCII));
    return new Acceptance(
        mail,
        List.of(
            new Acceptance.Delivery(here.id(), MailboxName.INBOX, Recipient.of(ada), header),
            new Acceptance.Delivery(
                here.id(), MailboxName.of("Copies"), Recipient.of(ada), header)),
        away);
  }

  /** Whatever it was called, and however long its lease is. */
  @Test
  void givesBackWhatAnEarlierOpeningHadLeased() {
    Storage where = place();
    assumeFalse(where instanceof Storage.InMemory, "gone when closed");
    try (SqlStorage store = SqlStorage.open(where, Clock.systemUTC(), new SecureRandom())) {
      Account ada = store.accounts().add("ada@example.org", Secret.of("secret"));
      store.mailCommit().commit(acceptance(store, ada, "Subject: x\n\nbody\n", "one.test"));
      assertThat(lease(store, "mail.example.org")).hasSize(1);
      assertThat(lease(store, "mx.example.org")).isEmpty();
    }

    try (SqlStorage store = SqlStorage.open(where, Clock.systemUTC(), new SecureRandom())) {
      assertThat(lease(store, "mx.example.org")).hasSize(1);
    }
  }

  private static List<QueuedMail> lease(SqlStorage store, String owner) {
    return store.queue().lease(owner, Instant.now(), Duration.ofHours(1), Chosen.of(10, 10));
  }

  @Test
  void deliversAndQueuesOneBodyAndForgetsItWithItsLastRow() {
    try (SqlStorage store = open()) {
      Account ada = store.accounts().add("ada@example.org", Secret.of("secret"));
      store
          .mailCommit()
          .commit(acceptance(store, ada, "Subject: x\n\nbody\n", "one.test", "two.test"));
      MailboxId inbox = inbox(store, ada);
      List<String> texts = new ArrayList<>();
      store
          .mail()
          .read(
              inbox,
              UidSet.of(1),
              EnumSet.allOf(MailStore.Detail.class),
              row -> {
                texts.add(new String(row.content().orElseThrow().toBytes(), US_ASCII));
                assertThat(row.structure().size()).isEqualTo(row.size());
                assertThat(row.structure().headerLength()).isEqualTo(33);
              });
      Instant now = Instant.now().plusSeconds(1);

      List<QueuedMail> first =
          store.queue().lease("me", now, Duration.ofMinutes(5), Chosen.of(1, 10));
      List<QueuedMail> second =
          store.queue().lease("me", now, Duration.ofMinutes(5), Chosen.of(9, 10));
      List<QueuedMail> third =
          store.queue().lease("me", now, Duration.ofMinutes(5), Chosen.of(9, 10));
      long one = first.get(0).recipients().get(0).id();
      long two = second.get(0).recipients().get(0).id();
      store
          .queue()
          .settle(
              List.of(
                  new Settlement.Done(one),
                  new Settlement.Later(two, 0, now, now.plusSeconds(60), "not now", true)),
              List.of());
      List<QueuedMail> later =
          store.queue().lease("me", now.plusSeconds(61), Duration.ofMinutes(5), Chosen.of(9, 10));

      assertThat(texts).containsExactly("Delivered-To: ada\r\nSubject: x\r\n\r\nbody\r\n");
      assertThat(first).hasSize(1);
      assertThat(second).hasSize(1);
      assertThat(third).isEmpty();
      assertThat(later).hasSize(1);
      assertThat(later.get(0).recipients().get(0).attempts()).isEqualTo(1);
      assertThat(later.get(0).recipients().get(0).recipient().address().localPart())
          .isEqualTo("x@y");
      assertThat(new String(later.get(0).content().toBytes(), US_ASCII)).startsWith("Subject: x");

      // With the queue's row and both mailboxes' the body goes too.
      Content body = later.get(0).content();
      store.queue().settle(List.of(new Settlement.Done(two)), List.of());
      store.mail().expunge(inbox, UidSet.of(1));
      MailboxId copies = store.mail().find(ada.id(), MailboxName.of("Copies")).orElseThrow().id();
      assertThat(store.queue().size()).isZero();
      assertThat(store.purge(Duration.ofSeconds(-1))).isEqualTo(1);
      assertThat(body.toBytes()).hasSize(20);
      store.mail().delete(copies);
      assertThat(store.purge(Duration.ofSeconds(-1))).isEqualTo(1);
      assertThat(store.mail().mailbox(inbox).messages()).isZero();
    }
  }

  @Test
  void keepsKeywordsOverCopiesAndRenames() {
    try (SqlStorage store = open()) {
      Account ada = store.accounts().add("ada@example.org", Secret.of("secret"));
      MailboxId inbox = inbox(store, ada);
      store.mail().append(inbox, List.of(message("a"), message("b")));
      Set<Keyword> both = Set.of(new Keyword("Alpha"), new Keyword("beta"));
      store
          .mail()
          .store(
              inbox,
              UidSet.of(2),
              new FlagChange(FlagChange.Mode.ADD, Flags.FLAGGED, both),
              Long.MAX_VALUE);
      store.mail().create(ada.id(), MailboxName.of("a/b"), Optional.empty());
      store.mail().subscribe(ada.id(), MailboxName.of("a/b"));
      store.mail().rename(ada.id(), MailboxName.of("a"), MailboxName.of("c"));
      MailboxId moved = store.mail().find(ada.id(), MailboxName.of("c/b")).orElseThrow().id();
      store.mail().copy(inbox, UidSet.of(2), moved);
      store.mail().rename(ada.id(), MailboxName.INBOX, MailboxName.of("old"));

      MailboxId old = store.mail().find(ada.id(), MailboxName.of("old")).orElseThrow().id();
      for (MailboxId id : List.of(moved, old)) {
        List<Flags> flags = new ArrayList<>();
        store
            .mail()
            .read(id, store.mail().snapshot(id).uids(), Set.of(), row -> flags.add(row.flags()));
        assertThat(store.mail().mailbox(id).keywords()).containsExactlyInAnyOrderElementsOf(both);
        assertThat(flags.get(flags.size() - 1))
            .isEqualTo(new Flags(Flags.FLAGGED, List.copyOf(both)));
      }
      assertThat(store.mail().subscriptions(ada.id())).contains(MailboxName.of("c/b"));
      assertThat(store.mail().mailbox(inbox).messages()).isZero();
      assertThat(store.mail().mailbox(old).messages()).isEqualTo(2);
    }
  }

  private static void keywords(
      SqlStorage store, MailboxId mailbox, FlagChange.Mode mode, long uid, Set<Keyword> keywords) {
    MailStore.StoreResult unused =
        store
            .mail()
            .store(mailbox, UidSet.of(uid), new FlagChange(mode, 0, keywords), Long.MAX_VALUE);
  }

  private static Set<Keyword> keywords(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Keyword((prefix + i + "-".repeat(64)).substring(0, 64)))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static Map<Long, Set<Keyword>> keywordsByUid(SqlStorage store, MailboxId mailbox) {
    Map<Long, Set<Keyword>> found = new TreeMap<>();
    store
        .mail()
        .read(
            mailbox,
            UidSet.range(1, store.mail().mailbox(mailbox).uidNext()),
            Set.of(),
            row -> {
              if (!row.flags().keywords().isEmpty()) {
                found.put(row.uid(), Set.copyOf(row.flags().keywords()));
              }
            });
    return found;
  }

  /** Each part of it on a store that was just opened, and knows no message. */
  @Test
  void keywordsAreGivenBackAfterRestartsToo() {
    Storage where = place();
    assumeFalse(where instanceof Storage.InMemory, "gone when closed");
    Set<Keyword> old = keywords("old", Mailbox.MAX_KEYWORDS - 1);
    Set<Keyword> some = Set.copyOf(List.copyOf(old).subList(50, 60));
    Set<Keyword> fresh = keywords("fresh", 20);
    Set<Keyword> rest = keywords("rest", Mailbox.MAX_KEYWORDS - 30);
    MailboxId inbox;
    try (SqlStorage store = SqlStores.openCheaply(where, Clock.systemUTC())) {
      inbox = inbox(store, store.accounts().add("ada@example.org", Secret.of("secret")));
      store.mail().append(inbox, Collections.nCopies(600, message("a")));
      keywords(store, inbox, FlagChange.Mode.ADD, 1, old);
      keywords(store, inbox, FlagChange.Mode.ADD, 2, old);
      keywords(store, inbox, FlagChange.Mode.ADD, 300, some);
      store.mail().expunge(inbox, UidSet.range(1, 256));
      assertThat(store.mail().mailbox(inbox).keywords()).hasSize(old.size());
    }

    try (SqlStorage store = SqlStores.openCheaply(where, Clock.systemUTC())) {
      NewMessage plain = message("b");
      NewMessage coming = new NewMessage(plain.content(), 0, fresh, plain.date());
      assertThat(store.mail().append(inbox, List.of(coming)).leftOut()).isEmpty();
      assertThat(store.mail().mailbox(inbox).keywords()).hasSize(30);
    }

    try (SqlStorage store = SqlStores.openCheaply(where, Clock.systemUTC())) {
      // The traces of those that had all keywords show none of the new ones.
      Map<Long, Set<Keyword>> found = keywordsByUid(store, inbox);
      assertThat(found.remove(1L)).isEqualTo(some);
      assertThat(found.remove(2L)).isEqualTo(some);
      assertThat(found).isEqualTo(Map.of(300L, some, 601L, fresh));
      keywords(store, inbox, FlagChange.Mode.ADD, 400, rest);
      assertThat(store.mail().mailbox(inbox).hasRoomForKeywords()).isFalse();
    }

    try (SqlStorage store = SqlStores.openCheaply(where, Clock.systemUTC())) {
      Mailbox full = store.mail().mailbox(inbox);
      assertThatThrownBy(() -> keywords(store, inbox, FlagChange.Mode.ADD, 400, keywords("x", 1)))
          .isInstanceOf(TooManyKeywords.class);
      assertThat(store.mail().mailbox(inbox)).isEqualTo(full);
      assertThat(full.keywords()).hasSize(Mailbox.MAX_KEYWORDS);
      Map<Long, Set<Keyword>> found = keywordsByUid(store, inbox);
      assertThat(found).containsEntry(400L, rest).containsEntry(601L, fresh);
      store.mail().expunge(inbox, UidSet.of(601));
      keywords(store, inbox, FlagChange.Mode.ADD, 500, keywords("last", 20));
      assertThat(keywordsByUid(store, inbox))
          .containsEntry(500L, keywords("last", 20))
          .containsEntry(400L, rest)
          .doesNotContainKey(601L);
    }
  }

  @Test
  void believesNoPasswordThatWasChanged() {
    try (SqlStorage store = open()) {
      Account ada = store.accounts().add("ada@example.org", Secret.of("old"));

      Authentication before = store.accounts().verify("ADA@example.org", Secret.of("old"));
      store.accounts().changePassword(ada.id(), Secret.of("new"));
      Authentication after = store.accounts().verify("ada@example.org", Secret.of("old"));
      Authentication now = store.accounts().verify("ada@example.org", Secret.of("new"));

      assertThat(before).isEqualTo(new Authentication.Success(ada));
      assertThat(after).isEqualTo(new Authentication.Failure());
      assertThat(now).isEqualTo(new Authentication.Success(ada));
      assertThat(store.accounts().scramKeys("nobody").salt())
          .isEqualTo(store.accounts().scramKeys("Nobody").salt());
    }
  }
}
