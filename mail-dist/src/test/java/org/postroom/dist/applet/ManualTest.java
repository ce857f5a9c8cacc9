package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages for man(1), which are made of the commands' own descriptions. */
final class ManualTest {
  @TempDir private Path folder;

  private AppletRun write() {
    return AppletRun.of("manual", folder.toString());
  }

  private String page(String name) throws IOException {
    return Files.readString(folder.resolve("man1").resolve(name + ".1"));
  }

  @Test
  void everyCommandHasAPageUnderTheNameThatItIsCalledBy() throws Exception {
    assertThat(write()).isEqualTo(new AppletRun(0, ""));

    assertThat(page("postroom")).contains("\n.SH \"COMMANDS\"\n");
    for (String command : Commands.line().getSubcommands().keySet()) {
      String name = Commands.foreign().contains(command) ? command : "postroom-" + command;
      assertThat(page(name)).startsWith(".TH ").contains("\n.SH \"OPTIONS\"\n");
      assertThat(page("postroom")).contains(".BR " + name.replace("-", "\\-") + " (1)");
    }
    assertThat(page("mailq")).isEqualTo(".so man1/sendmail.1\n");
    assertThat(page("newaliases")).isEqualTo(".so man1/sendmail.1\n");
  }

  @Test
  void aPageSaysWhatTheCommandSays() throws Exception {
    write();

    assertThat(page("postroom-tls"))
        .contains("postroom\\-tls \\- The server\\(aqs certificates")
        .contains(".SS \"export\"\n.B \"postroom tls export [\\-\\-config MAIN.CF]")
        .contains(".TP\n.B \"\\-\\-p12 FILE\"\n");
    assertThat(page("postroom-user")).contains(".SS \"alias delete\"");
  }

  @Test
  void bashCompletesTheCommands() throws Exception {
    write();

    assertThat(folder.resolve("bash-completion/postroom"))
        .content()
        .contains("complete -F _complete_postroom")
        .contains("tls")
        .contains("serve");
  }

  /** What a formatter would warn of, or leave out. */
  @Test
  @Tag("process")
  void formattersHaveNothingToSay() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")));
    write();
    List<Path> pages;
    try (Stream<Path> all = Files.list(folder.resolve("man1"))) {
      pages = all.filter(page -> !page.toString().matches(".*/(mailq|newaliases)\\.1")).toList();
    }
    List<String> command =
        new ArrayList<>(List.of("groff", "-ww", "-z", "-man", "-Tutf8", "-Kutf8"));
    pages.forEach(page -> command.add(page.toString()));

    Process groff = new ProcessBuilder(command).redirectErrorStream(true).start();

    assertThat(new String(groff.getInputStream().readAllBytes(), UTF_8)).isEmpty();
    assertThat(groff.waitFor()).isZero();
  }
}
