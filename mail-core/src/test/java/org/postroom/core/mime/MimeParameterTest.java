package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a parameter says is read in whatever way it was written. */
final class MimeParameterTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "filename|report.pdf|report.pdf",
        "filename*|utf-8''M%C3%A4rz.pdf|März.pdf",
        "filename*|UTF-8'de'a%20b|a b",
        "filename*|iso-8859-1''M%E4rz|März",
        "filename*|nobody-knows''%80|€",
        "filename*|''plain|plain",
        "filename|=?utf-8?Q?M=C3=A4rz?= 1|März 1",
        "filename|März|März",
        // broken: as it stands
        "filename*|no quotes|no quotes",
        "filename*|utf-8''100%|100%",
        "filename*|utf-8''100%4|100%4",
        "filename*|utf-8''100%zz|100%zz",
      })
  void textIsWhatItSays(String name, String value, String text) {
    assertThat(parameter(name, value).text()).isEqualTo(text);
  }

  @Test
  void isNamedInEitherForm() {
    assertThat(parameter("FileName*", "x").isNamed("filename")).isTrue();
    assertThat(parameter("filename", "x").isNamed("filename")).isTrue();
    assertThat(parameter("name", "x").isNamed("filename")).isFalse();
    assertThat(new MimeParameter(Octets.EMPTY, Octets.EMPTY).text()).isEmpty();
  }

  private static MimeParameter parameter(String name, String value) {
    byte[] octets = value.getBytes(UTF_8);
    return new MimeParameter(Octets.latin1(name), Octets.copyOf(octets, 0, octets.length));
  }
}
