package org.postroom.pop3.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.mail.Content;
import org.postroom.core.wire.CollectedOutput;

class RepliesTest {
  private static final String PIECES = ".\0ab\r\n";

  @Test
  void sendsEveryMessageSoThatItCanBeReadBackWhereverItIsCut() {
    Random random = new Random(20261124);
    for (int round = 0; round < 20_000; round++) {
      byte[] message = message(random);
      int[] cuts = random.ints(50, 1, 9).toArray();

      String sent = send(message, cuts, -1);

      assertThat(sent).as(shown(message)).isEqualTo("+OK x\r\n" + plain(message, -1));
      assertThat(unstuffed(sent)).as(shown(message)).startsWith(visible(message));
    }
  }

  @Test
  void cutsBodiesWhereTheClientSays() {
    Random random = new Random(4711);
    for (int round = 0; round < 20_000; round++) {
      byte[] message = message(random);
      int lines = random.nextInt(5);

      String sent = send(message, random.ints(50, 1, 9).toArray(), lines);

      assertThat(sent).as(shown(message)).isEqualTo("+OK x\r\n" + plain(message, lines));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                | ~.~",
        "A: b~             | A: b~~.~",
        "A: b              | A: b~~.~",
        "A: b~~            | A: b~~.~",
        "~body~            | ~body~.~",
        "A: b~~.~          | A: b~~..~.~",
        "A: b~~..          | A: b~~...~.~",
        "A: b~~x~~.y~      | A: b~~x~~..y~.~",
      })
  void endsWhatHasNoEnd(String message, String expected) {
    String sent = send(message.replace("~", "\r\n").getBytes(ISO_8859_1), new int[] {1}, -1);

    assertThat(sent).isEqualTo("+OK x\r\n" + expected.replace("~", "\r\n"));
  }

  private static String shown(byte[] message) {
    return new String(message, ISO_8859_1).replace("\r", "\\r").replace("\n", "\\n");
  }

  private static byte[] message(Random random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(40);
    while (text.length() < length) {
      int piece = random.nextInt(PIECES.length() + 2);
      text.append(piece < PIECES.length() ? PIECES.substring(piece, piece + 1) : "\r\n");
    }
    return text.toString().getBytes(ISO_8859_1);
  }

  private static String visible(byte[] message) {
    return new String(message, ISO_8859_1).replace('\0', '\u0080');
  }

  /** What should be sent, line by line and slowly. */
  private static String plain(byte[] message, int lines) {
    StringBuilder sent = new StringBuilder();
    String rest = visible(message);
    boolean body = false;
    int left = lines;
    while (!rest.isEmpty() && !(lines >= 0 && body && left == 0)) {
      int end = rest.indexOf('\n') + 1;
      String line = end > 0 ? rest.substring(0, end) : rest + "\r\n";
      boolean whole = end > 0;
      sent.append(line.startsWith(".") ? "." : "").append(line);
      if (body) {
        left--;
      } else if (whole && (line.equals("\r\n") || line.equals("\n"))) {
        body = true;
      }
      rest = whole ? rest.substring(end) : "";
    }
    return sent.append(body ? "" : "\r\n").append(".\r\n").toString();
  }

  /** What a client makes of it. */
  private static String unstuffed(String sent) {
    StringBuilder message = new StringBuilder();
    String rest = sent.substring(sent.indexOf('\n') + 1);
    while (!rest.equals(".\r\n")) {
      int end = rest.indexOf('\n') + 1;
      String line = rest.substring(0, end);
      message.append(line.startsWith(".") ? line.substring(1) : line);
      rest = rest.substring(end);
    }
    return message.toString();
  }

  private static String send(byte[] message, int[] cuts, int lines) {
    CollectedOutput out = new CollectedOutput();
    assertThat(new Replies(out).message("x", new Crumbs(message, cuts), lines).to(out)).isTrue();
    return out.text();
  }

  /** Content that comes in small pieces. */
  private static final class Crumbs implements Content {
    private final byte[] octets;
    private final int[] cuts;
    private int reads;

    Crumbs(byte[] octets, int[] cuts) {
      this.octets = octets;
      this.cuts = cuts;
    }

    @Override
    public long size() {
      return octets.length;
    }

    @Override
    public int read(long position, ByteBuffer target) {
      int count = Math.min(cuts[reads++ % cuts.length], octets.length - (int) position);
      target.put(octets, (int) position, count);
      return count;
    }
  }
}
