package org.postroom.dist.control;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PiecesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private SocketChannel there;
  private Frames sent;
  private Frames received;

  @BeforeEach
  void connect() throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      there = SocketChannel.open(address);
      sent = new Frames(there);
      received = new Frames(server.accept());
    }
  }

  @AfterEach
  void close() throws IOException {
    sent.close();
    received.close();
    there.close();
  }

  private Pieces pieces(Duration inAll) {
    Pieces pieces = new Pieces(received, PATIENCE, inAll);
    pieces.follow();
    return pieces;
  }

  private void send(String text) throws IOException {
    sent.write(text.getBytes(US_ASCII), PATIENCE);
  }

  @Test
  void areReadUpToTheEmptyOne() throws IOException {
    Pieces.write(new ByteArrayInputStream("abc".getBytes(US_ASCII)), sent, PATIENCE);
    send("another question");

    try (Pieces content = pieces(PATIENCE)) {
      assertThat(content.read()).isEqualTo('a');
      assertThat(content.readAllBytes()).containsExactly('b', 'c');
      assertThat(content.read()).isEqualTo(-1);
    }
    assertThat(received.read(100, PATIENCE).map(frame -> new String(frame, US_ASCII)))
        .contains("another question");
  }

  @Test
  void whatIsNotReadIsReadAtTheEnd() throws IOException {
    send("abc");
    send("def");
    send("");
    send("another question");

    try (Pieces content = pieces(PATIENCE)) {
      assertThat(content.read()).isEqualTo('a');
    }
    assertThat(received.read(100, PATIENCE)).isPresent();
  }

  @Test
  void withoutAQuestionThatHasContentThereAreNone() throws IOException {
    send("another question");

    try (Pieces content = new Pieces(received, PATIENCE, PATIENCE)) {
      assertThat(content.read()).isEqualTo(-1);
    }
    assertThat(received.read(100, PATIENCE)).isPresent();
  }

  @Test
  void areCutOffOrTooSlowByAnException() throws IOException {
    send("abc");
    Pieces slow = pieces(Duration.ZERO);
    assertThatThrownBy(slow::readAllBytes).isInstanceOf(IOException.class);

    Pieces cut = pieces(PATIENCE);
    there.close();
    assertThatThrownBy(cut::readAllBytes).isInstanceOf(EOFException.class);
  }
}
