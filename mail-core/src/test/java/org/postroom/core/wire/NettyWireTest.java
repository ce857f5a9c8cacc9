package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.time.VirtualTime;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NettyWireTest {
  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final Workers workers = Workers.named("worker", 16);
  private final Wire wire =
      Wires.open(WireOptions.defaults().withGrace(Duration.ofSeconds(1)), time, workers);
  private final AtomicInteger closed = new AtomicInteger();
  private final CompletableFuture<String> ended = new CompletableFuture<>();

  @AfterEach
  void close() {
    wire.close();
    workers.close();
  }

  private Listener listen(Optional<TlsContext> tls, int most) {
    return wire.listen(
        new ListenerOptions(
            "echo",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            tls,
            most,
            1000,
            Duration.ofSeconds(30),
            "421 too many\r\n"),
        Echo::new);
  }

  private static Socket dial(Listener listener) throws IOException {
    return new Socket(listener.address().getAddress(), listener.address().getPort());
  }

  private static String say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.shutdownOutput();
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  @Test
  void answersPipelinedLinesInOrderWhereverTheyAreCut() throws Exception {
    Listener listener = listen(Optional.empty(), 10);
    String input = "one\r\ntwo\nlit 5\r\nab\r\ncthree\r\n";

    for (int cut = 0; cut <= input.length(); cut++) {
      try (Socket socket = dial(listener)) {
        socket.setTcpNoDelay(true);
        socket.getOutputStream().write(input.substring(0, cut).getBytes(ISO_8859_1));
        String answers = say(socket, input.substring(cut));

        assertThat(answers).isEqualTo("hello\r\n<one>\r\n<two>\r\n[ab\r\nc]\r\n<three>\r\n");
      }
    }
  }

  @Test
  void swallowsTheRestOfALineThatIsTooLong() throws Exception {
    Listener listener = listen(Optional.empty(), 10);
    try (Socket socket = dial(listener)) {
      String answers = say(socket, "x".repeat(300_000) + "\r\nnext\r\n");

      assertThat(answers).isEqualTo("hello\r\nTOO LONG\r\n<next>\r\n");
    }
  }

  @Test
  void refusesSessionsBeyondTheMost() throws Exception {
    Listener listener = listen(Optional.empty(), 1);
    try (Socket first = dial(listener);
        Socket second = dial(listener)) {
      String refusal = say(second, "one\r\n");
      String answers = say(first, "one\r\n");

      assertThat(refusal).isEqualTo("421 too many\r\n");
      assertThat(answers).contains("<one>");
    }
  }

  @Test
  void timesOutByTheTimersClockAndClosesOnce() throws Exception {
    Listener listener = listen(Optional.empty(), 1);
    try (Socket socket = dial(listener)) {
      byte[] hello = socket.getInputStream().readNBytes(7);
      while (!ended.isDone()) { // the first turn may end, and count anew, after a step
        time.advance(Duration.ofSeconds(31));
      }
      String rest = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);

      assertThat(new String(hello, ISO_8859_1)).isEqualTo("hello\r\n");
      assertThat(rest).isEqualTo("bye: time\r\n");
      ended.get(5, TimeUnit.SECONDS);
      assertThat(closed).hasValue(1);
    }
  }

  @Test
  void saysGoodbyeWhenTheWireCloses() throws Exception {
    Listener listener = listen(Optional.empty(), 1);
    try (Socket socket = dial(listener)) {
      byte[] hello = socket.getInputStream().readNBytes(7);
      wire.close();
      String rest = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);

      assertThat(hello).hasSize(7);
      assertThat(rest).isEqualTo("bye: shutdown\r\n");
      assertThat(closed).hasValue(1);
    }
  }

  @Test
  void namesTheAddressThatIsTaken() {
    Listener listener = listen(Optional.empty(), 1);

    assertThatThrownBy(
            () ->
                wire.listen(
                    new ListenerOptions(
                        "other",
                        listener.address(),
                        Optional.empty(),
                        1,
                        100,
                        Duration.ofSeconds(1),
                        ""),
                    Echo::new))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("other")
        .hasMessageContaining(String.valueOf(listener.address().getPort()));
  }

  @Test
  void speaksTlsFromTheFirstOctetToAClientThatVerifies() throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.create("Test CA", Clock.systemUTC(), new SecureRandom());
    CertificateAuthority.Issued issued = authority.issue(List.of("localhost", "127.0.0.1"));
    Listener listener = listen(Optional.of(TlsContexts.server(issued.chain(), issued.key())), 9);
    CompletableFuture<String> said = new CompletableFuture<>();

    wire.connect(
        listener.address(),
        new ConnectOptions(Duration.ofSeconds(5), Optional.empty(), 1000),
        c -> new TlsClient(c, TlsContexts.verifyingClient(authority.certificate()), said));

    assertThat(said.get(10, TimeUnit.SECONDS)).startsWith("TLSv1.3 hello <secret>");
  }

  private static final class TlsClient implements Session {
    private final Connection connection;
    private final TlsContext trust;
    private final CompletableFuture<String> said;

    TlsClient(Connection connection, TlsContext trust, CompletableFuture<String> said) {
      this.connection = connection;
      this.trust = trust;
      this.said = said;
    }

    @Override
    public void opened() {
      try {
        TlsSession tls = connection.startTlsAsClient(trust, "localhost");
        String hello = connection.in().readLine(100).latin1();
        connection.out().ascii("secret\r\n").flush();
        String echo = connection.in().readLine(100).latin1();
        said.complete(tls.protocol() + " " + hello + " " + echo);
      } catch (RuntimeException e) {
        said.completeExceptionally(e);
      }
      connection.close();
    }

    @Override
    public void ready() {}

    @Override
    public void timedOut() {}

    @Override
    public void shuttingDown() {}

    @Override
    public void closed() {}
  }

  private final class Echo implements Session {
    private final Connection connection;

    Echo(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void opened() {
      connection.out().ascii("hello\r\n").flush();
    }

    @Override
    public void ready() {
      Line line = connection.in().readLine(500);
      if (line.end() == Line.End.TOO_LONG) {
        connection.out().ascii("TOO LONG\r\n");
      } else if (line.latin1().startsWith("lit ")) {
        connection.out().ascii("[");
        int left = Integer.parseInt(line.latin1().substring(4));
        while (left > 0) {
          var chunk = connection.in().await();
          int step = Math.min(left, chunk.remaining());
          connection.out().write(chunk.duplicate().limit(chunk.position() + step));
          chunk.position(chunk.position() + step);
          left -= step;
        }
        connection.out().ascii("]\r\n");
      } else {
        connection.out().ascii("<").ascii(line.latin1()).ascii(">\r\n");
      }
      if (connection.in().isEmpty()) {
        connection.out().flush();
      }
    }

    @Override
    public void timedOut() {
      connection.out().ascii("bye: time\r\n");
    }

    @Override
    public void shuttingDown() {
      connection.out().ascii("bye: shutdown\r\n");
    }

    @Override
    public void closed() {
      closed.incrementAndGet();
      ended.complete("");
    }
  }
}
