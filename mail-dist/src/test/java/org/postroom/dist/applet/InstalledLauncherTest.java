package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script that packages install, beside jars and options, with a Java that takes notes. */
@Tag("process")
final class InstalledLauncherTest {
  private static final Path LAUNCHERS = Path.of("src/main/launcher");

  @TempDir private Path house;
  private Path share;

  @BeforeEach
  void install() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")));
    share = Files.createDirectories(house.resolve("share"));
    for (String file : List.of("postroom", "run.sh", "jvm.options", "jvm-24.options")) {
      Files.copy(LAUNCHERS.resolve(file), share.resolve(file));
    }
    assertThat(share.resolve("postroom").toFile().setExecutable(true)).isTrue();
    Path java = house.resolve("jre/bin/java");
    Files.createDirectories(java.getParent());
    Files.writeString(house.resolve("jre/release"), "JAVA_VERSION=\"21.0.4\"\n");
    Files.writeString(
        java,
        """
        #!/bin/sh
        for word; do echo "<$word>"; done
        echo "of $POSTROOM_CONFIG"
        exit 42
        """);
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.createDirectories(house.resolve("bin"));
  }

  @ParameterizedTest
  @CsvSource({
    "postroom, <status>",
    "sendmail, <sendmail> <status>",
    "mailq, <sendmail> <-bp> <status>",
    "newaliases, <sendmail> <-bi> <status>",
    "postqueue, <postqueue> <status>",
    "postfix, <postfix> <status>",
  })
  void isWhatALinkToItIsCalled(String name, String words) throws Exception {
    Path alternative = Files.createSymbolicLink(house.resolve("mta"), share.resolve("postroom"));
    Path link = Files.createSymbolicLink(house.resolve("bin").resolve(name), alternative);

    String said = run(42, link, "status");

    assertThat(said.replace("\n", " "))
        .endsWith("<org.postroom.dist.applet.Postroom> " + words + " of /etc/postroom/main.cf ")
        .contains("<-cp> <" + share + "/lib/*>")
        .contains("<@" + share + "/jvm.options>")
        .doesNotContain("jvm-24");
  }

  @Test
  void withoutWordsItSaysWhatThereIs() throws Exception {
    assertThat(run(42, share.resolve("postroom"))).contains("<--help>");
    assertThat(run(42, share.resolve("postroom"), "help")).contains("<--help>");
  }

  @Test
  void anOldJavaIsNone() throws Exception {
    Files.writeString(house.resolve("jre/release"), "JAVA_VERSION=\"11.0.4\"\n");

    String said = run(-1, share.resolve("postroom"), "status");

    assertThat(said).contains("JAVA_HOME has no java of version 17 or later");
  }

  /** A status of -1 means any: there may be another Java on this machine. */
  private String run(int status, Path script, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", house.resolve("jre").toString());
    builder.environment().remove("POSTROOM_JAVA_OPTS");
    builder.environment().remove("POSTROOM_CONFIG");
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    int ended = process.waitFor();
    assertThat(status == -1 ? -1 : ended).as(said).isEqualTo(status);
    return said;
  }
}
