package org.postroom.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.postroom.core.machine.SystemTimers;

/** What is begun before it is asked for. */
final class WireAheadTest {

  @Test
  void isWaitedForByWhoeverNeedsIt() {
    ExecutorService workers = Executors.newCachedThreadPool();
    WireAhead ahead = new WireAhead();
    try (SystemTimers timers = new SystemTimers("ahead-test");
        Wire wire = Wires.open(WireOptions.defaults(), timers, workers)) {
      assertThat(wire).isNotNull();
    } finally {
      ahead.close();
      workers.shutdown();
    }
  }

  @Test
  void leavesNoThreadBehind() {
    WireAhead ahead = new WireAhead();

    ahead.close();

    assertThat(ahead.isOver()).isTrue();
  }

  @Test
  void endsAlsoForWhoIsInterrupted() {
    WireAhead ahead = new WireAhead();
    Thread.currentThread().interrupt();

    ahead.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(ahead.isOver()).isTrue();
  }
}
