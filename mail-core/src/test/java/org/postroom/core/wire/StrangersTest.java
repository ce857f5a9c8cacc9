package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.life.Lifeline;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.refusal.WireFault;
import org.postroom.core.testing.Until;
import org.postroom.core.time.Timers;
import org.postroom.core.time.VirtualTime;

/** Who has to go when there is no place: seen from outside, by clients of several addresses. */
@Timeout(60)
@Tag("seconds")
final class StrangersTest {
  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final Workers workers = Workers.named("worker", 8);
  private final List<Client> clients = new ArrayList<>();
  private Executor threads = workers;
  private volatile Connection newest;
  private Predicate<InetAddress> known = address -> false;
  private MemoryBudget memory = new MemoryBudget(1 << 30);
  private Duration grace = Duration.ZERO;
  private Wire wire;

  @AfterEach
  void close() throws IOException {
    for (Client client : clients) {
      client.socket.close();
    }
    wire.close();
    workers.close();
    assertThat(memory.held()).isZero();
  }

  private Listener listen(int sessions, int ofOneAddress, int attempts) {
    return listen(sessions, ofOneAddress, attempts, time);
  }

  private Listener listen(int sessions, int ofOneAddress, int attempts, Timers timers) {
    StrangerLimits limits =
        new StrangerLimits(
            sessions, 1000, ofOneAddress, attempts, Duration.ofMinutes(1), 32, 64, memory);
    wire =
        Wires.open(
            WireOptions.defaults().withGrace(grace).withStrangers(limits),
            timers,
            task -> threads.execute(task),
            new Lifeline());
    return wire.listen(
        new ListenerOptions(
                "door",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                1000,
                StrangerLimits.LONGEST_LINE,
                Duration.ofMinutes(5),
                "full\r\n")
            .forStrangers(0, address -> known.test(address)),
        connection -> {
          newest = connection;
          return new Guest(connection);
        });
  }

  @Test
  void anAddressThatHasItsSessionsGivesItsOldestForTheNext() throws IOException {
    Listener door = listen(1000, 3, 0);
    Client other = greeted(door, 9);
    Client first = greeted(door, 1);
    Client second = greeted(door, 1);
    greeted(door, 1);

    greeted(door, 1);
    greeted(door, 1);

    assertThat(first.line()).isEqualTo("no room");
    assertThat(second.line()).isEqualTo("no room");
    assertThat(other.ask("here")).isEqualTo("here");
  }

  @Test
  void theAddressThatHoldsMostGivesFirst() throws IOException {
    Listener door = listen(8, 1000, 0);
    Client modest = greeted(door, 1);
    List<Client> many = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      many.add(greeted(door, 2));
    }

    for (int i = 0; i < 5; i++) {
      greeted(door, 3 + i);
    }

    for (int i = 0; i < 5; i++) {
      assertThat(many.get(i).line()).isEqualTo("no room");
    }
    assertThat(modest.ask("here")).isEqualTo("here");
  }

  @Test
  void whoHasLoggedInNeverGoes() throws IOException {
    Listener door = listen(3, 1000, 0);
    List<Client> known = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Client client = greeted(door, 1);
      assertThat(client.ask("login")).isEqualTo("login");
      known.add(client);
    }

    assertThat(connect(door, 2).line()).isEqualTo("full");

    for (Client client : known) {
      assertThat(client.ask("here")).isEqualTo("here");
    }
  }

  @Test
  void connectionsUponWhichNobodyLogsInAreCounted() throws IOException {
    Listener door = listen(1000, 1000, 5);
    for (int i = 0; i < 20; i++) {
      assertThat(greeted(door, 1).ask("login")).isEqualTo("login");
    }
    for (int i = 0; i < 5; i++) {
      greeted(door, 1);
    }

    assertThat(connect(door, 1).line()).isEqualTo("full");
    greeted(door, 2);

    time.advance(Duration.ofSeconds(61));
    greeted(door, 1);
  }

  /** Half lines are charged; the address that has many of them gives, and not the one with one. */
  @Test
  void whatStrangersHoldTogetherIsBounded() throws IOException {
    memory = new MemoryBudget(400_000);
    Listener door = listen(1000, 1000, 0);
    Client honest = greeted(door, 1);
    List<Client> greedy = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Client client = greeted(door, 2 + i % 3);
      greedy.add(client);
      client.send("x".repeat(12_000));
    }

    assertThat(greedy.get(0).line()).isEqualTo("no room");
    assertThat(memory.held()).isLessThanOrEqualTo(memory.capacity());
    assertThat(honest.ask("here")).isEqualTo("here");
    assertThat(greeted(door, 9).ask("here")).isEqualTo("here");
  }

  /** Nobody of it can go, so that others would have to, one after the other. */
  @Test
  void anAddressThatHasItsShareOfMemoryTakesNoneFromOthers() throws IOException {
    memory = new MemoryBudget(400_000);
    Listener door = listen(1000, 1000, 0);
    List<Client> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      others.add(greeted(door, 10 + i));
    }
    Client last = greeted(door, 1);
    for (int i = 0; i < 100_000 / Strangers.SESSION_OCTETS - 1; i++) {
      assertThat(greeted(door, 1).ask("suspend")).isEqualTo("suspend");
    }

    last.send("x".repeat(12_000));
    assertThat(last.line()).isEqualTo("no room");
    assertThat(greeted(door, 1).ask("suspend")).isEqualTo("suspend");
    assertThat(connect(door, 1).line()).isEqualTo("full");

    for (Client other : others) {
      assertThat(other.ask("here")).isEqualTo("here");
    }
  }

  /** While it is at work nobody can go for it, and it cannot go itself. */
  @Test
  void whoSendsMoreThanThereIsRoomForWhileItIsAtWorkGoesWhenItRests() throws IOException {
    Queue<Runnable> turns = new ConcurrentLinkedQueue<>();
    threads = turns::add;
    Listener door = listen(1000, 1000, 0);
    Client busy = greeted(door, 1);
    long rest = memory.capacity() - memory.held();
    assertThat(memory.tryTake(rest)).isTrue();
    busy.send("later\r\n");
    while (turns.isEmpty()) {
      Thread.onSpinWait();
    }

    busy.send("x".repeat(12_000));
    while (((NettyConnection) newest).input.held() == 0) {
      Thread.onSpinWait();
    }
    assertThat(connect(door, 2).line()).isEqualTo("full"); // by then that has been weighed
    while (!turns.isEmpty()) {
      turns.remove().run();
    }

    assertThat(busy.line()).isEqualTo("later");
    assertThat(busy.line()).isEqualTo("no room");
    memory.give(rest);
  }

  @Test
  void whoIsKnownFromTheBeginningIsNoStranger() throws IOException {
    known = address -> address.getAddress()[3] < 5;
    Listener door = listen(3, 1, 0);
    List<Client> friends = List.of(greeted(door, 1), greeted(door, 1));
    Client stranger = greeted(door, 9);

    greeted(door, 1);

    assertThat(stranger.line()).isEqualTo("no room");
    assertThat(connect(door, 1).line()).isEqualTo("full");
    for (Client friend : friends) {
      assertThat(friend.ask("here")).isEqualTo("here");
    }
  }

  /** Its sessions are over, so that nothing but the number of all sockets bounds them. */
  @Test
  void whoDoesNotReadTheLastWordsHoldsNoSocketForLong() throws IOException {
    Listener door = listen(1000, 1000, 0);
    Client silent = greeted(door, 1);

    silent.send("leave\r\n");

    awaitSessions(door, 0);
    awaitChannels(0);
  }

  /** It may take seconds to go, and its place is the next one's. */
  @Test
  void whoLeavesHasNoPlaceAtTheDoor() throws IOException {
    Listener door = listen(3, 1000, 0);
    List<Client> others = List.of(greeted(door, 1), greeted(door, 2));
    Client silent = greeted(door, 3);

    silent.send("leave\r\n");
    while (((NettyWire) wire).strangers().count() > 2) {
      Thread.onSpinWait();
    }
    greeted(door, 4);

    for (Client other : others) {
      assertThat(other.ask("here")).isEqualTo("here");
    }
    assertThat(((NettyWire) wire).channels()).isEqualTo(4);
  }

  /** There was no place for it before; the server does not read less of it while it stops. */
  @Test
  void contentThatWaitedForPlaceIsReadWhenTheServerStops() throws Exception {
    grace = Duration.ofSeconds(10);
    Listener door = listen(1000, 1000, 0);
    Client client = greeted(door, 1);
    assertThat(client.ask("content")).isEqualTo("content");
    NettyConnection connection = (NettyConnection) newest;
    connection.suspend(); // it is not at rest, and cannot go
    long rest = memory.capacity() - memory.held();
    assertThat(memory.tryTake(rest)).isTrue();
    client.send("x".repeat(12_000));
    while (connection.channel().config().isAutoRead()) {
      Thread.onSpinWait();
    }

    CompletableFuture<Void> stopped = CompletableFuture.runAsync(wire::close);
    while (!connection.isStopping()) {
      Thread.onSpinWait();
    }
    client.send("x".repeat(300_000) + ".");
    connection.resume(() -> {});

    assertThat(client.line()).isEqualTo("312000 octets");
    client.socket.close();
    stopped.get(20, TimeUnit.SECONDS);
    memory.give(rest);
  }

  @Test
  void whoHasToGoAndDoesNotReadHasNoLastWords() throws IOException {
    Listener door = listen(1, 1000, 0);
    Client silent = greeted(door, 1);
    silent.send("flood\r\n");
    assertThat(silent.in.read()).isEqualTo('z');
    for (Client next = connect(door, 2); !next.line().equals("hello"); next = connect(door, 2)) {
      next.socket.close(); // as long as the silent one is busy it need not go
    }

    long since = System.nanoTime();
    awaitChannels(1);

    assertThat(Duration.ofNanos(System.nanoTime() - since))
        .isLessThan(Farewell.LAST_WORDS_OF_STRANGERS);
  }

  /** Wherever it goes wrong: when it is looked for a place, in the connection, at its beginning. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aConnectionThatCannotBeTakenInLeavesNothingBehind(int call) throws IOException {
    AtomicInteger until = new AtomicInteger(Integer.MAX_VALUE);
    Listener door = listen(1, 1000, 0, new FailingTimers(time, until));
    until.set(call);

    Client unlucky = connect(door, 1);

    assertThat(unlucky.socket.getInputStream().read()).isEqualTo(-1);
    assertThat(until.get()).isLessThanOrEqualTo(0);
    until.set(Integer.MAX_VALUE);
    awaitSessions(door, 0);
    assertThat(memory.held()).isZero();
    greeted(door, 1);
  }

  /** Wherever it goes wrong: in the connection, or at its beginning. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aConnectionOfOursThatCannotBeBegunSaysSo(int call) throws Exception {
    AtomicInteger until = new AtomicInteger(Integer.MAX_VALUE);
    try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listen(1, 1000, 0, new FailingTimers(time, until));
      until.set(call);
      CompletableFuture<Connection> connected =
          wire.connect(
                  (InetSocketAddress) peer.getLocalSocketAddress(),
                  new ConnectOptions(Duration.ofSeconds(10), Optional.empty(), 500),
                  Guest::new)
              .toCompletableFuture();

      assertThatThrownBy(() -> connected.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(WireFault.class)
          .hasRootCauseMessage("the test's");
      try (Socket accepted = peer.accept()) {
        accepted.setSoTimeout(10_000);
        assertThat(accepted.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  /** As when no more threads can be had; what is thrown says nothing about the session. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSessionThatNoWorkerCanBeHadForHearsItsEnd(boolean error) throws IOException {
    threads =
        turn -> {
          if (error) {
            throw new LinkageError("the test's");
          }
          throw new IllegalStateException("the test's");
        };
    Listener door = listen(1000, 1000, 0);
    Client client = greeted(door, 1);

    client.send("later\r\n");

    assertThat(client.line()).isNull();
    awaitSessions(door, 0);
  }

  /** What the wire goes by; fails once, after so many looks at the time. */
  private record FailingTimers(Timers timers, AtomicInteger until) implements Timers {
    @Override
    public Timer after(Duration delay, Runnable task) {
      return timers.after(delay, task);
    }

    @Override
    public long nanoTime() {
      if (until.decrementAndGet() == 0) {
        throw new IllegalStateException("the test's");
      }
      return timers.nanoTime();
    }
  }

  private static void awaitSessions(Listener door, int most) {
    long since = System.nanoTime();
    while (door.sessions() > most && System.nanoTime() - since < 20_000_000_000L) {
      Until.aMoment();
    }
    assertThat(door.sessions()).isLessThanOrEqualTo(most);
  }

  private void awaitChannels(int most) {
    NettyWire netty = (NettyWire) wire;
    long since = System.nanoTime();
    while (netty.channels() > most && System.nanoTime() - since < 20_000_000_000L) {
      Thread.onSpinWait();
    }
    assertThat(netty.channels()).isLessThanOrEqualTo(most);
  }

  private Client connect(Listener door, int host) throws IOException {
    Client client = new Client(door, host);
    clients.add(client);
    return client;
  }

  private Client greeted(Listener door, int host) throws IOException {
    Client client = connect(door, host);
    assertThat(client.line()).isEqualTo("hello");
    // The next one's turn tells that this one's is over: one event loop has them all.
    assertThat(client.ask("in")).isEqualTo("in");
    time.advance(Duration.ofMillis(1));
    return client;
  }

  /** Somebody of 127.0.1.host. */
  private static final class Client {
    private final Socket socket;
    private final BufferedReader in;

    Client(Listener door, int host) throws IOException {
      socket =
          new Socket(
              door.address().getAddress(),
              door.address().getPort(),
              InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) host}),
              0);
      socket.setSoTimeout(10_000);
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    String line() throws IOException {
      return in.readLine();
    }

    String ask(String line) throws IOException {
      send(line + "\r\n");
      return line();
    }
  }

  /** Says what it hears, on the event loop. */
  private static final class Guest implements Session {
    private final Connection connection;
    private String begun;

    /** Octets of content so far; below zero: none is awaited. */
    private int content = -1;

    Guest(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void opened() {
      connection.out().ascii("hello\r\n");
    }

    @Override
    public boolean readyAtOnce() {
      if (content >= 0) {
        take();
        return true;
      }
      String line = read();
      if (line.equals("later")) {
        begun = line;
        return false;
      }
      obey(line);
      return true;
    }

    @Override
    public void ready() {
      if (content >= 0) {
        take();
        return;
      }
      String line = begun == null ? read() : begun;
      begun = null;
      obey(line);
    }

    /** Up to a full stop. */
    private void take() {
      ByteBuffer octets = connection.in().available();
      while (octets.hasRemaining()) {
        if (octets.get() == '.') {
          connection.out().ascii(content + " octets\r\n");
          connection.close();
          return;
        }
        content++;
      }
    }

    private String read() {
      return connection.in().readLine(StrangerLimits.LONGEST_LINE).latin1();
    }

    private void obey(String line) {
      switch (line) {
        case "login" -> connection.trusted();
        case "suspend" -> connection.suspend();
        case "content" -> {
          content = 0;
          connection.awaitOctets();
        }
        case "flood" -> {
          new Flood(connection, 20_000_000, "").say();
          return;
        }
        case "leave" -> {
          // More than the system takes for a client that does not read.
          connection.out().ascii("z".repeat(20_000_000));
          connection.close();
        }
        default -> {}
      }
      connection.out().ascii(line).ascii("\r\n");
    }

    @Override
    public void timedOut() {}

    @Override
    public void crowdedOut() {
      connection.out().ascii("no room\r\n");
    }

    @Override
    public void shuttingDown() {}

    @Override
    public void closed() {}
  }
}
