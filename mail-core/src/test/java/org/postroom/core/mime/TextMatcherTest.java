package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextMatcherTest {

  private static boolean inText(String needle, String text, int... pieces) {
    TextMatcher matcher = new TextMatcher(Needle.of(needle));
    char[] chars = text.toCharArray();
    int at = 0;
    for (int i = 0; at < chars.length; i++) {
      int length = Math.min(chars.length - at, pieces[Math.min(i, pieces.length - 1)]);
      matcher.text(chars, at, length);
      at += length;
    }
    return matcher.finish();
  }

  private static boolean inOctets(String needle, String text, int... pieces) {
    OctetMatcher matcher = new OctetMatcher(Needle.of(needle), true);
    byte[] b = text.getBytes(UTF_8);
    int at = 0;
    for (int i = 0; at < b.length; i++) {
      int length = Math.min(b.length - at, pieces[Math.min(i, pieces.length - 1)]);
      matcher.octets(b, at, length);
      at += length;
    }
    return matcher.finish();
  }

  @ParameterizedTest
  @CsvSource({
    "ell,Hello,true",
    "ELL,hello,true",
    "[_],a[_]b,true",
    "'',anything,true",
    "grü,GRÜSSE,true",
    "GRÜ,grüße,true",
    "gru,grüße,false",
    "gr,grüße,true",
    "cafe,café,false",
    "cafe,cafe\u0301,false",
    "cafe,cafe\u0301 cafe,true",
    "café,cafe\u0301,true",
    "cafe\u0301,CAFÉ,true",
    "e\u0323\u0302,e\u0302\u0323,true",
    "привет,ПРИВЕТ,true",
    "λόγος,ΛΌΓΟΣ,true",
    "か,が,false",
    "हिन्द,हिन्दी,true",
    "\uD801\uDC28,\uD801\uDC00,true",
    "日本,日,false",
    "aab,aaab,true",
    "abcabd,abcabcabd,true",
    "i,ı,false",
    "abc,ab,false"
  })
  void comparesWithoutCaseButWithDiacritics(String needle, String text, boolean found) {
    assertThat(Needle.of(needle).isIn(text)).isEqualTo(found);
    if (Needle.of(needle).isAscii()) {
      assertThat(inOctets(needle, text, 4096)).isEqualTo(found);
    }
  }

  @Test
  void neverMatchesAcrossALineBreak() {
    assertThat(Needle.of("a\r\nb").isIn("a\r\nb")).isFalse();
    assertThat(Needle.of("ab").isIn("a\r\nb")).isFalse();
    assertThat(inOctets("a\nb", "a\nb", 1)).isFalse();
  }

  @Test
  void makesNoDifferenceWhereTheTextIsCut() {
    Random random = new Random(6);
    String[] bits = {
      "a", "B", "b", "A", "1", "é", "e\u0301", "\u0301", "\u1AB0", "\u20D0", "ü", "日"
    };
    int hits = 0;
    for (int i = 0; i < 6_000; i++) {
      String text = random(random, bits, 10);
      String needle = random(random, bits, 4);

      boolean whole = inText(needle, text, 4096);

      hits += whole ? 1 : 0;
      for (int cut = 1; cut < text.length(); cut++) {
        assertThat(inText(needle, text, cut, 4096)).as(needle + " in " + text).isEqualTo(whole);
      }
      assertThat(inText(needle, text, 1)).as(needle + " in " + text).isEqualTo(whole);
      if (Needle.of(needle).isAscii()) {
        for (int cut = 1; cut < text.getBytes(UTF_8).length; cut++) {
          assertThat(inOctets(needle, text, cut, 4096)).as(needle + " in " + text).isEqualTo(whole);
        }
        assertThat(inOctets(needle, text, 1)).as(needle + " in " + text).isEqualTo(whole);
        assertThat(inOctets(needle, text, 3)).as(needle + " in " + text).isEqualTo(whole);
      }
    }
    assertThat(hits).isBetween(300, 5_700);
  }

  @Test
  void findsWhatThePlainSearchFinds() {
    Random random = new Random(7);
    String[] bits = {"a", "b", "A", "B", "1"};
    for (int i = 0; i < 50_000; i++) {
      String text = random(random, bits, 14);
      String needle = random(random, bits, 5);

      boolean expected = text.toUpperCase(Locale.ROOT).contains(needle.toUpperCase(Locale.ROOT));

      assertThat(inText(needle, text, 3)).as(needle + " in " + text).isEqualTo(expected);
      assertThat(inOctets(needle, text, 4)).as(needle + " in " + text).isEqualTo(expected);
    }
  }

  @Test
  void findsAcrossTheRunsThatAreDecomposedAtOnce() {
    for (int before = 1000; before < 1100; before++) {
      String text = "é".repeat(before) + "n\u0303o\uD801\uDC28" + "\u0301".repeat(5000);

      assertThat(Needle.of("ÑO\uD801\uDC00\u0301").isIn(text)).isFalse();
      assertThat(Needle.of("éÑO").isIn(text)).isTrue();
    }
  }

  private static String random(Random random, String[] bits, int max) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(max); n >= 0; n--) {
      text.append(bits[random.nextInt(bits.length)]);
    }
    return text.toString();
  }
}
