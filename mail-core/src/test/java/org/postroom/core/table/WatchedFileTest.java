package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.log.TableLog;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.SubstituteLogger;

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

  /** It is there, and each look would be one at another file. */
  @Test
  void whatMayNotBeReadIsSaidOnce() throws Exception {
    List<String> said = new ArrayList<>();
    AtomicReference<String> fault = new AtomicReference<>("not yours");
    WatchedFile<String> file =
        WatchedFile.open("file", write("old"), (path, octets) -> refusing(path, fault), said);
    Queue<SubstituteLoggingEvent> logged = new ArrayDeque<>();
    TableLog log = new TableLog(new SubstituteLogger("table", logged, false));
    file.watch(new FileWatch(time, time, Runnable::run, log));
    assertThat(said).singleElement().asString().contains("not yours", "look-ups in it fail");

    look(file, 3);
    assertThat(lines(logged)).isEmpty();

    fault.set("nor anybody's");
    look(file, 3);
    assertThat(lines(logged))
        .containsExactly("file: cannot be read: nor anybody's; look-ups in it fail for now");
    assertThatThrownBy(file::content)
        .isInstanceOf(LookupUnavailable.class)
        .hasMessageContaining("nor anybody's");

    fault.set("");
    look(file, 3);
    assertThat(lines(logged)).containsExactly("file: read anew, 1 entries");

    write("newer");
    fault.set("not yours");
    look(file, 3);
    fault.set("");
    look(file, 3);
    fault.set("not yours");
    write("newest");
    look(file, 3);
    String kept = "file: cannot be read: not yours; what was read before still counts";
    assertThat(lines(logged)).containsExactly(kept, "file: read anew, 1 entries", kept);
    assertThat(file.content()).isEqualTo("newer");
  }

  private void look(WatchedFile<String> file, int times) {
    for (int i = 0; i < times; i++) {
      time.advance(Duration.ofSeconds(10));
      file.refresh();
    }
  }

  private static WatchedFile.Reading<String> refusing(Path path, AtomicReference<String> fault)
      throws IOException {
    if (!fault.get().isEmpty()) {
      throw new IOException(fault.get());
    }
    return new WatchedFile.Reading<>(Files.readString(path), 1, List.of());
  }

  private static List<String> lines(Queue<SubstituteLoggingEvent> logged) {
    List<String> lines =
        logged.stream()
            .map(one -> MessageFormatter.arrayFormat(one.getMessage(), one.getArgumentArray()))
            .map(FormattingTuple::getMessage)
            .toList();
    logged.clear();
    return lines;
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
