package org.postroom.smtp.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.smtp.protocol.SmtpReply;

final class TranscriptTest {

  @ParameterizedTest
  @CsvSource({
    "250, 2.1.0, ''",
    "354, '', ''",
    "500, 5.5.2, PROTOCOL",
    "501, 5.1.3, PROTOCOL",
    "503, 5.5.1, PROTOCOL",
    "555, 5.5.4, PROTOCOL",
    "554, 5.5.0, PROTOCOL",
    "421, 4.4.2, ''",
    "421, 4.7.0, POLICY",
    "452, 4.3.1, RESOURCE",
    "421, 4.3.2, ''",
    "452, 4.2.2, ''",
    "451, 4.3.0, SOFTWARE",
    "421, 4.3.0, SOFTWARE",
    "552, 5.3.4, POLICY",
    "530, 5.7.0, POLICY",
    "550, 5.7.1, POLICY",
    "535, 5.7.8, ''",
    "450, 4.1.8, ''",
  })
  void whatAReplyIsOf(int code, String status, String of) {
    assertThat(Transcript.ofReply(SmtpReply.of(code, status, "text")).map(Enum::name).orElse(""))
        .isEqualTo(of);
  }

  @ParameterizedTest
  @CsvSource({
    "550, 5.1.1, BOUNCE",
    "450, 4.1.1, BOUNCE",
    "554, 5.7.1, POLICY",
    "504, 5.5.2, POLICY",
    "450, 4.7.1, POLICY",
    "451, 4.3.0, DATA",
    "451, 4.3.5, SOFTWARE",
  })
  void whatARefusalOfPolicyIsOf(int code, String status, String of) {
    assertThat(
            Transcript.ofJudgement(SmtpReply.of(code, status, "text")).map(Enum::name).orElse(""))
        .isEqualTo(of);
  }
}
