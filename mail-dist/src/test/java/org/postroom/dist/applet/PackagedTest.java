package org.postroom.dist.applet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.dist.MailServer;
import org.postroom.dist.assembly.Checked;
import org.postroom.dist.assembly.DescribedServer;

/** What the packages are made of agrees with itself; a machine sees them by {@code clean-root}. */
final class PackagedTest {
  private static final Path PACKAGE = Path.of("src", "package");

  @TempDir private Path folder;

  private static String text(String file) throws IOException {
    return Files.readString(PACKAGE.resolve(file));
  }

  private static String value(String line, String text) {
    return Pattern.compile("^" + line + "(.*)$", Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line begins with " + line));
  }

  private static List<String> all(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(PackagedTest::first).toList();
  }

  private static String first(MatchResult found) {
    return found.group(1);
  }

  /** The .deb as it is, and what update-alternatives links. */
  @Test
  void eachCommandOfOtherMailSystemsHasItsName() throws IOException {
    List<String> links =
        all("<linkName>/usr/s?bin/([a-z]+)<", Files.readString(Path.of("pom.xml")));
    List<String> alternatives = all("--(?:install|slave) /usr/s?bin/([a-z]+) ", text("setup"));

    assertThat(links).contains("postroom").doesNotContainAnyElementsOf(alternatives);
    assertThat(alternatives).contains("sendmail", "mailq", "newaliases");
    assertThat(Commands.foreign())
        .allSatisfy(
            command ->
                assertThat(links.contains(command) || alternatives.contains(command))
                    .as(command)
                    .isTrue());
  }

  @Test
  void theLauncherAsksTheServerForWhatItDoesForItsCallers() throws IOException {
    String launcher = Files.readString(Path.of("src/main/launcher/postroom"));

    assertThat(value("  sendmail \\| ", launcher).replace(")", "").split(" \\| "))
        .isEqualTo(Visitor.COMMANDS.stream().skip(1).toArray());
  }

  @Test
  void theConfigurationIsObeyed() throws IOException {
    Path mainCf = folder.resolve("main.cf");
    Path aliases = Files.writeString(folder.resolve("aliases"), "postmaster: root\n");
    Files.writeString(
        mainCf,
        text("main.cf")
            .replace("/etc/aliases", aliases.toString())
            .replace("/var/lib/postroom", folder.resolve("data").toString()));

    Checked checked =
        MailServer.builder().configuration(mainCf).unwrap(DescribedServer.class).checked();

    assertThat(checked.listeners())
        .isNotEmpty()
        .allSatisfy(
            one ->
                assertThat(one.place())
                    .matches(
                        place ->
                            place instanceof InetSocketAddress at
                                ? at.getAddress().isLoopbackAddress()
                                : place.toString().startsWith("/run/postroom/")));
  }

  @Test
  void configurationUnitAndSetupNameTheSamePlaces() throws IOException {
    String mainCf = text("main.cf");
    String setup = text("setup");
    String unit = text("postroom.service");
    Path state = Path.of(value("state=", setup));
    Path spool = Path.of(value("spool=", setup));

    assertThat(value("storage_url = h2:", mainCf)).isEqualTo(state.toString());
    assertThat(Path.of("/var/lib", value("StateDirectory=", unit))).isEqualTo(state);
    assertThat(value("WorkingDirectory=", unit)).isEqualTo(state.toString());
    assertThat(Path.of(value("maildrop_directory = ", mainCf)))
        .isEqualTo(spool.resolve("maildrop"));
    assertThat(value("ReadWritePaths=-", unit)).isEqualTo(spool.toString());
    assertThat(value("socket=", Files.readString(Path.of("src/main/launcher/postroom"))))
        .isEqualTo(value("submit_socket = ", mainCf));
    assertThat(Optional.ofNullable(Path.of(value("submit_socket = ", mainCf)).getParent()))
        .contains(Path.of("/run", value("RuntimeDirectory=", unit)));
    assertThat(value("User=", unit)).isEqualTo("postroom");
    assertThat(setup).contains("useradd --system --gid postroom");
  }

  /** Else it would be started for ever, or mail of programs that run at a stop would come back. */
  @Test
  void theUnitKnowsHowTheServerEnds() throws IOException {
    String unit = text("postroom.service");

    assertThat(value("RestartPreventExitStatus=", unit).split(" "))
        .contains(Integer.toString(Complaint.CONFIGURATION))
        .doesNotContain(Integer.toString(LastWords.STATUS))
        // Java's own, also when there is no memory for it.
        .doesNotContain("1");
    assertThat(value("KillMode=", unit)).isEqualTo("mixed");
  }

  /** With each of these mail would be removed. */
  @Test
  void noScriptRemovesMail() throws IOException {
    for (String script : List.of("setup", "deb/prerm", "deb/postrm", "rpm/before-remove")) {
      assertThat(text(script).lines().filter(line -> line.contains("rm -r")))
          .as(script)
          .noneMatch(
              line ->
                  line.contains("$state")
                      || line.contains("$spool")
                      || line.contains("/var/lib")
                      || line.contains("/var/spool")
                      || line.endsWith("$backups\""));
    }
  }
}
