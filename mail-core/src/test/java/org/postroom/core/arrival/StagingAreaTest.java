package org.postroom.core.arrival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.mail.Content;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;

class StagingAreaTest {
  private static final int PER_MAIL = 100_000;
  private static final int IN_ALL = 300_000;

  /** What is known of a content's structure, when there is next to none. */
  private static final long STRUCTURE = 2048;

  @TempDir private Path folder;
  private StagingArea area;

  @BeforeEach
  void openArea() {
    area = new StagingArea(folder.resolve("staging"), new StagingArea.Limits(PER_MAIL, IN_ALL));
  }

  @AfterEach
  void everythingIsGivenBack() throws IOException {
    area.close();
    assertThat(area.memoryInUse()).isZero();
    assertThat(area.staged()).isZero();
    assertThat(filesLeft()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 4095, 4096, 4097, 65_536, 99_999, 100_000, 100_001, 262_144, 1_000_000})
  void givesBackWhatWasWritten(int length) {
    byte[] octets = random(length);

    for (int step : new int[] {1 + length / 7, 1 + length, 997}) {
      try (StagedContent content = stage(octets, step, 0)) {
        assertThat(content.size()).isEqualTo(length);
        assertThat(content.toBytes()).isEqualTo(octets);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {60_000, 150_000})
  void readsFromAnyPosition(int length) {
    byte[] octets = random(length);
    Random random = new Random(5);

    try (StagedContent content = stage(octets, 1000, 0)) {
      for (int i = 0; i < 500; i++) {
        int from = random.nextInt(length + 10);
        ByteBuffer target = ByteBuffer.allocate(random.nextInt(9000));
        int count = content.read(from, target);

        assertThat(count).isEqualTo(Math.max(0, Math.min(target.capacity(), length - from)));
        for (int j = 0; j < count; j++) {
          assertThat(target.get(j)).isEqualTo(octets[from + j]);
        }
      }
    }
  }

  @Test
  void knowsTheStructureOfWhatPassedByInWhateverPieces() {
    byte[] octets =
        ("Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                + "--b\r\n\r\none\r\n--b\r\n\r\n"
                + "two\r\n".repeat(30_000)
                + "--b--\r\n")
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    try (StagedContent whole = stage(octets, octets.length, 0);
        StagedContent pieces = stage(octets, 777, 0)) {
      assertThat(whole.structure().size()).isEqualTo(octets.length);
      assertThat(whole.structure().root().children()).hasSize(2);
      assertThat(pieces.structure().encode()).isEqualTo(whole.structure().encode());
    }
  }

  @Test
  void smallMailsTouchNoDisk() {
    try (StagedContent content = stage(random(50_000), 1000, 50_000)) {
      assertThat(content.size()).isEqualTo(50_000);
      assertThat(area.memoryInUse()).isBetween(50_000L, 50_000L + STRUCTURE);
      assertThat(folder.resolve("staging")).doesNotExist();
    }
  }

  @Test
  void anAnnouncementIsBelievedOnlyAsFarAsTheLimits() {
    ContentSink liar = area.open(Long.MAX_VALUE);
    ContentSink boaster = area.open(PER_MAIL);
    boaster.write(new byte[1], 0, 1);
    liar.write(new byte[1], 0, 1);

    assertThat(area.memoryInUse()).isLessThanOrEqualTo(64 * 1024 + SpoolFile.BUFFER + STRUCTURE);

    liar.close();
    boaster.close();
  }

  @Test
  void aLargeMailCostsNoMemoryOnceItIsInAFile() {
    CRC32 written = new CRC32();
    byte[] block = random(50_000);
    ContentSink sink = area.open(0);
    for (int i = 0; i < 1000; i++) {
      block[0] = (byte) i;
      sink.write(ByteBuffer.wrap(block));
      written.update(block);
    }

    try (StagedContent content = sink.finish()) {
      assertThat(content.size()).isEqualTo(50_000_000);
      assertThat(area.memoryInUse()).isLessThanOrEqualTo(STRUCTURE);
      assertThat(crc(content)).isEqualTo(written.getValue());
    }
  }

  @Test
  void mailsBeyondTheCommonBudgetGoToDisk() {
    List<StagedContent> contents = new ArrayList<>();
    byte[] octets = random(90_000);
    for (int i = 0; i < 10; i++) {
      contents.add(stage(octets, 10_000, 90_000));
    }

    assertThat(area.memoryInUse()).isBetween(180_000L, IN_ALL * 3L / 2);
    assertThat(contents).allSatisfy(content -> assertThat(content.toBytes()).isEqualTo(octets));

    contents.forEach(StagedContent::close);
  }

  /** As a hundred strangers might whose headers do not end. */
  @Test
  void whatIsScannedIsCountedAndRefusedWhereThereIsNoRoom() {
    byte[] header =
        ("To: " + "y".repeat(500_000)).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    List<ContentSink> held = new ArrayList<>();
    int refused = 0;
    for (int i = 0; i < 20; i++) {
      ContentSink sink = area.open(0);
      try {
        for (int at = 0; at < header.length; at += 4096) {
          sink.write(header, at, Math.min(4096, header.length - at));
        }
        held.add(sink);
      } catch (StorageFull e) {
        refused++;
      }
      assertThat(area.memoryInUse()).isLessThanOrEqualTo(IN_ALL * 3 / 2);
    }
    assertThat(held).hasSizeBetween(2, 10);
    assertThat(refused).isEqualTo(20 - held.size());
    assertThat(area.staged()).isEqualTo(held.size());

    held.get(0).close();

    byte[] small =
        "Subject: x\r\n\r\nbody\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    try (StagedContent content = stage(small, 7, 0)) {
      assertThat(content.toBytes()).isEqualTo(small);
    }
    held.forEach(ContentSink::close);
  }

  @Test
  void withoutMemoryForABufferAFileIsWrittenAllTheSame() {
    MemoryBudget all = new MemoryBudget(20_000);
    byte[] octets = random(300_000);
    StagingArea poor =
        new StagingArea(folder.resolve("poor"), new StagingArea.Limits(10, 20_000), all);
    try (poor;
        ContentSink one = poor.open(0);
        ContentSink two = poor.open(0)) {
      one.write(octets, 0, 1000);
      for (int at = 0; at < octets.length; at += 1000) {
        two.write(octets, at, 1000);
      }

      assertThat(all.held()).isGreaterThan(SpoolFile.BUFFER);
      try (StagedContent content = two.finish()) {
        assertThat(content.toBytes()).isEqualTo(octets);
      }
    }
    assertThat(all.held()).isZero();
  }

  @Test
  void manyThreadsStayWithinTheBudgetAndLeakNothing() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Callable<Boolean>> work = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Random random = new Random(i);
      work.add(
          () -> {
            for (int round = 0; round < 60; round++) {
              byte[] octets = new byte[random.nextInt(2 * PER_MAIL)];
              random.nextBytes(octets);
              ContentSink sink = area.open(random.nextInt(2 * PER_MAIL));
              sink.write(octets, 0, octets.length);
              assertThat(area.memoryInUse()).isLessThanOrEqualTo(IN_ALL * 3 / 2);
              if (random.nextBoolean()) {
                try (StagedContent content = sink.finish()) {
                  assertThat(content.toBytes()).isEqualTo(octets);
                }
              }
              sink.close();
            }
            return true;
          });
    }

    for (Future<Boolean> done : threads.invokeAll(work)) {
      assertThat(done.get()).isTrue();
    }
    threads.shutdown();

    assertThat(area.memoryInUse()).isZero();
    assertThat(area.staged()).isZero();
  }

  /**
   * Sizes that matter: around a piece's, around what is left of a mail's and of all mails' room.
   */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 50_000, 99_999, 100_000, 100_001, Long.MAX_VALUE})
  void whatIsTakenAtOnceStaysInMemory(long expected) {
    AtomicInteger files = new AtomicInteger();
    SpoolFiles counted =
        () -> {
          files.incrementAndGet();
          return SpoolFiles.in(folder).create();
        };
    StagingArea shared = new StagingArea(counted, new StagingArea.Limits(PER_MAIL, IN_ALL));
    Random random = new Random(expected);
    int inMemory = 0;
    for (int round = 0; round < 300; round++) {
      // Others leave from all to nothing of the common room.
      List<ContentSink> others = new ArrayList<>();
      int taken = random.nextInt(IN_ALL + 1);
      for (int left = taken; left > 0; left -= PER_MAIL) {
        ContentSink other = shared.open(0);
        int share = Math.min(left, PER_MAIL);
        other.write(new byte[share], 0, share);
        others.add(other);
      }
      ContentSink sink = shared.open(expected);
      int before = files.get();

      while (true) {
        int[] sizes = {0, 1, 4095, 4096, 4097, 65_536, random.nextInt(PER_MAIL + 2)};
        int octets = sizes[random.nextInt(sizes.length)];
        if (!sink.takesAtOnce(octets)) {
          break;
        }
        sink.write(new byte[octets], 0, octets);
        inMemory++;
        assertThat(files).as("%s octets, %s in all", octets, sink.size()).hasValue(before);
        if (sink.size() == 0 || random.nextInt(50) == 0) {
          break;
        }
      }
      sink.close();
      others.forEach(ContentSink::close);
    }

    shared.close();
    if (expected > PER_MAIL) {
      assertThat(inMemory).isZero();
    } else {
      assertThat(inMemory).isGreaterThan(50);
    }
  }

  @Test
  void aMailInAFileTakesNothingAtOnce() {
    ContentSink sink = area.open(0);
    assertThat(sink.takesAtOnce(PER_MAIL)).isTrue();
    assertThat(sink.takesAtOnce(PER_MAIL + 1)).isFalse();

    sink.write(random(PER_MAIL + 1), 0, PER_MAIL + 1);

    assertThat(sink.takesAtOnce(0)).isFalse();
    assertThat(sink.takesAtOnce(1)).isFalse();
    sink.close();
  }

  @Test
  void asksForNoMoreMemoryThanThereIs() {
    ContentSink one = area.open(0);
    one.write(random(PER_MAIL), 0, PER_MAIL);
    ContentSink two = area.open(0);
    two.write(random(PER_MAIL), 0, PER_MAIL);
    ContentSink third = area.open(0);
    assertThat(third.takesAtOnce(1000)).isTrue();
    ContentSink fourth = area.open(0);
    fourth.write(random(90_000), 0, 90_000);

    assertThat(third.takesAtOnce(20_000)).isFalse();

    two.close();
    assertThat(third.takesAtOnce(20_000)).isTrue();
    List.of(one, third, fourth).forEach(ContentSink::close);
  }

  @Test
  void closingTwiceGivesBackOnce() {
    StagedContent content = stage(random(1000), 1000, 0);
    StagedContent other = stage(random(1000), 1000, 0);

    content.close();
    content.close();

    assertThat(area.memoryInUse()).isBetween(4096L, 4096L + STRUCTURE);
    assertThat(other.size()).isEqualTo(1000);
    other.close();
  }

  @Test
  void closingTheSinkKeepsWhatWasFinished() {
    ContentSink sink = area.open(0);
    sink.write(new byte[] {1, 2, 3}, 0, 3);
    StagedContent content = sink.finish();

    sink.close();

    assertThat(content.toBytes()).containsExactly(1, 2, 3);
    content.close();
    assertThatThrownBy(content::toBytes).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void nothingIsTakenAfterTheEnd() {
    ContentSink sink = area.open(0);
    StagedContent content = sink.finish();

    assertThatThrownBy(() -> sink.write(new byte[1], 0, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(sink::finish).isInstanceOf(IllegalStateException.class);
    assertThat(content.size()).isZero();
    content.close();
  }

  @Test
  void closingTheAreaForgetsWhatIsStagedStill() {
    stage(random(10_000), 1000, 0);
    area.open(0).write(random(200_000), 0, 200_000);

    area.close();

    assertThat(area.memoryInUse()).isZero();
    assertThat(area.staged()).isZero();
  }

  @Test
  void stagingFilesHaveNoNameWhileTheyAreUsed() throws IOException {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "Windows deletes at close");

    try (StagedContent content = stage(random(200_000), 1000, 0)) {
      assertThat(filesLeft()).isEmpty();
      assertThat(content.toBytes()).hasSize(200_000);
    }
  }

  @Test
  void saysWhenTheDiskIsFull() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full), "a device that is always full");
    StagingArea onFullDisk =
        new StagingArea(
            () -> FileChannel.open(full, StandardOpenOption.WRITE),
            new StagingArea.Limits(10, 1000));
    ContentSink sink = onFullDisk.open(0);

    assertThatThrownBy(() -> sink.write(random(200_000), 0, 200_000))
        .isInstanceOf(StorageFull.class);

    assertThat(onFullDisk.staged()).isZero();
    assertThat(onFullDisk.memoryInUse()).isZero();
    assertThatThrownBy(() -> sink.write(new byte[1], 0, 1))
        .isInstanceOf(IllegalStateException.class);
    sink.close();
  }

  @Test
  void saysWhenTheDiskIsFullAtTheVeryEnd() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full), "a device that is always full");
    StagingArea onFullDisk =
        new StagingArea(
            () -> FileChannel.open(full, StandardOpenOption.WRITE),
            new StagingArea.Limits(10, 100_000));
    ContentSink sink = onFullDisk.open(0);
    sink.write(random(100), 0, 100);

    assertThatThrownBy(sink::finish).isInstanceOf(StorageFull.class);

    assertThat(onFullDisk.staged()).isZero();
  }

  @Test
  void saysWhenTheFolderCannotBeUsed() throws IOException {
    Path notAFolder = Files.createFile(folder.resolve("file"));
    try (StagingArea broken = new StagingArea(notAFolder, new StagingArea.Limits(10, 1000))) {
      ContentSink sink = broken.open(0);

      assertThatThrownBy(() -> sink.write(random(100), 0, 100))
          .isInstanceOf(StorageUnavailable.class);

      assertThat(broken.staged()).isZero();
    }
  }

  private StagedContent stage(byte[] octets, int step, long expected) {
    try (ContentSink sink = area.open(expected)) {
      for (int at = 0; at < octets.length; at += step) {
        sink.write(octets, at, Math.min(step, octets.length - at));
      }
      return sink.finish();
    }
  }

  private List<Path> filesLeft() throws IOException {
    Path staging = folder.resolve("staging");
    if (!Files.exists(staging)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(staging)) {
      return files.toList();
    }
  }

  private static byte[] random(int length) {
    byte[] octets = new byte[length];
    new Random(length).nextBytes(octets);
    return octets;
  }

  private static long crc(Content content) {
    CRC32 crc = new CRC32();
    ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
    for (long at = 0; at < content.size(); ) {
      chunk.clear();
      at += content.read(at, chunk);
      crc.update(chunk.flip());
    }
    return crc.getValue();
  }
}
