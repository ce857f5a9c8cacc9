package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.postroom.storage.sql.Inbox.append;
import static org.postroom.storage.sql.Inbox.content;
import static org.postroom.storage.sql.Inbox.inbox;
import static org.postroom.storage.sql.Inbox.message;
import static org.postroom.storage.sql.Inbox.subjects;
import static org.postroom.storage.sql.Trouble.beside;
import static org.postroom.storage.sql.Trouble.closeDatabase;
import static org.postroom.storage.sql.Trouble.untilSuccess;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.queue.QueueControl;
import org.postroom.core.queue.QueueControl.Change;
import org.postroom.core.queue.QueueStore.Settlement;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.Chosen;
import org.postroom.core.testing.StagedOctets;
import org.postroom.core.testing.Until;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.SimulatedFolder;

/** A store whose database file is behind what was acknowledged, and has to catch up. */
@Tag("seconds")
class UnsavedStoreTest {
  private static final FolderOrigin.Unsaved NEVER_SAVED =
      new FolderOrigin.Unsaved(Long.MAX_VALUE / 2, Duration.ofDays(1));

  /** Whatever is durable is saved at once. */
  private static final FolderOrigin.Unsaved SAVED =
      new FolderOrigin.Unsaved(1 << 20, Duration.ZERO);

  private static final int CUTS_OF_A_STORE = 20;

  @TempDir Path temp;
  private final Random random = new Random(4711);
  private int cuts;

  /** Where the store is that was opened last. */
  private volatile SimulatedFolder current;

  private Path live() {
    return temp.resolve("live" + cuts).toAbsolutePath().normalize();
  }

  private Engine open(SimulatedFolder disk, FolderOrigin.Unsaved most) {
    current = disk;
    return Engines.open(live(), disk::open, 0, most);
  }

  private SimulatedFolder cut(SimulatedFolder disk, double keptShare) {
    Path before = live();
    cuts++;
    return disk.afterPowerCut(before, live(), random, keptShare);
  }

  private static boolean isAppended(Engine store, String subject) {
    try {
      append(store, subject);
      return true;
    } catch (StorageUnavailable e) {
      return false;
    }
  }

  private void killDatabase() {
    closeDatabase(current.opened());
  }

  /** What the database's file has, whatever the journal has beside it. */
  private int saved(SimulatedFolder disk) throws SQLException {
    try (DataFolder folder = disk.open(live());
        Connection connection = beside(folder);
        Statement run = connection.createStatement();
        ResultSet rows = run.executeQuery("SELECT COUNT(*) FROM mailbox_message")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  // --- power cuts

  /**
   * Everything that a store can do is going on when the power fails, again and again; in between
   * the power fails while the store catches up. Everybody finds what was acknowledged, or that and
   * what he had just begun: nothing else, and nothing twice.
   */
  @Tag("scaled")
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void isWhatWasAcknowledgedAfterEachOfManyPowerCuts(long seed) throws Exception {
    int rounds = Integer.getInteger("postroom.powercut.images", 4);
    random.setSeed(seed);
    for (int done = 0; done < rounds; done += CUTS_OF_A_STORE) {
      powerFails(seed + done, Math.min(CUTS_OF_A_STORE, rounds - done));
      cuts++;
    }
  }

  /** Of one store, which is in memory and grows. */
  private void powerFails(long seed, int rounds) throws Exception {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(new Client(i, seed));
    }
    Map<Client, Client.Window> windows = new HashMap<>();
    SimulatedFolder disk = new SimulatedFolder();
    for (int round = 0; round <= rounds; round++) {
      if (round > 0) {
        disk = cutWhileItCatchesUp(disk, clients, windows);
      }
      FolderOrigin.Unsaved[] limits = {
        NEVER_SAVED, SAVED, new FolderOrigin.Unsaved(20_000, Duration.ofMillis(200)), NEVER_SAVED
      };
      try (Engine store = open(disk, limits[random.nextInt(limits.length)])) {
        for (Client client : clients) {
          if (round > 0) {
            client.goOn(store, windows.get(client));
          }
          client.begin(store);
        }
        store.queue().releaseLeases("node");
        if (round == rounds) {
          break;
        }
        List<Throwable> faults = new ArrayList<>();
        List<Thread> threads = Client.start(clients, faults);
        int wanted = random.nextInt(round % 3 == 0 ? 30 : 200);
        while (Client.acknowledged(clients) < wanted && faults.isEmpty()) {
          Until.aMoment();
        }
        Map<Client, Integer> promised = Client.promised(clients);
        disk = cut(disk, random.nextInt(3) / 2.0);
        promised.forEach((client, from) -> windows.put(client, client.window(from)));
        Client.stop(clients, threads);
        assertThat(faults).isEmpty();
      }
    }
  }

  /** Opens the store, and cuts the power meanwhile; what is there then must not change by it. */
  private SimulatedFolder cutWhileItCatchesUp(
      SimulatedFolder disk, List<Client> clients, Map<Client, Client.Window> windows)
      throws Exception {
    int images = random.nextInt(3);
    List<String> expected = new ArrayList<>();
    SimulatedFolder current = disk;
    for (int i = 0; i < images; i++) {
      SimulatedFolder opening = current;
      long until = opening.syncs() + random.nextInt(12);
      AtomicBoolean open = new AtomicBoolean();
      AtomicReference<Engine> store = new AtomicReference<>();
      Path place = live();
      Thread thread =
          new Thread(
              () -> {
                store.set(Engines.open(place, opening::open, 0));
                open.set(true);
              });
      thread.start();
      while (opening.syncs() < until && !open.get() && thread.isAlive()) {
        Thread.onSpinWait();
      }
      current = cut(opening, random.nextInt(3) / 2.0);
      thread.join();
      assertThat(store).doesNotHaveNullValue();
      try (Engine engine = store.get()) {
        List<String> found = new ArrayList<>();
        clients.forEach(client -> found.add(client.check(engine, windows.get(client))));
        if (i > 0) {
          assertThat(found).isEqualTo(expected);
        }
        expected = found;
      }
    }
    return current;
  }

  // --- things that fail

  /**
   * Syncs fail all the time, of the journal and of saving. Whoever was refused finds it done or
   * not, whatever happens afterwards; whoever reads never misses what was acknowledged.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isWhatWasAcknowledgedWhileSyncsFail(boolean saved) throws Exception {
    List<Client> clients = List.of(new Client(0, 7), new Client(1, 7), new Client(2, 7));
    SimulatedFolder disk = new SimulatedFolder();
    Map<Client, Client.Window> windows = new HashMap<>();
    try (Engine store = open(disk, saved ? SAVED : NEVER_SAVED)) {
      clients.forEach(client -> client.begin(store));
      List<Throwable> faults = new ArrayList<>();
      List<Thread> threads = Client.start(clients, faults);
      AtomicBoolean end = new AtomicBoolean();
      AtomicInteger acknowledged = new AtomicInteger();
      AtomicInteger refused = new AtomicInteger();
      List<Thread> more = new ArrayList<>();
      more.add(new Thread(() -> enqueue(store, end, acknowledged, refused)));
      for (int i = 0; i < 2; i++) {
        more.add(new Thread(() -> readInOrder(store, end, acknowledged)));
      }
      for (Thread thread : more) {
        thread.setUncaughtExceptionHandler(
            (t, e) -> {
              synchronized (faults) {
                faults.add(e);
              }
            });
        thread.start();
      }
      for (int i = 0; i < 6 && faults.isEmpty(); i++) {
        long until = disk.syncs() + 10 + random.nextInt(30);
        while (disk.syncs() < until && faults.isEmpty()) {
          Thread.onSpinWait();
        }
        disk.failSyncAfter(random.nextInt(4));
      }
      int wanted = acknowledged.get() + 5;
      while (acknowledged.get() < wanted && faults.isEmpty()) {
        Until.aMoment();
      }
      end.set(true);
      for (Thread thread : more) {
        thread.join();
      }
      Client.stop(clients, threads);
      disk = cut(disk, 0.5);
      clients.forEach(client -> windows.put(client, client.window(client.acknowledged())));
      assertThat(faults).isEmpty();
      // A batch that failed may have been the queue's alone.
      assertThat(refused.get() + clients.stream().mapToInt(Client::refused).sum()).isPositive();
    }
    try (Engine store = open(disk, NEVER_SAVED)) {
      windows.forEach((client, window) -> client.check(store, window));
    }
  }

  private static Acceptance onward(Engine store, int number) {
    Address address = Address.of("n" + number, Domain.of("far.example"));
    return new Acceptance(
        new Submission(
            store.mailCommit().newId(),
            Origin.SMTP,
            new Submission.Client(
                InetAddress.getLoopbackAddress(), "unknown", "me", Optional.empty(), "ESMTP"),
            Envelope.of(ReversePath.of(address), List.of(Recipient.of(address))),
            StagedOctets.of("Subject: x\n\nx\n"),
            Instant.now()),
        List.of(),
        List.of(new Acceptance.Onward(Recipient.of(address), "smtp:far.example")));
  }

  private static void enqueue(
      Engine store, AtomicBoolean end, AtomicInteger acknowledged, AtomicInteger refused) {
    while (!end.get()) {
      try {
        store.mailCommit().commit(onward(store, acknowledged.get()));
        acknowledged.incrementAndGet();
      } catch (StorageUnavailable e) {
        refused.incrementAndGet();
        Until.aMoment(); // it may be there or not
      }
    }
  }

  private static void readInOrder(Engine store, AtomicBoolean end, AtomicInteger acknowledged) {
    while (!end.get()) {
      int least = acknowledged.get();
      try {
        long found =
            store.queue().list(100_000).stream()
                .filter(mail -> mail.destination().equals("smtp:far.example"))
                .count();
        assertThat(found).isGreaterThanOrEqualTo(least);
      } catch (StorageUnavailable e) {
        Until.aMoment();
      }
    }
  }

  /** The journal has it, and H2 dies before it has: what is durable is acknowledged. */
  @Test
  void acknowledgesWhatTheJournalHasWhenTheCommitFails() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      append(store, "a", "b");
      assertThat(store.queue().list(10)).isEmpty(); // there is a pool of readers
      disk.onNextSync(this::killDatabase);

      append(store, "c");
      assertThat(store.queue().list(10)).isEmpty(); // waits until it is open again
      append(store, "d");

      assertThat(subjects(store)).containsExactly("a", "b", "c", "d");
      disk = cut(disk, 0);
    }
    try (Engine store = open(disk, NEVER_SAVED)) {
      assertThat(subjects(store)).containsExactly("a", "b", "c", "d");
    }
  }

  @Test
  void isCompleteForReadersWhenTheDatabaseHasDied() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      append(store, "a");
      store.mailCommit().commit(onward(store, 1));
      assertThat(store.queue().list(10)).hasSize(1);

      killDatabase();

      List<Integer> found = new ArrayList<>();
      untilSuccess(() -> found.add(store.queue().list(10).size()));
      assertThat(found).containsExactly(1);
      untilSuccess(() -> append(store, "b"));
      assertThat(subjects(store)).containsExactly("a", "b");
    }
  }

  /** Opening again fails too, while it catches up. Nobody may read what is behind then. */
  @Test
  void isNotReadBeforeItHasCaughtUp() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      append(store, "a");
      store.mailCommit().commit(onward(store, 1));
      for (int failing = 0; failing < 8; failing++) {
        killDatabase();
        current.opened().fail(new IOException("as if"));
        disk.failSyncAfter(failing);
        try {
          append(store, "more");
        } catch (StorageUnavailable e) {
          assertThat(e).isNotNull();
        }
        List<Integer> found = new ArrayList<>();
        untilSuccess(() -> found.add(store.queue().list(10).size()));
        assertThat(found).as("failing sync %d", failing).containsExactly(1);
      }
      disk.failSyncAfter(-1);
      untilSuccess(() -> append(store, "b"));
      assertThat(subjects(store)).startsWith("a").endsWith("b");
    }
  }

  /** The folder is opened again in the middle of a batch: the batch is lost then, and says so. */
  @Test
  void acknowledgesNothingOfABatchThatLostItsTransaction() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      append(store, "a");
      MailboxId inbox = inbox(store);
      NewMessage message = message(new Trap(content("b", "body"), position -> failFolder()));
      assertThatThrownBy(() -> store.mail().append(inbox, List.of(message)))
          .isInstanceOf(StorageUnavailable.class);

      untilSuccess(() -> append(store, "c"));
      assertThat(subjects(store)).containsExactly("a", "c");
    }
  }

  private void failFolder() {
    current.opened().fail(new IOException("somebody else met a fault"));
  }

  /** The journal has it though the sync says that it failed, so that is what is there. */
  @Test
  void knowsNoAnswerOfBeforeAChangeThatMayHaveBeenKept() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      append(store, "a");
      Account ada = store.accounts().list().get(0);
      int last = -1;
      boolean added = true;
      while (added) { // else the sync was that of a committer at rest
        last++;
        assertThat(store.accounts().byAddress(alias(last))).isEmpty();
        disk.failNextSync();
        added = isAdded(store, ada, alias(last));
      }

      untilSuccess(() -> append(store, "b"));

      assertThat(store.accounts().byAddress(alias(last))).contains(ada);
    }
  }

  private static boolean isAdded(Engine store, Account account, Address alias) {
    try {
      store.accounts().addAlias(account.id(), alias);
      return true;
    } catch (StorageUnavailable e) {
      return false;
    }
  }

  private static Address alias(int number) {
    return Address.of("alias" + number, Domain.of("example.org"));
  }

  // --- batches that need not be durable

  private static int leased(Engine store) {
    return store
        .queue()
        .lease("node", Instant.now(), Duration.ofHours(1), Chosen.of(10, 10))
        .size();
  }

  @ParameterizedTest
  @ValueSource(strings = {"at once", "after a durable one", "after it was saved"})
  void givesALeaseBackWhateverBecameOfIt(String when) throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      append(store, "a");
      store.mailCommit().commit(onward(store, 1));
      assertThat(leased(store)).isEqualTo(1);
      if (when.equals("after a durable one")) {
        append(store, "b");
      } else if (when.equals("after it was saved")) {
        long before = disk.syncs();
        while (disk.syncs() == before) { // the committer rests after a second
          Until.aMoment();
        }
      }
      disk = cut(disk, 0);
    }
    try (Engine store = open(disk, NEVER_SAVED)) {
      assertThat(store.queue().list(10)).hasSize(1);
      assertThat(leased(store)).isEqualTo(1);
    }
  }

  /** The lease is lost with H2; its number is given out again, and must not hide what follows. */
  @Test
  void losesNothingDurableThatFollowsALostLease() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      append(store, "a");
      store.mailCommit().commit(onward(store, 1));
      long before = disk.syncs();
      while (disk.syncs() == before) { // all is saved after a second, so H2 may be opened anew
        Until.aMoment();
      }
      assertThat(leased(store)).isEqualTo(1);

      killDatabase();
      untilSuccess(() -> append(store, "b"));

      disk = cut(disk, 0);
    }
    try (Engine store = open(disk, NEVER_SAVED)) {
      assertThat(subjects(store)).containsExactly("a", "b");
    }
  }

  /** What is deleted then is gone at once, since nobody has leased it; its attempt goes on. */
  @Test
  void reportsNothingOfWhatWasDeletedAfterItsLeaseWasLost() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      store.mailCommit().commit(onward(store, 1));
      long before = disk.syncs();
      while (disk.syncs() == before) { // all is saved after a second, so H2 may be opened anew
        Until.aMoment();
      }
      assertThat(leased(store)).isEqualTo(1);
      long recipient = store.queue().list(10).get(0).recipients().get(0).id();
      QueueControl control = store.queue().control();

      killDatabase();
      untilSuccess(
          () -> assertThat(control.change(Change.DELETE, List.of(recipient))).isEqualTo(1));
      Set<QueueId> gone =
          store.queue().settle(List.of(new Settlement.Done(recipient)), List.of(onward(store, 2)));

      assertThat(gone).isEmpty();
      assertThat(store.queue().list(10)).isEmpty();
    }
  }

  // --- little room

  @Test
  void savesEachBatchAtOnceOnADiskThatIsNearlyFull() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      append(store, "a", "b");
      int before = saved(cut(disk, 0));
      cuts--;

      disk.room(40L << 20);
      append(store, "c");
      append(store, "d"); // what was known of the room may be a second old
      long end = System.nanoTime() + 1_100_000_000L;
      while (System.nanoTime() < end) {
        Until.aMoment();
      }
      append(store, "e");
      int count = subjects(store).size();

      assertThat(before).isZero();
      assertThat(saved(cut(disk, 0))).isEqualTo(count);
    }
  }

  /** The batch may be there, and with it the ids that it took from a new block. */
  @Test
  void givesNoIdAgainWhenTheBatchOfTheFirstMayBeThere() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      inbox(store);
    }
    try (Engine store = open(disk, NEVER_SAVED)) {
      while (isAppended(store, "perhaps")) { // else the sync was that of a committer at rest
        disk.failNextSync();
      }

      for (int i = 0; i < 3; i++) {
        append(store, "m" + i);
      }

      assertThat(subjects(store)).endsWith("m0", "m1", "m2");
    }
  }

  @Test
  void startsOnAFullDiskWithChangesThatTheDatabaseFileLacks() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, NEVER_SAVED)) {
      append(store, "a", "b");
      SimulatedFolder after = cut(disk, 1);
      after.room(0);

      try (Engine again = open(after, SAVED)) {
        assertThat(subjects(again)).containsExactly("a", "b");
        assertThatThrownBy(() -> append(again, "c".repeat(10_000)))
            .isInstanceOfAny(StorageUnavailable.class, StorageFull.class);
        after.room(Long.MAX_VALUE / 4);
        untilSuccess(() -> append(again, "d"));
      }
    }
  }

  @Test
  void servesReadersOnAFullDiskAfterASyncHasFailed() throws Exception {
    SimulatedFolder disk = new SimulatedFolder();
    try (Engine store = open(disk, SAVED)) {
      append(store, "a", "b");
      store.mailCommit().commit(onward(store, 1));
      disk.room(0);
      disk.failNextSync();

      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> append(store, "c".repeat(10_000)))
            .isInstanceOfAny(StorageUnavailable.class, StorageFull.class);
        List<Integer> found = new ArrayList<>();
        untilSuccess(() -> found.add(store.queue().list(10).size()));
        assertThat(found).containsExactly(1);
        assertThat(subjects(store)).startsWith("a", "b");
      }

      disk.room(Long.MAX_VALUE / 4);
      untilSuccess(() -> append(store, "d"));
      assertThat(subjects(store)).startsWith("a", "b").endsWith("d");
    }
  }
}
