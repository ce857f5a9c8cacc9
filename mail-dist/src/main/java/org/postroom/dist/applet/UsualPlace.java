package org.postroom.dist.applet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.postroom.dist.MailServer;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.storage.Storage;

/** Which server is meant by the commands that every mail system has, which name none as a rule. */
final class UsualPlace {
  private static final Path USUAL = Path.of("/etc/postroom/main.cf");

  private UsualPlace() {}

  /**
   * The server that is meant, as far as it is said; else the one that is usual on a machine.
   *
   * @param configuration a main.cf, or its folder; else {@code MAIL_CONFIG} names one
   * @param data the data folder of a server without a configuration
   */
  static DescribedServer described(Optional<Path> configuration, Optional<Path> data) {
    ServerBuilder builder = MailServer.builder();
    if (data.isPresent()) {
      builder.storage(Storage.h2(data.get().toAbsolutePath().normalize()));
    } else {
      builder.configuration(configuration(configuration));
    }
    return builder.unwrap(DescribedServer.class);
  }

  /** The main.cf that is meant, whether it is there or not. */
  static Path configuration(Optional<Path> said) {
    Path named = said(said).orElse(USUAL);
    return Files.isDirectory(named) ? named.resolve("main.cf") : named;
  }

  /**
   * The folder of main.cf and master.cf.
   *
   * @param configuration a main.cf, or its folder; else {@code MAIL_CONFIG} names one
   */
  static Path folder(Optional<Path> configuration) {
    Path named = said(configuration).orElse(USUAL);
    boolean isFile = named.equals(USUAL) || Files.isRegularFile(named);
    Path folder = isFile ? named.getParent() : named;
    return folder == null ? Path.of("") : folder;
  }

  /** Whether no server is meant: nobody has named one, and there is surely none. */
  static boolean isMissing() {
    return said(Optional.empty()).isEmpty() && Files.notExists(USUAL);
  }

  /** What somebody has said. */
  static Optional<Path> said(Optional<Path> configuration) {
    return configuration.or(() -> Optional.ofNullable(System.getenv("MAIL_CONFIG")).map(Path::of));
  }
}
