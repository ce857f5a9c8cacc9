package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.testing.Shows;
import org.postroom.dist.applet.AppletRun;

/** What lies in the data folder is for the server's own user, whatever the umask is. */
@Tag("process")
final class DataFolderIsPrivateTest {
  private static final List<String> UMASK_0 = List.of("sh", "-c", "umask 000; exec \"$0\" \"$@\"");

  /** Public, and handed to clients. */
  private static final Set<String> CERTIFICATES = Set.of("ca.pem", "server.pem");

  @TempDir private Path folder;

  @Test
  void makesItForItsOwnUserAlone() throws Exception {
    Site site = new Site(folder);
    try (ServerProcess server = ServerProcess.start(UMASK_0, site.mainCf())) {
      site.addAccounts(List.of("ada"));
      try (SmtpDialogue smtp = SmtpDialogue.open(server.port(Role.MX))) {
        byte[] large =
            ("Subject: large\r\n\r\n" + "x".repeat(70).concat("\r\n").repeat(6000))
                .getBytes(US_ASCII);
        assertThat(smtp.send("bob@example.net", "ada@example.org", large)).startsWith("250");
      }

      assertThat(permissions(site.data())).isEqualTo("rwx------");
      assertThat(openToOthers(site.data())).isEmpty();
      server.stop();
    }
    assertThat(openToOthers(site.data())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxr-xr-x", "rwx--x---", "rwx-----x"})
  @Timeout(60) // one that is not refused would run
  @Shows("A5.12")
  void refusesOneThatOthersCanEnter(String permissions) throws IOException {
    Site site = new Site(folder);
    Files.createDirectory(site.data());
    Files.setPosixFilePermissions(site.data(), PosixFilePermissions.fromString(permissions));

    AppletRun outcome = AppletRun.of("serve", "-c", site.mainCf().toString());

    assertThat(outcome.status()).isEqualTo(78);
    assertThat(outcome.said())
        .contains(site.line("storage_url") + "storage_url: data folder " + site.data())
        .contains(permissions)
        .contains("chmod 0700 " + site.data())
        .hasLineCount(1);
    assertThat(permissions(site.data())).isEqualTo(permissions);
    try (Stream<Path> files = Files.list(site.data())) {
      assertThat(files).isEmpty();
    }
  }

  /** Files with any permission for group or others, and which. */
  private static Map<String, String> openToOthers(Path data) throws IOException {
    Map<String, String> open = new TreeMap<>();
    int seen = 0;
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(path -> !Files.isDirectory(path)).toList()) {
        String permissions = permissions(file);
        seen++;
        if (!permissions.equals("rw-------")
            && !CERTIFICATES.contains(String.valueOf(file.getFileName()))) {
          open.put(data.relativize(file).toString(), permissions);
        }
      }
    }
    assertThat(seen).as("files in %s", data).isGreaterThan(7);
    return open;
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
