package org.postroom.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.report.Notice;
import org.postroom.core.report.Place;

final class MainCfTest {

  private static final ParamSet.Builder SET = ParamSet.named("sample");
  private static final Param<String> TEXT = SET.text("text", "", "A text.");
  private static final Param<Integer> NUMBER = SET.integer("number", "1", "A number.");
  private static final ParamSet ALL = SET.build();

  private static String expanded(String text) {
    MainCf file =
        MainCf.parse("main.cf", "full = f\nnested = <$full>\nempty =\nten = 10\ntext = " + text);
    return Settings.builder(ALL).file(file).build().get(TEXT);
  }

  @Test
  void logicalLinesContinueOverCommentsAndBlanks() {
    MainCf file =
        MainCf.parse(
            "main.cf",
            "a=1\n  2\n# comment\n\n\t3 # kept  \n  # another\nb  =  x = y  \r\n c\nempty =\n");

    assertThat(file.entries())
        .containsExactly(
            new MainCf.Entry("a", "1  2\t3 # kept", new Place("main.cf", 1)),
            new MainCf.Entry("b", "x = y c", new Place("main.cf", 7)),
            new MainCf.Entry("empty", "", new Place("main.cf", 9)));
    assertThat(file.faults()).isEmpty();
    assertThat(file.notices()).isEmpty();
  }

  @Test
  void lastDefinitionWinsWithAWarningWhereItDiffers() {
    MainCf file = MainCf.parse("main.cf", "a = 1\na = 1\na = 2\n");

    assertThat(file.entry("a").map(MainCf.Entry::value)).contains("2");
    assertThat(file.notices())
        .extracting(Notice::toString)
        .containsExactly("warning: main.cf, line 3: overriding earlier entry: a=1");
  }

  @Test
  void linesThatAttachToSomethingElseAreWarnedAbout() {
    MainCf file = MainCf.parse("main.cf", " lost\na = 1\n#b = 2\n  3\n");

    assertThat(file.entry("a").map(MainCf.Entry::value)).contains("1  3");
    assertThat(file.notices())
        .extracting(Notice::toString)
        .containsExactly(
            "warning: main.cf, line 1: logical line must not start with whitespace: \"lost\"",
            "warning: main.cf, line 4: this line continues line 2, not the comment above it");
  }

  @Test
  void linesThatAreNoAssignmentsAreFaults() {
    MainCf file = MainCf.parse("main.cf", "no assignment\n= 1\ntwo words = 3\nok = 4");

    assertThat(file.faults())
        .extracting(Fault::toString)
        .containsExactly(
            "main.cf, line 1: missing '=' after attribute name: \"no assignment\"",
            "main.cf, line 2: missing attribute name: \"= 1\"",
            "main.cf, line 3: missing '=' after attribute name: \"two words = 3\"");
    assertThat(file.entries()).hasSize(1);
  }

  @Test
  void bytesThatAreNoTextAreWarnedAbout(@TempDir Path folder) throws Exception {
    Path file =
        Files.write(
            folder.resolve("main.cf"), "a = \u00e4\0b\n".getBytes(StandardCharsets.ISO_8859_1));

    MainCf read = MainCf.read(file);

    assertThat(read.entry("a").map(MainCf.Entry::value)).contains("\ufffd");
    assertThat(read.notices()).hasSize(2);
  }

  @Test
  void missingFileIsOneClearFault() {
    assertThatThrownBy(() -> MainCf.read(Path.of("/does/not/exist/main.cf")))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageStartingWith("/does/not/exist/main.cf: cannot read:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "$full ${full} $(full)x$nested | f f fx<f>",
        "a$$b$$ | a$b$",
        "$full.org | f.org",
        "${full?yes}${empty?no}${missing?no} | yes",
        "${full:no}${empty:e}${missing:m} | em",
        "${full?{yes}}${empty:{no $full}} | yesno f",
        "${full?{a}:{b}}${empty?{a}:{b}}${empty ? {a} : b} | ab b",
        "${full?{${empty?{x}:{y}}}:{z}} | y",
        "${{$ten} == {10} ? {same} : {other}} | same",
        "${{$ten} < {9} ? {text} : {number}} | number",
        "${{10x} < {9} ? {text} : {number}} | text",
        "${{010} == {10} ? {n}} | n",
        "${{a} != {b} ? {n} : {m}}${{b} >= {b}?{n}:{m}}${{a} > {b}?{n}:{m}} | nnm",
        "${{$compatibility_level} <level {3.6} ? {old} : {new}} | new",
        "${{3.10} >=level {3.9} ? {newer}} | newer",
        "${stress?{1}:{20}} | 20",
      })
  void everyFormExpands(String text, String expected) {
    assertThat(expanded(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$",
        "$ x",
        "${",
        "${}",
        "${full",
        "$(full",
        "${full!}",
        "${{a}}",
        "${{a} = {b} ? {c}}",
        "${{a} == {b}}",
        "${full?{a} x}",
        "${full?{a",
        "${full{text}}",
        "$text",
        "${nested?$text}",
        "${{a} <level {1} ? {b}}"
      })
  void brokenExpansionIsAFault(String text) {
    assertThatThrownBy(() -> expanded(text))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageStartingWith("main.cf, line 5: text: ");
  }

  @Test
  void nestingHasALimit() {
    String deep = "${full?{".repeat(150) + "x" + "}}".repeat(150);

    assertThatThrownBy(() -> expanded(deep))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("unreasonable macro call nesting");
  }

  @Test
  void expansionThatDoublesAtEachStepEnds() {
    StringBuilder file = new StringBuilder("text = $p0\np60 = xx\n");
    for (int i = 0; i < 60; i++) {
      file.append("p").append(i).append(" = $p").append(i + 1).append("$p").append(i + 1);
      file.append('\n');
    }

    assertThatThrownBy(
            () -> Settings.builder(ALL).file(MainCf.parse("main.cf", file.toString())).build())
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining("expands to more than");
  }

  @Test
  void anyTextIsReadOrRefusedAndNeverBreaksAnything() {
    Random random = new Random(11);
    String[] parts = {
      "text",
      "number",
      "=",
      " ",
      "\n",
      "\t",
      "#",
      "$",
      "${",
      "}",
      "{",
      "?",
      ":",
      "(",
      ")",
      "==",
      "<level",
      "\0",
      "\r",
      "a",
      "1",
      "é",
      "\ud800",
      ",",
      "$$",
      "compatibility_level",
      "\n text = "
    };

    int refused = 0;
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "text =" : "");
      for (int n = random.nextInt(20); n > 0; n--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      try {
        Settings settings =
            Settings.builder(ALL).file(MainCf.parse("main.cf", text.toString())).build();
        assertThat(settings.get(NUMBER)).isNotNull();
      } catch (BadConfiguration e) {
        assertThat(e.faults()).isNotEmpty();
        refused++;
      }
    }
    assertThat(refused).isBetween(1, 4_999);
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstName() {
    MainCf file = MainCf.parse("main.cf", "\uFEFFa = 1\n");

    assertThat(file.entry("a").map(MainCf.Entry::value)).contains("1");
    assertThat(file.notices())
        .extracting(Notice::toString)
        .containsExactly("warning: main.cf, line 1: a byte order mark, which is skipped");
  }
}
