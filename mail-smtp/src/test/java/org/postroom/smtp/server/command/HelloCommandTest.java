package org.postroom.smtp.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.smtp.protocol.Offer;
import org.postroom.smtp.protocol.PathSyntax;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.server.Dialect;

class HelloCommandTest {
  private static final Dialect DIALECT = new Dialect(Offer.NOTHING);

  /**
   * What could pass for another field of a log line or of a header is gone before anybody looks.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "client.example                             | client.example",
        "[192.0.2.1]                                | [192.0.2.1]",
        "[IPv6:2001:db8::1]                         | [IPv6:2001:db8::1]",
        "under_score                                | under_score",
        "my pc                                      | my?pc",
        "a> proto=SMTP helo=<b                      | a??proto=SMTP?helo=?b",
        "b from evil.test[203.0.113.9]: 535         | b?from?evil.test[203.0.113.9]:?535",
        "a(b)c;d\"e\\f@g                            | a?b?c?d?e?f?g",
        "a\u202eb\u0085c\u2028d\u200be              | a?b?c?d?e",
        "bücher.example                             | bücher.example",
      })
  void aNameIsNeuteredWhenItIsRead(String said, String name) {
    SmtpReader in = new SmtpReader(said, PathSyntax.USUAL);

    assertThat(HelloCommand.parseEhlo(in, DIALECT).name()).isEqualTo(name);
  }
}
