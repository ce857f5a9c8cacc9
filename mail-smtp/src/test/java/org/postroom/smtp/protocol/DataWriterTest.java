package org.postroom.smtp.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.mail.Content;
import org.postroom.core.wire.CollectedOutput;

class DataWriterTest {

  @ParameterizedTest
  @CsvSource({
    "'', .\\r\\n",
    "a\\r\\n, a\\r\\n.\\r\\n",
    "a, a\\r\\n.\\r\\n",
    ".\\r\\n, ..\\r\\n.\\r\\n",
    "a\\r\\n.b\\r\\n, a\\r\\n..b\\r\\n.\\r\\n",
    "a.\\r\\n, a.\\r\\n.\\r\\n",
    "a\\nb, a\\r\\nb\\r\\n.\\r\\n",
    "a\\rb, 'a b\\r\\n.\\r\\n'",
    "a\\r, 'a\\r\\n.\\r\\n'",
    "a\\n.\\nb, a\\r\\n..\\r\\nb\\r\\n.\\r\\n",
  })
  void stuffsAndEnds(String content, String sent) {
    assertThat(send(unescape(content), 0, 100)).isEqualTo(unescape(sent));
  }

  @Test
  void breaksLinesThatAreTooLong() {
    String sent = send("x".repeat(25) + "\r\n", 10, 7);

    assertThat(sent).isEqualTo("xxxxxxxxxx\r\n xxxxxxxxx\r\n xxxxxx\r\n.\r\n");
  }

  @Test
  void givesTheReaderWhatTheWriterWasGiven() {
    Random random = new Random(11);
    String[] pieces = {"\r\n", ".", "ab", "long text without an end in sight"};
    for (int round = 0; round < 5_000; round++) {
      StringBuilder content = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        content.append(pieces[random.nextInt(pieces.length)]);
      }
      content.append("\r\n");

      String sent = send(content.toString(), 0, 1 + random.nextInt(9));

      ByteArrayOutputStream read = new ByteArrayOutputStream();
      new DataReader(read::write, true, false, true)
          .read(ByteBuffer.wrap(sent.getBytes(ISO_8859_1)));
      assertThat(read.toString(ISO_8859_1)).isEqualTo(content.toString());
    }
  }

  @Test
  void sendsAContentLargerThanItsBuffer() {
    String text = "0123456789\r\n".repeat(5_000);
    CollectedOutput out = new CollectedOutput();

    new DataWriter(out, 0).writeAll(Content.of(text.getBytes(ISO_8859_1)));

    assertThat(out.text()).isEqualTo(text + ".\r\n");
  }

  private static String send(String content, int maxLine, int step) {
    CollectedOutput out = new CollectedOutput();
    DataWriter writer = new DataWriter(out, maxLine);
    byte[] octets = content.getBytes(ISO_8859_1);
    for (int at = 0; at < octets.length; at += step) {
      writer.write(octets, at, Math.min(step, octets.length - at));
    }
    writer.end();
    return out.text();
  }

  private static String unescape(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n");
  }
}
