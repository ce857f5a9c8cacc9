package org.postroom.core.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.mail.Content;

class EnvelopeTextTest {
  private static final String HEADER =
      """
      From: =?utf-8?q?J=C3=B6rg?= <joerg@example.org>
      To: Friends: Ada Lovelace <ada@example.org>, bob (Bob)@ (here) example.com;, carl@x.example
      Cc:\s
      Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= from
       far away

      """;

  @ParameterizedTest
  @CsvSource({
    "SUBJECT, grüsse from, false",
    "SUBJECT, GRÜßE from, true",
    "SUBJECT, from far, true",
    "SUBJECT, '', true",
    "FROM, jörg <joerg@, true",
    "FROM, jorg, false",
    "FROM, utf-8, false",
    "TO, friends:, true",
    "TO, lovelace <ada@example.org>, true",
    "TO, bob@example.com, true",
    "TO, carl@x, true",
    "TO, MISSING, false",
    "CC, '', false",
    "BCC, '', false",
    "BCC, ada, false",
  })
  void findsWhatASearchThroughTheHeaderFinds(
      EnvelopeText.Field field, String wanted, boolean expected) {
    byte[] octets = HEADER.replace("\n", "\r\n").getBytes(UTF_8);
    StructureScanner scanner = new StructureScanner();
    scanner.update(octets, 0, octets.length);
    MessageStructure structure = scanner.finish();
    Needle needle = Needle.of(wanted);

    assertThat(EnvelopeText.matches(structure.envelope(), field, needle)).isEqualTo(expected);
    if (!wanted.isEmpty()) {
      assertThat(
              new MessageText(Content.of(octets)::read, structure)
                  .matchesHeader(field.name(), needle))
          .isEqualTo(expected);
    }
  }
}
