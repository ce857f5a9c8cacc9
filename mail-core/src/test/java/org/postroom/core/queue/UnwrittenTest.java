package org.postroom.core.queue;

import static java.lang.Thread.State.BLOCKED;
import static java.lang.Thread.State.TERMINATED;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;

/** Who is woken by what was kept finds the way free. */
final class UnwrittenTest {
  private static final QueuedMail MAIL =
      new QueuedMail(
          new QueueId("4hXrxX5YvLz007"),
          ReversePath.NULL,
          new QueuedMail.Traits(
              BodyType.SEVEN_BIT, false, Optional.empty(), Optional.empty(), false),
          Content.of(new byte[0]),
          Instant.EPOCH,
          Optional.empty(),
          "smtp:far.test",
          List.of());

  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final AtomicReference<RuntimeException> trouble = new AtomicReference<>();
  private final AtomicReference<RuntimeException> silence = new AtomicReference<>();
  private final AtomicReference<RuntimeException> together = new AtomicReference<>();

  /** How many attempts each unit of work had that was of several. */
  private final List<Integer> units = new ArrayList<>();

  /** What happens while several are written. */
  private Runnable meanwhile = () -> {};

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final Unwritten unwritten =
      new Unwritten(time, Runnable::run, this::settle, () -> look("store answers"));

  private Set<QueueId> settle(List<QueueStore.Ending> endings) {
    if (!endings.isEmpty()) {
      meanwhile.run();
    }
    RuntimeException fault = endings.isEmpty() ? silence.get() : together.get();
    if (fault != null) {
      throw fault;
    }
    if (!endings.isEmpty()) {
      units.add(endings.size());
    }
    return endings.isEmpty() ? Set.of() : Set.of(MAIL.id());
  }

  private void look(String what) {
    seen.add(what + (unwritten.isStoreSilent() ? ", silent" : ""));
  }

  private void write(String name) {
    unwritten.take(entry(name), this::run);
  }

  private boolean run(Runnable task) {
    task.run();
    return true;
  }

  private Unwritten.Entry entry(String name) {
    return entry(name, Optional.empty());
  }

  /** One that goes with others. */
  private Unwritten.Entry rowsOnly(String name) {
    return entry(
        name,
        Optional.of(
            new Attempts.RowsOnly() {
              @Override
              public List<QueueStore.Settlement> settlements() {
                return List.of(new QueueStore.Settlement.Done(1));
              }

              @Override
              public void written(boolean gone) {
                seen.add(name + (gone ? " is the last" : " is told"));
              }
            }));
  }

  private Unwritten.Entry entry(String name, Optional<Attempts.RowsOnly> rowsOnly) {
    Attempts.Made made =
        new Attempts.Made() {
          @Override
          public Optional<Attempts.RowsOnly> rowsOnly() {
            return rowsOnly;
          }

          @Override
          public Attempts.Outcome outcome() {
            return Attempts.Outcome.ANSWERED;
          }

          @Override
          public void settle() {
            if (trouble.get() != null) {
              throw trouble.get();
            }
          }
        };
    return new Unwritten.Entry(MAIL, made, () -> look(name));
  }

  @Test
  void whatNobodyHasBegunToWriteIsWrittenInTheEndAndOnce() {
    List<Runnable> workers = new ArrayList<>();
    unwritten.take(entry("a"), workers::add);
    unwritten.take(rowsOnly("b"), workers::add);
    unwritten.close();
    assertThat(seen).containsExactly("a", "b");

    workers.forEach(Runnable::run);
    unwritten.close();

    assertThat(seen).containsExactly("a", "b");
  }

  @Test
  void rowsThatGatherAreOneUnitOfWorkAndAMailsLastWordsComeLast() {
    List<Runnable> workers = new ArrayList<>();
    List.of("a", "b", "c").forEach(name -> unwritten.take(rowsOnly(name), workers::add));
    assertThat(workers).hasSize(1);

    workers.get(0).run();
    unwritten.take(rowsOnly("d"), this::run);

    assertThat(units).containsExactly(3);
    assertThat(seen).containsExactly("a is told", "a", "b is told", "b", "c is the last", "c", "d");
  }

  @Test
  void rowsThatCannotBeWrittenTogetherAreWrittenEachByItself() {
    List<Runnable> workers = new ArrayList<>();
    List.of("a", "b").forEach(name -> unwritten.take(rowsOnly(name), workers::add));
    together.set(new IllegalStateException("one of the test's outcomes makes no sense"));

    workers.get(0).run();

    assertThat(seen).containsExactly("a", "b");
  }

  @Test
  void rowsWaitForAStoreThatDoesNotAnswer() {
    List<Runnable> workers = new ArrayList<>();
    List.of("a", "b").forEach(name -> unwritten.take(rowsOnly(name), workers::add));
    trouble.set(new StorageUnavailable("the test's store is away"));
    silence.set(trouble.get());
    together.set(trouble.get());
    workers.get(0).run();
    assertThat(seen).isEmpty();
    assertThat(unwritten.isStoreSilent()).isTrue();

    trouble.set(null);
    silence.set(null);
    time.advance(Duration.ofSeconds(1));

    assertThat(seen).containsExactly("store answers", "a", "b");
  }

  @Test
  void rowsThatWereKeptGoTogetherAsSoonAsOneHasFoundTheStoreThere() {
    trouble.set(new StorageUnavailable("the test's store is away"));
    silence.set(trouble.get());
    together.set(trouble.get());
    List.of("a", "b", "c", "d").forEach(name -> unwritten.take(rowsOnly(name), this::run));
    unwritten.take(entry("e"), this::run);
    assertThat(seen).isEmpty();

    trouble.set(null);
    silence.set(null);
    together.set(null);
    time.advance(Duration.ofSeconds(1));

    assertThat(units).containsExactly(3);
    assertThat(seen)
        .containsExactly(
            "store answers", "a", "b is told", "b", "c is told", "c", "d is the last", "d", "e");
  }

  @Test
  void theEndWaitsForThoseThatAreBeingWrittenTogetherAndWritesThemIfThatFails() throws Exception {
    trouble.set(new StorageUnavailable("the test's store is away"));
    silence.set(trouble.get());
    together.set(trouble.get());
    List.of("a", "b", "c").forEach(name -> unwritten.take(rowsOnly(name), this::run));
    trouble.set(null);
    silence.set(null);
    Thread end = new Thread(unwritten::close);
    meanwhile =
        () -> {
          meanwhile = () -> {};
          end.start();
          // Or it is over, and has left those that cannot be written now to nobody.
          Until.so(() -> Set.of(BLOCKED, TERMINATED).contains(end.getState()));
        };

    time.advance(Duration.ofSeconds(1));
    end.join();

    assertThat(units).isEmpty();
    assertThat(seen).contains("a", "b", "c").doesNotHaveDuplicates();
  }

  @Test
  void whoIsWokenWhenAllIsWrittenMayGoOn() {
    trouble.set(new StorageUnavailable("the test's store is away"));
    silence.set(trouble.get());
    write("a");
    write("b");
    time.advance(Duration.ofSeconds(3));
    assertThat(seen).isEmpty();
    assertThat(unwritten.isStoreSilent()).isTrue();

    silence.set(null);
    trouble.set(null);
    time.advance(Duration.ofSeconds(1));

    assertThat(seen).startsWith("store answers").hasSize(3).contains("a", "b");
  }

  @Test
  void oneThatCannotBeWrittenHoldsBackNobodyElse() {
    trouble.set(new IllegalStateException("the test's outcome makes no sense"));
    write("never");
    assertThat(unwritten.isStoreSilent()).isFalse();

    trouble.set(null);
    write("b");
    assertThat(seen).containsExactly("b");
    time.advance(Duration.ofSeconds(1));

    assertThat(seen).containsExactly("b", "never");
  }

  /** The store cannot do this one, ever, and says so as it says that it cannot do anything. */
  @Test
  void oneThatAStoreWhichAnswersNeverTakesHoldsBackNobodyElse() {
    trouble.set(new StorageUnavailable("the test's store could not do this"));
    write("never");
    time.advance(Duration.ofSeconds(3));
    assertThat(unwritten.isStoreSilent()).isFalse();

    silence.set(new StorageUnavailable("the test's store is away"));
    time.advance(Duration.ofSeconds(1));
    assertThat(unwritten.isStoreSilent()).isTrue();
    silence.set(null);
    time.advance(Duration.ofSeconds(1));

    assertThat(unwritten.isStoreSilent()).isFalse();
    assertThat(seen).containsExactly("store answers");
  }
}
