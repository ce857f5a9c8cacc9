package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextDecoderTest {

  private static String decode(Charset charset, byte[] b, int piece) {
    StringBuilder out = new StringBuilder();
    TextDecoder decoder = new TextDecoder(charset, out::append);
    for (int at = 0; at < b.length; at += piece) {
      decoder.decode(b, at, Math.min(piece, b.length - at));
    }
    decoder.finish();
    return out.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-8,UTF-8",
    "us-ascii,UTF-8",
    "Latin1,windows-1252",
    "ISO-8859-1,windows-1252",
    "iso-8859-15,ISO-8859-15",
    "gb2312,GB18030",
    "iso-2022-jp,ISO-2022-JP",
    "x-unknown,windows-1252",
    "' utf-8 ',UTF-8",
    "'',windows-1252",
    "a b,windows-1252"
  })
  void knowsWhatMailMeansByACharset(String name, String meant) {
    assertThat(TextDecoder.charset(name).name()).isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100_000})
  void joinsCharactersCutByPieces(int piece) {
    String text = "Grüße, 日本語 \uD83D\uDE00 ".repeat(2000);

    assertThat(decode(UTF_8, text.getBytes(UTF_8), piece)).isEqualTo(text);
    Charset japanese = Charset.forName("ISO-2022-JP");
    assertThat(decode(japanese, "a日本語b".getBytes(japanese), piece)).isEqualTo("a日本語b");
  }

  @Test
  void putsAReplacementForWhatIsBroken() {
    assertThat(decode(UTF_8, "a\u00FCb\u00C3".getBytes(ISO_8859_1), 1)).isEqualTo("a\uFFFDb\uFFFD");
  }

  @Test
  void takesRandomOctetsInEveryCharset() {
    Random random = new Random(8);
    for (Charset charset : Charset.availableCharsets().values()) {
      for (int i = 0; i < 5; i++) {
        byte[] b = new byte[random.nextInt(200)];
        random.nextBytes(b);

        String text = decode(charset, b, 1 + random.nextInt(50));

        assertThat(text.length()).as(charset.name()).isLessThanOrEqualTo(8 * b.length + 8);
        assertThat(EncodedWords.decode("=?" + charset.name() + "?B?G1skQhskKUP/?=")).isNotNull();
      }
    }
  }
}
