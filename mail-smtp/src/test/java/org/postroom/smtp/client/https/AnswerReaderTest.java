package org.postroom.smtp.client.https;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of HTTP/1.1, in whatever pieces they come. */
class AnswerReaderTest {
  private static final int LONGEST = 100;

  /** The answer, or why there is none. */
  private static String read(String octets, int cut) {
    AnswerReader reader = new AnswerReader(LONGEST);
    try {
      boolean done = reader.take(bytes(octets.substring(0, cut)));
      done |= reader.take(bytes(octets.substring(cut)));
      Optional<HttpAnswer> answer = done ? Optional.of(reader.answer()) : reader.end();
      return answer.map(AnswerReaderTest::told).orElse("cut off");
    } catch (HttpTrouble e) {
      return e.getMessage();
    }
  }

  private static ByteBuffer bytes(String octets) {
    return ByteBuffer.wrap(octets.getBytes(ISO_8859_1));
  }

  private static String told(HttpAnswer answer) {
    String body = new String(answer.body(), ISO_8859_1);
    return (answer.status() + " " + answer.type() + " " + body).strip();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "HTTP/1.1 200 OK|Content-Type: text/plain|Content-Length: 3||abc!200 text/plain abc",
        "HTTP/1.1 200 OK|content-type:TEXT/Plain; charset=utf-8|CONTENT-LENGTH:3||abcdef!200 text/plain abc",
        "HTTP/1.0 200|Content-Type: text/plain||abc!200 text/plain abc",
        "HTTP/1.1 404 Not Found|Content-Length: 0||!404  ",
        "HTTP/1.1 204 No Content||!204  ",
        "HTTP/1.1 301 Moved|Location: https://elsewhere.test/|Content-Length: 0||!301  ",
        "HTTP/1.1 103 Early Hints|Link: x||HTTP/1.1 200 OK|Content-Length: 1||a!200  a",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||3|abc|2;x=y|de|0|||!200  abcde",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||3|abc|0|Trailer: x||!200  abc",
        "HTTP/1.1 200 OK|Content-Length: 3||ab!cut off",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||3|abc|!cut off",
        "HTTP/1.1 200 OK|Content-Type: text/plain|!cut off",
        "''!cut off",
        "220 mx.example.org ESMTP|!its answer is no HTTP",
        "HTTP/2 200 OK|!its answer is no HTTP",
        "HTTP/1.1 200 OK|no field||!its answer is no HTTP: a field has no name",
        "HTTP/1.1 200 OK|Content-Length: 3|Content-Length: 4||abc!its answer is no HTTP: a length of 4",
        "HTTP/1.1 200 OK|Content-Length: -3||abc!its answer is no HTTP: a length of -3",
        "HTTP/1.1 200 OK|Content-Length: 101||abc!its answer is longer than 100 octets",
        "HTTP/1.1 200 OK|Content-Length: 999999999999||abc!its answer is longer than 100 octets",
        "HTTP/1.1 200 OK|Content-Encoding: gzip|Content-Length: 3||abc!its answer is encoded: gzip",
        "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||abc!its answer is encoded: gzip, chunked",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||ffffffffff|abc!its answer is no HTTP: a piece of ffffffffff",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|abc|!its answer is no HTTP: a piece has no end",
      })
  void readsTheSameHoweverItIsCut(String lines, String told) {
    String octets = lines.replace("|", "\r\n");
    for (int cut = 0; cut <= octets.length(); cut++) {
      assertThat(read(octets, cut)).as("cut at %s", cut).isEqualTo(told);
    }
    assertThat(read(octets.replace("\r\n", "\n"), 0)).isEqualTo(told);
  }

  @Test
  void hasBounds() {
    String rest = "HTTP/1.1 200 OK\r\n\r\n";
    assertThat(read(rest + "a".repeat(LONGEST), 0)).endsWith("aaa");
    assertThat(read(rest + "a".repeat(LONGEST + 1), 0))
        .isEqualTo("its answer is longer than 100 octets");
    String chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertThat(read(chunks + "1\r\na\r\n".repeat(LONGEST + 1), 0))
        .isEqualTo("its answer is longer than 100 octets");
    assertThat(read("HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000), 0))
        .isEqualTo("the head of its answer is longer than 16384 octets");
    assertThat(read("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(2000), 0))
        .isEqualTo("the head of its answer is longer than 16384 octets");
  }
}
