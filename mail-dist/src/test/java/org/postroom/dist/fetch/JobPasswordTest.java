package org.postroom.dist.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.secret.Secret;
import org.postroom.dist.remote.RemoteRefusal;

/** What a job logs in with, from files and programs. */
@Timeout(60)
final class JobPasswordTest {
  @TempDir private Path folder;

  private Path program(String script) throws IOException {
    Path file = Files.writeString(folder.resolve("get"), "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private static String of(JobProof proof, Duration patience) throws IOException, RemoteRefusal {
    try (Secret secret = JobPassword.of(proof, List.of(), patience)) {
      return secret.reveal();
    }
  }

  private String said(String script, String... arguments) throws IOException, RemoteRefusal {
    return of(
        new JobProof(true, true, program(script), List.of(arguments)), Duration.ofSeconds(30));
  }

  @Test
  void isTheFirstLineOfWhatAProgramSays() throws IOException, RemoteRefusal {
    assertThat(said("echo \"$1 of $2\"; echo more; echo trouble >&2", "horse", "a b; c"))
        .isEqualTo("horse of a b; c");
    assertThat(said("env | cut -d= -f1 | sort | tr '\\n' ' '"))
        .contains("PATH")
        .doesNotContain("JAVA");
    assertThat(said("cat; echo nothing to read")).isEqualTo("nothing to read");
  }

  @Test
  void isNoneOfAProgramThatFails() {
    assertThatThrownBy(() -> said("echo horse; exit 3"))
        .isInstanceOf(RemoteRefusal.class)
        .hasMessageEndingWith("/get has ended with status 3");
    assertThatThrownBy(() -> said("exit 0")).hasMessageContaining("has no token in its first line");
    assertThatThrownBy(() -> said("echo; echo horse")).hasMessageContaining("has no token");
  }

  /** However much it says, and whomever it leaves behind. */
  @Test
  void isBounded() throws IOException, RemoteRefusal {
    assertThatThrownBy(() -> said("trap '' PIPE; yes | tr -d '\\n' | head -c 100000; exit 0"))
        .hasMessageContaining("has a token that is too long");
    JobProof slow = new JobProof(false, true, program("sleep 100"), List.of());
    assertThatThrownBy(() -> of(slow, Duration.ofMillis(200)))
        .hasMessageEndingWith("/get has not ended in time");
    JobProof behind = new JobProof(false, true, program("sleep 3 & echo horse"), List.of());
    assertThatThrownBy(() -> of(behind, Duration.ofMillis(500)))
        .hasMessageEndingWith("/get has not ended in time");
  }

  @Test
  void isNoneOfAProgramThatOthersMayChange() throws IOException {
    Path file = program("echo horse");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwx---"));
    assertThat(new JobProof(false, true, file, List.of()).fault(List.of()).orElseThrow())
        .contains("may be changed by others", "chmod go-w " + file);
  }

  @Test
  void isTheFirstLineOfAFile() throws IOException, RemoteRefusal {
    Path file = Files.writeString(folder.resolve("token"), "horse\r\nmore\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(of(JobProof.inFile(true, file), Duration.ZERO)).isEqualTo("horse");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> of(JobProof.inFile(true, file), Duration.ZERO))
        .hasMessageContaining("is a token and");
  }
}
