package org.postroom.imap.command.search;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchTextTest {

  @Test
  void findsWhatThePlainSearchFinds() {
    Random random = new Random(11);
    for (int i = 0; i < 50_000; i++) {
      String text = letters(random, random.nextInt(14));
      String wanted = letters(random, random.nextInt(5));
      byte[] octets = ("x" + text + "a").getBytes(US_ASCII);

      boolean found = new Needle(wanted).isIn(octets, 1, text.length());

      assertThat(found)
          .as(wanted + " in " + text)
          .isEqualTo(text.toUpperCase(Locale.ROOT).contains(wanted.toUpperCase(Locale.ROOT)));
    }
  }

  private static String letters(Random random, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append("abAB1".charAt(random.nextInt(5)));
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "=?utf-8?q?Gr=C3=BC=C3=9Fe?=|Grüße",
        "=?utf-8?B?R3LDvMOf?= =?utf-8?Q?e_x?= y|Grüße x y",
        "a =?iso-8859-1?Q?=FC?= b|a ü b",
        "=?x-none?Q?a?=|=?x-none?Q?a?=",
        "=?utf-8?Q?broken|=?utf-8?Q?broken",
        "1 =? 2 ?= 3|1 =? 2 ?= 3",
        "plain|plain"
      })
  void decodesEncodedWords(String raw, String text) {
    assertThat(EncodedWords.decode(raw)).isEqualTo(text);
  }

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
