package org.postroom.dist.program;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;

/** How {@link MailFile} is run in a process of its own, by the JVM that this is. */
final class MailFileProgram {
  private MailFileProgram() {}

  /**
   * Its words, behind which come its arguments.
   *
   * @return empty where it is not known what runs here, or from where
   */
  static Optional<List<String>> words() {
    Optional<String> java = ProcessHandle.current().info().command();
    Optional<Path> classes = classes();
    return java.isEmpty() || classes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            List.of(
                java.get(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx32m",
                "-cp",
                classes.get().toString(),
                MailFile.class.getName()));
  }

  /** A folder, or an archive; what lies within an archive cannot be named on a command line. */
  private static Optional<Path> classes() {
    CodeSource source = MailFile.class.getProtectionDomain().getCodeSource();
    try {
      return source != null && "file".equals(source.getLocation().getProtocol())
          ? Optional.of(Path.of(source.getLocation().toURI())).filter(Files::exists)
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
