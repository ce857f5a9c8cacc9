package org.postroom.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.BadValue;

final class FeedbackTest {

  @ParameterizedTest
  @CsvSource({
    "1, 4, 1",
    "0, 4, 0",
    "0.5, 4, 0.5",
    "1., 4, 1",
    "1/4, 4, 0.25",
    "3 / 4, 9, 0.75",
    "1/3, 9, 0.3333333333333333",
    "1/999999999, 9, 0.000000001000000001",
    "1/concurrency, 4, 0.25",
    "0.5/Concurrency, 4, 0.125",
    "1/sqrt_concurrency, 16, 0.25",
    "1 / sqrt_concurrency, 1, 1"
  })
  void isOneNumberOrOneByTheWindow(String text, int window, double expected) {
    Feedback feedback = Feedback.parse(text);

    assertThat(feedback.at(window)).isCloseTo(expected, within(1e-12));
    assertThat(Feedback.parse(feedback.toString())).isEqualTo(feedback);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "-1",
        "1.5",
        "2/concurrency",
        "1/0",
        "0/0",
        "3/2",
        "1/window",
        "1/",
        "/2",
        "1e-3",
        "1/2/3",
        "1/concurrency x",
        ".5",
        "12345678901"
      })
  void nothingElse(String text) {
    assertThatThrownBy(() -> Feedback.parse(text)).isInstanceOf(BadValue.class);
  }
}
