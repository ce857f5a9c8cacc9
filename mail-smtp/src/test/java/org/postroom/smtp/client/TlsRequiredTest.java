package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.mail.Content;

class TlsRequiredTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TLS-Required: No\\n\\nx|true",
        "Subject: a\\ntls-required:no \\n\\nx|true",
        "TLS-Required: Yes\\n\\nx|false",
        "TLS-Required: Nobody\\n\\nx|false",
        "Subject: a\\n\\nTLS-Required: No\\n|false",
        "''|false",
      })
  void onlyAHeaderSaysNo(String text, boolean no) {
    byte[] octets = text.replace("\\n", "\r\n").getBytes(US_ASCII);

    assertThat(TlsRequired.isNo(Content.of(octets))).isEqualTo(no);
  }
}
