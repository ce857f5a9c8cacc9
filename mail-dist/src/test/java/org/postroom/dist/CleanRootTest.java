package org.postroom.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The .deb in a Debian that has nothing else: installed, used, removed, installed again, upgraded,
 * purged; by hand, and below a systemd. After {@code mvn package -Ppackages}, as root, where there
 * is debootstrap and a network. {@code -Dpostroom.systemd=required} fails where no systemd can be
 * booted, instead of leaving that part out.
 */
@Tag("process")
@Tag("long")
final class CleanRootTest {
  private static final Path ROOT = Path.of("target", "clean-root");

  @Test
  void aMachineHasMailFromInstallationToRemoval() throws Exception {
    Optional<Path> deb = packaged();
    assumeTrue(deb.isPresent(), "there is no .deb: mvn package -Ppackages");
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/debootstrap")), "there is no debootstrap");
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can make a root");
    Files.createDirectories(ROOT);

    ProcessBuilder script =
        new ProcessBuilder(
            Path.of("src", "test", "package", "clean-root").toString(),
            deb.get().toString(),
            ROOT.toString());
    Optional.ofNullable(System.getProperty("postroom.systemd"))
        .ifPresent(demand -> script.environment().put("POSTROOM_SYSTEMD", demand));

    assertThat(script.inheritIO().start().waitFor()).isZero();
  }

  private static Optional<Path> packaged() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      return files.filter(file -> file.toString().endsWith("_amd64.deb")).findFirst();
    }
  }
}
