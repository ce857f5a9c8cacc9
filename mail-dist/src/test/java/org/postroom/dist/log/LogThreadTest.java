package org.postroom.dist.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.postroom.core.testing.Until;

class LogThreadTest {
  private static final int ROOM = 4096;

  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final BlockingQueue<List<Integer>> begun = new LinkedBlockingQueue<>();
  private final List<Integer> written = new CopyOnWriteArrayList<>();
  private final Semaphore mayEnd = new Semaphore(0);

  private void writeWhenItMay(List<Integer> some) {
    begun.add(some);
    mayEnd.acquireUninterruptibly();
    written.addAll(some);
  }

  private static LogThread<Integer> started(
      Consumer<List<Integer>> writing, Duration moment, Duration patience) {
    LogThread<Integer> log = new LogThread<>("log", writing, moment, patience);
    log.start();
    return log;
  }

  @Test
  void writesWhatComesMeanwhileTogether() throws Exception {
    try (LogThread<Integer> log = started(this::writeWhenItMay, Duration.ZERO, LONG)) {
      log.add(1);
      assertThat(begun.take()).containsExactly(1);
      log.add(2);
      log.add(3);

      mayEnd.release(2);

      assertThat(begun.take()).containsExactly(2, 3);
    }
  }

  @Test
  void writesWhatComesWithinAMomentTogetherUnlessSomebodyIsInAHurry() throws Exception {
    mayEnd.release(2);
    try (LogThread<Integer> log = started(this::writeWhenItMay, LONG, LONG)) {
      log.add(1);
      assertThat(begun.take()).containsExactly(1);
      log.add(2);
      assertThat(begun.poll(200, TimeUnit.MILLISECONDS)).isNull();
      log.add(3);

      log.settle();

      assertThat(written).containsExactly(1, 2, 3);
      assertThat(begun.take()).containsExactly(2, 3);
    }
  }

  @Test
  void hasWrittenAllWhenItHasSettled() {
    try (LogThread<Integer> log = started(written::addAll, SHORT, LONG)) {
      for (int i = 0; i < 100; i++) {
        log.add(2 * i);
        log.add(2 * i + 1);
        log.settle();
        assertThat(written).hasSize(2 * i + 2);
      }
    }
    assertThat(written).isSorted();
  }

  @Test
  void doesNotWaitForeverForWhoeverDoesNotTakeIt() throws Exception {
    LogThread<Integer> log = started(this::writeWhenItMay, SHORT, SHORT);
    log.add(1);
    begun.take();

    log.settle();
    log.close();

    assertThat(written).isEmpty();
    mayEnd.release();
  }

  @Test
  void givesRoomAsSoonAsItTakesWhatWaits() throws Exception {
    CountDownLatch all = new CountDownLatch(1);
    try (LogThread<Integer> log = started(this::writeWhenItMay, LONG, LONG)) {
      log.add(0);
      begun.take();
      Thread adding =
          new Thread(
              () -> {
                IntStream.rangeClosed(1, ROOM + 1).forEach(log::add);
                all.countDown();
              });
      adding.start();
      Until.so(() -> adding.getState() == Thread.State.WAITING);
      assertThat(all.getCount()).isEqualTo(1);

      mayEnd.release();

      assertThat(begun.take()).hasSize(ROOM);
      all.await();
      assertThat(written).containsExactly(0);
      mayEnd.release(2);
      log.settle();
    }
    assertThat(written).hasSize(ROOM + 2).isSorted();
  }

  @Test
  void writesWhatWaitsWhenItIsClosed() {
    LogThread<Integer> log = started(written::addAll, LONG, LONG);
    IntStream.range(0, 1000).forEach(log::add);

    log.close();

    assertThat(written).hasSize(1000).isSorted();
  }
}
