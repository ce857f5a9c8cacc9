package org.postroom.dist.applet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.testing.Shows;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.config.ServerParams;
import picocli.CommandLine.Model.CommandSpec;

/** {@code sendmail -bd -q15} is a server that looks that often for what is left for it. */
final class SendmailDaemonTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"-q15, 900", "-q15m, 900", "-q90s, 90", "-q1h30m, 5400", "'', 3600"})
  @Shows("A2.1")
  void theCommandLineSaysHowOften(String word, long seconds) throws IOException {
    Place place = new Place();
    place.configuration =
        Files.write(
            folder.resolve("main.cf"),
            List.of(
                "myhostname = mail.example.org", "storage_url = h2:data", "queue_run_delay = 1h"));
    SendmailOptions options =
        SendmailOptions.parse(word.isEmpty() ? List.of("-bd") : List.of("-bd", word));
    assertThat(options.mode()).isEqualTo(SendmailOptions.Mode.SERVE);

    DescribedServer server =
        new ServeApplet(place, CommandSpec.create(), options.interval())
            .described()
            .unwrap(DescribedServer.class);

    assertThat(server.checked().settings().get(ServerParams.QUEUE_RUN_DELAY))
        .isEqualTo(Duration.ofSeconds(seconds));
  }
}
