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
      description = "The configuration file. Without it the embedded default is used.")
  @Nullable Path configuration;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "FOLDER",
      description = "The data folder of the embedded default (default: ./data).")
  @Nullable Path data;

  Optional<Path> configuration() {
    return Optional.ofNullable(configuration);
  }

  /** A server as the place describes it, not started. */
  ServerBuilder builder() {
    ServerBuilder builder = MailServer.builder();
    if (configuration != null) {
      builder.configuration(configuration);
    }
    if (configuration == null || data != null) {
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
