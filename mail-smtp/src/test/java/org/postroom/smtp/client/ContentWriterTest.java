package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.mail.Content;
import org.postroom.core.wire.CollectedOutput;
import org.postroom.smtp.protocol.DataReader;

class ContentWriterTest {

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

  @ParameterizedTest
  @CsvSource({
    // behind the header, a line end and a space
    "\\r\\nxxxxxxxxxxxxxxxxxxxxxxxxx, \\r\\nxxxxxxxxxxxx\\r\\n xxxxxxxxxxx\\r\\n xx",
    // … not within a character
    "\\r\\nxxxxxxxxxxxéxxxxx, \\r\\nxxxxxxxxxxx\\r\\n éxxxxx",
    "\\r\\nxxxxxxxxxx€yyy, \\r\\nxxxxxxxxxx\\r\\n €yyy",
    // in the header, where white space is: nothing is added
    "S: aaaa bbbb cccc\\r\\n\\r\\n, S: aaaa bbbb\\r\\n cccc\\r\\n\\r\\n",
    "S: aaaaaaaaa bbbb\\r\\n\\r\\n, S: aaaaaaaaa\\r\\n bbbb\\r\\n\\r\\n",
    // … or where none is
    "S:aaaaaaaaaaaaaaaaa\\r\\n\\r\\n, S:aaaaaaaaaa\\r\\n aaaaaaa\\r\\n\\r\\n",
    "S:aaaaaaaaaé\\r\\n\\r\\n, S:aaaaaaaaa\\r\\n é\\r\\n\\r\\n",
    "S: a\\r\\n .bbbbbbbbbbbbb\\r\\n\\r\\n, S: a\\r\\n .bbbbbbbbbb\\r\\n bbb\\r\\n\\r\\n",
  })
  void foldsLinesThatAreTooLong(String content, String sent) {
    String in = new String(unescape(content).getBytes(UTF_8), ISO_8859_1);
    String out = new String(unescape(sent).getBytes(UTF_8), ISO_8859_1);
    String end = out.endsWith("\r\n") ? ".\r\n" : "\r\n.\r\n";
    for (int step = 1; step < 20; step++) {
      assertThat(send(in, 12, step)).isEqualTo(out + end);
    }
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

    new ContentWriter(out, 0).write(Content.of(text.getBytes(ISO_8859_1)));

    assertThat(out.text()).isEqualTo(text + ".\r\n");
  }

  private static String send(String content, int maxLine, int step) {
    CollectedOutput out = new CollectedOutput();
    ContentWriter writer = new ContentWriter(out, maxLine);
    byte[] octets = content.getBytes(ISO_8859_1);
    for (int at = 0; at < octets.length; at += step) {
      byte[] piece = Arrays.copyOfRange(octets, at, Math.min(octets.length, at + step));
      writer.write(piece, piece.length);
    }
    writer.end();
    return out.text();
  }

  private static String unescape(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n");
  }
}
