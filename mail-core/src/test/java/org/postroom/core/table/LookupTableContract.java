package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every look-up table promises. */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class LookupTableContract {

  /**
   * A table that is tried.
   *
   * @param absent a key that it has not; empty where it has all
   */
  public record Sample(LookupTable table, String key, String value, Optional<String> absent) {

    @Override
    public String toString() {
      return table.name();
    }
  }

  /** One table of each kind. */
  protected abstract Stream<Sample> samples();

  @ParameterizedTest
  @MethodSource("samples")
  void givesTheValueOfAKey(Sample sample) {
    assertThat(sample.table().find(sample.key())).contains(sample.value());
    assertThat(sample.table().find(sample.key())).contains(sample.value());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void tellsWhatIsNotThere(Sample sample) {
    sample.absent().ifPresent(key -> assertThat(sample.table().find(key)).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isNamedAsItIsWritten(Sample sample) {
    assertThat(sample.table().name()).matches("[a-z]+:.+");
  }

  @ParameterizedTest
  @MethodSource("samples")
  void answersAnyKey(Sample sample) {
    List<String> keys =
        List.of(
            "",
            " ",
            "@",
            ".",
            "a".repeat(100_000),
            "((((((((",
            "\0\r\n\u0085\u2028",
            "\uD800",
            "%s' OR 1=1 --",
            "straße@ßß.test",
            "::::::",
            "1.2.3.4.5.6",
            "..".repeat(500));

    for (String key : keys) {
      assertThat(sample.table().find(key)).isNotNull();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isSharedByThreads(Sample sample) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> asked =
          IntStream.range(0, 200)
              .<Callable<Boolean>>mapToObj(
                  i -> () -> sample.table().find(sample.key()).equals(Optional.of(sample.value())))
              .toList();

      for (Future<Boolean> answer : threads.invokeAll(asked)) {
        assertThat(answer.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
