package org.postroom.smtp.client.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where reports are wanted (RFC 8460, 3). */
class ReportRecordTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "v=TLSRPTv1;rua=mailto:reports@example.com![mailto:reports@example.com]",
        "v=TLSRPTv1; rua=https://reporting.example.com/v1/tlsrpt;![https://reporting.example.com/v1/tlsrpt]",
        "v=TLSRPTv1 ; x=y; rua = mailto:a@b.test , https://b.test/?c=d%2C ![mailto:a@b.test, https://b.test/?c=d%2C]",
        "v=spf1 -all|v=TLSRPTv1; rua=mailto:a@b.test![mailto:a@b.test]",
        "v=TLSRPTv1; rua=mailto:a@b.test|v=TLSRPTv1; rua=mailto:a@b.test![]",
        "v=TLSRPTv1; rua=ftp://b.test/, mailto:a@b.test, not a uri![mailto:a@b.test]",
        "v=TLSRPTv1; rua=http://b.test/![]",
        "v=TLSRPTv1; rua=![]",
        "v=TLSRPTv1![]",
        "v=TLSRPTv2; rua=mailto:a@b.test![]",
        "v=TLSRPTv1; rua=mailto:1@b,mailto:2@b,mailto:3@b,mailto:4@b,mailto:5@b,mailto:6@b!"
            + "[mailto:1@b, mailto:2@b, mailto:3@b, mailto:4@b, mailto:5@b]",
      })
  void readsDestinations(String texts, String found) {
    assertThat(ReportRecord.destinations(Arrays.asList(texts.split("\\|", -1)))).hasToString(found);
  }

  @Test
  void whateverComesIsReadOrNot() {
    Random random = new Random(3);
    String letters = "v=TLSRPTv1;rua =mailto:/?,@%\u00fc\u0000\n.";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder("v=TLSRPTv1; rua=");
      for (int length = random.nextInt(40); length > 0; length--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      assertThat(ReportRecord.destinations(Arrays.asList(text.toString())))
          .hasSizeLessThanOrEqualTo(ReportRecord.MOST);
    }
  }
}
