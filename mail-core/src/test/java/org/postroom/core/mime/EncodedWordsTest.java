package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodedWordsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plain|plain",
        "=?utf-8?q?Gr=C3=BC=C3=9Fe?=|Grüße",
        "a =?iso-8859-1?Q?=FC?= b|a ü b",
        "=?utf-8?B?R3LDvMOf?=  =?utf-8?Q?e_x?= y|Grüße x y",
        "=?utf-8?Q?a?= =?iso-8859-1?Q?=FC?=|aü",
        "=?utf-8?Q?a=C3?= =?utf-8?Q?=BC?=|aü",
        "=?utf-8?Q?a=C3?= =?UTF-8?B?vA==?=|aü",
        "=?utf-8?Q?a?==?utf-8?Q?b?=|ab",
        "=?utf-8?Q?a?= x =?utf-8?Q?b?=|a x b",
        "=?utf-8*de?Q?a?=|a",
        "=?utf-8?Q?with blanks?=|with blanks",
        "\"=?utf-8?Q?quoted?=\"|\"quoted\"",
        "(=?utf-8?Q?a?=)|(a)",
        "=?utf-8?Q??=x|x",
        "=?utf-8?Q?what?!?=|what?!",
        "=?utf-8?Q?=C?=|=C",
        "=?utf-8?Q?=C3?=|\uFFFD",
        "=?utf-8?B?YW?=|a",
        "=?x-none?Q?=80?=|€",
        "=?utf-8?X?a?=|=?utf-8?X?a?=",
        "=?utf-8?Q?broken|=?utf-8?Q?broken",
        "=??Q?a?=|=??Q?a?=",
        "1 =? 2 ?= 3|1 =? 2 ?= 3",
        "=?=?utf-8?Q?a?=|=?a",
        "=?|=?"
      })
  void decodes(String raw, String text) {
    assertThat(EncodedWords.decode(raw)).isEqualTo(text);
  }

  @Test
  void readsRawOctetsAsUtf8OrElseWindows1252() {
    assertThat(EncodedWords.decode(Octets.latin1("\u00C3\u00BC"))).isEqualTo("ü");
    assertThat(EncodedWords.decode(Octets.latin1("\u00FC \u0080"))).isEqualTo("ü €");
    assertThat(EncodedWords.decode(Octets.latin1("\u00FC =?utf-8?Q?=C3=BC?="))).isEqualTo("ü ü");
  }

  @Test
  void takesAnyOctets() {
    Random random = new Random(5);
    String alphabet = "=?utf-8QqBb_*\u00FC\u0000 A\r\n";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder("=?utf-8?Q?a?=");
      for (int n = random.nextInt(40); n >= 0; n--) {
        text.insert(random.nextInt(text.length()), alphabet.charAt(random.nextInt(16)));
      }
      byte[] b = text.toString().getBytes(ISO_8859_1);

      assertThat(EncodedWords.decode(b, 0, b.length)).isNotNull();
    }
  }

  @Test
  void takesTimeThatGrowsWithTheLengthOnly() {
    String attack = "=?a?q?x".repeat(500_000);

    String text =
        Assertions.assertTimeout(Duration.ofSeconds(10), () -> EncodedWords.decode(attack));

    assertThat(text).isEqualTo(attack);
  }
}
