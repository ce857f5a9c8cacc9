package org.postroom.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class MemoryOriginTest {
  private final List<SQLException> heard = new CopyOnWriteArrayList<>();

  private ReaderPool readers(MemoryOrigin origin, int most) {
    return origin.readers("readers", most, Duration.ofMillis(50), heard::add);
  }

  @Test
  void aReaderWhoComesAtTheEndMakesNoOtherDatabase() throws Exception {
    MemoryOrigin origin = MemoryOrigin.withTables();
    try (ReaderPool readers = readers(origin, 1)) {
      origin.close();

      assertThatThrownBy(readers::take).isInstanceOf(SQLException.class);
      assertThatThrownBy(readers::take) // his turn has come back
          .isInstanceOf(SQLException.class)
          .isNotInstanceOf(SQLTransientConnectionException.class);
    }
  }

  @Test
  void noMoreThanSoManyReadAtOnce() throws Exception {
    try (MemoryOrigin origin = MemoryOrigin.withTables();
        ReaderPool readers = readers(origin, 2)) {
      Connection one = readers.take();
      Connection other = readers.take();

      assertThatThrownBy(readers::take).isInstanceOf(SQLTransientConnectionException.class);
      readers.giveBack(one, null);

      assertThat(readers.take()).isSameAs(one);
      readers.giveBack(one, null);
      readers.giveBack(other, null);
    }
  }

  @Test
  void oneOnWhichSomethingFailedIsNotUsedAgain() throws Exception {
    try (MemoryOrigin origin = MemoryOrigin.withTables();
        ReaderPool readers = readers(origin, 1)) {
      Connection one = readers.take();
      SQLException fault = new SQLException("that went wrong");
      readers.giveBack(one, fault);

      Connection other = readers.take();

      assertThat(one.isClosed()).isTrue();
      assertThat(other).isNotSameAs(one);
      assertThat(heard).containsExactly(fault);
      readers.giveBack(other, null);
    }
  }

  @Test
  void whatIsInUseAtTheEndIsClosedWhenItComesBack() throws Exception {
    try (MemoryOrigin origin = MemoryOrigin.withTables()) {
      ReaderPool readers = readers(origin, 2);
      Connection inUse = readers.take();
      Connection idle = readers.take();
      readers.giveBack(idle, null);

      readers.close();

      assertThat(idle.isClosed()).isTrue();
      assertThat(inUse.isClosed()).isFalse();
      readers.giveBack(inUse, null);
      assertThat(inUse.isClosed()).isTrue();
      assertThatThrownBy(readers::take).isInstanceOf(SQLTransientConnectionException.class);
    }
  }

  @Test
  void whoWasInterruptedReadsWhereNobodyIsBeforeHim() throws Exception {
    try (MemoryOrigin origin = MemoryOrigin.withTables();
        ReaderPool readers = readers(origin, 1)) {
      Thread.currentThread().interrupt();
      try {
        readers.giveBack(readers.take(), null);
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
    }
  }

  @Test
  void nothingIsLeftOfAStoreThatNeverWas() throws Exception {
    ThreadGroup alone = new ThreadGroup("alone");
    AtomicInteger left = new AtomicInteger(-1);
    Thread owner =
        new Thread(
            alone,
            () -> {
              new MemoryAhead().close();
              left.set(alone.activeCount());
            });
    owner.start();
    owner.join();

    assertThat(left).hasValue(1); // the owner
  }
}
