package org.postroom.dist.applet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.postroom.dist.MailServer;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.storage.Storage;

/**
 * Which server is meant by the commands that every mail system has, which name none as a rule.
 *
 * @param caller whose command it is
 */
record UsualPlace(Caller caller) {
  private static final Path USUAL = Path.of("/etc/postroom/main.cf");

  /**
   * The server that is meant, as far as it is said, else the one that is usual on a machine: to be
   * asked, and no more. It is the one in which the command runs, where that is so.
   *
   * @param configuration a main.cf, or its folder; else {@code MAIL_CONFIG} names one
   * @param data the data folder of a server without a configuration
   */
  AskedServer asked(Optional<Path> configuration, Optional<Path> data) {
    if (data.isPresent()) {
      return described(configuration, data);
    }
    return caller.visited(named(configuration)).orElseGet(() -> described(configuration, data));
  }

  /** The same, as its configuration describes it: a matter of the caller's own process. */
  DescribedServer described(Optional<Path> configuration, Optional<Path> data) {
    caller.needsOwnProcess();
    ServerBuilder builder = MailServer.builder();
    if (data.isPresent()) {
      builder.storage(Storage.h2(data.get().toAbsolutePath().normalize()));
    } else {
      builder.configuration(configuration(configuration));
    }
    return builder.unwrap(DescribedServer.class);
  }

  /** The main.cf that is meant, whether it is there or not. */
  Path configuration(Optional<Path> said) {
    Path named = named(said);
    return Files.isDirectory(named) ? named.resolve("main.cf") : named;
  }

  /**
   * The folder of main.cf and master.cf, to be read; within a server only its own is.
   *
   * @param configuration a main.cf, or its folder; else {@code MAIL_CONFIG} names one
   */
  Path folder(Optional<Path> configuration) {
    Path named = named(configuration);
    caller.readsFiles(named);
    boolean isFile = named.equals(USUAL) || Files.isRegularFile(named);
    Path folder = isFile ? named.getParent() : named;
    return folder == null ? Path.of("") : folder;
  }

  /** Whether no server is meant: nobody has named one, and there is surely none. */
  boolean isMissing() {
    return said(Optional.empty()).isEmpty() && Files.notExists(USUAL);
  }

  /** The main.cf that is meant, or its folder. */
  Path named(Optional<Path> said) {
    return said(said).orElse(USUAL);
  }

  /** What somebody has said. */
  Optional<Path> said(Optional<Path> configuration) {
    return configuration.or(() -> caller.environment("MAIL_CONFIG").map(Path::of));
  }
}
