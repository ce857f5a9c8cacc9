package org.postroom.imap.command.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentDayTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Thu, 1 Feb 2024 09:05:00 +0100|2024-02-01",
        "1 Feb 24 09:05 GMT|2024-02-01",
        "Thu, 31 Dec 1999 23:59:59 -1200|1999-12-31"
      })
  void readsTheDayOfADateField(String date, String day) {
    assertThat(SentDay.parse(date)).hasValueSatisfying(d -> assertThat(d).hasToString(day));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"''", "soon", "1 Foo 2024 10:00", "99 Feb 2024 1"})
  void findsNoDayWhereThereIsNone(String date) {
    assertThat(SentDay.parse(date)).isEmpty();
  }
}
