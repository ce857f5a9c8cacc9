package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.report.Report;
import org.postroom.core.testing.Shows;
import org.postroom.dist.config.ServerParams;

/**
 * What is said about configurations as others have written them, line by line: that of Debian's
 * package, and those of the tutorials. {@code -Dpostroom.reports=write} writes what is said now.
 */
final class ConfigurationReportsTest {
  private static final Path SOURCES = Path.of("src/test/resources");
  private static final String CONFIGURATIONS = "org/postroom/dist/configurations";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"debian", "s1", "s1-dovecot", "s2", "s3", "s4"})
  @Shows({"A4.13", "A5.2"})
  void saysOfEachLineWhatBecomesOfIt(String name) throws IOException {
    String said = said(name);

    Path approved = SOURCES.resolve(CONFIGURATIONS).resolve(name).resolve("report.txt");
    if ("write".equals(System.getProperty("postroom.reports"))) {
      Files.writeString(approved, said, UTF_8);
    }
    assertThat(said).isEqualTo(Files.readString(approved, UTF_8));
  }

  /** As on a machine with the files that the configuration names. */
  private String said(String name) throws IOException {
    Path etc = Files.createDirectories(folder.resolve("etc"));
    for (String table :
        List.of("aliases", "postfix/access", "postfix/virtual", "mail/genericstable")) {
      write(etc.resolve(table), "");
    }
    write(etc.resolve("mail/local-host-names"), "host.example.com\n");
    write(etc.resolve("mail/virtusertable"), "");
    Path sources = SOURCES.resolve(CONFIGURATIONS).resolve(name);
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path source : files.filter(Files::isRegularFile).toList()) {
        write(
            folder.resolve(sources.relativize(source).toString()),
            Files.readString(source, UTF_8).replace("/etc/", etc.toString() + "/"));
      }
    }
    Report report =
        MailServer.builder()
            .configuration(folder.resolve("main.cf"))
            .set("myorigin", "$myhostname")
            .set("smtpd_tls_cert_file", "") // which this machine may have or not
            .set(ServerParams.SESSIONS.name(), "10") // for which it has descriptors enough
            .report();
    List<String> lines = new ArrayList<>();
    report.faults().forEach(fault -> lines.add("error: " + fault));
    lines.addAll(report.said());
    lines.addAll(report.details());
    return String.join("\n", lines).replace(folder + "/etc", "/etc").replace(folder + "/", "")
        + "\n";
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, UTF_8);
  }
}
