package org.postroom.core.testing;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM beside that of the tests, for what only a process shows: of the same Java, with the same
 * classes, and compiling as far as that one does. In the few seconds of such a process the second
 * compiler takes as long as the rest of its start, from all who run beside it, and earns nothing.
 */
public final class ChildJvm {
  /** For a process that works hard: with the second compiler's code, as servers have it. */
  public static final String BOTH_COMPILERS = "-XX:TieredStopAtLevel=4";

  private ChildJvm() {}

  /**
   * The command that starts one.
   *
   * @param options of the JVM, which go over those that it has anyway
   */
  public static List<String> command(List<String> options, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(compiler());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** How far this JVM compiles, where somebody has said so: the long tests have all of it. */
  private static List<String> compiler() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("-XX:TieredStopAtLevel="))
        .toList();
  }
}
