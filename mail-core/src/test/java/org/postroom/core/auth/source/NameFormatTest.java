package org.postroom.core.auth.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.BadValue;

/** What a name is turned into. */
final class NameFormatTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "%u;ada@example.org;ada@example.org",
        "%Lu;ada@example.org;ada@example.org",
        "%n;ada@example.org;ada",
        "%Ln;ada;ada",
        "%n-%d;ada@example.org;ada-example.org",
        "%n@example.net;ada;ada@example.net",
        "%{user};a@b;a@b",
        "%{user|lower};a@b;a@b",
        "%{ user | username | lower };a@b@c;a@b",
        "%{user | domain};a@b@c;c",
        "%{domain};a;''",
        "%%%n;a@b;%a",
      })
  void isFilledWithPartsOfTheName(String format, String name, String expected) {
    assertThat(new NameFormat(format).of(name)).isEqualTo(expected);
    assertThat(new NameFormat(format)).hasToString(format);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%w", "%", "%Xu", "%{password}", "%{user | md5}", "%{user"})
  void whatIsNotThereIsRefused(String format) {
    assertThatThrownBy(() -> new NameFormat(format)).isInstanceOf(BadValue.class);
  }
}
