package org.postroom.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogTextTest {
  private static final Pattern HIDDEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

  @Test
  void ofAllCodePointsTheHiddenOnesAreReplacedAndTheOthersStay() {
    List<Integer> wrong =
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
            .filter(
                point -> {
                  String text = Character.toString(point);
                  return !LogText.of(text).equals(HIDDEN.matcher(text).matches() ? "?" : text);
                })
            .boxed()
            .toList();

    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0x1b, an escape",
    "0x7f, DEL",
    "0x85, next line",
    "0x9b, the C1 form of an escape sequence's beginning",
    "0xad, a soft hyphen",
    "0x61c, Arabic letter mark",
    "0x200b, a zero-width space",
    "0x200f, a right-to-left mark",
    "0x2028, line separator",
    "0x2029, paragraph separator",
    "0x202e, right-to-left override",
    "0x2066, left-to-right isolate",
    "0xfeff, byte order mark",
    "0xd800, half a character",
    "0xe0041, a tag",
  })
  void showsAQuestionMarkFor(String point, String what) {
    String text = "a" + Character.toString(Integer.decode(point)) + "z";

    assertThat(LogText.of(text)).as(what).isEqualTo("a?z");
  }

  @ParameterizedTest
  @CsvSource({"Müller", "日本語", "'plain text, as most is'", "😀"})
  void leavesWhatPeopleWrite(String text) {
    assertThat(LogText.of(text)).isEqualTo(text);
  }

  @Test
  void isCutAfterFiveHundredCharacters() {
    assertThat(LogText.of("x".repeat(3000))).hasSize(500);
    assertThat(LogText.of("ä".repeat(3000))).hasSize(500);
  }
}
