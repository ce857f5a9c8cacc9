package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.refusal.LookupUnavailable;

/** regexp and pcre tables; that they are the real one's is PostmapTest's. */
final class PatternRulesTest {
  private static TableLines lines;

  private static Lookup read(PatternSyntax syntax, String text) throws IOException {
    lines = TableLines.of("f", text);
    return new PatternFormat(syntax, false).read(lines, text.length());
  }

  private static String found(PatternSyntax syntax, String text, String key) throws IOException {
    return read(syntax, text).find(key).orElse("-");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "/^a$/ x ~ A ~ x",
        "/^a$/i x ~ A ~ -",
        "/^a$/ii x ~ A ~ x",
        "/a.b/ x ~ `a\nb` ~ x",
        "/a.b/m x ~ `a\nb` ~ -",
        "/^b$/m x ~ `a\nb\nc` ~ x",
        "/^b$/ x ~ `a\nb\nc` ~ -",
        "/b$/ x ~ `b\n` ~ -",
        "/[^a]/m x ~ `\n` ~ -",
        "/[[:digit:]]{2,3}$/ x ~ a12 ~ x",
        "/^[]x]$/ x ~ ] ~ x",
        "/^[^]x]$/ x ~ ] ~ -",
        "/^[a\\]$/ x ~ \\ ~ x",
        "/^[a[]$/ x ~ [ ~ x",
        "/^[a&&b]$/ x ~ & ~ x",
        "/^[[.a.][=b=]]$/ x ~ b ~ x",
        "/^a*+$/ x ~ aaa ~ x",
        "/^a+?$/ x ~ aa ~ x",
        "/^(ab)?+c/ x ~ abc ~ x",
        "/^a{,2}$/ x ~ aa ~ x",
        "/a{x/ x ~ a{x ~ x",
        "/^\\(a\\)\\1$/x x ~ aa ~ x",
        "/^(a)$/x x ~ (a) ~ x",
        "/^*a/x x ~ *a ~ x",
        "/a\\{2\\}/x x ~ aa ~ x",
        "/a\\|b/x x ~ b ~ x",
        "/(a)(b)?/ <$1$2> ~ a ~ <a>",
        "/\\<b\\>/ x ~ a b c ~ x",
        "/^a\\.b$/ x ~ a.b ~ x",
        "/^a\\/b$/ x ~ a/b ~ x",
        "|a\\|b| x ~ a|b ~ x",
        "/^a#b$/ x ~ a#b ~ x",
        "!/a/ x ~ b ~ x",
        "!!/a/ x ~ a ~ x",
        "/(.)(.)/ ${2}y$(1)$$ ~ ab ~ bya$",
      })
  void posixExpressionsMeanWhatTheyMean(String rule, String key, String value) throws IOException {
    assertThat(found(new PosixSyntax(), rule, key)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "/^a$/ x ~ A ~ x",
        "/^a$/i x ~ A ~ -",
        "/a.b/ x ~ `a\nb` ~ x",
        "/a.b/s x ~ `a\nb` ~ -",
        "/^b$/m x ~ `a\nb` ~ x",
        "/b$/ x ~ `b\n` ~ x",
        "/b$/E x ~ `b\n` ~ -",
        "/b/A x ~ ab ~ -",
        "/(a+)(a*)/U <$1> ~ aaa ~ <a>",
        "/(a+?)(a*)/U <$1> ~ aaa ~ <aaa>",
        "/a b # c/x x ~ ab ~ x",
        "/[ #]/x x ~ # ~ x",
        "/^(?!owner-)(.*)-outgoing@(.*)/ $1@$2 ~ x-outgoing@y ~ x@y",
        "/^(?!owner-)(.*)-outgoing@(.*)/ $1@$2 ~ owner-x-outgoing@y ~ -",
        "/(?P<n>a)(?P=n)/ <$1> ~ aa ~ <a>",
        "/(?<n>a)\\g{n}\\g1/ x ~ aaa ~ x",
        "/(?'n'a)\\k<n>/ x ~ aa ~ x",
        "/(?#no)a/ x ~ a ~ x",
        "/(?-i)A/ x ~ a ~ -",
        "/(?>a+)b/ x ~ aab ~ x",
        "/[[:^alpha:]a]/ x ~ a ~ BAD",
        "/^[a[&&]+$/ x ~ a[& ~ x",
        "/^[\\w.-]+$/ x ~ a.b-c ~ x",
        "/a{b/ x ~ a{b ~ x",
        "/\\Q.*\\E/ x ~ .* ~ x",
        "/\\N/ x ~ `\n` ~ -",
        "/é/ x ~ É ~ x",
      })
  void perlExpressionsMeanWhatTheyMean(String rule, String key, String value) throws IOException {
    if (value.equals("BAD")) {
      assertThatThrownBy(() -> read(new PerlSyntax(), rule)).isInstanceOf(BadValue.class);
    } else {
      assertThat(found(new PerlSyntax(), rule, key)).isEqualTo(value);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a\\Kb/",
        "/(?R)/",
        "/(?1)/",
        "/(?&n)/",
        "/(?|a|b)/",
        "/(*COMMIT)a/",
        "/(?(1)a)/",
        "/(?U)a/",
        "/(?d)a/",
        "/\\C/",
        "/\\g{-1}/",
        "/(/",
        "/[/",
        "/a**/"
      })
  void whatJavaCannotSayIsRefusedWithItsLine(String rule) {
    assertThatThrownBy(() -> read(new PerlSyntax(), "# c\n" + rule + " x\n"))
        .isInstanceOf(BadValue.class)
        .hasMessageStartingWith("f, line 2: pcre expression: ");
  }

  @Test
  void blocksNestAndTheFirstRuleCounts() throws IOException {
    Lookup rules =
        read(
            new PosixSyntax(),
            """
            if /^a/
            if !/z$/
            /b/ ab
            endif
            /c/ ac
            ENDIF
            /c/ c
            """);

    assertThat(rules.find("ab")).contains("ab");
    assertThat(rules.find("abz")).isEmpty();
    assertThat(rules.find("abcz")).contains("ac");
    assertThat(rules.find("bc")).contains("c");
    assertThat(lines.warnings()).isEmpty();
  }

  @Test
  void wrongRulesArePassedOverAsTheRealOneDoes() throws IOException {
    read(
        new PosixSyntax(),
        """
        /a/
        !/c/ $1
        /d/ $2y
        /e(.)/ $2
        /f/ $ x
        /m/z flag
        /n
        nn x
        /o/ ${1
        /p(.)/ $0
        endif
        if /x/
        """);

    assertThat(lines.warnings())
        .containsExactly(
            "f, line 1: no replacement text: using empty string",
            "f, line 2: $number found in negative match replacement text: skipping this rule",
            "f, line 3: non-numeric replacement index \"2y\": bad replacement syntax: skipping this rule",
            "f, line 4: out of range replacement index: skipping this rule",
            "f, line 5: non-numeric replacement index \"\": bad replacement syntax: skipping this rule",
            "f, line 6: unknown regexp option \"z\": skipping this rule",
            "f, line 7: no closing regexp delimiter \"/\": skipping this rule",
            "f, line 8: an expression stands between slashes, or other signs: skipping this rule",
            "f, line 9: truncated macro reference: bad replacement syntax: skipping this rule",
            "f, line 10: out of range replacement index: skipping this rule",
            "f, line 11: ignoring ENDIF without matching IF",
            "f, line 12: IF has no matching ENDIF");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/^(a+)+$/ x",
        "/^(a|a)*$/ x",
        "/^(.*)*b$/ x",
        "/(x+x+)+y/ x",
        "/^(a?){60}a{60}$/ x"
      })
  void aKeyThatMakesAnExpressionRunAwayHasNoAnswer(String rule) throws IOException {
    Lookup rules = read(new PerlSyntax(), "/^fine$/ y\n" + rule);

    org.junit.jupiter.api.Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          for (String key :
              new String[] {"a".repeat(59) + "!", "x".repeat(300), "a".repeat(2000) + "!"}) {
            try {
              assertThat(rules.find(key)).isNotNull();
            } catch (LookupUnavailable e) {
              assertThat(e).hasMessageStartingWith("f, line 2: the expression ");
            }
          }
        });
    assertThat(rules.find("fine")).contains("y");
  }

  /** However many others there are, whose steps it might have taken. */
  @Test
  void anExpressionTakesNoMoreStepsThanItsOwn() throws IOException {
    String slow = "/^.*.*c/ x\n";
    String key = "a".repeat(2000);

    for (String others : List.of("", "/^nothing$/ y\n".repeat(1000))) {
      Lookup rules = read(new PerlSyntax(), slow + others);

      assertThatThrownBy(() -> rules.find(key))
          .isInstanceOf(LookupUnavailable.class)
          .hasMessage("f, line 1: the expression takes too long for this key");
    }
  }

  @Test
  void anExpressionThatGoesTooDeepHasNoAnswer() throws IOException {
    Lookup rules = read(new PerlSyntax(), "/^(a|b)*c/ x");

    assertThatThrownBy(() -> rules.find("ab".repeat(50_000)))
        .isInstanceOf(LookupUnavailable.class)
        .hasMessageStartingWith("f, line 1: the expression goes too deep");
  }

  @Test
  void aLongKeyMayCostWhatItsLengthCosts() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      text.append("/^subject: .*word").append(i).append("$/ x\n");
    }
    Lookup rules = read(new PerlSyntax(), text.toString());

    assertThat(rules.find("Subject: " + "a".repeat(100_000))).isEmpty();
  }
}
