package org.postroom.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.report.Notice;

final class MatchItemsTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      nullValues = "-",
      value = {
        "a.test b.test, a.test b.test, \"\"",
        "a.test # b.test, a.test, # b.test",
        "a.test #b.test c.test, a.test, #b.test c.test",
        "# a.test, \"\", # a.test",
        "a.test#b.test, a.test#b.test, \"\"",
      })
  void endsAtAnItemThatBeginsWithAHash(String text, String items, String comment) {
    MatchItems found = MatchItems.of(text);

    assertThat(String.join(" ", found.items())).isEqualTo(items);
    assertThat(found.comment()).isEqualTo(comment);
  }

  @Test
  void theWarningNamesFileLineAndParameter(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("main.cf"), "myhostname = a.test\nrelay_domains = b.test # c.test\n");

    Settings settings = Settings.builder(PolicyParams.ALL).file(MainCf.read(file)).build();

    assertThat(settings.get(PolicyParams.RELAY_DOMAINS)).isEqualTo(List.of("b.test"));
    assertThat(settings.notices())
        .filteredOn(notice -> notice.level() == Notice.Level.WARNING)
        .singleElement()
        .hasToString(
            "warning: "
                + file
                + ", line 2: relay_domains: comment at end of line is not supported: # c.test");
  }
}
