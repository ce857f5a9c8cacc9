package org.postroom.core.arrival;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The JDK's formatter is the judge; ours is written by hand because each mail has several dates.
 */
final class MailDateTest {
  private static final DateTimeFormatter JUDGE =
      DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss xx", Locale.ENGLISH);

  @Test
  void writesDatesAsTheyStandInHeaders() {
    OffsetDateTime time = OffsetDateTime.of(2026, 11, 4, 5, 6, 7, 0, ZoneOffset.ofHours(1));

    assertThat(MailDate.format(time)).isEqualTo("Wed, 4 Nov 2026 05:06:07 +0100");
  }

  @Test
  void everyTimeAtEveryOffset() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      long second = random.nextLong(0, 7_258_118_400L); // until 2200
      ZoneOffset offset = ZoneOffset.ofTotalSeconds(60 * random.nextInt(-18 * 60, 18 * 60 + 1));
      OffsetDateTime time = Instant.ofEpochSecond(second).atOffset(offset);

      assertThat(MailDate.format(time)).isEqualTo(JUDGE.format(time));
    }
  }
}
