package org.postroom.core.srs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.config.Settings;
import org.postroom.core.report.BadConfiguration;

class SenderRewritingTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Address ALICE = Address.parse("alice@example.com");

  @TempDir private Path folder;

  private Path secrets(String text, String permissions) throws IOException {
    Path file = Files.writeString(folder.resolve("secrets"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private static Optional<SenderRewriting> with(String domain, Object file) {
    return SenderRewriting.of(
        Settings.builder(SrsParams.PART)
            .set("srs_domain", domain)
            .set("srs_secrets_file", String.valueOf(file))
            .build());
  }

  @Test
  void isOffWithoutADomain() {
    assertThat(with("", "")).isEmpty();
    assertThat(with("", "/nowhere")).isEmpty();
  }

  @Test
  void signsByTheFirstLineOfTheFile() throws IOException {
    SenderRewriting one =
        with("fwd.test", secrets("secretsecret\n\n older \n", "rw-------")).orElseThrow();
    SenderRewriting older = with("fwd.test", secrets("older", "rw-r-----")).orElseThrow();

    assertThat(one.forward(ALICE, NOW)).hasToString("SRS0=2+nn=JL=example.com=alice@fwd.test");
    assertThat(one.reverse(older.forward(ALICE, NOW), NOW)).contains(ALICE);
    assertThat(one.reverse(Address.parse("ada@fwd.test"), NOW)).isEmpty();
  }

  @Test
  void secretsAreForTheServerAlone() throws IOException {
    Path open = secrets("secretsecret\n", "rw-r--r--");

    assertThatThrownBy(() -> with("fwd.test", open))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("srs_secrets_file")
        .hasMessageContaining("holds secrets and can be read by everybody");
  }

  @Test
  void withoutASecretNothingIsSigned() throws IOException {
    Path empty = secrets(" \n", "rw-------");

    assertThatThrownBy(() -> with("fwd.test", empty)).hasMessageContaining("has no secret");
    assertThatThrownBy(() -> with("fwd.test", "")).hasMessageContaining("srs_domain is set");
    assertThatThrownBy(() -> with("fwd.test", folder.resolve("none")))
        .hasMessageContaining("cannot read");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no domain", "[192.0.2.1]", "a..b"})
  void aDomainIsExpected(String text) {
    assertThatThrownBy(() -> with(text, ""))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("srs_domain");
  }
}
