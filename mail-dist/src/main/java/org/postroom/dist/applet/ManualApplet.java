package org.postroom.dist.applet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.postroom.dist.applet.manual.Manual;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code postroom manual}: the commands' own descriptions in the form that man(1) reads. */
@Command(
    name = "manual",
    description = {
      "Writes pages for man(1) about all commands into man1 of a folder, and what bash completes"
          + " postroom's words by into bash-completion.",
      "Packages have both already."
    },
    mixinStandardHelpOptions = true)
public final class ManualApplet implements Callable<Integer> {
  @Parameters(paramLabel = "FOLDER", description = "It is made where it is not there.")
  private Path folder = Path.of("");

  ManualApplet() {}

  @Override
  public Integer call() {
    try {
      Path pages = Files.createDirectories(folder.resolve("man1"));
      CommandLine all = Commands.line();
      Manual manual = new Manual(all.getCommandSpec(), Commands.foreign());
      for (Map.Entry<String, String> page : manual.pages().entrySet()) {
        Files.writeString(pages.resolve(page.getKey() + ".1"), page.getValue(), UTF_8);
      }
      Path completion = Files.createDirectories(folder.resolve("bash-completion"));
      Files.writeString(completion.resolve("postroom"), AutoComplete.bash("postroom", all), UTF_8);
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException("the pages cannot be written", e);
    }
  }
}
