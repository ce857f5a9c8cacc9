package org.postroom.core.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.BadValue;
import org.postroom.core.people.Quota;

class QuotaTest {

  @ParameterizedTest
  @CsvSource({
    "storage=1G, 1073741824, 0, storage=1G",
    "storage=5, 5120, 0, storage=5K",
    "storage=1500B:messages=7, 1500, 7, storage=1500B:messages=7",
    "bytes=77, 77, 0, storage=77B",
    "messages=1000, 0, 1000, messages=1000",
    "storage=0, -1, 0, storage=0",
    "storage=0:messages=3, -1, 3, storage=0:messages=3",
    "messages=0:storage=1t, 1099511627776, -1, storage=1T:messages=0",
    "unlimited, -1, -1, unlimited",
    "storage=0:messages=0, -1, -1, unlimited",
    "Default, 0, 0, default"
  })
  void isReadAsDovecotWritesIt(String text, long octets, long messages, String written) {
    Quota quota = QuotaText.parse(text);

    assertThat(quota).isEqualTo(new Quota(octets, messages));
    assertThat(quota).hasToString(written);
    assertThat(QuotaText.parse(quota.toString())).isEqualTo(quota);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1G",
        "storage=",
        "storage=-1",
        "storage=1X",
        "storage=9999999999999999",
        "storage=999999999999999T",
        "messages=1K",
        "bytes=1K",
        "storage=1G:",
        "storage=1G messages=3",
        "ignore"
      })
  void isReadOrRefused(String text) {
    assertThatThrownBy(() -> QuotaText.parse(text)).isInstanceOf(BadValue.class);
  }

  @Test
  void whatIsNotSaidIsSaidByAnother() {
    Quota usual = new Quota(100, 10);

    assertThat(Quota.NONE.or(usual)).isEqualTo(usual);
    assertThat(Quota.ofOctets(7).or(usual)).isEqualTo(new Quota(7, 10));
    assertThat(Quota.ENDLESS.or(usual)).isEqualTo(Quota.ENDLESS);
  }
}
