package org.postroom.dist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A user of this machine, as the log names one.
 *
 * @param name to log in with
 */
record OsUser(String name) {
  private static final Path USERS = Path.of("/etc/passwd");

  /** Asked once: the system is slow to answer, and a process has one owner all its life. */
  private static final class Owner {
    static final OsUser OF_THIS_PROCESS =
        new OsUser(ProcessHandle.current().info().user().orElse("unknown"));
  }

  /** Whose process this is. */
  static OsUser ofThisProcess() {
    return Owner.OF_THIS_PROCESS;
  }

  /** Whether it is root, or the one whose process this is. */
  boolean isMaster() {
    return name.equals("root") || equals(ofThisProcess());
  }

  /** The number, where the machine's own list has one; else the name. */
  String id() {
    try (Stream<String> lines = Files.lines(USERS, ISO_8859_1)) {
      return lines
          .map(line -> line.split(":", 4))
          .filter(fields -> fields.length == 4 && fields[0].equals(name))
          .map(fields -> fields[2])
          .filter(number -> number.matches("[0-9]+"))
          .findFirst()
          .orElse(name);
    } catch (IOException | java.io.UncheckedIOException e) {
      return name;
    }
  }
}
