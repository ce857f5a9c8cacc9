package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.secret.Secret;
import org.postroom.storage.Storage;
import org.postroom.storage.blob.DataFolder;
import org.postroom.storage.blob.DataFolderOptions;
import org.postroom.storage.blob.SimulatedFolder;
import org.postroom.storage.store.SqlStorage;

/**
 * A journal with much that the database's file lacks: a store opens nevertheless, in its memory.
 */
@Tag("seconds")
class LongCatchUpTest {
  private static final int MESSAGES = 12;
  private static final int TRANSACTIONS = MESSAGES - 1;

  /** As long as an earlier version made them, of mails that are nearly all header. */
  private static final int LONG = 9 << 20;

  private static final byte[] INSERT =
      ("INSERT INTO message (id, blob_segment, blob_offset, blob_length, blob_described, envelope,"
              + " structure) VALUES (?, 1, 0, 0, 0, NULL, ?)")
          .getBytes(UTF_8);

  /** Of the first message; ids that are given out are far below. */
  private static final long FIRST = 1L << 40;

  @TempDir Path temp;
  private final AtomicReference<DataFolder> opened = new AtomicReference<>();
  private int cuts;

  private Path folder() {
    return temp.resolve("data" + cuts).toAbsolutePath().normalize();
  }

  private static long number(Connection connection) throws SQLException {
    try (Statement run = connection.createStatement();
        ResultSet rows = run.executeQuery("SELECT v FROM store_state WHERE k = 'transaction'")) {
      rows.next();
      return Long.parseLong(rows.getString(1));
    }
  }

  /** The lengths of the structures, in their order. */
  private static List<Integer> structures(Connection connection) throws SQLException {
    List<Integer> found = new ArrayList<>();
    try (Statement run = connection.createStatement();
        ResultSet rows =
            run.executeQuery(
                "SELECT LENGTH(structure) FROM message WHERE id >= " + FIRST + " ORDER BY id")) {
      while (rows.next()) {
        found.add(rows.getInt(1));
      }
    }
    return found;
  }

  /** Notes rows of messages with structures of that length, in one statement. */
  private static void note(Changes changes, int from, int to, int length) {
    ByteBuffer rows = ByteBuffer.allocate(0);
    for (int i = from; i < to; i++) {
      @Nullable Object[] values = {FIRST + i, new byte[length + i]};
      rows = Changes.write(rows, values, values.length);
    }
    changes.add(INSERT, to - from, 2, rows.flip());
  }

  /** Commits of one transaction each, and one of several whose last has more than one row. */
  private static void commit(DataFolder folder, long last, int length) {
    long number = last;
    Changes changes = new Changes();
    for (int i = 0; i < MESSAGES - 2; i++) {
      note(changes, i, i + 1, length);
      changes.end(++number);
      if (i < MESSAGES - 4) {
        folder.commit(changes.take());
      }
    }
    note(changes, MESSAGES - 2, MESSAGES, length);
    changes.end(++number);
    folder.commit(changes.take());
  }

  private static List<Integer> expected(int length) {
    return IntStream.range(length, length + MESSAGES).boxed().toList();
  }

  /** More to do again than the process may have in memory. */
  @Test
  @Tag("process")
  void takesLittleMemoryWhateverThereIsToDoAgain() throws Exception {
    try (Engine store =
        Engines.open(folder(), path -> DataFolder.open(path, DataFolderOptions.DEFAULT), 0)) {
      store.accounts().add("ada@example.org", Secret.of("x"));
    }
    try (DataFolder folder = DataFolder.open(folder(), DataFolderOptions.DEFAULT);
        Connection connection = Trouble.beside(folder)) {
      commit(folder, number(connection), LONG);
    }

    Path said = temp.resolve("said");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx128m",
                // As the launcher has it; another collector may be short of whole regions.
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                Opening.class.getName(),
                folder().toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(said, US_ASCII)).isZero();
    } finally {
      process.destroyForcibly();
    }
    try (DataFolder folder = DataFolder.open(folder(), DataFolderOptions.DEFAULT);
        Connection connection = Trouble.beside(folder)) {
      assertThat(folder.unsavedChanges()).isEmpty();
      assertThat(structures(connection)).isEqualTo(expected(LONG));
    }
  }

  /** Opens the store in a folder, as a server does. */
  static final class Opening {
    private Opening() {}

    public static void main(String[] args) {
      SqlStorage.open(Storage.h2(Path.of(args[0])), Clock.systemUTC(), new SecureRandom()).close();
    }
  }

  /** What was done again is saved in between, and a power cut there takes nothing of it away. */
  @Test
  void goesOnWhereItWasWhenThePowerFails() throws Exception {
    int length = 50_000;
    Random random = new Random(4711);
    SimulatedFolder first = new SimulatedFolder();
    try (Engine store = Engines.open(folder(), first::open, 0)) {
      store.accounts().add("ada@example.org", Secret.of("x"));
    }
    long before;
    try (DataFolder folder = first.open(folder());
        Connection connection = Trouble.beside(folder)) {
      before = number(connection);
      commit(folder, before, length);
    }
    Path filled = folder();
    long number = before;
    boolean between = false;
    for (int sync = 0; number < before + TRANSACTIONS; sync++) {
      cuts++;
      SimulatedFolder disk = first.afterPowerCut(filled, folder(), random, 0);
      SimulatedFolder after = catchUp(disk, sync, random);
      try (DataFolder folder = after.open(folder());
          Connection connection = Trouble.beside(folder)) {
        number = number(connection);
      }
      between |= number > before && number < before + TRANSACTIONS;
      try (Engine store = Engines.open(folder(), path -> noted(after, path), 0)) {
        assertThat(opened.get().unsavedChanges()).isEmpty();
        try (Connection connection = Trouble.beside(opened.get())) {
          assertThat(structures(connection)).as("cut at sync %d", sync).isEqualTo(expected(length));
        }
        assertThat(store.accounts().list()).hasSize(1);
      }
    }
    assertThat(between).as("some of it was saved before all was done").isTrue();
  }

  private DataFolder noted(SimulatedFolder disk, Path path) {
    DataFolder folder = disk.open(path);
    opened.set(folder);
    return folder;
  }

  /** Opens the store, saving often; what is there when the power fails after so many syncs. */
  private SimulatedFolder catchUp(SimulatedFolder disk, int syncs, Random random) {
    AtomicReference<@Nullable SimulatedFolder> image = new AtomicReference<>();
    Path place = folder();
    cuts++;
    Path other = folder();
    atSync(disk, syncs, () -> image.set(disk.afterPowerCut(place, other, random, 0.5)));
    Engines.open(place, disk::open, 0, new FolderOrigin.Unsaved(100_000, Duration.ofDays(1)))
        .close();
    SimulatedFolder cut = image.get();
    return cut == null ? disk.afterPowerCut(place, other, random, 0) : cut;
  }

  private static void atSync(SimulatedFolder disk, int syncs, Runnable task) {
    disk.onNextSync(syncs == 0 ? task : () -> atSync(disk, syncs - 1, task));
  }
}
