package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.storage.sql.Inbox.bodies;
import static org.postroom.storage.sql.Inbox.content;
import static org.postroom.storage.sql.Inbox.inbox;
import static org.postroom.storage.sql.Inbox.subject;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.Uid;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.refusal.OverQuota;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.SimulatedFolder;

/** What is long is done by who asks for it: the committer, and so everybody else, goes on. */
@Tag("seconds")
class BesideTheCommitterTest {
  private static final int LONG = 300_000;
  private static final int ROUNDS_OF_A_STORE = 20;

  @TempDir Path temp;
  private SimulatedFolder disk = new SimulatedFolder();
  private int cuts;

  private Path folder() {
    return temp.resolve("data" + cuts).toAbsolutePath().normalize();
  }

  private Engine open() {
    return Engines.open(folder(), disk::open, 0);
  }

  private static NewMessage message(String subject, int length) {
    return Inbox.message(content(subject, "x".repeat(length)));
  }

  @Test
  void aLongBodyIsWrittenWhileOthersAreAnswered() throws Exception {
    StagedContent octets = message("long", LONG).content();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch may = new CountDownLatch(1);
    Trap slow =
        new Trap(
            octets,
            position -> {
              asked.countDown();
              await(may);
            });
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Engine store = open()) {
      MailboxId inbox = inbox(store);
      Future<?> appended =
          thread.submit(() -> store.mail().append(inbox, List.of(Inbox.message(slow))));
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

      for (int i = 0; i < 5; i++) {
        store.mail().append(inbox, List.of(message("short" + i, 10)));
      }
      assertThat(appended.isDone()).isFalse();
      may.countDown();
      appended.get(30, TimeUnit.SECONDS);

      assertThat(bodies(store)).hasSize(6);
      assertThat(bodies(store).get(5)).isEqualTo(octets.toBytes());
    } finally {
      may.countDown();
      thread.shutdownNow();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new StorageUnavailable("the octets never came");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLongBodyIsThereAfterAPowerCutWhateverElseWas() {
    try (Engine store = open()) {
      MailboxId inbox = inbox(store);
      store.mail().append(inbox, List.of(message("a", LONG), message("b", 10)));
      store.accounts().setQuota(store.accounts().list().get(0).id(), LONG + 10_000);
      assertThatThrownBy(() -> store.mail().append(inbox, List.of(message("no", LONG))))
          .isInstanceOf(OverQuota.class);
      disk.failNextSync();
      assertThatThrownBy(() -> store.mail().append(inbox, List.of(message("lost", LONG))))
          .isInstanceOf(RuntimeException.class);
      store.accounts().setQuota(store.accounts().list().get(0).id(), 0);
      store.mail().append(inbox, List.of(message("c", LONG), message("d", LONG)));
      Path before = folder();
      cuts++;
      disk = disk.afterPowerCut(before, folder(), new Random(1), 0);
    }
    try (Engine store = open()) {
      List<byte[]> found = bodies(store);
      assertThat(found)
          .extracting(octets -> new String(octets, 9, 1, US_ASCII))
          .containsExactly("a", "b", "c", "d");
      assertThat(found)
          .extracting(octets -> octets.length)
          .containsExactly(LONG + 16, 26, LONG + 16, LONG + 16);
    }
  }

  /** The folder is opened again when the body lies in its place, and before its unit of work. */
  @Test
  void aLongBodyIsWrittenAgainWhenItsPlaceWasLost() {
    StagedContent octets = message("long", LONG).content();
    AtomicBoolean failed = new AtomicBoolean();
    StagedContent failing =
        new Trap(
            octets,
            position -> {
              if (position > LONG / 2 && failed.compareAndSet(false, true)) {
                disk.opened().fail(new IOException("as if"));
              }
            });
    try (Engine store = open()) {
      MailboxId inbox = inbox(store);
      store.mail().append(inbox, List.of(message("a", 10)));
      DataFolder before = disk.opened();

      store.mail().append(inbox, List.of(Inbox.message(failing)));
      store.mail().append(inbox, List.of(message("b", LONG)));

      assertThat(disk.opened()).isNotSameAs(before);
      assertThat(bodies(store)).hasSize(3);
      assertThat(bodies(store).get(1)).isEqualTo(octets.toBytes());
      assertThat(bodies(store).get(2)).hasSize(LONG + 16);
    }
  }

  private static StagedContent repeated(String subject, int length) {
    return content(subject, (subject + "\n").repeat(length / subject.length()));
  }

  /** Long, but for every third. */
  private static StagedContent numbered(String subject) {
    int hash = Math.abs(subject.hashCode() % 30);
    return repeated(subject, hash % 3 == 0 ? 500 : 80_000 + hash * 10_000);
  }

  /** Appends until it is told to stop, and notes what was acknowledged. */
  private static void appendMany(
      Engine store, String name, AtomicBoolean stop, Set<String> acknowledged) {
    MailboxId inbox = inbox(store);
    for (int i = 0; !stop.get(); i++) {
      String subject = name + "-" + i;
      store.mail().append(inbox, List.of(Inbox.message(numbered(subject))));
      acknowledged.add(subject);
    }
  }

  /**
   * The power fails while long bodies are being written beside commits of others: whatever has a
   * row has all its octets, and whatever was acknowledged has a row.
   */
  @Tag("scaled")
  @Test
  void noRowIsWithoutItsLongBodyWheneverThePowerFails() throws Exception {
    int rounds = Integer.getInteger("postroom.powercut.images", 2);
    Random random = new Random(4711);
    for (int done = 0; done < rounds; done += ROUNDS_OF_A_STORE) {
      disk = new SimulatedFolder();
      cuts++;
      powerFails(Math.min(ROUNDS_OF_A_STORE, rounds - done), random);
    }
  }

  /** Of one store, which is in memory and grows. */
  private void powerFails(int rounds, Random random) throws Exception {
    Set<String> promised = new HashSet<>();
    for (int round = 0; round <= rounds; round++) {
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try (Engine store = open()) {
        List<String> found = new ArrayList<>();
        for (byte[] octets : bodies(store)) {
          String subject = subject(octets);
          assertThat(Arrays.equals(octets, numbered(subject).toBytes())).as(subject).isTrue();
          found.add(subject);
        }
        assertThat(found).doesNotHaveDuplicates().containsAll(promised);
        if (round == rounds) {
          break;
        }
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        AtomicBoolean stop = new AtomicBoolean();
        List<Future<?>> work = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          String name = "r" + round + "t" + i;
          work.add(threads.submit(() -> appendMany(store, name, stop, acknowledged)));
        }
        long until = disk.syncs() + 5 + random.nextInt(40);
        while (disk.syncs() < until && work.stream().noneMatch(Future::isDone)) {
          Thread.onSpinWait();
        }
        promised.addAll(acknowledged);
        Path before = folder();
        cuts++;
        SimulatedFolder cut = disk.afterPowerCut(before, folder(), random, random.nextInt(3) / 2.0);
        stop.set(true);
        for (Future<?> done : work) {
          done.get(60, TimeUnit.SECONDS);
        }
        disk = cut;
      } finally {
        threads.shutdownNow();
      }
    }
    assertThat(promised).isNotEmpty();
  }

  /** Cold mailboxes are read beside what changes them. */
  @Test
  void aMailboxIsLoadedWhileItChanges() throws Exception {
    int known = 1500;
    try (Engine store = open()) {
      List<NewMessage> some = new ArrayList<>();
      for (int i = 0; i < known; i++) {
        some.add(message("m", 1));
      }
      store.mail().append(inbox(store), some);
    }
    for (int round = 0; round < 4; round++) {
      ExecutorService threads = Executors.newFixedThreadPool(6);
      try (Engine store = open()) {
        MailboxId inbox = inbox(store);
        long first = store.mail().mailbox(inbox).uidNext();
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
          int number = t;
          work.add(
              () -> {
                for (int i = 0; i < 10; i++) {
                  if (number % 3 == 0) {
                    store.mail().append(inbox, List.of(message("new", 1)));
                  } else if (number % 3 == 1) {
                    store
                        .mail()
                        .store(
                            inbox,
                            UidSet.of(number * 100L + i),
                            FlagChange.add(Flags.FLAGGED),
                            Long.MAX_VALUE);
                  } else {
                    assertThat(store.mail().snapshot(inbox).uids().size())
                        .isGreaterThanOrEqualTo(known);
                  }
                }
                return true;
              });
        }
        for (Future<Boolean> done : threads.invokeAll(work)) {
          assertThat(done.get()).isTrue();
        }
        UidSet uids = store.mail().snapshot(inbox).uids();
        assertThat(uids).isEqualTo(UidSet.range(1, first + 19));
        assertThat(store.mail().firstUnseen(inbox)).contains(new Uid(1));
      } finally {
        threads.shutdownNow();
      }
      try (Engine store = open()) {
        MailboxId inbox = inbox(store);
        UidSet.Builder flagged = new UidSet.Builder();
        store
            .mail()
            .read(
                inbox,
                store.mail().snapshot(inbox).uids(),
                EnumSet.noneOf(Detail.class),
                row -> {
                  if ((row.systemFlags() & Flags.FLAGGED) != 0) {
                    flagged.add(row.uid());
                  }
                });
        assertThat(flagged.build()).isEqualTo(UidSet.range(100, 109).union(UidSet.range(400, 409)));
      }
    }
  }

  /** What is done to a cold mailbox of many messages. */
  enum Deed {
    RENAME_INBOX {
      @Override
      void to(Engine store) {
        AccountId ada = store.accounts().list().get(0).id();
        store.mail().rename(ada, MailboxName.INBOX, MailboxName.of("Old"));
        MailboxId old = store.mail().find(ada, MailboxName.of("Old")).orElseThrow().id();
        assertThat(store.mail().snapshot(old).uids().size()).isEqualTo(MANY - 1);
        assertThat(store.mail().snapshot(inbox(store)).uids().size()).isZero();
      }
    },
    PURGE {
      @Override
      void to(Engine store) {
        assertThat(store.purge(Duration.ofDays(-1))).isEqualTo(1);
        assertThat(store.mail().snapshot(inbox(store)).uids().size()).isEqualTo(MANY - 1);
      }
    };

    abstract void to(Engine store);
  }

  private static final int MANY = 20_000;

  /** The database's file is read for it by whoever asks, and others are served meanwhile. */
  @ParameterizedTest
  @EnumSource
  void aColdMailboxIsReadByWhoeverAsksForWhatIsDoneToIt(Deed deed) {
    try (Engine store = open()) {
      for (int i = 0; i < MANY / 1000; i++) {
        store.mail().append(inbox(store), Collections.nCopies(1000, message("m", 1)));
      }
      store.mail().expunge(inbox(store), UidSet.of(7));
    }
    try (Engine store = open()) {
      AccountId ada = store.accounts().list().get(0).id();
      Thread caller = Thread.currentThread();
      AtomicBoolean served = new AtomicBoolean();
      AtomicReference<Runnable> next = new AtomicReference<>();
      next.set(
          () -> {
            if (Thread.currentThread() == caller) {
              store.mail().subscribe(ada, MailboxName.of("beside"));
              served.set(true);
            } else {
              disk.onNextRead("mail.mv.db", next.get());
            }
          });
      disk.onNextRead("mail.mv.db", next.get());

      deed.to(store);

      assertThat(served).isTrue();
    }
  }
}
