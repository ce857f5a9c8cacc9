package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.wire.CollectedOutput;

class PayloadTest {
  private static QueuedMail mail(String content, BodyType body) {
    return new QueuedMail(
        new QueueId("Q1"),
        ReversePath.NULL,
        new QueuedMail.Traits(body, false, Optional.empty(), Optional.empty(), false),
        Content.of(content.getBytes(ISO_8859_1)),
        Instant.EPOCH,
        Optional.empty(),
        "smtp:far.test",
        List.of(new QueuedRecipient(1, Recipient.of(Address.parse("bob@far.test")), 0, false, "")));
  }

  private static Greeted offering(String keywords) {
    return Greeted.parse("far.test\n" + keywords.replace(' ', '\n'));
  }

  private static Optional<String> sent(String content, BodyType body, String keywords) {
    return Payload.of(mail(content, body), offering(keywords), 998)
        .map(
            payload -> {
              CollectedOutput out = new CollectedOutput();
              payload.writeTo(out);
              return payload.body() + " " + out.text();
            });
  }

  private static String visible(String text) {
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
  }

  private static String octets(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
  }

  @ParameterizedTest
  @CsvSource({
    // Binary content as it is, dots and all.
    "CHUNKING BINARYMIME, 'S: x\\r\\n\\r\\n.a\\n\\0b', 'BINARY_MIME BDAT 13 LAST\\r\\nS: x\\r\\n\\r\\n.a\\n\\0b'",
    // … or in lines, for whoever has not both.
    "CHUNKING 8BITMIME, 'S: x\\r\\n\\r\\n.a\\n\\0b',"
        + " 'SEVEN_BIT MIME-Version: 1.0\\r\\nS: x\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\nLmEKAGI=\\r\\n.\\r\\n'",
    "BINARYMIME 8BITMIME, 'S: x\\r\\n\\r\\nplain\\r\\n', 'SEVEN_BIT S: x\\r\\n\\r\\nplain\\r\\n.\\r\\n'",
  })
  void binaryContentGoesByChunkOrEncoded(String keywords, String content, String said) {
    assertThat(sent(octets(content), BodyType.BINARY_MIME, keywords).map(PayloadTest::visible))
        .contains(said);
  }

  @Test
  void whatIsSignedIsNotEncoded() {
    String signed = "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\0\r\n--b--\r\n";

    assertThat(sent(signed, BodyType.BINARY_MIME, "8BITMIME")).isEmpty();
    assertThat(sent(signed, BodyType.BINARY_MIME, "CHUNKING BINARYMIME")).isPresent();
  }

  /** Its lines are mended on the way: nobody reads it twice to count them. */
  @Test
  void whatIsNotBinaryGoesByDataHoweverBigItIs() {
    QueuedMail mail = mail("S: x\r\n\r\n" + "a\r\n".repeat(1 << 20), BodyType.EIGHT_BIT_MIME);

    assertThat(
            Payload.of(mail, offering("8BITMIME CHUNKING BINARYMIME"), 998).orElseThrow().isChunk())
        .isFalse();
  }
}
