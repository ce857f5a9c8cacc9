package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.life.Lifeline;
import org.postroom.core.life.MemoryBudget;
import org.postroom.core.mail.StagedContent;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.mime.MessageStructure;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.StagedOctets;
import org.postroom.storage.Storage;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.SimulatedFolder;

/**
 * A store below which something has failed that connections alone cannot mend: it comes back by
 * itself, complete, or it is dead and says so.
 */
@Timeout(120)
class BrokenStoreTest {
  private static final FolderOrigin.Unsaved NEVER_SAVED =
      new FolderOrigin.Unsaved(Long.MAX_VALUE / 2, Duration.ofDays(1));

  @TempDir Path temp;
  private final SimulatedFolder disk = new SimulatedFolder();
  private final AtomicReference<DataFolder> opened = new AtomicReference<>();
  private final Lifeline lifeline = new Lifeline();

  private Engine open(StoreHealth.Reopenings limits) {
    return Engine.openFolder(
        temp.toAbsolutePath().normalize(),
        path -> {
          DataFolder folder = disk.open(path);
          opened.set(folder);
          return folder;
        },
        new Engine.Life(Clock.systemUTC(), lifeline, MemoryBudget.ofHeap(), limits),
        new SecureRandom(),
        0,
        NEVER_SAVED);
  }

  private static MailboxId inbox(Engine store) {
    if (store.accounts().list().isEmpty()) {
      store.accounts().add("ada@example.org", Secret.of("x"));
    }
    return store
        .mail()
        .find(store.accounts().list().get(0).id(), MailboxName.INBOX)
        .orElseThrow()
        .id();
  }

  private static void append(Engine store, StagedContent content) {
    store
        .mail()
        .append(
            inbox(store), List.of(new NewMessage(content, 0, Set.of(), new InternalDate(1, 0))));
  }

  private static void append(Engine store, String subject) {
    append(store, StagedOctets.of("Subject: " + subject + "\n\nbody\n"));
  }

  private static List<String> subjects(Engine store) {
    MailboxId inbox = inbox(store);
    List<String> found = new ArrayList<>();
    UidSet uids = store.mail().snapshot(inbox).uids();
    store
        .mail()
        .read(
            inbox,
            uids,
            EnumSet.of(MailStore.Detail.CONTENT),
            row -> {
              String text = new String(row.content().orElseThrow().toBytes(), US_ASCII);
              found.add(text.substring(9, text.indexOf('\r')));
            });
    assertThat(found).hasSize(uids.size());
    return found;
  }

  /** Whatever the store says to an action meanwhile, it is that it may be tried again. */
  private static void untilSuccess(Runnable action) {
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (true) {
      try {
        action.run();
        return;
      } catch (StorageUnavailable e) {
        assertThat(System.nanoTime()).as("it never worked again: %s", e).isLessThan(end);
      }
    }
  }

  /** H2 is gone, as it is after an error of its own: "Database is already closed". */
  private void closeDatabaseUnderOurFeet() {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:h2:" + opened.get().databasePath() + ";MODE=PostgreSQL", "sa", "");
        Statement run = connection.createStatement()) {
      run.execute("SHUTDOWN IMMEDIATELY");
    } catch (SQLException e) {
      assertThat(e.getErrorCode()).isIn(90121, 90028); // closed, which was wanted, or fenced
    }
  }

  /** Content that cannot be read because of an error. */
  private record Deadly(StagedContent content, Supplier<Error> error) implements StagedContent {
    @Override
    public long size() {
      return content.size();
    }

    @Override
    public int read(long position, ByteBuffer target) {
      throw error.get();
    }

    @Override
    public MessageStructure structure() {
      return content.structure();
    }

    @Override
    public void close() {
      content.close();
    }
  }

  private static StagedContent deadly(Supplier<Error> error) {
    return new Deadly(StagedOctets.of("Subject: never\n\nbody\n"), error);
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
      DataFolder before = opened.get();

      place.arrange(disk, store);

      untilSuccess(() -> append(store, "b"));
      assertThat(subjects(store))
          .startsWith("a")
          .endsWith("b")
          .doesNotContain("never")
          .hasSizeLessThan(4);
      assertThat(store.queue().list(10)).isEmpty();
      assertThat(opened.get()).as("another opening of the folder").isNotSameAs(before);
    }
    assertThat(lifeline.death()).isEmpty();
  }

  /** H2 ends itself when it runs out of memory while somebody reads. */
  @Test
  void goesOnAfterAnErrorOutOfAReader() {
    try (Engine store = open(StoreHealth.Reopenings.DEFAULT)) {
      List<NewMessage> many = new ArrayList<>(); // more than opening it reads
      for (int i = 0; i < 300; i++) {
        StagedContent content = StagedOctets.of("Subject: " + i + "x".repeat(300) + "\n\nbody\n");
        many.add(new NewMessage(content, 0, Set.of(), new InternalDate(1, 0)));
      }
      store.mail().append(inbox(store), many);
    }
    try (Engine store = open(StoreHealth.Reopenings.DEFAULT)) {
      DataFolder before = opened.get();
      disk.onNextRead(
          "mail.mv.db",
          () -> {
            throw new OutOfMemoryError("as if");
          });

      untilSuccess(
          () -> {
            assertThat(subjects(store)).hasSize(300);
            assertThat(opened.get()).isNotSameAs(before);
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
      closeDatabaseUnderOurFeet();

      untilSuccess(() -> append(store, "b"));

      assertThat(woken.get()).isPositive();
    }
  }

  @Test
  void servesReadersAgainWithoutAWriter() {
    try (Engine store = open(StoreHealth.Reopenings.DEFAULT)) {
      append(store, "a");
      for (int i = 0; i < 3; i++) {
        closeDatabaseUnderOurFeet();

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
      List<Thread> threads = new ArrayList<>();
      for (Client client : clients) {
        Thread thread = new Thread(client);
        thread.setUncaughtExceptionHandler(
            (t, e) -> {
              synchronized (faults) {
                faults.add(e);
              }
            });
        thread.start();
        threads.add(thread);
      }
      for (int i = 0; i < 8; i++) {
        int wanted = done(clients) + 5 + random.nextInt(40);
        while (done(clients) < wanted && threads.stream().allMatch(Thread::isAlive)) {
          Thread.onSpinWait();
        }
        closeDatabaseUnderOurFeet();
      }
      int wanted = done(clients) + 5;
      while (done(clients) < wanted && threads.stream().allMatch(Thread::isAlive)) {
        Thread.onSpinWait();
      }
      clients.forEach(Client::stop);
      for (Thread thread : threads) {
        thread.join();
      }
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

  private static int done(List<Client> clients) {
    return clients.stream().mapToInt(Client::acknowledged).sum();
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
        closeDatabaseUnderOurFeet();
        untilSuccess(() -> append(store, "more"));
        assertThat(lifeline.death()).isEmpty();
      }
      closeDatabaseUnderOurFeet();
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
        Engine.open(
            Storage.inMemory(),
            Clock.systemUTC(),
            new SecureRandom(),
            0,
            own,
            MemoryBudget.ofHeap(),
            2)) {
      append(store, "a");
      assertThatThrownBy(() -> append(store, deadly(() -> new OutOfMemoryError("as if"))))
          .isInstanceOf(StorageUnavailable.class);

      assertThat(own.death()).isPresent();
      assertDead(store);
    }
  }
}
