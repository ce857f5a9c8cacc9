package org.postroom.smtp.client.sts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the DNS says of a policy (RFC 8461, 3.1). */
class StsRecordTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      nullValues = "-",
      value = {
        "v=STSv1; id=20160831085700Z;!20160831085700Z",
        "v=STSv1; id=20160831085700Z!20160831085700Z",
        "v=STSv1;id=a!a",
        "'v=STSv1 ; id = a ;'!a",
        "v=STSv1; x-y_z.1=whatever it is; id=a; more=1;!a",
        "v=STSv1; id=12345678901234567890123456789012!12345678901234567890123456789012",
        "v=STSv1; id=123456789012345678901234567890123!-",
        "v=STSv1; id=;!-",
        "v=STSv1;!-",
        "v=STSv1!-",
        "v=STSv1 id=a!-",
        "v=STSv1; id=a b!-",
        "v=STSv1; id=a-b!-",
        "v=STSv1; id=a; id=b;!-",
        "v=STSv1; ; id=a!-",
        "v=STSv1; =x; id=a!-",
        "v=STSv1; id!-",
        "v=STSv2; id=a;!-",
        "v=stsv1; id=a;!-",
        "' v=STSv1; id=a;'!-",
        "id=a; v=STSv1;!-",
        "v=spf1 -all!-",
      })
  void readsOne(String text, String id) {
    assertThat(StsRecord.of(List.of(text)).map(StsRecord::id)).isEqualTo(Optional.ofNullable(id));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      nullValues = "-",
      value = {
        "v=spf1 -all|v=STSv1; id=a;!a",
        "v=STSv1; id=a;|v=STSv1; id=a;!-",
        "v=STSv1; id=a;|v=STSv1; broken!-",
        "v=STSv1; id=a;|v=STSv1!a",
        "v=STSv10; id=b|v=STSv1; id=a;!a",
      })
  void oneOfThemCounts(String texts, String id) {
    assertThat(StsRecord.of(Arrays.asList(texts.split("\\|", -1))).map(StsRecord::id))
        .isEqualTo(Optional.ofNullable(id));
  }

  @Test
  void whateverComesIsARecordOrNone() {
    Random random = new Random(7);
    String letters = "v=STSv1;id =a\t0Z\u00fc\u0000\n.";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "v=STSv1;" : "");
      for (int length = random.nextInt(30); length > 0; length--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      Optional<StsRecord> record = StsRecord.of(List.of(text.toString()));
      record.ifPresent(
          one -> assertThat(StsRecord.of(List.of("v=STSv1; id=" + one.id() + ";"))).contains(one));
    }
  }
}
