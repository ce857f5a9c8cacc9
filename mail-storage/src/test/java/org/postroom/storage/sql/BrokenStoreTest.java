package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.storage.sql.Inbox.append;
import static org.postroom.storage.sql.Inbox.content;
import static org.postroom.storage.sql.Inbox.inbox;
import static org.postroom.storage.sql.Inbox.message;
import static org.postroom.storage.sql.Inbox.subjects;
import static org.postroom.storage.sql.Trouble.closeDatabase;
import static org.postroom.storage.sql.Trouble.untilSuccess;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.auth.Argon2;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.storage.Storage;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.SimulatedFolder;

/**
 * A store below which something has failed that connections alone cannot mend: it comes back by
 * itself, complete, or it is dead and says so.
 */
@Timeout(120)
@Tag("seconds")
class BrokenStoreTest {
  private static final FolderOrigin.Unsaved NEVER_SAVED =
      new FolderOrigin.Unsaved(Long.MAX_VALUE / 2, Duration.ofDays(1));

  @TempDir Path temp;
  private final SimulatedFolder disk = new SimulatedFolder();
  private final Lifeline lifeline = new Lifeline();

  private Engine open(StoreHealth.Reopenings limits) {
    return StoreOpening.folder(
        temp.toAbsolutePath().normalize(),
        disk::open,
        new Life(Clock.systemUTC(), lifeline, MemoryBudget.ofHeap(), limits),
        new SecureRandom(),
        0,
        NEVER_SAVED,
        () -> QuotaRules.NONE);
  }

  /** Content that cannot be read because of an error. */
  private static NewMessage deadly(Supplier<Error> error) {
    return message(
        new Trap(
            content("never", "body"),
            position -> {
              throw error.get();
            }));
  }

  /** Where an error comes out. */
  enum Place {
    IN_A_UNIT {
      @Override
      void arrange(SimulatedFolder disk, Engine store) {
        assertThatThrownBy(() -> append(store, deadly(() -> new OutOfMemoryError("as if"))))
            .isInstanceOf(StorageUnavailable.class);
      }
    },
    IN_THE_JOURNALS_SYNC {
      @Override
      void arrange(SimulatedFolder disk, Engine store) {
        fail(disk, new OutOfMemoryError("as if"));
        assertThatThrownBy(() -> append(store, "unknown")).isInstanceOf(StorageUnavailable.class);
      }
    },
    IN_A_WATCHER {
      @Override
      void arrange(SimulatedFolder disk, Engine store) {
        AtomicInteger told = new AtomicInteger();
        MailStore.Subscription watch =
            store
                .mail()
                .watch(
                    inbox(store),
                    change -> {
                      if (told.getAndIncrement() == 0) {
                        throw new OutOfMemoryError("as if");
                      }
                    });
        append(store, "told"); // what is told is durable
        assertThat(told).hasPositiveValue();
        watch.close();
      }
    },
    TOO_DEEP {
      @Override
      void arrange(SimulatedFolder disk, Engine store) {
        assertThatThrownBy(() -> append(store, deadly(StackOverflowError::new)))
            .isInstanceOf(StorageUnavailable.class);
      }
    };

    abstract void arrange(SimulatedFolder disk, Engine store);

    private static void fail(SimulatedFolder disk, Error error) {
      disk.onNextSync(
          () -> {
            throw error;
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void goesOnAfterAnErrorOutOfTheCommitter(Place place) {
    try (Engine store = open(StoreHealth.Reopenings.DEFAULT)) {
      append(store, "a");
      assertThat(store.queue().list(10)).isEmpty();
      DataFolder before = disk.opened();

      place.arrange(disk, store);

      untilSuccess(() -> append(store, "b"));
      assertThat(subjects(store))
          .startsWith("a")
          .endsWith("b")
          .doesNotContain("never")
          .hasSizeLessThan(4);
      assertThat(store.queue().list(10)).isEmpty();
      assertThat(disk.opened()).as("another opening of the folder").isNotSameAs(before);
    }
    assertThat(lifeline.death()).isEmpty();
  }

  /** H2 ends itself when it runs out of memory while somebody reads. */
  @Test
  void goesOnAfterAnErrorOutOfAReader() {
    try (Engine store = open(StoreHealth.Reopenings.DEFAULT)) {
      List<NewMessage> many = new ArrayList<>(); // more than opening it reads
      for (int i = 0; i < 300; i++) {
        many.add(message(i + "x".repeat(300)));
      }
      store.mail().append(inbox(store), many);
    }
    try (Engine store = open(StoreHealth.Reopenings.DEFAULT)) {
      DataFolder before = disk.opened();
      disk.onNextRead(
          "mail.mv.db",
          () -> {
            throw new OutOfMemoryError("as if");
          });

      untilSuccess(
          () -> {
            assertThat(subjects(store)).hasSize(300);
            assertThat(disk.opened()).isNotSameAs(before);
          });
      untilSuccess(() -> append(store, "c"));
      assertThat(subjects(store)).hasSize(301).endsWith("c");
    }
    assertThat(lifeline.death()).isEmpty();
  }

  /** What was queued in the unit that nobody heard of is not to wait for the next mail. */
  @Test
  void wakesTheQueueWhenItHasComeBack() {
    AtomicInteger woken = new AtomicInteger();
    try (Engine store = open(StoreHealth.Reopenings.DEFAULT)) {
      append(store, "a");
      store.queue().onQueued(woken::incrementAndGet);
      closeDatabase(disk.opened());

      untilSuccess(() -> append(store, "b"));

      assertThat(woken.get()).isPositive();
    }
  }

  @Test
  void servesReadersAgainWithoutAWriter() {
    try (Engine store = open(StoreHealth.Reopenings.DEFAULT)) {
      append(store, "a");
      for (int i = 0; i < 3; i++) {
        closeDatabase(disk.opened());

        untilSuccess(() -> assertThat(store.queue().list(10)).isEmpty());
        untilSuccess(() -> assertThat(subjects(store)).containsExactly("a"));
      }
    }
    assertThat(lifeline.death()).isEmpty();
  }

  /**
   * H2 is closed under clients that do all that can be done, again and again: nothing that was
   * acknowledged is lost, nothing is there twice, and everybody is served again.
   */
  @Test
  void losesNothingHoweverOftenTheDatabaseIsClosedUnderItsClients() throws Exception {
    List<Client> clients = List.of(new Client(0, 5), new Client(1, 5), new Client(2, 5));
    Map<Client, Client.Window> windows = new HashMap<>();
    Random random = new Random(4711);
    List<Throwable> faults = new ArrayList<>();
    try (Engine store = open(Engines.ALWAYS)) {
      clients.forEach(client -> client.begin(store));
      List<Thread> threads = Client.start(clients, faults);
      for (int i = 0; i < 8; i++) {
        int wanted = Client.acknowledged(clients) + 5 + random.nextInt(40);
        while (Client.acknowledged(clients) < wanted
            && threads.stream().allMatch(Thread::isAlive)) {
          Thread.onSpinWait();
        }
        closeDatabase(disk.opened());
      }
      int wanted = Client.acknowledged(clients) + 5;
      while (Client.acknowledged(clients) < wanted && threads.stream().allMatch(Thread::isAlive)) {
        Thread.onSpinWait();
      }
      Client.stop(clients, threads);
      assertThat(faults).isEmpty();
      clients.forEach(client -> windows.put(client, client.window(client.acknowledged())));
    }
    SimulatedFolder after =
        disk.afterPowerCut(
            temp.toAbsolutePath().normalize(), temp.resolve("after").toAbsolutePath(), random, 0.5);
    try (Engine store = Engines.open(temp.resolve("after").toAbsolutePath(), after::open, 0)) {
      windows.forEach((client, window) -> client.check(store, window));
    }
    assertThat(lifeline.death()).isEmpty();
  }

  // --- what it dies of

  private static void assertDead(Engine store) {
    long start = System.nanoTime();
    assertThatThrownBy(() -> append(store, "late")).isInstanceOf(StorageUnavailable.class);
    assertThatThrownBy(() -> store.queue().list(10)).isInstanceOf(StorageUnavailable.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void diesOfAnErrorThatStays(boolean ownerClosesAtOnce) {
    List<Lifeline.Death> deaths = new ArrayList<>();
    Engine store = open(StoreHealth.Reopenings.DEFAULT);
    lifeline.onDeath(
        death -> {
          deaths.add(death);
          if (ownerClosesAtOnce) {
            store.close();
          }
        });
    append(store, "a");
    assertThatThrownBy(() -> append(store, deadly(() -> new NoClassDefFoundError("as if"))))
        .isInstanceOf(StorageUnavailable.class);

    assertThat(deaths).hasSize(1);
    assertThat(deaths.get(0).part()).isEqualTo("the store");
    assertThat(StoreHealth.errorIn(deaths.get(0).cause())).isInstanceOf(NoClassDefFoundError.class);
    assertDead(store);
    store.close();
    try (Engine again = open(StoreHealth.Reopenings.DEFAULT)) {
      assertThat(subjects(again)).containsExactly("a");
      append(again, "b");
    }
  }

  @Test
  void diesWhenItBreaksTooOften() {
    try (Engine store = open(new StoreHealth.Reopenings(2, Duration.ofHours(1), Duration.ZERO))) {
      append(store, "a");
      for (int i = 0; i < 2; i++) {
        closeDatabase(disk.opened());
        untilSuccess(() -> append(store, "more"));
        assertThat(lifeline.death()).isEmpty();
      }
      closeDatabase(disk.opened());
      assertThatThrownBy(() -> untilDead(store)).isInstanceOf(StorageUnavailable.class);

      assertDead(store);
    }
    try (Engine again = open(StoreHealth.Reopenings.DEFAULT)) {
      assertThat(subjects(again)).containsExactly("a", "more", "more");
    }
  }

  private void untilDead(Engine store) {
    while (true) {
      try {
        append(store, "late");
      } catch (StorageUnavailable e) {
        if (lifeline.death().isPresent()) {
          throw e;
        }
      }
    }
  }

  /** With the database all is gone; an empty one must not take its place. */
  @Test
  void diesInMemoryAtOnce() {
    Lifeline own = new Lifeline();
    try (Engine store =
        StoreOpening.open(
            Storage.inMemory(),
            Clock.systemUTC(),
            new SecureRandom(),
            0,
            own,
            MemoryBudget.ofHeap(),
            Argon2.Effort.ofTheMachine(),
            () -> QuotaRules.NONE)) {
      append(store, "a");
      assertThatThrownBy(() -> append(store, deadly(() -> new OutOfMemoryError("as if"))))
          .isInstanceOf(StorageUnavailable.class);

      assertThat(own.death()).isPresent();
      assertDead(store);
    }
  }
}
