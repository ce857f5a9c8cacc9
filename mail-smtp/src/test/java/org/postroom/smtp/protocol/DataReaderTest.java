package org.postroom.smtp.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.smtp.protocol.DataReader.Progress;

class DataReaderTest {

  /** What is no CRLF.CRLF ends nothing, and what it becomes has clean line ends. */
  @ParameterizedTest
  @CsvSource({
    "a\\n.\\nb, a\\r\\n\\r\\nb",
    "a\\n.\\r\\nb, a\\r\\n\\r\\nb",
    "a\\r\\n.\\nb, a\\r\\n\\r\\nb",
    "a\\r.\\rb, 'a . b'",
    "a\\r.\\r\\nb, 'a .\\r\\nb'",
    "a\\r\\n.\\rb, 'a\\r\\n b'",
    "a\\n.\\rb, 'a\\r\\n b'",
    "a\\r.\\nb, 'a .\\r\\nb'",
    "a\\r\\n\\0.\\r\\nb, a\\r\\n\\0.\\r\\nb",
    "a\\r\\n.\\0\\r\\nb, a\\r\\n\\0\\r\\nb",
    "a\\r\\n..\\r\\nb, a\\r\\n.\\r\\nb",
    "a\\r\\n.b, a\\r\\nb",
    "a\\n..b, a\\r\\n.b",
    "a\\r\\r\\nb, 'a \\r\\nb'",
    "a\\r\\n.\\r\\rb, 'a\\r\\n  b'",
  })
  void doesNotTakeItForTheEnd(String escapedInput, String escapedContent) {
    String input = unescape(escapedInput) + "\r\n.\r\nQUIT\r\n";

    Result result = read(input, input.length());

    assertThat(result.progress()).isEqualTo(Progress.END);
    assertThat(result.rest()).isEqualTo("QUIT\r\n");
    assertThat(result.content()).isEqualTo(unescape(escapedContent) + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {".\r\nREST", "\r\n.\r\nREST", "a\r\n.\r\nREST", "a\r\r\n.\r\nREST"})
  void endsAtCrlfDotCrlf(String input) {
    Result result = read(input, input.length());

    assertThat(result.progress()).isEqualTo(Progress.END);
    assertThat(result.rest()).isEqualTo("REST");
  }

  @Test
  void readsTheSameWhereverTheInputIsCut() {
    String input =
        unescape(
            "Subject: x\\r\\n\\r\\n.dot\\r\\n..two\\r\\nbare\\nlf\\n.\\nx\\n.\\r\\ny\\rz\\r\\r\\n"
                + ".\\rq\\r\\n.a\\r\\nlong line, more than eight octets\\r\\n\\r\\n.\\r\\nNOOP\\r\\n");
    Result whole = read(input, input.length());

    for (int first = 0; first <= input.length(); first++) {
      for (int second = first; second <= input.length(); second += 3) {
        assertThat(readCut(input, first, second)).isEqualTo(whole);
      }
    }
    assertThat(whole.rest()).isEqualTo("NOOP\r\n");
  }

  @Test
  void agreesWithThePlainForm() {
    Random random = new Random(7);
    String alphabet = "\r\n.\r\n.ab";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder input = new StringBuilder();
      for (int i = random.nextInt(40); i >= 0; i--) {
        input.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String octets = input + "\r\n.\r\n";

      assertThat(read(octets, 1 + random.nextInt(9)))
          .as(octets.replace("\r", "\\r").replace("\n", "\\n"))
          .isEqualTo(plain(octets));
    }
  }

  @Test
  void saysWhenABareLineFeedIsRefused() {
    ByteBuffer input = ByteBuffer.wrap("a\r\nb\nc\r\n.\r\n".getBytes(ISO_8859_1));
    DataReader reader = new DataReader((octets, from, length) -> {}, true, true, true);

    Progress progress = reader.read(input);

    assertThat(progress).isEqualTo(Progress.BARE_LF);
  }

  @Test
  void readsChunksWithoutUnstuffing() {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    DataReader reader = new DataReader(content::write, false, false, true);

    reader.read(ByteBuffer.wrap("..a\r\n.\r\nb\nc\r".getBytes(ISO_8859_1)));
    reader.finish();

    assertThat(content.toString(ISO_8859_1)).isEqualTo("..a\r\n.\r\nb\r\nc ");
  }

  @Test
  void readsBuffersWithoutAnArray() {
    String input = "x".repeat(20_000) + "\r\n.\r\nNOOP\r\n";
    ByteBuffer direct = ByteBuffer.allocateDirect(input.length());
    direct.put(input.getBytes(ISO_8859_1)).flip();
    ByteArrayOutputStream content = new ByteArrayOutputStream();

    Progress progress = new DataReader(content::write, true, false, true).read(direct);

    assertThat(progress).isEqualTo(Progress.END);
    assertThat(content.size()).isEqualTo(20_002);
    assertThat(direct.remaining()).isEqualTo("NOOP\r\n".length());
  }

  private record Result(Progress progress, String content, String rest) {}

  private static Result read(String input, int step) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    DataReader reader = new DataReader(content::write, true, false, true);
    byte[] octets = input.getBytes(ISO_8859_1);
    for (int at = 0; at < octets.length; at += step) {
      int length = Math.min(step, octets.length - at);
      ByteBuffer chunk = ByteBuffer.wrap(octets, at, length).slice();
      if (reader.read(chunk) == Progress.END) {
        int next = at + chunk.position();
        return new Result(Progress.END, content.toString(ISO_8859_1), input.substring(next));
      }
    }
    return new Result(Progress.MORE, content.toString(ISO_8859_1), "");
  }

  private static Result readCut(String input, int first, int second) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    DataReader reader = new DataReader(content::write, true, false, true);
    int[] cuts = {0, first, second, input.length()};
    for (int i = 0; i < 3; i++) {
      byte[] piece = input.substring(cuts[i], cuts[i + 1]).getBytes(ISO_8859_1);
      ByteBuffer chunk = ByteBuffer.wrap(piece);
      if (reader.read(chunk) == Progress.END) {
        int next = cuts[i] + chunk.position();
        return new Result(Progress.END, content.toString(ISO_8859_1), input.substring(next));
      }
    }
    return new Result(Progress.MORE, content.toString(ISO_8859_1), "");
  }

  /** The oracle: line by line, as the rules are written. */
  private static Result plain(String input) {
    StringBuilder content = new StringBuilder();
    boolean afterCrlf = true;
    int at = 0;
    while (true) {
      int lf = input.indexOf('\n', at);
      if (lf < 0) {
        throw new IllegalStateException("no end");
      }
      boolean crlf = lf > at && input.charAt(lf - 1) == '\r';
      String line = input.substring(at, crlf ? lf - 1 : lf);
      at = lf + 1;
      if (afterCrlf && crlf && line.equals(".")) {
        return new Result(Progress.END, content.toString(), input.substring(at));
      }
      String unstuffed = line.startsWith(".") ? line.substring(1) : line;
      content.append(unstuffed.replace('\r', ' ')).append("\r\n");
      afterCrlf = crlf;
    }
  }

  private static String unescape(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
  }
}
