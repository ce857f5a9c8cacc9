package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.Report;
import org.postroom.dist.config.ServerParams;

/**
 * What is said about configurations as others have written them, line by line: that of Debian's
 * package, and those of the tutorials. {@code -Dpostroom.reports=write} writes what is said now.
 */
final class ConfigurationReportsTest {
  private static final Path SOURCES = Path.of("src/test/resources");

  @ParameterizedTest
  @ValueSource(strings = {"debian", "s1", "s2", "s3", "s4"})
  void saysOfEachLineWhatBecomesOfIt(String name) throws IOException {
    String said = said(name);

    Path approved =
        SOURCES.resolve("org/postroom/dist/configurations").resolve(name).resolve("report.txt");
    if ("write".equals(System.getProperty("postroom.reports"))) {
      Files.writeString(approved, said, UTF_8);
    }
    assertThat(said).isEqualTo(Files.readString(approved, UTF_8));
  }

  private static String said(String name) {
    Path mainCf = folder(name).resolve("main.cf");
    Report report =
        MailServer.builder()
            .configuration(mainCf)
            .set("myorigin", "$myhostname")
            .set("smtpd_tls_cert_file", "") // which this machine may have or not
            .set(ServerParams.SESSIONS, 10) // for which it has descriptors enough
            .report();
    List<String> lines = new ArrayList<>();
    report.faults().forEach(fault -> lines.add("error: " + fault));
    lines.addAll(report.said());
    lines.addAll(report.details());
    return String.join("\n", lines).replace(folder(name) + "/", "") + "\n";
  }

  private static Path folder(String name) {
    try {
      return Path.of(
              ConfigurationReportsTest.class
                  .getResource("configurations/" + name + "/main.cf")
                  .toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
