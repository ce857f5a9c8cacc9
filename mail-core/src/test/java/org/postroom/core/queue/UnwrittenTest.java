package org.postroom.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.refusal.StorageUnavailable;
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
  private final List<String> seen = new ArrayList<>();
  private final Unwritten unwritten =
      new Unwritten(time, Runnable::run, this::ask, () -> look("store answers"));

  private void ask() {
    if (silence.get() != null) {
      throw silence.get();
    }
  }

  private void look(String what) {
    seen.add(what + (unwritten.isStoreSilent() ? ", silent" : ""));
  }

  private void write(String name) {
    Unwritten.Entry entry = entry(name);
    unwritten.take(entry);
    unwritten.write(entry);
  }

  private Unwritten.Entry entry(String name) {
    Attempts.Made made =
        new Attempts.Made() {
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
    Unwritten.Entry entry = entry("a");
    unwritten.take(entry);
    unwritten.close();
    assertThat(seen).containsExactly("a");

    unwritten.write(entry);
    unwritten.close();

    assertThat(seen).containsExactly("a");
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
