package org.postroom.dist.applet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class LastWordsTest {

  static Stream<Arguments> ends() {
    return Stream.of(
        Arguments.of("postroom-worker-1", new OutOfMemoryError(), true),
        Arguments.of("postroom-worker-1", new InternalError(), true),
        Arguments.of("postroom-worker-1", new StackOverflowError(), false),
        Arguments.of("postroom-worker-1", new AssertionError(), false),
        Arguments.of("postroom-worker-1", new IllegalStateException(), false),
        Arguments.of("AsyncAppender-Worker-async", new NoClassDefFoundError(), true));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void aThreadsEndIsADeathWhereNothingCanBeReliedUponAnyMore(
      String thread, Throwable cause, boolean death) {
    assertThat(LastWords.isDeath(thread, cause)).isEqualTo(death);
  }
}
