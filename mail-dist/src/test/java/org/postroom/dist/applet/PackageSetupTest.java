package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The script of packages where it copies a store, with a machine's folders below one of its own.
 */
@Tag("process")
final class PackageSetupTest {
  @TempDir private Path machine;
  private Path script;
  private Path store;
  private Path backups;

  @BeforeEach
  void install() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")));
    String text = Files.readString(Path.of("src/package/setup"), UTF_8);
    script = machine.resolve("setup");
    Files.writeString(script, text.replaceAll("(?m)^(\\w+)=/", "$1=" + machine + "/"), UTF_8);
    store = Files.createDirectories(machine.resolve("var/lib/postroom"));
    Files.writeString(store.resolve("mail"), "of version 1", UTF_8);
    backups = machine.resolve("var/backups/postroom");
    Files.createDirectories(machine.resolve("etc/postroom"));
    postroom("h2:" + store, 1);
  }

  /** Stands for the command: what postconf prints, and whether there is a server (0). */
  private void postroom(String url, int status) throws IOException {
    Path command = machine.resolve("usr/share/postroom/postroom");
    Files.createDirectories(command.getParent());
    Files.writeString(
        command,
        "#!/bin/sh\n[ $1 != postconf ] || exec echo '" + url + "'\nexit " + status + "\n",
        UTF_8);
    assertThat(command.toFile().setExecutable(true)).isTrue();
  }

  private String run(int status, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(Arrays.asList(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("POSTROOM_NO_BACKUP");
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(status);
    return said;
  }

  private String copy(String version) throws IOException {
    return Files.readString(backups.resolve("before-" + version).resolve("mail"), UTF_8);
  }

  @Test
  void theLastUpgradesCopyIsKept() throws Exception {
    assertThat(run(0, "backup", "1.0", "1.2")).contains("before version 1.2 is in");
    Files.writeString(store.resolve("mail"), "of version 1.2", UTF_8);
    assertThat(copy("1.2")).isEqualTo("of version 1");

    run(0, "backup", "1.2", "1.10");

    assertThat(copy("1.10")).isEqualTo("of version 1.2");
    assertThat(backups.resolve("before-1.2")).doesNotExist();
  }

  /** The copy is what one goes back to. */
  @ParameterizedTest
  @CsvSource({"2.0, 1.0", "2.0, 2.0", "2.0, 1.10", "2.0, 2.0~rc1"})
  void goingBackLeavesTheCopy(String from, String to) throws Exception {
    run(0, "backup", "1.0", "2.0");
    Files.writeString(store.resolve("mail"), "of version 2", UTF_8);

    assertThat(run(0, "backup", from, to)).contains("stays");

    assertThat(copy("2.0")).isEqualTo("of version 1");
    assertThat(backups.resolve("before-" + to + "/before-" + to)).doesNotExist();
  }

  @Test
  void isMadeWhereTheCommandCannotSayWhereTheStoreIs() throws Exception {
    postroom("", 1);
    run(0, "backup", "1", "2");
    assertThat(copy("2")).isEqualTo("of version 1");

    Path other = Files.createDirectories(machine.resolve("other"));
    Files.writeString(other.resolve("mail"), "elsewhere", UTF_8);
    Files.writeString(
        machine.resolve("etc/postroom/main.cf"), "storage_url = h2:" + other + "\n", UTF_8);
    run(0, "backup", "2", "3");
    assertThat(copy("3")).isEqualTo("elsewhere");
  }

  @Test
  void aStoreThatIsBeingWrittenIsNotCopied() throws Exception {
    postroom("h2:" + store, 0);

    assertThat(run(1, "backup", "1", "2")).contains("the server still runs");

    assertThat(backups).doesNotExist();
  }

  @Test
  void anotherServersDatabaseIsNotItsMatter() throws Exception {
    postroom("postgresql://db/mail", 1);

    assertThat(run(0, "backup", "1", "2")).contains("is to be backed up there");

    assertThat(backups).doesNotExist();
  }
}
