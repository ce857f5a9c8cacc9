package org.postroom.core.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressItemsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "a@x, b@y c; [a@x][b@y][c]",
        "a@x,,b@y,; [a@x][b@y]",
        "\\a, b; [\\a][b]",
        // Quotes.
        "\"a b\"@x; [\"a b\"@x]",
        "\"a@x\"; [a@x]",
        "\"a, b\"@x, c; [\"a, b\"@x][c]",
        "\"|prog a, b\", c; [|prog a, b][c]",
        "|\"prog a, b\", c; [|prog a, b][c]",
        "|\"prog \\\"a\\\" \\\\b\"; [|prog \"a\" \\b]",
        "|prog; [|prog]",
        "\":include:/a b\"; [:include:/a b]",
        "\"a@x; [\"a@x]",
        // Comments.
        "a@x (at home), b@y; [a@x][b@y]",
        "(at (my) home) a@x; [a@x]",
        "(a \\) b) a@x; [a@x]",
        "a(b)@x; [a@x]",
        "a@x (no end; [a@x][(no][end]",
        "(all); ``",
        // Names.
        "<a@x>; [a@x]",
        "Joe User <a@x>, b@y; [a@x][b@y]",
        "\"User, Joe\" <a@x> b@y; [a@x][b@y]",
        "a@x, Joe <b@y>; [a@x][b@y]",
        "Joe <a@x> Ann <b@y>; [a@x][b@y]",
        "Joe (at home) < \"a>b\"@x >; [\"a>b\"@x]",
        "<a@x, b@y>; [a@x, b@y]",
        "<>; [<>]",
        "<a@x, b@y; [<a@x][b@y]",
        // What is no address has such characters for itself.
        "/a(b)<c>, d; [/a(b)<c>][d]",
        "|prog<in(2), d; [|prog<in(2)][d]",
        ":include:/a(b), d; [:include:/a(b)][d]",
        "~/a(b); [~/a(b)]",
      })
  void areWhatStandsBetweenCommasAndBlanks(String value, String items) {
    StringBuilder shown = new StringBuilder();
    AddressItems.of(value).forEach(item -> shown.append('[').append(item).append(']'));

    assertThat(shown).hasToString(items);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ",", " , ,", "\"\""})
  void areNoneWhereNothingIsSaid(String value) {
    assertThat(AddressItems.of(value)).isEmpty();
  }
}
