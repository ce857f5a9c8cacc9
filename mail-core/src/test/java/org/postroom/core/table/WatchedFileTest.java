package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.log.TableLog;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;

/** A file that several threads ask for. */
@Timeout(60)
final class WatchedFileTest {
  @TempDir private Path folder;

  private final VirtualTime time =
      VirtualTime.startingAt(Instant.parse("2030-01-01T00:00:00Z"), Duration.ofMillis(50));
  private final ExecutorService workers = Executors.newFixedThreadPool(2);
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @AfterEach
  void end() {
    goOn.countDown();
    workers.shutdownNow();
  }

  private Path write(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), text);
    return Files.setLastModifiedTime(
        file, FileTime.from(time.instant().minus(Duration.ofMinutes(1))));
  }

  /** Its content; new content takes until {@link #goOn}. */
  private WatchedFile<String> open() throws IOException {
    WatchedFile<String> file =
        WatchedFile.open("file", write("old"), (path, octets) -> read(path), new ArrayList<>());
    file.watch(new FileWatch(time, time, workers, new TableLog()));
    return file;
  }

  private WatchedFile.Reading<String> read(Path path) throws IOException {
    String text = Files.readString(path);
    if (!text.equals("old")) {
      begun.countDown();
      try {
        assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    return new WatchedFile.Reading<>(text, 1, List.of());
  }

  @Test
  void whoHasTimeWaitsForAReadingUnderWay() throws Exception {
    WatchedFile<String> file = open();
    assertThat(file.fresh()).isEqualTo("old");
    write("newer");
    time.advance(Duration.ofSeconds(1));
    assertThat(file.content()).as("waits for nothing").isEqualTo("old");
    begun.await();
    assertThat(file.content()).isEqualTo("old");
    assertThat(file.recent()).isEmpty();

    FutureTask<String> asked = new FutureTask<>(file::fresh);
    Thread asking = new Thread(asked);
    asking.start();
    Until.so(() -> asked.isDone() || asking.getState() == Thread.State.WAITING);
    goOn.countDown();

    assertThat(asked.get()).isEqualTo("newer");
    assertThat(file.recent()).contains("newer");
    time.advance(Duration.ofSeconds(1));
    assertThat(file.recent()).isEmpty();
  }

  /** What was found to be in the making is looked at again as soon as it may be done. */
  @Test
  void whatWasJustWrittenCountsForTheRestOfItsSecondAlone() throws Exception {
    goOn.countDown();
    WatchedFile<String> file = open();
    assertThat(file.fresh()).isEqualTo("old");
    time.advance(Duration.ofSeconds(1));
    Path path = write("newer");
    Files.setLastModifiedTime(path, FileTime.from(time.instant().minusMillis(900)));
    assertThat(file.fresh()).isEqualTo("old");
    time.advance(Duration.ofMillis(100));

    assertThat(file.fresh()).isEqualTo("newer");
  }
}
