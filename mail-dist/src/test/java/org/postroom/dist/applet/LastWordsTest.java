package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.testing.ChildJvm;
import org.postroom.dist.log.ServerLog;

final class LastWordsTest {

  static Stream<Arguments> ends() {
    return Stream.of(
        Arguments.of("postroom-worker-1", new OutOfMemoryError(), true),
        Arguments.of("postroom-worker-1", new InternalError(), true),
        Arguments.of("postroom-worker-1", new StackOverflowError(), false),
        Arguments.of("postroom-worker-1", new AssertionError(), false),
        Arguments.of("postroom-worker-1", new IllegalStateException(), false),
        Arguments.of(ServerLog.THREAD, new NoClassDefFoundError(), true));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void aThreadsEndIsADeathWhereNothingCanBeReliedUponAnyMore(
      String thread, Throwable cause, boolean death) {
    assertThat(LastWords.isDeath(thread, cause)).isEqualTo(death);
  }

  @Test
  @Tag("process")
  void whereNoMemoryIsLeftForALineThatIsSaid() throws Exception {
    Process process =
        new ProcessBuilder(ChildJvm.command(List.of(), DiesWithoutMemory.class))
            .redirectErrorStream(true)
            .start();

    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(said).contains("ERROR: a part has died, the process ends: no memory is left");
    assertThat(process.waitFor()).as(said).isEqualTo(LastWords.STATUS);
  }

  @Test
  @Tag("process")
  void whereNobodyTakesTheLineTheProcessEndsAllTheSame() throws Exception {
    Process process =
        new ProcessBuilder(ChildJvm.command(List.of(), DiesUnheard.class))
            .redirectErrorStream(true)
            .start();

    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(LastWords.STATUS);
  }

  /** A process in which nothing can be written as text any more. */
  static final class DiesWithoutMemory {
    private DiesWithoutMemory() {}

    public static void main(String[] arguments) {
      PrintWriter full =
          writer(
              () -> {
                throw new OutOfMemoryError("of the test");
              });
      LastWords.lifeline(full).died("committer", new OutOfMemoryError());
    }
  }

  /** A process whose standard error is read by nobody. */
  static final class DiesUnheard {
    private DiesUnheard() {}

    public static void main(String[] arguments) {
      PrintWriter stuck =
          writer(
              () -> {
                while (true) {
                  LockSupport.park();
                }
              });
      LastWords.lifeline(stuck).died("committer", new IllegalStateException("of the test"));
    }
  }

  private static PrintWriter writer(Runnable written) {
    return new PrintWriter(
        new Writer() {
          @Override
          public void write(char[] text, int offset, int length) {
            written.run();
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
  }
}
