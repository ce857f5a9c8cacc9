package org.postroom.dist.operation;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes a line of each level into the log, for who looks where it goes. */
public final class LogOperation {
  private static final Logger LOG = LoggerFactory.getLogger(LogOperation.class);
  private static final List<Level> LEVELS =
      List.of(Level.DEBUG, Level.INFO, Level.WARN, Level.ERROR);

  /** Does it, and says which of the lines the log takes. */
  public static final Operation<Test, Lines> TEST =
      new Operation<>("log-test", Test.class, Lines.class, LogOperation::test);

  private LogOperation() {}

  /**
   * What the lines say beside their level.
   *
   * @param stamp by which they are told from those of another test
   */
  public record Test(long stamp) {}

  /** What became of each line, the least level first. */
  public record Lines(List<Line> lines) {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /**
   * One of them.
   *
   * @param level as log lines have it: {@code debug}, {@code info}, {@code warning}, {@code error}
   * @param taken whether the log takes lines of that level
   */
  public record Line(String level, boolean taken) {}

  private static Lines test(Desk desk, Test asked) {
    RunningServer unused = desk.server(); // a command's own log is not what is looked for
    return new Lines(
        LEVELS.stream()
            .map(
                level -> {
                  String name = name(level);
                  LOG.atLevel(level).log("This is Postroom's {} log ({})", name, asked.stamp());
                  return new Line(name, LOG.isEnabledForLevel(level));
                })
            .toList());
  }

  private static String name(Level level) {
    return switch (level) {
      case TRACE, DEBUG -> "debug";
      case INFO -> "info";
      case WARN -> "warning";
      case ERROR -> "error";
    };
  }
}
