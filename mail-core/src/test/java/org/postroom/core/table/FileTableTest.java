package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.testing.WallClock;
import org.postroom.core.time.VirtualTime;

/** How a table follows its file. */
final class FileTableTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  @TempDir private Path folder;

  private final VirtualTime time = VirtualTime.startingAt(START, Duration.ofMillis(50));
  private final Deque<Runnable> work = new ArrayDeque<>();
  private Tables tables;
  private Path file;

  @BeforeEach
  void open() {
    tables = Tables.builder().base(folder).build();
    tables.watch(time, time, work::add);
    file = folder.resolve("t");
  }

  /** Written some time ago, as far as anybody can tell. */
  private void write(String text) throws IOException {
    write(text, Duration.ofMinutes(1));
  }

  private void write(String text, Duration ago) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.from(time.instant().minus(ago)));
  }

  private void second() {
    time.advance(Duration.ofSeconds(1));
  }

  private void workers() {
    while (!work.isEmpty()) {
      work.pop().run();
    }
  }

  /** What is found when somebody has asked a moment before. */
  private Optional<String> found(LookupTable table) {
    try {
      table.find("k");
    } catch (LookupUnavailable e) {
      // It has never been read yet.
    }
    workers();
    return table.find("k");
  }

  @Test
  void aChangeIsSeenWithinASecondByAWorkerWhileTheOldContentCounts() throws IOException {
    write("k old\n");
    LookupTable table = tables.open("hash:t");
    write("k newer\n");

    assertThat(table.find("k")).contains("old");
    assertThat(work).isEmpty();
    second();
    assertThat(table.find("k")).contains("old");
    second();
    assertThat(table.find("k")).contains("old");
    assertThat(work).hasSize(1);
    workers();
    assertThat(table.find("k")).contains("newer");
    assertThat(work).isEmpty();
  }

  @Test
  void aFileOfTheSameSizeAndTimeUnderAnotherIdentityIsAnother() throws IOException {
    write("k old\n");
    LookupTable table = tables.open("hash:t");
    Path other = folder.resolve("other");
    Files.writeString(other, "k new\n");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));

    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    second();

    assertThat(found(table)).contains("new");
  }

  @Test
  void aFileThatWasJustWrittenIsLeftAloneForAMoment() throws IOException {
    write("k old\n");
    LookupTable table = tables.open("hash:t");
    second();
    write("", Duration.ZERO);

    assertThat(found(table)).contains("old");
    write("k new\n", Duration.ZERO);
    second();
    assertThat(found(table)).contains("new");
  }

  @Test
  void aFileThatIsAlwaysJustWrittenIsReadAtLast() throws IOException {
    write("k 0\n");
    LookupTable table = tables.open("hash:t");

    for (int i = 1; i <= 8; i++) {
      second();
      write("k " + i + "\n", Duration.ZERO);
      assertThat(found(table)).contains(i < 6 ? "0" : "6");
    }
  }

  @Test
  void aBrokenFileLeavesWhatWasGood() throws IOException {
    write("/^k$/ old\n");
    LookupTable table = tables.open("regexp:t");
    write("/^k$/ new\n/(/ x\n");

    second();
    assertThat(found(table)).contains("old");
    write("/^k$/ newest\n");
    second();
    assertThat(found(table)).contains("newest");
  }

  @Test
  void aFileThatIsGoneLeavesWhatWasGood() throws IOException {
    write("k old\n");
    LookupTable table = tables.open("hash:t");
    Files.delete(file);

    second();
    assertThat(found(table)).contains("old");
    write("k new\n");
    second();
    assertThat(found(table)).contains("new");
  }

  @Test
  void aFileThatIsNotThereYetHasNoAnswerUntilItComes() throws IOException {
    LookupTable table = tables.open("hash:t");

    assertThat(tables.warnings())
        .contains("hash:t: there is no such file; look-ups in it fail for now");
    assertThatThrownBy(() -> table.find("k"))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessage("hash:t: there is no such file");
    write("k v\n");
    second();
    assertThat(found(table)).contains("v");
  }

  @Test
  void aFileThatCannotBeUsedIsRefusedAtFirst() throws IOException {
    write("/a/ x\n/(/ y\n");

    assertThatThrownBy(() -> tables.open("pcre:t"))
        .isInstanceOf(BadValue.class)
        .hasMessage(file + ", line 2: pcre expression: Unclosed group");
  }

  @Test
  void whatIsNoFileIsNotRead() throws IOException {
    Files.createDirectory(file);

    LookupTable table = tables.open("hash:t");

    assertThatThrownBy(() -> table.find("k"))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessage("hash:t: cannot be read: not a file");
  }

  @Test
  void aFileThatNobodyAsksForIsLookedAfterAllTheSame() throws IOException {
    write("k old\n");
    LookupTable table = tables.open("hash:t");
    write("k newer\n");

    time.advance(Duration.ofSeconds(11));
    workers();

    assertThat(table.find("k")).contains("newer");
    tables.close();
    time.advance(Duration.ofHours(1));
    assertThat(work).isEmpty();
  }

  @Test
  void aReloadReadsWhatHasChanged() throws IOException {
    write("k old\n");
    LookupTable table = tables.open("hash:t");
    write("k newer\n");

    tables.refresh();

    assertThat(table.find("k")).contains("newer");
  }

  @Test
  void tablesThatAreNotWatchedStayAsTheyWere() throws IOException {
    write("k old\n");
    LookupTable table = Tables.builder().base(folder).build().open("hash:t");
    write("k newer\n");
    second();

    assertThat(table.find("k")).contains("old");
  }

  @Test
  void aClockThatIsSetBackDoesNotStopTheLooking() throws IOException {
    WallClock wall = new WallClock(time);
    write("k old\n");
    LookupTable table = tables.open("hash:t");
    tables.watch(wall, time, work::add);
    write("k newer\n");

    wall.jump(Duration.ofHours(-1));

    assertThat(found(table)).contains("newer");
  }
}
