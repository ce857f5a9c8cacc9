package org.postroom.core.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TranscriptTest {
  private final List<String> told = new ArrayList<>();
  private final List<String> sent = new ArrayList<>();

  /** A stage whose server says these lines, whatever the client says. */
  private Stage saying(String... lines) {
    return new Stage() {
      @Override
      public void given(String words) {
        told.add("given " + words);
      }

      @Override
      public void when(String words) {
        told.add("when " + words);
      }

      @Override
      public Peer connect(int number) {
        return new Reciter(new ArrayDeque<>(Arrays.asList(lines)));
      }
    };
  }

  private final class Reciter implements Peer {
    private final ArrayDeque<String> lines;

    Reciter(ArrayDeque<String> lines) {
      this.lines = lines;
    }

    @Override
    public void send(byte[] octets) {
      sent.add(new String(octets, java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public int read() {
      throw new AssertionError("reads lines only");
    }

    @Override
    public String readLine() {
      return lines.poll();
    }

    @Override
    public void close() {}
  }

  private static Transcript transcript(String text) {
    return Transcript.of("test", text);
  }

  @Test
  void comparesLinesLiterallyAndEndsWithTheConnection() {
    Transcript talk = transcript("# hello\n\nS: 220 a.*b\nC: NOOP\nS: 250 [ok]\nS closes\n");

    assertThatCode(() -> talk.run(saying("220 a.*b", "250 [ok]"))).doesNotThrowAnyException();

    assertThatThrownBy(() -> talk.run(saying("220 a.*b", "250 o")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("test:5:")
        .hasMessageContaining("C1: NOOP");
    assertThatThrownBy(() -> talk.run(saying("220 a.*b", "250 [ok]", "more")))
        .hasMessageContaining("expected the end");
    assertThatThrownBy(() -> talk.run(saying("220 a.*b"))).hasMessageContaining("ended");
  }

  @Test
  void namesMustStandForTheSameEverywhereAndAreSaidToo() {
    Transcript talk = transcript("S: id <id> <text>\nC: get <id> <a@b>\nS: got <id>\n");

    talk.run(saying("id 42 anything", "got 42"));

    assertThat(sent).containsExactly("get 42 <a@b>\r\n");
    assertThatThrownBy(() -> talk.run(saying("id 42 anything", "got 43")))
        .hasMessageContaining("expected got 42");
  }

  @Test
  void skipsLinesUpToTheNextExpectedOne() {
    Transcript talk = transcript("S: ...\nS: a1 OK <text>\nS: next\n");

    assertThatCode(() -> talk.run(saying("* 1", "* 2", "a1 OK done", "next")))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> talk.run(saying("* 1", "* 2"))).hasMessageContaining("ended");
  }

  @Test
  void takesABlockInAnyOrderButEachLineOnce() {
    Transcript talk = transcript("any order {\n  S: one\n  S: two\n}\nS: three\n");

    assertThatCode(() -> talk.run(saying("two", "one", "three"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> talk.run(saying("two", "two", "three")))
        .hasMessageContaining("expected one of [one]");
  }

  @Test
  void tellsTheStageAndSendsPartsWithoutLineEnd() {
    Transcript talk = transcript("given 3 messages\nC- ab\nwhen time passes\nC: c\n");

    talk.run(saying());

    assertThat(told).containsExactly("given 3 messages", "when time passes");
    assertThat(sent).containsExactly("ab", "c\r\n");
  }

  @Test
  void isLeftOutWhereTheStageSaysSo() {
    Stage without =
        new Stage() {
          @Override
          public void given(String words) {
            throw new LeftOut("there are no " + words);
          }

          @Override
          public Peer connect(int number) {
            throw new AssertionError("nobody comes");
          }
        };

    assertThatThrownBy(() -> transcript("given elephants\nS: hello\n").run(without))
        .isInstanceOf(LeftOut.class)
        .hasMessage("there are no elephants");
  }

  @Test
  void refusesLinesThatMeanNothing() {
    assertThatThrownBy(() -> transcript("C: fine\nQ: what\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("test:2");
    assertThatThrownBy(() -> transcript("any order {\nS: x\n")).hasMessageContaining("no }");
  }
}
