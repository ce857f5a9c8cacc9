package org.postroom.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.Settings;

/** The arithmetic of SCHEDULER_README. */
final class WindowTest {

  private static DestinationLimits limits(String positive, String negative, String cohorts) {
    Settings settings =
        Settings.builder(QueueParams.ALL)
            .set("default_destination_concurrency_limit", "8")
            .set("default_destination_concurrency_positive_feedback", positive)
            .set("default_destination_concurrency_negative_feedback", negative)
            .set("default_destination_concurrency_failed_cohort_limit", cohorts)
            .build();
    return DestinationLimits.of(settings, "smtp");
  }

  /** {@code +} is an answer with the window full, {@code -} a failure; gives the sizes. */
  private static String sizes(String attempts, DestinationLimits limits) {
    Window window = new Window(limits.initial());
    return attempts
        .chars()
        .mapToObj(
            what -> {
              if (what == '+') {
                window.answered(window.size(), limits);
              } else if (window.failed(limits)) {
                return "dead";
              }
              return String.valueOf(window.size());
            })
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource({
    // the defaults of Postfix, but for the limit of 8: 1/5 + 1/4 + 1/3 + 1/2 is more than a window
    "++++,            1, 1, 1, 6 7 8 8",
    "----,            1, 1, 1, 4 3 2 dead",
    "---+----,        1, 1, 1, 4 3 2 3 2 1 dead dead",
    "--+--+--+,       1, 1, 1, 4 3 4 3 2 3 2 1 2",
    // one that is never dead
    "--------,        1, 1, 0, 4 3 2 1 1 1 1 1",
    // half an attempt each: what came together one way is forgotten when it moves the other way
    "++++,          0.5, 0.5, 0, 5 6 6 7",
    "----,          0.5, 0.5, 0, 4 4 3 3",
    "+-+-+-,        0.5, 0.5, 0, 5 4 4 4 5 4",
    // a tenth ten times is one
    "++++++++++,    0.1, 1, 0, 5 5 5 5 5 5 5 5 5 6",
    "------------,  1, 0.1, 0, 4 4 4 4 4 4 4 4 4 4 3 3",
    // a window's worth of attempts moves it by one
    "++++++++++++,  1/concurrency, 1, 0, 5 5 5 5 6 6 6 6 6 6 7 7",
    "-----------,   1, 1/concurrency, 9, 4 4 4 4 3 3 3 2 2 1 1",
    "+++++++,       1/sqrt_concurrency, 1, 0, 5 5 6 6 7 7 7",
    // five in a row that change nothing else are the death of one with five at a time
    "-----,           1, 0, 1, 5 5 5 5 dead",
    "----------,      1, 0, 2, 5 5 5 5 5 5 5 5 5 dead",
    "----+-----,      1, 0, 1, 5 5 5 5 6 6 6 6 6 6",
    // no answer opens it
    "++++,            0, 1, 1, 5 5 5 5",
    // where nothing is said the first failure is enough
    "+-,              1, 1, '', 6 dead"
  })
  void opensWithAnswersAndClosesWithFailures(
      String attempts, String positive, String negative, String cohorts, String sizes) {
    assertThat(sizes(attempts, limits(positive, negative, cohorts))).isEqualTo(sizes);
  }

  @Test
  void oneThatNobodyFillsOpensNoMore() {
    DestinationLimits limits = limits("1", "1", "1");
    Window window = new Window(5);

    for (int i = 0; i < 5; i++) {
      window.answered(1, limits);
    }

    assertThat(window.size()).as("the one in use, and as many as it began with").isEqualTo(6);
  }

  @Test
  void oneThatWasDeadBeginsAgainWithItsFirstAnswer() {
    DestinationLimits limits = limits("1", "1", "1");
    Window window = new Window(8);

    window.close();
    assertThat(window.size()).isOne();
    window.reopen(1, limits);
    assertThat(window.size()).isEqualTo(5);
    window.reopen(7, limits);
    assertThat(window.size()).isEqualTo(7);
  }
}
