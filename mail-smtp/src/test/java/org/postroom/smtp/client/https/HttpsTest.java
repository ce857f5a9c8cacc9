package org.postroom.smtp.client.https;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Domain;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.testing.TestTls;
import org.postroom.core.testing.TestWebServer;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.core.wire.ConnectOptions;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.ConnectionLost;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;

/** Questions to a server of the web, by a real one on loopback. */
class HttpsTest {
  private static final Domain HOST = Domain.of("www.far.test");
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final VirtualTime time =
      VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"), Duration.ofMillis(100));
  private final Workers workers = Workers.onPlatformThreads("https-test", 2);
  private final Wire wire = Wires.open(WireOptions.defaults(), time, workers);
  private TestWebServer server;

  @BeforeEach
  void listen() throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.create(
            "Web CA", List.of("far.test"), Clock.systemUTC(), new SecureRandom());
    server = new TestWebServer(TestTls.serving(authority.issue(List.of(HOST.name()))));
  }

  @AfterEach
  void end() {
    server.close();
    wire.close();
    workers.close();
  }

  private Https https(Https.Trust trust, String... zone) {
    return new Https(wire, ZoneResolver.of(zone), time, trust);
  }

  private Https https() {
    return https((chain, host) -> Optional.empty(), "www.far.test A 127.0.0.1");
  }

  private HttpQuestion get() {
    return HttpQuestion.get(HOST, server.port(), "/x.txt", 1000, LIMIT);
  }

  private static String outcome(Https https, HttpQuestion question) {
    return https
        .ask(question)
        .handle(
            (answer, trouble) ->
                trouble == null
                    ? answer.status() + " " + new String(answer.body(), US_ASCII)
                    : cause(trouble).getMessage())
        .toCompletableFuture()
        .join();
  }

  private static Throwable cause(Throwable trouble) {
    return trouble instanceof CompletionException ? trouble.getCause() : trouble;
  }

  @Test
  void asksAndHears() {
    server.says("hello");

    assertThat(outcome(https(), get())).isEqualTo("200 hello");
    assertThat(server.asked)
        .containsExactly(
            "GET /x.txt HTTP/1.1\r\nHost: www.far.test:"
                + server.port()
                + "\r\nUser-Agent: Postroom\r\nAccept: */*\r\nConnection: close\r\n\r\n");
  }

  @Test
  void sendsABody() {
    server.answers("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    byte[] body = "a report".getBytes(US_ASCII);

    String outcome =
        outcome(
            https(), new HttpQuestion(HOST, server.port(), "/r?a=b", "text/x", body, 1000, LIMIT));

    assertThat(outcome).isEqualTo("201 ");
    assertThat(server.asked.get(0))
        .startsWith("POST /r?a=b HTTP/1.1\r\n")
        .contains("\r\nContent-Type: text/x\r\nContent-Length: 8\r\n")
        .endsWith("\r\n\r\na report");
  }

  /** Nothing is said to somebody else. */
  @Test
  void whoeverIsNotBelievedIsNotAsked() {
    server.says("hello");

    Https https =
        https(
            (chain, host) -> Optional.of(host + " is " + name(chain)), "www.far.test A 127.0.0.1");

    assertThat(outcome(https, get())).isEqualTo("www.far.test is CN=www.far.test");
    assertThat(server.asked).isEmpty();
  }

  /** Where it is gone before anybody could look at who it is. */
  @Test
  void whoeverIsNotBelievedIsNotHeard() throws Exception {
    CompletableFuture<HttpAnswer> done = new CompletableFuture<>();
    try (ServerSocket anybody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletionStage<Connection> unused =
          wire.connect(
              (InetSocketAddress) anybody.getLocalSocketAddress(),
              new ConnectOptions(LIMIT, Optional.empty(), 1000),
              connection ->
                  new OpenedLate(
                      connection,
                      new Exchange(connection, get(), (chain, host) -> Optional.empty(), done)));
      try (Socket accepted = anybody.accept()) {
        assertThat(accepted.getInputStream().read()).isEqualTo('?');
        accepted
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno".getBytes(US_ASCII));
      } // with a reset, because it has not read all
      assertThat(done.handle((answer, trouble) -> cause(trouble).getMessage()).get(30, SECONDS))
          .isEqualTo("lost connection");
    }
  }

  /** Opens a session when the other side has spoken and is gone. */
  private record OpenedLate(Connection connection, Session session) implements Session {
    @Override
    public void opened() {
      connection.execute(
          () -> {
            connection.out().ascii("??").flush();
            Until.so(() -> connection.in().hasLine(1000));
            Until.so(this::isGone);
            session.opened();
          });
    }

    private boolean isGone() {
      try {
        connection.out().ascii("??").flush();
        return connection.isClosed();
      } catch (ConnectionLost e) {
        return true;
      }
    }

    @Override
    public void ready() {
      session.ready();
    }

    @Override
    public void timedOut() {
      session.timedOut();
    }

    @Override
    public void shuttingDown() {
      session.shuttingDown();
    }

    @Override
    public void closed() {
      session.closed();
    }
  }

  private static String name(List<X509Certificate> chain) {
    return chain.get(0).getSubjectX500Principal().getName();
  }

  /** What {@code Connection: close} ends is whole. */
  @Test
  void hearsWhatTheEndOfTheConnectionEnds() {
    server.answers("HTTP/1.0 200 OK\r\n\r\nall of it");

    assertThat(outcome(https(), get())).isEqualTo("200 all of it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nhello!lost connection",
        "HTTP/1.1 200 OK\\r\\nContent-Length: 1001\\r\\n\\r\\n!its answer is longer than 1000 octets",
        "220 mail ESMTP\\r\\n!its answer is no HTTP",
        "HTTP/1.1 301 Moved\\r\\nLocation: https://x.test/\\r\\nContent-Length: 0\\r\\n\\r\\n!301",
      })
  void hearsWhatIsNoAnswer(String answer, String told) {
    server.answers(answer.replace("\\r\\n", "\r\n"));

    assertThat(outcome(https(), get()).strip()).isEqualTo(told);
  }

  @Test
  void triesAddressesUntilOneAnswers() {
    server.says("hello");
    Https https =
        https(
            (chain, host) -> Optional.empty(),
            "www.far.test A 127.0.0.9",
            "www.far.test A 127.0.0.1",
            "none.far.test TXT x",
            "away.far.test A 127.0.0.9",
            "broken.far.test SERVFAIL");

    assertThat(outcome(https, get())).isEqualTo("200 hello");
    assertThat(outcome(https, question("none.far.test")))
        .isEqualTo("none.far.test has no address that may be asked");
    assertThat(outcome(https, question("away.far.test"))).startsWith("connect to /127.0.0.9:");
    assertThat(outcome(https, question("broken.far.test")))
        .startsWith("broken.far.test is not found now: SERVFAIL");
  }

  private HttpQuestion question(String host) {
    return HttpQuestion.get(Domain.of(host), server.port(), "/x.txt", 1000, LIMIT);
  }

  @Test
  void waitsNoLongerThanItIsTold() {
    server.answers("");
    var asked = https().ask(get()).toCompletableFuture();
    Until.so(() -> server.asked.size() == 1);

    time.advance(LIMIT.minusSeconds(1));
    assertThat(asked).isNotDone();
    time.advance(Duration.ofSeconds(1));

    assertThat(asked.handle((answer, trouble) -> cause(trouble).getMessage()).join())
        .isEqualTo("no answer in time");
  }
}
