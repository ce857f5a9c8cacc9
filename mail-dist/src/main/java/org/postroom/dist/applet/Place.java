package org.postroom.dist.applet;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.dist.MailServer;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.storage.Storage;
import picocli.CommandLine.Option;

/** Which server is meant: by its configuration file, or by its data folder. */
final class Place {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "MAIN.CF",
      description =
          "The configuration file. Without it the embedded default is used, or, where Postroom came"
              + " as a package, /etc/postroom/main.cf.")
  @Nullable Path configuration;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "FOLDER",
      description = "The data folder of the embedded default (default: ./data).")
  @Nullable Path data;

  /** The file that is meant: the one that is said, or else that of the package. */
  Optional<Path> configuration() {
    return configuration == null && data == null
        ? Optional.ofNullable(System.getenv("POSTROOM_CONFIG")).map(Path::of)
        : Optional.ofNullable(configuration);
  }

  /** A server as the place describes it, not started. */
  ServerBuilder builder() {
    ServerBuilder builder = MailServer.builder();
    Optional<Path> file = configuration();
    file.ifPresent(builder::configuration);
    if (file.isEmpty() || data != null) {
      builder.storage(Storage.h2(folder()));
    }
    return builder;
  }

  /** What can be asked of it, whether it runs or not. */
  DescribedServer described() {
    return builder().unwrap(DescribedServer.class);
  }

  /** The options that name the same place again, each with a space before it, for a shell. */
  String options() {
    return (configuration == null ? "" : " -c " + quoted(configuration))
        + (data == null ? "" : " -d " + quoted(data));
  }

  /** As a shell takes it. */
  static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./+,:@-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** The folder of the embedded default. */
  Path folder() {
    return (data == null ? Path.of("data") : data).toAbsolutePath().normalize();
  }
}
