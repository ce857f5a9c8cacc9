package org.postroom.core.filter.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.Tables;

/** The grammar of values is that of mail that comes in; here is what differs. */
class OutgoingChecksTest {
  private static final String MAIL = "Received: from inside\nSubject: x\n\nhello\n";

  @TempDir private Path folder;

  private static Optional<OutgoingChecks> checks(String mainCf, long mostLonger) {
    Settings settings =
        Settings.read(List.of(FilterParams.ALL), MainCf.parse("main.cf", mainCf), Map.of());
    return OutgoingChecks.of(
        settings,
        FilterParams.CHECKS,
        102_400,
        mostLonger,
        Tables.builder().build(),
        new MailLog("smtp"));
  }

  private String sent(String mainCf, long mostLonger) {
    Content content = Content.of(MAIL.replace("\n", "\r\n").getBytes(UTF_8));
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT)) {
      Optional<StagedContent> edited =
          checks(mainCf, mostLonger).orElseThrow().edited(new QueueId("Q1"), content, area);
      String text =
          edited.map(all -> new String(all.toBytes(), UTF_8).replace("\r\n", "\n")).orElse("same");
      edited.ifPresent(StagedContent::close);
      assertThat(area.staged()).isZero();
      assertThat(area.memoryInUse()).isZero();
      return text;
    }
  }

  @Test
  void withoutTablesThereIsNothingToDo() {
    assertThat(checks("", 0)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "header_checks = regexp:{ {/^Received:/ IGNORE} }, 'Subject: x\n\nhello\n'",
    "header_checks = regexp:{ {/^X-None:/ IGNORE} }, same",
    "header_checks = regexp:{ {/^Subject:/ WARN seen} }, same",
    "body_checks = regexp:{ {/^hello/ REPLACE bye} }, 'Received: from inside\nSubject: x\n\nbye\n'",
    // What comes from the line itself is seen when it comes: the mail goes on.
    "header_checks = regexp:{ {/^(S)ubject:/ $$(1)TRIP} }, 'Received: from inside\n\nhello\n'",
  })
  void changesWhatGoesOut(String mainCf, String sent) {
    assertThat(sent(mainCf, 0)).isEqualTo(sent);
  }

  @Test
  void aValueThatIsForMailThatComesInIsAWarning() {
    assertThat(sent("header_checks = regexp:{ {/^Subject: (x)/ $$(1)} }", 0)).isEqualTo("same");
    assertThat(sent("header_checks = static:REJECT", 0)).isEqualTo("same");
  }

  @Test
  void whatIsPutInHasALimit() {
    assertThatThrownBy(
            () -> sent("body_checks = regexp:{ {/^hello/ PREPEND " + "x".repeat(200) + "} }", 100))
        .isInstanceOf(StagedEdit.TooLong.class);
  }

  @ParameterizedTest
  @CsvSource({
    "REJECT",
    "DISCARD",
    "HOLD",
    "FILTER x:y",
    "REDIRECT a@b.test",
    "bcc a@b.test",
    "WHAT"
  })
  void aRuleThatDecidesAboutTheWayIsAFault(String value) {
    String mainCf = "header_checks = regexp:{ {/x/ OK} {/y/ " + value + "} }";

    assertThatThrownBy(() -> checks(mainCf, 0))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("header_checks")
        .hasMessageContaining("\"" + value + "\" cannot be done to mail that goes out");
  }
}
