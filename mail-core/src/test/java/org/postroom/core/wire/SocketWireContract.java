package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.testing.HandshakeTries;
import org.postroom.core.testing.Until;
import org.postroom.core.time.Timers;
import org.postroom.core.transcript.Peer;
import org.postroom.core.transcript.SocketPeer;

/** What sockets add: resets, half-closed connections, taken ports, TLS. */
abstract class SocketWireContract extends WireContract {
  private static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create(
          "Test CA", List.of("localhost", "127.0.0.1"), Clock.systemUTC(), new SecureRandom());
  private static final CertificateAuthority.Issued ISSUED =
      AUTHORITY.issue(List.of("localhost", "127.0.0.1"));

  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);
  private final boolean nativeTransport;
  private final SslProvider provider;
  private final TlsContext tls;
  private TlsContext handshakes;
  private final Wire wire;

  SocketWireContract(boolean nativeTransport, SslProvider provider) {
    this.nativeTransport = nativeTransport;
    this.provider = provider;
    tls = TlsContexts.server(ISSUED.chain(), ISSUED.key(), provider);
    handshakes = tls;
    WireOptions options =
        new WireOptions(
            1,
            Duration.ofSeconds(1),
            AddressFamily.ANY,
            nativeTransport,
            strangers,
            unsent,
            Optional.empty(),
            Optional.of(between));
    wire =
        new NettyWire(
            options, NettyTransport.forSockets(options), buffers, time, workers, lifeline);
  }

  @Override
  Wire wire() {
    return wire;
  }

  @Override
  Peer dial(Listener listener) {
    return SocketPeer.to(listener.address());
  }

  @Override
  long octetsInUse() {
    return buffers.metric().usedDirectMemory() + buffers.metric().usedHeapMemory();
  }

  @Override
  TlsContext serverTls() {
    return handshakes;
  }

  @Test
  void whoComesBetweenCanLoseTheConnection() throws Exception {
    between.isThere = true;
    Listener listener = listen();
    try (Socket socket =
        new Socket(listener.address().getAddress(), listener.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write("reset\r\n".getBytes(ISO_8859_1));

      assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void whoComesBetweenCanRefuseAHandshake() throws Exception {
    between.isThere = true;
    Listener listener = listen();

    assertThatThrownBy(() -> startTls(listener, "refuse\r\n").startHandshake())
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("handshake_failure");
  }

  @Test
  void whoComesBetweenSeesWhatIsUnderTls() throws Exception {
    between.isThere = true;
    Listener listener = listen();

    try (SSLSocket socket = startTls(listener, "starttls\r\n")) {
      socket.startHandshake();
      socket.getOutputStream().write("own\r\n".getBytes(ISO_8859_1));

      assertThat(new String(socket.getInputStream().readNBytes(6), ISO_8859_1))
          .isEqualTo("mine\r\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ANY, 0.0.0.0, true, true",
    "IPV4, 0.0.0.0, true, false",
    "IPV6, ::, false, true",
  })
  void listensToOneFamilyOfAddressesWhereOneIsAskedFor(
      AddressFamily family, String any, boolean four, boolean six) throws IOException {
    assumeTrue(isHere(ip("::1")), "no IPv6 here");
    WireOptions options =
        new WireOptions(
            1,
            Duration.ofSeconds(1),
            family,
            nativeTransport,
            strangers,
            unsent,
            Optional.empty(),
            Optional.empty());
    try (Wire restricted =
        new NettyWire(
            options, NettyTransport.forSockets(options), buffers, time, workers, lifeline)) {
      ListenerOptions wanted =
          new ListenerOptions(
              "echo",
              new InetSocketAddress(ip(any), 0),
              Optional.empty(),
              10,
              500,
              Duration.ofSeconds(30),
              "421 too many\r\n");
      Listener listener = restricted.listen(wanted, Talker::new);
      int port = listener.address().getPort();

      assertThat(greets("127.0.0.1", port)).isEqualTo(four);
      assertThat(greets("::1", port)).isEqualTo(six);
    }
  }

  /** As by a program that is being started, which has what its parent had until it is itself. */
  @Test
  void aPlaceThatSomebodyStillHasForAMomentIsHad() throws Exception {
    ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    SocketAddress place = other.getLocalSocketAddress();
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Listener> listening =
        CompletableFuture.supplyAsync(
            () -> {
              begun.countDown();
              return wire.listen(options(1).as("echo", place), Talker::new);
            });
    begun.await();
    for (int moments = 0; moments < 50; moments++) {
      Until.aMoment();
    }
    other.close();

    assertThat(listening.get(10, TimeUnit.SECONDS).address()).isEqualTo(place);
  }

  @Test
  void severalListenersAreHadAtOnce() {
    List<String> seen = new CopyOnWriteArrayList<>();
    List<Listener> listeners =
        wire.listen(
            Stream.of("one", "two", "three")
                .map(name -> new Listener.Terms(options(10), met(name, seen)))
                .toList());

    assertThat(listeners).extracting(Listener::address).doesNotHaveDuplicates();
    for (Listener listener : listeners) {
      try (Peer peer = dial(listener)) {
        peer.send("quit\r\n");
        assertThat(peer.readAll()).isEqualTo("hello\r\nbye\r\n");
      }
    }
    assertThat(seen).containsExactly("one", "two", "three");
    assertThat(wire.listen(List.of())).isEmpty();
  }

  private Function<Connection, Session> met(String name, List<String> seen) {
    return connection -> {
      seen.add(name);
      return new Talker(connection);
    };
  }

  @Test
  void whereOneOfSeveralCannotBeHadNoneIs() throws Exception {
    List<Listener.Terms> all = new ArrayList<>();
    for (Listener one : List.of(listen(), listen())) {
      all.add(at(one.address()));
      one.close(); // what was free a moment ago is free
    }
    all.add(1, at(new InetSocketAddress(ip("192.0.2.1"), 0))); // RFC 5737: nobody's

    assertThatThrownBy(() -> wire.listen(all))
        .isInstanceOf(WireFault.class)
        .hasMessageStartingWith("Cannot listen on 192.0.2.1:0 (echo): ");

    all.remove(1);
    assertThat(wire.listen(all))
        .extracting(Listener::address)
        .containsExactlyElementsOf(
            all.stream().map(one -> (InetSocketAddress) one.options().address()).toList());
  }

  @Test
  void whereTheWireIsClosedMeanwhileNobodyListens() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Listener before = listen();
      InetSocketAddress free = before.address();
      before.close();
      CompletableFuture<List<Listener>> listening =
          CompletableFuture.supplyAsync(
              () -> wire.listen(List.of(at(free), at(other.getLocalSocketAddress()))));
      Until.aMoment(); // it is asked for the place that is taken, again and again
      Until.aMoment();

      wire.close();

      assertThatThrownBy(() -> listening.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(WireFault.class);
      try (ServerSocket next = new ServerSocket()) {
        next.setReuseAddress(true);
        next.bind(free);
      }
    }
  }

  private Listener.Terms at(SocketAddress place) {
    return new Listener.Terms(options(10).as("echo", place), Talker::new);
  }

  private static InetAddress ip(String text) {
    return IpLiteral.parse(text).orElseThrow();
  }

  private static boolean isHere(InetAddress address) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(address, 0));
      return true;
    } catch (BindException e) {
      return false;
    }
  }

  /** A listener may turn a client away before or after the system has taken it. */
  private static boolean greets(String host, int port) throws IOException {
    try (Socket socket = new Socket(ip(host), port)) {
      return socket.getInputStream().read() >= 0;
    } catch (ConnectException e) {
      return false;
    }
  }

  @Test
  void servesAClientThatHasEndedItsOwnSideToTheEnd() {
    Listener listener = listen();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      peer.send("flood 20000000\r\nlast\r\n");
      peer.sendEnd();

      assertThat(peer.readAll())
          .hasSize("hello\r\n".length() + 20_000_000 + "<last>CRLF\r\n".length());
    }
  }

  @Test
  void servesAClientThatEndsItsSideWhileItsLineWaitsForAWorker() throws Exception {
    Listener listener = listenEitherWay();
    try (SocketPeer other = SocketPeer.to(listener.address())) {
      eitherWay(other);
      settle(other);
      try (SocketPeer peer = SocketPeer.to(listener.address())) {
        EitherWay session = eitherWay(peer);
        leaveToAWorker(session, peer, "l first");

        peer.send("n second\r\nl third\r\n");
        peer.sendEnd();
        other.send("n the loop has come round\r\n");
        assertThat(other.readLine()).isEqualTo("<n the loop has come round>");
        workers.letGo();

        assertThat(peer.readAll()).isEqualTo("<l first>\r\n<n second>\r\n<l third>\r\n");
        closed(session.connection).get(10, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void endsASessionThatAwaitsOctetsWhenThePeerEndsItsSide() throws Exception {
    Listener listener = listenEitherWay();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      EitherWay session = eitherWay(peer);
      peer.send("n octets 5\r\nab");
      assertThat(peer.readLine()).isEqualTo("+");

      peer.sendEnd();

      assertThat(peer.readAll()).isEmpty();
      closed(session.connection).get(10, TimeUnit.SECONDS);
    }
  }

  /** Whoever starts TLS, and whatever came with the command (RFC 3207, 5). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "n starttls\r\nn injected\r\n",
        "l starttls\r\nn injected\r\nl injected\r\n",
        "n before\r\nl starttls\r\nn inj",
        "l before\r\nn starttls\r\nl inj"
      })
  void nothingThatCameBeforeTheHandshakeIsDealtWithAfterIt(String clear) throws Exception {
    Listener listener = listenEitherWay();
    try (Socket raw = new Socket(listener.address().getAddress(), listener.address().getPort())) {
      readLine(raw);
      raw.getOutputStream().write(clear.getBytes(ISO_8859_1));
      while (!readLine(raw).equals("go")) {
        // An answer to what came before.
      }
      try (SSLSocket socket = layered(raw);
          SocketPeer peer = SocketPeer.on(socket)) {
        peer.send("n inside\r\nl inside\r\nn quit\r\n");

        assertThat(peer.readAll()).isEqualTo("<n inside>\r\n<l inside>\r\nbye\r\n");
      }
    }
  }

  @Test
  void cutsAClientThatNeverReads() throws Exception {
    Listener listener = listen();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      peer.send("flood 200000000\r\n");
      Connection connection = connections.take();

      passTimeUntil(closed(connection));

      assertThat(connection.isClosed()).isTrue();
    }
  }

  /** More of them than there are threads. */
  @Test
  void holdsNoThreadForAnswersThatAreNotRead() throws Exception {
    Listener listener = listenEitherWay();
    List<SocketPeer> silent = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      SocketPeer peer = SocketPeer.to(listener.address());
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("l flood 20000000\r\nl after\r\n");
      assertThat(peer.read()).isEqualTo('z');
      silent.add(peer);
    }

    isServed(listener);

    SocketPeer first = silent.get(0);
    first.send("n quit\r\n");
    assertThat(first.readAll()).hasSize(19_999_999 + "\r\n<l after>\r\nbye\r\n".length());
    silent.forEach(SocketPeer::close);
  }

  /** Two have much room; each of the others gets little, and its whole answer all the same. */
  @Test
  void whatLiesUnreadOfAllAnswersTogetherIsBounded() throws Exception {
    int clients = 40;
    int answer = 8_000_000; // more than the sockets hold
    Listener listener = listenEitherWay();
    List<SocketPeer> silent = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      SocketPeer peer = SocketPeer.to(listener.address());
      peer.send("n login\r\n");
      assertThat(peer.readLine()).isEqualTo("hello");
      assertThat(peer.readLine()).isEqualTo("known");
      silent.add(peer);
    }
    for (SocketPeer peer : silent) {
      peer.send("l flood " + answer + "\r\nn quit\r\n");
      assertThat(peer.read()).isEqualTo('z');
    }

    long held = heldWhenAllIsStill(listener);

    // Two have their room, and of the others the step counts that lies beyond what is free.
    long rooms = 2L * Unsent.MUCH.high();
    assertThat(unsent.held())
        .isBetween(rooms + (clients - 2) * 10_000L, rooms + (clients - 2) * 64_000L);
    assertThat(held).isBetween(100_000L, 2 * 400_000L + clients * 80_000L);
    for (SocketPeer reader : List.of(silent.get(0), silent.get(clients - 1))) {
      assertThat(reader.readAll()).hasSize(answer - 1 + "\r\nbye\r\n".length());
    }
    silent.forEach(SocketPeer::close);
  }

  /** Octets in buffers, once no answer gets on any more. */
  private long heldWhenAllIsStill(Listener listener) {
    long before = -1;
    long held = octetsInUse();
    for (int same = 0; same < 20; same = held == before ? same + 1 : 0) {
      isServed(listener);
      before = held;
      held = octetsInUse();
    }
    return held;
  }

  @Test
  void roomThatIsNotNeededAnyMoreIsForOthers() {
    Listener listener = listenEitherWay();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("n login\r\nl flood 5000000\r\n");
      assertThat(peer.readLine()).isEqualTo("known");
      assertThat(peer.readLine()).hasSize(5_000_000);

      while (unsent.held() > 0) {
        Until.aMoment();
      }
    }
  }

  /** Neither do the answers to many lines gather, each of them short. */
  @Test
  void tellsAClientThatDoesNotReadNothingMore() throws Exception {
    Listener listener = listenEitherWay();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      peer.send("l burst 100000\r\n".repeat(300) + "n quit\r\n");

      assertThat(peer.readAll()).hasSize("hello\r\n".length() + 300 * 100_002 + "bye\r\n".length());
    }
  }

  @Test
  void endsASessionThatSaysMoreThanItsClientReads() throws Exception {
    Listener listener = listenEitherWay();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      EitherWay session = eitherWay(peer);
      peer.send("l burst 100000000\r\n");

      closed(session.connection).get(10, TimeUnit.SECONDS);
      isServed(listener);
    }
  }

  @Test
  void anAnswerThatIsReadIsSaidToItsEndWhileTheServerStops() throws Exception {
    Listener listener = listenEitherWay();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      EitherWay session = eitherWay(peer);
      peer.send("l flood 20000000\r\n");
      assertThat(peer.read()).isEqualTo('z');

      ((NettyConnection) session.connection).shutDown();

      assertThat(peer.readAll()).hasSize(19_999_999 + "\r\nstopping\r\n".length());
    }
  }

  @Test
  void hearsAReset() throws Exception {
    Listener listener = listen();
    SocketPeer peer = SocketPeer.to(listener.address());
    assertThat(peer.readLine()).isEqualTo("hello");
    Connection connection = connections.take();

    peer.reset();

    closed(connection).get(10, TimeUnit.SECONDS);
  }

  @Test
  void hearsAResetWhileItSends() throws Exception {
    Listener listener = listen();
    SocketPeer peer = SocketPeer.to(listener.address());
    peer.send("flood 200000000\r\n");
    assertThat(peer.readLine()).isEqualTo("hello");
    assertThat(peer.read()).isEqualTo('z');
    Connection connection = connections.take();

    peer.reset();

    closed(connection).get(10, TimeUnit.SECONDS);
  }

  /** As from one that answers, ends, and is asked again when it is gone. */
  @Test
  void hearsWhatAServerHasSaidBeforeAReset() throws Exception {
    assertThat(heardOfOneThatGoes(false)).isEqualTo("[an answer, its end]");
  }

  /** Such as to look at the certificate of who has said it. */
  @Test
  void hearsNothingBeforeItHasDoneWhatWasToBeDone() throws Exception {
    assertThat(heardOfOneThatGoes(true)).isEqualTo("[]");
  }

  private String heardOfOneThatGoes(boolean hasMoreToDo) throws Exception {
    CompletableFuture<String> heard = new CompletableFuture<>();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletionStage<Connection> unused =
          wire.connect(
              (InetSocketAddress) server.getLocalSocketAddress(),
              new ConnectOptions(Duration.ofSeconds(5), Optional.empty(), 100),
              c -> new LateReader(c, hasMoreToDo, new ArrayList<>(), heard));
      try (Socket accepted = server.accept()) {
        assertThat(accepted.getInputStream().read()).isEqualTo('q');
        accepted.getOutputStream().write("an answer\r\nits end\r\n".getBytes(ISO_8859_1));
      } // with a reset, because the rest of the question is unread

      return heard.get(10, TimeUnit.SECONDS);
    }
  }

  /** Asks, and reads the answer when the other side is gone. */
  private record LateReader(
      Connection connection,
      boolean hasMoreToDo,
      List<String> lines,
      CompletableFuture<String> heard)
      implements Session {
    @Override
    public void opened() {
      connection.execute(this::askUntilItIsGone);
      if (hasMoreToDo) {
        connection.execute(() -> lines.add("done"));
      }
    }

    private void askUntilItIsGone() {
      connection.out().ascii("question\r\n").flush();
      Until.so(() -> connection.in().hasLine(100));
      Until.so(this::cannotBeAsked);
    }

    private boolean cannotBeAsked() {
      try {
        connection.out().ascii("question\r\n").flush();
        return connection.isClosed();
      } catch (ConnectionLost e) {
        return true;
      }
    }

    @Override
    public void ready() {
      lines.add(connection.in().readLine(100).latin1());
    }

    @Override
    public void timedOut() {}

    @Override
    public void shuttingDown() {}

    @Override
    public void closed() {
      heard.complete(lines.toString());
    }
  }

  @Test
  void namesTheAddressThatIsTaken() {
    Listener listener = listen();
    ListenerOptions same =
        new ListenerOptions(
            "other", listener.address(), Optional.empty(), 1, 100, Duration.ofSeconds(1), "");

    assertThatThrownBy(() -> wire.listen(same, Talker::new))
        .isInstanceOf(WireFault.class)
        .hasMessageContaining("other")
        .hasMessageContaining(String.valueOf(listener.address().getPort()));
  }

  @Test
  void saysWhichPeerDoesNotAnswer() {
    Listener listener = listen();
    InetSocketAddress gone = listener.address();
    listener.close();

    CompletableFuture<Connection> connecting =
        wire.connect(
                gone, new ConnectOptions(Duration.ofSeconds(5), Optional.empty(), 100), Talker::new)
            .toCompletableFuture();

    assertThatThrownBy(() -> connecting.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(WireFault.class)
        .hasMessageContaining(String.valueOf(gone.getPort()));
  }

  @Test
  void startsTlsAndForgetsWhatWasSentBehindTheCommand() throws Exception {
    Listener listener = listen();
    try (SSLSocket socket = startTls(listener, "starttls\r\ninjected\r\n");
        SocketPeer peer = SocketPeer.on(socket)) {
      peer.send("inside\r\nquit\r\n");

      assertThat(peer.readAll()).isEqualTo("<inside>CRLF\r\nbye\r\n");
      assertThat(connections.take().tls().orElseThrow().protocol()).isEqualTo("TLSv1.3");
    }
  }

  @Test
  void takesAClientHelloThatCameWithTheCommand() throws Exception {
    Listener listener = listen();
    // A hello that was read together with STARTTLS would be lost if it were forgotten.
    try (Socket raw = new Socket(listener.address().getAddress(), listener.address().getPort())) {
      readLine(raw);
      raw.getOutputStream().write("starttls\r\n".getBytes(ISO_8859_1));
      readLine(raw);
      try (SSLSocket socket = layered(raw)) {
        socket.startHandshake();

        assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
      }
    }
  }

  /** Whatever the session still does in its turn, and however fast the client is. */
  @Test
  void aClientHelloRightBehindTheAnswerIsNeverLost() {
    Listener listener = wire.listen(options(100), Hasty::new);

    assertThat(HandshakeTries.of(listener.address(), "starttls\r\n", "go").failures(100, 3))
        .isEmpty();
  }

  /** Answers before it asks for the handshake, and looks at its input until its turn is over. */
  private final class Hasty implements Session {
    private final Connection connection;

    Hasty(Connection connection) {
      begun.incrementAndGet();
      this.connection = connection;
    }

    @Override
    public void opened() {
      connection.out().ascii("hello\r\n");
    }

    @Override
    public void ready() {
      ByteBuffer line = connection.in().available();
      while (line.get() != '\n') {
        // The whole of it is there.
      }
      connection.out().ascii("go\r\n").flush();
      connection.startTls(tls);
      for (int i = 0; i < 100; i++) {
        Until.aMoment();
      }
      connection.in().hasLine(100);
      connection.deadline(Duration.ofSeconds(30));
    }

    @Override
    public void timedOut() {}

    @Override
    public void shuttingDown() {}

    @Override
    public void closed() {
      ended.incrementAndGet();
    }
  }

  @Test
  void endsTheSessionWhenTheHandshakeFails() throws Exception {
    Listener listener = listen();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("starttls\r\n");
      assertThat(peer.readLine()).isEqualTo("go");
      Connection connection = connections.take();

      peer.send("this is no handshake\r\nquit\r\n");

      closed(connection).get(10, TimeUnit.SECONDS);
      assertThat(connection.tls()).isEmpty();
    }
  }

  @Test
  void cutsAHandshakeThatDoesNotGetOn() throws Exception {
    Listener listener = listen();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("starttls\r\n");
      assertThat(peer.readLine()).isEqualTo("go");
      Connection connection = connections.take();

      passTimeUntil(closed(connection));

      assertThat(connection.isClosed()).isTrue();
    }
  }

  @Test
  void speaksTlsFromTheFirstOctet() throws Exception {
    Listener listener = listenTls();

    assertThat(call(listener, TlsContexts.verifyingClient(AUTHORITY.certificate()), "localhost"))
        .matches("TLSv1.3 (128|256) hello <secret>CRLF");
    assertThat(call(listener, TlsContexts.opportunisticClient(), "any.example"))
        .matches("TLSv1.3 (128|256) hello <secret>CRLF");
  }

  @Test
  void connectsWithTlsBeforeAnythingIsSaid() throws Exception {
    Listener listener = listenTls();
    BlockingQueue<String> failed = new LinkedBlockingQueue<>();
    CompletableFuture<String> heard = new CompletableFuture<>();

    var unused = wire.connect(listener.address(), tlsFirst(failed), c -> new Hearer(c, heard));

    assertThat(heard.get(20, TimeUnit.SECONDS)).matches("TLSv1.3 2 hello");
    assertThat(failed).isEmpty();
  }

  /** As where a port for STARTTLS is taken for one of implicit TLS. */
  @Test
  void hearsThatAServerSpeaksNoTlsThoughItShouldFirst() throws Exception {
    Listener listener = listen();
    BlockingQueue<String> failed = new LinkedBlockingQueue<>();
    CompletableFuture<String> heard = new CompletableFuture<>();

    CompletionStage<Connection> connecting =
        wire.connect(listener.address(), tlsFirst(failed), c -> new Hearer(c, heard));

    assertThat(failed.poll(20, TimeUnit.SECONDS)).isNotBlank();
    Until.so(connecting.toCompletableFuture().get(20, TimeUnit.SECONDS)::isClosed);
    assertThat(heard).isNotDone();
  }

  private static ConnectOptions tlsFirst(BlockingQueue<String> failed) {
    return new ConnectOptions(
        Duration.ofSeconds(5),
        Optional.empty(),
        1000,
        Optional.of(
            new ConnectOptions.TlsFirst(
                TlsContexts.opportunisticClient(), "any.example", failed::add)));
  }

  /** Hears the first line, and by what it came. */
  private record Hearer(Connection connection, CompletableFuture<String> heard) implements Session {
    @Override
    public void opened() {}

    @Override
    public void ready() {
      TlsSession agreed = connection.tls().orElseThrow();
      heard.complete(
          agreed.protocol()
              + " "
              + agreed.peerCertificates().size()
              + " "
              + connection.in().readLine(100).latin1());
      connection.close();
    }

    @Override
    public void timedOut() {}

    @Override
    public void shuttingDown() {}

    @Override
    public void closed() {
      heard.complete("closed");
    }
  }

  /** Whatever happens before the handshake has begun: here a deadline that is over at once. */
  @Test
  void saysNothingInClearWhereTlsComesFirst() throws Exception {
    Timers atOnce =
        new Timers() {
          @Override
          public Timer after(Duration delay, Runnable task) {
            if (!delay.isZero()) {
              return time.after(delay, task);
            }
            task.run();
            return () -> {};
          }

          @Override
          public long nanoTime() {
            return time.nanoTime();
          }
        };
    WireOptions one =
        new WireOptions(
            1,
            Duration.ofSeconds(1),
            AddressFamily.ANY,
            false,
            strangers,
            unsent,
            Optional.empty(),
            Optional.empty());
    NettyTransport transport = NettyTransport.forSockets(one);
    try (Wire hasty = new NettyWire(one, transport, buffers, atOnce, workers, lifeline)) {
      Listener listener =
          hasty.listen(
              new ListenerOptions(
                  "hasty",
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                  Optional.of(tls),
                  10,
                  500,
                  Duration.ZERO,
                  "421 too many\r\n"),
              Talker::new);
      try (SocketPeer peer = SocketPeer.to(listener.address())) {
        assertThat(peer.readAll()).isEmpty();
      }
    }
  }

  @Test
  void tellsOfAnErrorInAHandshakeAndEndsTheConnection() throws Exception {
    SslContext sound = SslContextBuilder.forClient().build();
    OutOfMemoryError error = new OutOfMemoryError("as asked");
    handshakes =
        new NettyTlsContext(
            new DelegatingSslContext(sound) {
              @Override
              protected void initEngine(SSLEngine engine) {
                throw error;
              }
            },
            false);
    Listener listener = listen();
    try (SocketPeer peer = SocketPeer.to(listener.address())) {
      peer.send("starttls\r\n");

      assertThat(peer.readAll()).isEqualTo("hello\r\ngo\r\n");
    }
    assertThat(lifeline.death()).hasValueSatisfying(it -> assertThat(it.cause()).isSameAs(error));
  }

  @Test
  void floodsThroughTls() throws Exception {
    Listener listener = listenTls();
    try (Socket raw = new Socket(listener.address().getAddress(), listener.address().getPort());
        SSLSocket socket = layered(raw);
        SocketPeer peer = SocketPeer.on(socket)) {
      peer.send("flood 5000000\r\nquit\r\n");

      assertThat(peer.readAll()).hasSize("hello\r\n".length() + 5_000_000 + "bye\r\n".length());
    }
  }

  @Test
  void aClientThatVerifiesTakesNeitherAWrongNameNorAStrangersAuthority() {
    Listener listener = listenTls();
    CertificateAuthority stranger =
        CertificateAuthority.create(
            "Stranger", List.of("localhost"), Clock.systemUTC(), new SecureRandom());

    assertThatThrownBy(
            () ->
                call(
                    listener,
                    TlsContexts.verifyingClient(AUTHORITY.certificate()),
                    "mx.example.org"))
        .cause()
        .isInstanceOf(TlsFailed.class);
    assertThatThrownBy(
            () -> call(listener, TlsContexts.verifyingClient(stranger.certificate()), "localhost"))
        .cause()
        .isInstanceOf(TlsFailed.class);
  }

  @Test
  void handshakesUseANewCertificateFromTheMomentItIsReplaced() throws Exception {
    Listener listener = listenTls();
    CertificateAuthority other =
        CertificateAuthority.create(
            "Other CA", List.of("localhost"), Clock.systemUTC(), new SecureRandom());
    CertificateAuthority.Issued fresh = other.issue(List.of("localhost"));
    TlsContext trust = TlsContexts.verifyingClient(other.certificate());
    assertThatThrownBy(() -> call(listener, trust, "localhost"))
        .cause()
        .isInstanceOf(TlsFailed.class);

    TlsContexts.replace(tls, TlsContexts.server(fresh.chain(), fresh.key(), provider));

    assertThat(call(listener, trust, "localhost")).contains("hello");
  }

  @Test
  void doesNotWaitForAHandshakeWithAServerThatHasEnded() throws Exception {
    CompletableFuture<String> said = new CompletableFuture<>();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var unused =
          wire.connect(
              new InetSocketAddress(server.getInetAddress(), server.getLocalPort()),
              new ConnectOptions(Duration.ofSeconds(60), Optional.empty(), 1000),
              c -> new TlsCaller(c, TlsContexts.opportunisticClient(), "x.test", said, true));
      try (Socket accepted = server.accept()) {
        accepted.shutdownOutput();

        assertThatThrownBy(() -> said.get(20, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(TlsFailed.class);
      }
    }
  }

  /** Who attacks, and whose certificate is too old, are found by the administrator in the log. */
  @Test
  void tellsOfHandshakesThatFail() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    ListenerOptions.NoTls watch =
        (client, reason) -> told.add(client.remote().getPort() + " " + reason);
    try (Listener listener = wire.listen(tlsOptions().whenNoTls(watch), Talker::new);
        Socket plain = plainly(listener)) {
      plain.getOutputStream().write("EHLO x\r\n".repeat(60).getBytes(ISO_8859_1));
      assertThat(told.poll(20, TimeUnit.SECONDS))
          .startsWith(plain.getLocalPort() + " ")
          .hasSizeLessThan(140);
      int port;
      try (Socket hangsUp = plainly(listener)) {
        port = hangsUp.getLocalPort();
      }
      assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo(port + " lost connection");
    }
  }

  private static Socket plainly(Listener listener) throws IOException {
    return new Socket(listener.address().getAddress(), listener.address().getPort());
  }

  private ListenerOptions tlsOptions() {
    ListenerOptions plain = options(100);
    return new ListenerOptions(
        plain.name(),
        plain.address(),
        Optional.of(tls),
        plain.maxSessions(),
        plain.maxLine(),
        plain.firstDeadline(),
        plain.refusal());
  }

  private Listener listenTls() {
    return wire.listen(tlsOptions(), Talker::new);
  }

  private String call(Listener listener, TlsContext trust, String name) throws Exception {
    CompletableFuture<String> said = new CompletableFuture<>();
    var unused =
        wire.connect(
            listener.address(),
            new ConnectOptions(Duration.ofSeconds(5), Optional.empty(), 1000),
            c -> new TlsCaller(c, trust, name, said, false));
    return said.get(20, TimeUnit.SECONDS);
  }

  private SSLSocket startTls(Listener listener, String command) throws Exception {
    Socket raw = new Socket(listener.address().getAddress(), listener.address().getPort());
    raw.setSoTimeout(30_000);
    readLine(raw);
    raw.getOutputStream().write(command.getBytes(ISO_8859_1));
    assertThat(readLine(raw)).isEqualTo("go");
    return layered(raw);
  }

  private static String readLine(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = socket.getInputStream().read();
        c >= 0 && c != '\n';
        c = socket.getInputStream().read()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  private static SSLSocket layered(Socket raw) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustAll()}, null);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(raw, "localhost", raw.getPort(), true);
    socket.setUseClientMode(true);
    return socket;
  }

  private static final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static final class TlsCaller implements Session {
    private final Connection connection;
    private final TlsContext trust;
    private final String name;
    private final CompletableFuture<String> said;
    private final boolean late;

    TlsCaller(
        Connection connection,
        TlsContext trust,
        String name,
        CompletableFuture<String> said,
        boolean late) {
      this.late = late;
      this.connection = connection;
      this.trust = trust;
      this.name = name;
      this.said = said;
    }

    @Override
    public void opened() {
      connection.execute(this::call);
    }

    private void call() {
      if (late) {
        awaitEnd();
      }
      try {
        TlsSession agreed = connection.startTlsAsClient(trust, name);
        String hello = connection.in().readLine(100).latin1();
        connection.out().ascii("secret\r\n").flush();
        String echo = connection.in().readLine(100).latin1();
        said.complete(agreed.protocol() + " " + agreed.bits() + " " + hello + " " + echo);
      } catch (WireFault e) {
        said.completeExceptionally(e);
      }
      connection.close();
    }

    private void awaitEnd() {
      try {
        connection.in().readLine(100);
      } catch (ConnectionLost e) {
        // As expected: the other side will say nothing.
      }
    }

    @Override
    public void ready() {
      connection.in().discard();
    }

    @Override
    public void timedOut() {}

    @Override
    public void shuttingDown() {}

    @Override
    public void closed() {}
  }
}
