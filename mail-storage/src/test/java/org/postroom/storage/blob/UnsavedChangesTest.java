package org.postroom.storage.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.mail.Content;

/** What the journal keeps until the database's file has it. */
@Tag("seconds")
final class UnsavedChangesTest {
  private static final DataFolderOptions SMALL =
      new DataFolderOptions(1 << 20, 1 << 18, 1 << 16, 1 << 16, 64 << 10);
  private static final int BLOCK = Journal.BLOCK;

  @TempDir Path temp;
  private final Random random = new Random(4711);
  private int cuts;

  private static byte[] bytes(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private Path live() {
    return temp.resolve("live" + cuts).toAbsolutePath().normalize();
  }

  private SimulatedDisk cut(SimulatedDisk disk, double keptShare) {
    Path before = live();
    cuts++;
    return disk.afterPowerCut(before, live(), random, keptShare);
  }

  private DataFolder open(SimulatedDisk disk) {
    return DataFolder.open(live(), SMALL, disk);
  }

  private static BlobLocation body(DataFolder folder, byte[] body) {
    Reservation place = folder.log().reserve(body.length, 1);
    place.write(Content.of(body));
    place.describe(new byte[] {1});
    return place.location();
  }

  private static List<byte[]> found(DataFolder folder) {
    List<byte[]> found = new ArrayList<>();
    for (UnsavedChanges changes : folder.unsavedChanges()) {
      try (InputStream read = changes.read()) {
        byte[] octets = read.readAllBytes();
        assertThat(changes.length()).isEqualTo(octets.length);
        found.add(octets);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  private static void assertFound(DataFolder folder, List<byte[]> expected) {
    List<byte[]> found = found(folder);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).as("changes %d", i).isEqualTo(expected.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void findsThemInTheirOrderAfterEachOfSeveralPowerCuts(double keptShare) {
    int[] sizes = {0, 1, 5_000, BLOCK - 55, 3 << 20, 70_000, (1 << 20) - 55, (1 << 20) - 54};
    List<byte[]> all = new ArrayList<>();
    List<BlobLocation> bodies = new ArrayList<>();
    SimulatedDisk disk = new SimulatedDisk();
    for (int round = 0; round < 4; round++) {
      DataFolder folder = open(disk);
      assertFound(folder, all);
      for (int i = 0; i < bodies.size(); i++) {
        assertThat(folder.log().verify(bodies.get(i))).as("body %d", i).isTrue();
      }
      for (int size : sizes) {
        bodies.add(body(folder, bytes(size % 90_000, all.size())));
        all.add(bytes(size, all.size()));
        folder.commit(all.get(all.size() - 1));
      }
      disk = cut(disk, keptShare);
    }
    assertFound(open(disk), all);
  }

  @Test
  void areGoneWhenSavedAndClosed() {
    SimulatedDisk disk = new SimulatedDisk();
    try (DataFolder folder = open(disk)) {
      folder.commit(bytes(100, 1));
      folder.changesSaved();
    }
    try (DataFolder folder = open(disk)) {
      assertFound(folder, List.of());
    }
  }

  @Test
  void areKeptWhenClosedAndNotSaved() {
    SimulatedDisk disk = new SimulatedDisk();
    for (int round = 0; round < 3; round++) {
      try (DataFolder folder = open(disk)) {
        assertThat(folder.unsavedChanges()).hasSize(round);
        folder.commit(bytes(100, round));
      }
    }
    assertFound(open(disk), List.of(bytes(100, 0), bytes(100, 1), bytes(100, 2)));
  }

  /** Those that were saved may be handed out once more, but never without those before them. */
  @Test
  void areGoneForGoodOnceTheyWereSavedAfterAnOpening() {
    SimulatedDisk disk = new SimulatedDisk();
    DataFolder folder = open(disk);
    folder.commit(bytes(100, 1));
    folder.commit(bytes(100, 2));
    folder.changesSaved();
    folder.commit(bytes(100, 3));
    disk = cut(disk, 0.5);
    folder = open(disk);
    assertFound(folder, List.of(bytes(100, 1), bytes(100, 2), bytes(100, 3)));

    folder.changesSaved();

    assertThat(folder.unsavedChanges()).isEmpty();
    folder.commit(bytes(100, 4));
    assertFound(open(cut(disk, 0.5)), List.of(bytes(100, 4)));
  }

  @Test
  void areReadFromTheJournalWhereverAReadEnds() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    byte[] all = bytes(2_500_000, 1);
    open(disk).commit(all);
    DataFolder folder = open(cut(disk, 0));

    try (InputStream in = folder.unsavedChanges().get(0).read()) {
      int at = 0;
      byte[] some = new byte[400_000];
      for (int wanted = 1; at < all.length; wanted = random.nextInt(some.length) + 1) {
        int count = wanted % 7 == 0 ? 1 : in.read(some, 3, Math.min(wanted, some.length - 3));
        if (wanted % 7 == 0) {
          some[3] = (byte) in.read();
        }
        assertThat(Arrays.equals(some, 3, 3 + count, all, at, at + count)).isTrue();
        at += count;
      }
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  /** What is at their place then is something else. */
  @Test
  void cannotBeReadAnyMoreOnceTheyAreSaved() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    open(disk).commit(bytes(100, 1));
    DataFolder folder = open(cut(disk, 0));
    UnsavedChanges changes = folder.unsavedChanges().get(0);
    InputStream in = changes.read();
    assertThat(in.read()).isNotNegative();

    folder.commit(bytes(100, 2));
    assertThat(changes.read().readAllBytes()).isEqualTo(bytes(100, 1));
    folder.changesSaved();

    assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> changes.read().readAllBytes()).isInstanceOf(IOException.class);
  }

  @Test
  void makeTheJournalGrowBeyondItsLimitUntilTheyAreSaved() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    DataFolder folder = open(disk);
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(bytes(20_000, i));
      folder.commit(all.get(i));
    }
    long grown = disk.open(live().resolve("journal/redo")).size();
    assertThat(folder.isJournalFull()).isTrue();
    Path before = live();
    assertFound(open(cut(disk, 0)), all);

    folder.changesSaved();

    assertThat(grown).isGreaterThan(3 * SMALL.journal());
    assertThat(folder.isJournalFull()).isFalse();
    assertThat(disk.open(before.resolve("journal/redo")).size()).isEqualTo(SMALL.journal());
    folder.commit(bytes(10, 1));
    cuts++;
    assertFound(open(disk.afterPowerCut(before, live(), random, 0.5)), List.of(bytes(10, 1)));
  }

  /**
   * The second of two records reached the disk, the first did not. What takes the first one's place
   * is as long, and the second one follows it then.
   */
  @Test
  void ofAnIncompleteCommitAreNeverTakenForAContinuation() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    DataFolder folder = open(disk);
    folder.commit(bytes(100, 1));
    folder.commit(bytes(1_500_000, 2));
    disk = cut(disk, 0);
    DiskFile journal = disk.open(live().resolve("journal/redo"));
    int first = 3 * BLOCK; // after two headers, and a record of one block
    journal.write(ByteBuffer.allocate(BLOCK), first);
    folder = open(disk);
    assertFound(folder, List.of(bytes(100, 1)));
    byte[] asLong = bytes((1 << 20) - 100, 3);

    folder.commit(asLong);

    assertThat(recordAt(journal, first + (1 << 20))).isEqualTo(recordAt(journal, first) + 1);
    assertFound(open(cut(disk, 0)), List.of(bytes(100, 1), asLong));
  }

  /** The sequence number of the record there. */
  private static long recordAt(DiskFile journal, long position) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(40);
    journal.read(header, position);
    return header.getLong(16);
  }

  @Test
  void areThereWholeOrNotAtAllWhereverTheirRecordEnds() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    DataFolder folder = open(disk);
    folder.commit(bytes(10, 1));
    folder.commit(bytes(300, 2));
    Path whole = live();
    int last = 3 * BLOCK;
    int end = last + 40 + 15 + 300;
    for (int at = last; at <= end; at++) {
      cuts++;
      SimulatedDisk torn = disk.afterPowerCut(whole, live(), random, 0);
      DiskFile journal = torn.open(live().resolve("journal/redo"));
      journal.write(ByteBuffer.allocate(end + 1 - at), at);
      try (DataFolder opened = open(torn)) {
        if (at < end) {
          assertFound(opened, List.of(bytes(10, 1)));
        } else {
          assertFound(opened, List.of(bytes(10, 1), bytes(300, 2)));
        }
        opened.commit(bytes(20, 3));
      }
      try (DataFolder opened = open(torn)) {
        List<byte[]> found = found(opened);
        assertThat(found.get(found.size() - 1)).isEqualTo(bytes(20, 3));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void stayInOrderBesideWritesThatDoNotFitIntoMemory(double keptShare) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    DataFolder folder = open(disk);
    Path database = live().resolve("db/mail.mv.db");
    JournaledFile file = folder.database(database);
    byte[] pages = bytes(50 * BLOCK, 7);
    file.write(ByteBuffer.wrap(pages), 0);
    folder.commit(bytes(2_000_000, 1));
    file.write(ByteBuffer.wrap(bytes(30 * BLOCK, 8)), 10 * BLOCK); // never committed

    disk = cut(disk, keptShare);
    folder = open(disk);
    assertFound(folder, List.of(bytes(2_000_000, 1)));
    file = folder.database(live().resolve("db/mail.mv.db"));
    ByteBuffer read = ByteBuffer.allocate(pages.length);
    file.read(read, 0);
    assertThat(read.array()).isEqualTo(pages);
  }

  /** A new generation would overwrite writes that have been moved to the journal. */
  @Test
  void canBeSavedWhileTheNextWritesWaitInTheJournal() throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    DataFolder folder = open(disk);
    JournaledFile file = folder.database(live().resolve("db/mail.mv.db"));
    folder.commit(bytes(600_000, 1));
    byte[] pages = bytes(50 * BLOCK, 7);
    file.write(ByteBuffer.wrap(pages), 0);

    folder.changesSaved();
    folder.commit(bytes(100, 2));

    ByteBuffer read = ByteBuffer.allocate(pages.length);
    file.read(read, 0);
    assertThat(read.array()).isEqualTo(pages);
    disk = cut(disk, 0);
    folder = open(disk);
    read.clear();
    folder.database(live().resolve("db/mail.mv.db")).read(read, 0);
    assertThat(read.array()).isEqualTo(pages);
    List<byte[]> found = found(folder);
    assertThat(found.get(found.size() - 1)).isEqualTo(bytes(100, 2));
  }

  @Test
  void keepTheDatabaseFromBeingReadWithoutThem() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (DataFolder folder = open(disk)) {
      try (Connection sql = DataFolderTest.connect(folder)) {
        DataFolderTest.createTable(sql);
        folder.commit(bytes(100, 1));
      }

      assertThatThrownBy(() -> DataFolderTest.connect(folder).close())
          .isInstanceOf(SQLException.class);
      assertThat(folder.failed()).isTrue();
    }
    try (DataFolder folder = open(disk)) {
      try (Connection sql = DataFolderTest.connect(folder);
          Statement run = sql.createStatement()) {
        run.execute("CHECKPOINT SYNC");
        folder.changesSaved();
      }
    }
    try (DataFolder folder = open(disk)) {
      DataFolderTest.connect(folder).close();
    }
  }

  /** Nobody does them again then. */
  @Test
  void keepTheDatabaseFromBeingReadWhenDoingThemAgainHasFailed() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (DataFolder folder = open(disk)) {
      try (Connection sql = DataFolderTest.connect(folder)) {
        DataFolderTest.createTable(sql);
        folder.commit(bytes(100, 1));
      }
    }
    try (DataFolder folder = open(disk)) {
      folder.fail(new IOException("this was tried"));

      assertThatThrownBy(() -> DataFolderTest.connect(folder).close())
          .isInstanceOf(SQLException.class);
    }
  }
}
