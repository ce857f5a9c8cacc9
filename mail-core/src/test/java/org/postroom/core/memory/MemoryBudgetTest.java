package org.postroom.core.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  @Test
  void givesOutNoMoreThanItHas() {
    MemoryBudget budget = new MemoryBudget(100);

    assertThat(budget.tryTake(60)).isTrue();
    assertThat(budget.has(40)).isTrue();
    assertThat(budget.has(41)).isFalse();
    assertThat(budget.tryTake(41)).isFalse();
    assertThat(budget.tryTake(Long.MAX_VALUE)).as("without overflow").isFalse();
    assertThat(budget.held()).isEqualTo(60);
    assertThat(budget.tryTake(40)).isTrue();

    budget.give(60);
    assertThat(budget.held()).isEqualTo(40);
    assertThat(budget.tryTake(60)).isTrue();
  }

  @Test
  void aShareTakesFromTheWholeAndHasALimitOfItsOwn() {
    MemoryBudget whole = new MemoryBudget(100);
    MemoryBudget one = whole.share(60);
    MemoryBudget other = whole.share(1000);

    assertThat(other.capacity()).isEqualTo(100);
    assertThat(one.tryTake(61)).isFalse();
    assertThat(one.tryTake(50)).isTrue();
    assertThat(whole.held()).isEqualTo(50);
    assertThat(other.has(51)).isFalse();
    assertThat(other.tryTake(51)).isFalse();
    assertThat(other.held()).as("nothing is held after a refusal").isZero();
    assertThat(other.tryTake(50)).isTrue();
    assertThat(one.has(1)).as("the whole is used up").isFalse();

    one.give(50);
    other.give(50);
    assertThat(whole.held()).isZero();
  }

  @Test
  void whatWasNotTakenCannotBeGivenBack() {
    MemoryBudget budget = new MemoryBudget(100);
    budget.tryTake(10);

    assertThatThrownBy(() -> budget.give(11)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> budget.give(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> budget.tryTake(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(budget.held()).isEqualTo(10);
  }

  @Test
  void isAPartOfTheHeap() {
    assertThat(MemoryBudget.ofHeap().capacity())
        .isBetween(1L << 20, Runtime.getRuntime().maxMemory() / 2);
  }

  @Test
  void manyThreadsStayWithinItAndLeakNothing() throws Exception {
    MemoryBudget whole = new MemoryBudget(1000);
    List<MemoryBudget> shares = List.of(whole.share(700), whole.share(700));
    List<Callable<Boolean>> work = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      Random random = new Random(t);
      MemoryBudget share = shares.get(t % 2);
      work.add(
          () -> {
            boolean within = true;
            for (int i = 0; i < 20_000; i++) {
              int octets = random.nextInt(400);
              if (share.tryTake(octets)) {
                within &= share.held() <= 1000 && whole.held() <= 1000;
                share.give(octets);
              }
            }
            return within;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      for (Future<Boolean> done : threads.invokeAll(work)) {
        assertThat(done.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(whole.held()).isZero();
    assertThat(shares).allMatch(share -> share.held() == 0);
  }
}
