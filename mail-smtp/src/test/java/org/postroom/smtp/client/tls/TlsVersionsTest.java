package org.postroom.smtp.client.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.BadValue;

class TlsVersionsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|TLSv1.2 TLSv1.3",
        ">=TLSv1|TLSv1.2 TLSv1.3",
        ">= tlsv1.3|TLSv1.3",
        ">=TLSv1, <=TLSv1.2|TLSv1.2",
        "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1|TLSv1.2 TLSv1.3",
        "!TLSv1.3|TLSv1.2",
        "TLSv1.2|TLSv1.2",
        "TLSv1:TLSv1.3|TLSv1.3",
      })
  void sayWhatIsSpoken(String text, String spoken) {
    assertThat(TlsVersions.parse(text).spoken()).containsExactlyInAnyOrder(spoken.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SSLv3", "<=TLSv1.1", "!TLSv1.2 !TLSv1.3", "TLSv2", ">=", "!"})
  void leaveAtLeastOne(String text) {
    assertThatThrownBy(() -> TlsVersions.parse(text)).isInstanceOf(BadValue.class);
  }
}
