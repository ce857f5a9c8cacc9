package org.postroom.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.BadValue;

/** Key and value, and aliases(5). */
final class TextFormatsTest {
  private static final String KEYS =
      """
      "a b"@x.test quoted
      Key\s\s
        v1\s
      # c

        v2
      bad
      k: v
      Esc"ape\\" y" z
      crlf v\r
      dup 1
      DUP 2
      hash # v
        # no line
      last value""";

  private static final String ALIASES =
      """
      # aliases
      postmaster:    root
      student0:student0
      "Ada L": ada, "|prog a:b",
        :include:/x
      Root : boss
      root: other
      user@example.org: x
      empty:
      none
      quoted"a:b": v
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "\"a b\"@x.test ~ quoted",
        "a b@x.test ~ -",
        "key ~ v1   v2",
        "bad ~ -",
        "k: ~ v",
        "k ~ -",
        "esc\"ape\\\" y\" ~ z",
        "crlf ~ v",
        "dup ~ 1",
        "hash ~ # v",
        "last ~ value",
      })
  void keysStandBeforeTheFirstWhiteSpace(String key, String value) throws IOException {
    Lookup table = new KeyValueFormat().read(TableLines.of("f", KEYS), KEYS.length());

    assertThat(table.find(key).orElse("-")).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "postmaster ~ root",
        "student0 ~ student0",
        "ada l ~ ada, \"|prog a:b\",  :include:/x",
        "ROOT ~ boss",
        "user@example.org ~ -",
        "empty ~ -",
        "quoteda:b ~ v",
      })
  void aliasesStandBeforeTheFirstColon(String key, String value) throws IOException {
    Lookup table = new AliasFormat().read(TableLines.of("f", ALIASES), ALIASES.length());

    assertThat(table.find(key).orElse("-")).isEqualTo(value);
  }

  @Test
  void aFileThatIsWrongInAllItsLinesSaysItBriefly() throws IOException {
    TableLines lines = TableLines.of("f", "  indented\n" + "x\n".repeat(1_000) + "bad\uFFFD v\n");

    new KeyValueFormat().read(lines, 0);

    assertThat(lines.warnings()).hasSize(21);
    assertThat(lines.warnings().get(0))
        .isEqualTo("f, line 1: logical line must not start with whitespace: \"indented\"");
    assertThat(lines.warnings().get(20)).isEqualTo("f: 982 more of the kind");
  }

  @Test
  void aLineWithoutEndIsNotHeld() {
    TableLines lines = TableLines.of("f", "k v\nx " + "y".repeat(1_100_000));
    TableLines continued =
        TableLines.of("f", "k v\n" + (" " + "y".repeat(99_999) + "\n").repeat(11));

    assertThatThrownBy(() -> new KeyValueFormat().read(lines, 0))
        .isInstanceOf(BadValue.class)
        .hasMessage("line 2 is too long");
    assertThatThrownBy(() -> new KeyValueFormat().read(continued, 0)).isInstanceOf(BadValue.class);
  }
}
