package org.postroom.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LifelineTest {
  private final Lifeline lifeline = new Lifeline();
  private final List<String> told = new ArrayList<>();

  @Test
  void tellsTheOwnerOfTheFirstDeathOnly() {
    lifeline.onDeath(death -> told.add(death.part()));

    lifeline.died("committer", new OutOfMemoryError());
    lifeline.died("event loop", new OutOfMemoryError());

    assertThat(told).containsExactly("committer");
    assertThat(lifeline.death()).map(Lifeline.Death::part).contains("committer");
  }

  @Test
  void tellsAnOwnerWhoComesLate() {
    lifeline.died("store", new IllegalStateException("closed"));

    lifeline.onDeath(death -> told.add(death.part()));

    assertThat(told).containsExactly("store");
  }

  @Test
  void hearsOfAThreadThatEndsTooSoon() {
    lifeline.onDeath(death -> told.add(death.part() + ": " + death.cause().getMessage()));

    lifeline
        .guarding(
            "queue manager",
            () -> false,
            () -> {
              throw new AssertionError("lost");
            })
        .run();

    assertThat(told).containsExactly("queue manager: lost");
  }

  @Test
  void aThreadMayEndWhenItsOwnerCloses() {
    lifeline.onDeath(death -> told.add(death.part()));

    lifeline.guarding("event loop", () -> true, () -> {}).run();

    assertThat(told).isEmpty();
  }
}
