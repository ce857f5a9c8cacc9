package org.postroom.core.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.life.Lifeline;
import org.postroom.core.memory.MemoryBudget;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.transcript.Peer;

/**
 * What every wire does, whatever carries the octets. Its time is virtual; after each test nothing
 * of it may be left: no session that did not hear its end, no buffer, no thread.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class WireContract {
  /** What strangers may hold; more than any test here needs that is not about it. */
  final MemoryBudget memory = new MemoryBudget(1L << 30);

  /** Room for the long answers of two clients; the others get theirs in small steps. */
  final MemoryBudget unsent = new MemoryBudget(600_000);

  /** Limits that are met by tests that lower them. */
  final StrangerLimits strangers =
      new StrangerLimits(10_000, 10_000, 10_000, 0, Duration.ofMinutes(1), 32, 64, memory);

  final Lifeline lifeline = new Lifeline();
  final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  final HeldWorkers workers = new HeldWorkers();
  final AtomicInteger begun = new AtomicInteger();
  final AtomicInteger ended = new AtomicInteger();
  final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();

  /** Comes between clients and sessions in tests that say so. */
  final Between between = new Between();

  abstract Wire wire();

  abstract Peer dial(Listener listener);

  /** Octets of memory in buffers that nobody has given back. */
  abstract long octetsInUse();

  @AfterEach
  void leavesNothingBehind() {
    wire().close();
    workers.close();

    assertThat(ended).as("sessions that heard their end").hasValue(begun.get());
    assertThat(octetsInUse()).as("octets in lost buffers").isZero();
    assertThat(unsent.held()).as("octets of room that nobody has given back").isZero();
  }

  ListenerOptions options(int most) {
    return new ListenerOptions(
        "echo",
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        Optional.empty(),
        most,
        500,
        Duration.ofSeconds(30),
        "421 too many\r\n");
  }

  Listener listen() {
    return wire().listen(options(5000), Talker::new);
  }

  /** Lets time pass until {@code done}; a turn that is still ending counts its deadline anew. */
  void passTimeUntil(CompletableFuture<?> done) {
    while (!done.isDone()) {
      time.advance(Duration.ofSeconds(31));
      Until.aMoment();
    }
  }

  @Test
  void answersTheSameWhereverTheInputIsCut() {
    Listener listener = listen();
    String input = "one\r\ntwo\nlit 5\r\nab\r\ncthree\r\n\r\n" + "x".repeat(600) + "\r\nquit\r\n";
    String expected =
        "hello\r\n<one>CRLF\r\n<two>LF\r\n[ab\r\nc]\r\n<three>CRLF\r\n<>CRLF\r\n<"
            + "x".repeat(500)
            + ">TOO_LONG\r\nbye\r\n";

    for (int cut = 0; cut <= input.length(); cut++) {
      try (Peer peer = dial(listener)) {
        peer.send(input.substring(0, cut));
        if (cut % 50 == 0) {
          assertThat(peer.readLine()).isEqualTo("hello"); // the first part has been seen alone
          peer.send(input.substring(cut));
          assertThat("hello\r\n" + peer.readAll()).isEqualTo(expected);
        } else {
          peer.send(input.substring(cut));
          assertThat(peer.readAll()).as("cut at %s", cut).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void everyThreadGivesASignOfLife() throws Exception {
    Void unused = wire().pulse().toCompletableFuture().get();
  }

  @Test
  void whoComesBetweenDecidesWhatIsHeard() {
    between.isThere = true;
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("own\r\n");
      assertThat(peer.readLine()).isEqualTo("mine");
      peer.send("one\r\n");
      assertThat(peer.readLine()).isEqualTo("<one>CRLF");
      peer.send("part");
      peer.send("end\r\n");
      peer.send("bye\r\n");

      assertThat(peer.readAll()).isEqualTo("so long\r\n");
    }
    assertThat(between.heard()).isEqualTo("own\r\none\r\npartend\r\nbye\r\n");
  }

  @Test
  void whoComesBetweenKeepsTheTimeOfTheServer() {
    between.isThere = true;
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("later\r\n");
      Until.so(() -> time.pending() > 1);
      assertThat(between.said()).isEqualTo("hello\r\n");
      time.advance(Between.LATER);
      assertThat(peer.readLine()).isEqualTo("<one>CRLF");
    }
  }

  /** A goodbye that is kept back is said before the end. */
  @Test
  void whatIsKeptBackIsSaidBeforeTheEnd() {
    between.isThere = true;
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("keep\r\n");
      Until.so(() -> between.said().endsWith("bye\r\n"));
      CompletableFuture<String> rest = CompletableFuture.supplyAsync(peer::readAll);
      passTimeUntil(rest);

      assertThat(rest.join()).isEqualTo("bye\r\n");
    }
  }

  @Test
  void putsTrickledOctetsTogether() {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      String line = "trickle".repeat(60);
      for (int i = 0; i < line.length(); i++) {
        peer.send(line.substring(i, i + 1));
      }
      peer.send("\r\n");

      assertThat(peer.readLine()).isEqualTo("<" + line + ">CRLF");
    }
  }

  @Test
  void aListenerReceivesInAnotherWayWhoeverComesAfterwards() {
    Listener listener = listen();
    AtomicInteger others = new AtomicInteger();
    try (Peer before = dial(listener)) {
      assertThat(before.readLine()).isEqualTo("hello");

      listener.become(
          options(5000),
          connection -> {
            others.incrementAndGet();
            return new Talker(connection);
          });

      before.send("one\r\n");
      assertThat(before.readLine()).isEqualTo("<one>CRLF");
      assertThat(others).hasValue(0);
      try (Peer after = dial(listener)) {
        assertThat(after.readLine()).isEqualTo("hello");
        assertThat(others).hasValue(1);
        assertThat(listener.sessions()).isEqualTo(2);
      }
    }
  }

  @Test
  void keepsTheOrderOfManyPipelinedLines() {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      StringBuilder lines = new StringBuilder();
      IntStream.range(0, 20_000).forEach(i -> lines.append("line ").append(i).append("\r\n"));
      Thread sender = new Thread(() -> peer.send(lines.toString()));
      sender.start();

      assertThat(peer.readLine()).isEqualTo("hello");
      for (int i = 0; i < 20_000; i++) {
        assertThat(peer.readLine()).isEqualTo("<line " + i + ">CRLF");
      }
    }
  }

  @Test
  void swallowsAHugeLineWithoutKeepingIt() {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      byte[] part = "y".repeat(1 << 16).getBytes(ISO_8859_1);
      for (int i = 0; i < 128; i++) {
        peer.send(part);
      }
      peer.send("\r\nnext\r\nquit\r\n");

      assertThat(peer.readAll())
          .isEqualTo("hello\r\n<" + "y".repeat(500) + ">TOO_LONG\r\n<next>CRLF\r\nbye\r\n");
    }
  }

  /** More of them than there are threads. */
  @Test
  void holdsNoThreadForTheRestOfAnOverlongLine() {
    Listener listener = listen();
    List<Peer> unfinished = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Peer peer = dial(listener);
      unfinished.add(peer);
      peer.send("y".repeat(502));
    }

    for (Peer peer : unfinished) {
      assertThat(peer.readLine()).isEqualTo("hello");
      assertThat(peer.readLine()).isEqualTo("<" + "y".repeat(500) + ">TOO_LONG");
    }
    for (Peer peer : unfinished) {
      peer.send("rest");
      peer.send("of it\r\nnext\r\nquit\r\n");
      assertThat(peer.readAll()).isEqualTo("<next>CRLF\r\nbye\r\n");
      peer.close();
    }
  }

  /** Longer than what is taken from a socket in advance. */
  @Test
  void holdsNoThreadForALongLineThatIsAllowed() {
    Listener listener = listen();
    List<Peer> unfinished = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Peer peer = dial(listener);
      unfinished.add(peer);
      peer.send("long 700000\r\n");
      peer.send("z".repeat(500_000));
    }
    try (Peer peer = dial(listener)) {
      peer.send("quit\r\n");
      assertThat(peer.readAll()).isEqualTo("hello\r\nbye\r\n");
    }
    for (Peer peer : unfinished) {
      peer.send("\r\nquit\r\n");
      assertThat(peer.readAll()).isEqualTo("hello\r\nread 500000\r\nbye\r\n");
      peer.close();
    }
  }

  /** Else a reset takes the last words away. */
  @Test
  void theLastWordsToAnOverlongLineArrive() {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      peer.send("strict\r\n");
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("y".repeat(502));
      peer.send("y".repeat(100_000));

      assertThat(peer.readAll()).isEqualTo("too long\r\n");
    }
  }

  @Test
  void aLongerLineIsTakenWhereTheSessionAllowsIt() {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      peer.send("long 700000\r\n");
      peer.send("z".repeat(700_000) + "\r\nquit\r\n");

      assertThat(peer.readAll()).isEqualTo("hello\r\nread 700000\r\nbye\r\n");
    }
  }

  @Test
  void takesALiteralOfManyMegabytesWhole() {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("count 8388608\r\n");
      byte[] part = new byte[1 << 16];
      for (int i = 0; i < 128; i++) {
        peer.send(part);
      }
      peer.send("after\r\n");

      assertThat(peer.readLine()).isEqualTo("8388608");
      assertThat(peer.readLine()).isEqualTo("<after>CRLF");
    }
  }

  @Test
  void sendsMuchToASlowReaderWithoutLosingAny() {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      peer.send("flood 5000000\r\nquit\r\n");

      assertThat(peer.readAll()).hasSize("hello\r\n".length() + 5_000_000 + "bye\r\n".length());
    }
  }

  @Test
  void saysGoodbyeAtTheDeadlineBetweenTurns() throws Exception {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      Connection connection = connections.take();

      passTimeUntil(closed(connection));

      assertThat(peer.readAll()).isEqualTo("too slow\r\n");
    }
  }

  @Test
  void endsAClientsTurnThatWaitsBeyondTheDeadline() throws Exception {
    Connection waiting = waitingClient(listen());

    passTimeUntil(closed(waiting));

    assertThat(waiting.isClosed()).isTrue();
  }

  /** A client of ours whose turn waits for a line that does not come. */
  Connection waitingClient(Listener listener) throws Exception {
    Connection waiting =
        wire()
            .connect(
                listener.address(),
                new ConnectOptions(Duration.ofSeconds(30), Optional.empty(), 1000),
                Waiting::new)
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    literals.take();
    return waiting;
  }

  @Test
  void keepsASessionThatTalksInTime() throws Exception {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      for (int i = 0; i < 20; i++) {
        time.advance(Duration.ofSeconds(29));
        peer.send("still here\r\n");
        assertThat(peer.readLine()).isEqualTo("<still here>CRLF");
        // The reply is sent before the turn has ended; the next line is answered after it has.
        peer.send("sync\r\n");
        assertThat(peer.readLine()).isEqualTo("<sync>CRLF");
        peer.send("deadline 30\r\n");
        assertThat(peer.readLine()).isEqualTo("set");
      }
    }
  }

  @Test
  void runsTasksInOrderBetweenTheLines() throws Exception {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      Connection connection = connections.take();

      for (int i = 0; i < 100; i++) {
        String word = "task " + i + "\r\n";
        connection.execute(() -> connection.out().ascii(word));
      }

      for (int i = 0; i < 100; i++) {
        assertThat(peer.readLine()).isEqualTo("task " + i);
      }
      peer.send("task\r\nafter\r\n");
      assertThat(peer.readLine()).isEqualTo("<task>CRLF");
      assertThat(peer.readLine()).isEqualTo("done by task");
      assertThat(peer.readLine()).isEqualTo("<after>CRLF");
    }
  }

  @Test
  void holdsTheNextTurnWithoutLosingWhatComes() throws Exception {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("hold\r\nafter\r\n");
      assertThat(peer.readLine()).isEqualTo("holding");

      time.advance(Duration.ofSeconds(4));
      Connection connection = connections.take();
      assertThat(held).containsExactly(connection.id());
      time.advance(Duration.ofSeconds(2));

      assertThat(peer.readLine()).isEqualTo("held answer");
      assertThat(peer.readLine()).isEqualTo("<after>CRLF");
    }
  }

  /** Of no time at all, or of one that is over before the turn is. */
  @Test
  void aShortHoldLosesNoSession() throws Exception {
    Listener listener = listen();
    AtomicBoolean done = new AtomicBoolean();
    Thread passing =
        new Thread(
            () -> {
              while (!done.get()) {
                time.advance(Duration.ofNanos(1));
              }
            });
    passing.start();
    for (int i = 0; i < 300; i++) {
      try (Peer peer = dial(listener)) {
        peer.send("put off " + i % 3 + "\r\nagain\r\nand again\r\nquit\r\n");

        assertThat(peer.readAll())
            .as("try %s", i)
            .isEqualTo("hello\r\n<again>CRLF\r\n<and again>CRLF\r\nbye\r\n");
      }
    }
    done.set(true);
    passing.join();
  }

  @Test
  void aSuspendedSessionSleepsUntilItIsResumed() throws Exception {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("suspend\r\nafter\r\n");
      assertThat(peer.readLine()).isEqualTo("suspended");
      Connection connection = connections.take();

      time.advance(Duration.ofHours(1));
      connection.execute(() -> connection.out().ascii("task\r\n"));
      connection.resume(() -> connection.out().ascii("resumed\r\n"));
      connection.resume(() -> connection.out().ascii("resumed twice\r\n"));

      for (String line : new String[] {"resumed", "task", "<after>CRLF"}) {
        assertThat(peer.readLine()).isEqualTo(line);
      }
      // Only now: a nap before would be what the second one has resumed.
      peer.send("nap\r\nlast\r\n");
      for (String line : new String[] {"asleep", "awake", "<last>CRLF"}) {
        assertThat(peer.readLine()).isEqualTo(line);
      }
    }
  }

  @Test
  void theDeadlineOfASuspendedSessionCountsFromItsEnd() throws Exception {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      assertThat(peer.readLine()).isEqualTo("hello");
      peer.send("suspend\r\n");
      assertThat(peer.readLine()).isEqualTo("suspended");
      Connection connection = connections.take();
      time.advance(Duration.ofHours(1));
      assertThat(connection.isClosed()).isFalse();

      connection.resume(() -> connection.out().ascii("resumed\r\n").flush());
      assertThat(peer.readLine()).isEqualTo("resumed");
      passTimeUntil(closed(connection));

      assertThat(peer.readAll()).isEqualTo("too slow\r\n");
    }
  }

  @Test
  void whoseClientHasLeftKnowsItWhileItIsSuspended() throws Exception {
    Listener listener = listen();
    Peer peer = dial(listener);
    assertThat(peer.readLine()).isEqualTo("hello");
    peer.send("suspend\r\n");
    assertThat(peer.readLine()).isEqualTo("suspended");
    Connection connection = connections.take();
    assertThat(connection.mayBeGone()).isFalse();

    peer.close();

    while (!connection.mayBeGone()) {
      Until.aMoment();
    }
    connection.resume(() -> {});
    closed(connection).get(10, TimeUnit.SECONDS);
  }

  @Test
  void tellsOfAPeerThatGoesAway() throws Exception {
    Listener listener = listen();
    Peer peer = dial(listener);
    assertThat(peer.readLine()).isEqualTo("hello");
    Connection connection = connections.take();

    peer.close();

    closed(connection).get(10, TimeUnit.SECONDS);
    assertThat(connection.isClosed()).isTrue();
    connection.execute(() -> begun.set(-1)); // dropped
  }

  @Test
  void endsAClientsTurnWhosePeerGoesAway() throws Exception {
    Connection waiting = waitingClient(listen());

    connections.take().close();

    closed(waiting).get(10, TimeUnit.SECONDS);
  }

  @Test
  void closesFromAnotherThreadWhileAClientsTurnWaits() throws Exception {
    Connection waiting = waitingClient(listen());

    waiting.close();
    waiting.close();

    closed(waiting).get(10, TimeUnit.SECONDS);
  }

  @Test
  void aSessionThatFailsEndsAloneAndOnce() throws Exception {
    Listener listener = listen();
    try (Peer failing = dial(listener);
        Peer other = dial(listener);
        Peer idle = dial(listener)) {
      failing.send("fail\r\n");
      idle.send("ignore\r\n");
      other.send("fine\r\nquit\r\n");

      assertThat(failing.readAll()).isEqualTo("hello\r\n");
      assertThat(idle.readAll()).isEqualTo("hello\r\n");
      assertThat(other.readAll()).isEqualTo("hello\r\n<fine>CRLF\r\nbye\r\n");
    }
  }

  @Test
  void refusesMoreThanTheMostAndCountsThemDownAgain() throws Exception {
    Listener listener = wire().listen(options(2), Talker::new);
    try (Peer first = dial(listener);
        Peer second = dial(listener)) {
      for (Peer peer : List.of(first, second)) {
        peer.send("login\r\n");
        assertThat(peer.readLine()).isEqualTo("hello");
        assertThat(peer.readLine()).isEqualTo("known");
      }
      assertThat(listener.sessions()).isEqualTo(2);

      try (Peer third = dial(listener)) {
        assertThat(third.readAll()).isEqualTo("421 too many\r\n");
      }

      second.send("quit\r\n");
      assertThat(second.readAll()).isEqualTo("bye\r\n");
    }
    while (listener.sessions() > 0) {
      Until.aMoment();
    }
    try (Peer again = dial(listener)) {
      assertThat(again.readLine()).isEqualTo("hello");
    }
  }

  @Test
  void theStrangerThatIsIdleForLongestMakesRoomForTheNextOne() throws Exception {
    Listener listener = wire().listen(options(3), Talker::new);
    try (Peer known = dial(listener);
        Peer idle = dial(listener);
        Peer talking = dial(listener)) {
      known.send("login\r\n");
      assertThat(known.readLine()).isEqualTo("hello");
      assertThat(known.readLine()).isEqualTo("known");
      assertThat(idle.readLine()).isEqualTo("hello");
      assertThat(talking.readLine()).isEqualTo("hello");
      awaitRest(3);
      time.advance(Duration.ofSeconds(1));
      talking.send("here\r\n");
      assertThat(talking.readLine()).isEqualTo("<here>CRLF");
      awaitRest(3);

      try (Peer next = dial(listener)) {
        assertThat(next.readLine()).isEqualTo("hello");
        assertThat(idle.readAll()).isEqualTo("crowded out\r\n");
        talking.send("still here\r\n");
        assertThat(talking.readLine()).isEqualTo("<still here>CRLF");
        known.send("and I\r\n");
        assertThat(known.readLine()).isEqualTo("<and I>CRLF");
      }
    }
  }

  /** Until no turn runs: only then is a session idle. */
  void awaitRest(int sessions) {
    assertThat(connections).hasSizeGreaterThanOrEqualTo(sessions);
    while (workers.areBusy()) {
      Until.aMoment();
    }
  }

  /** Unfinished lines, at which a session that is not asked could say nothing. */
  @Test
  void halfLinesOfManyStrangersAreBoundedAndAnHonestOneIsServed() throws Exception {
    long most = memory.capacity() - memory.held();
    assertThat(memory.tryTake(most - 400_000)).isTrue(); // what is left: some dozens of sessions
    Listener listener = listen();
    List<Peer> greedy = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Peer peer = dial(listener);
      greedy.add(peer);
      if (i > 0) {
        assertThat(peer.readLine()).isEqualTo("hello");
      }
      peer.send("long 12000\r\n");
      peer.send("z".repeat(11_000));
      if (i % 20 == 19) {
        awaitRest(0); // nobody makes room who is at work
        isServed(listenEitherWay());
      }
    }

    assertThat(memory.held()).isLessThanOrEqualTo(memory.capacity());
    assertThat(greedy.get(0).readAll()).isEqualTo("hello\r\ncrowded out\r\n");
    greedy.forEach(Peer::close);
    while (memory.held() > most - 400_000) {
      Until.aMoment();
    }
  }

  @Test
  void saysGoodbyeWhenItCloses() throws Exception {
    Listener listener = listen();
    Connection busy = waitingClient(listener);
    try (Peer idle = dial(listener);
        Peer half = dial(listener)) {
      assertThat(idle.readLine()).isEqualTo("hello");
      assertThat(half.readLine()).isEqualTo("hello");
      half.send("lit 5\r\nab");
      literals.take();

      Thread closing = new Thread(wire()::close);
      closing.start();

      assertThat(idle.readAll()).isEqualTo("stopping\r\n");
      assertThat(half.readAll()).isIn("[stopping\r\n", "[abstopping\r\n");
      closed(busy).get(10, TimeUnit.SECONDS); // cut after the grace period
      closing.join(10_000);
      assertThat(closing.isAlive()).isFalse();
    }
  }

  @Test
  void contentThatIsUnderWayIsFinishedWhenItCloses() throws Exception {
    Listener listener = listenEitherWay();
    try (Peer finishing = dial(listener);
        Peer trickling = dial(listener);
        Peer idle = dial(listener)) {
      assertThat(idle.readLine()).isEqualTo("hello");
      for (Peer peer : List.of(finishing, trickling)) {
        peer.send("n octets 3\r\na");
        assertThat(peer.readLine()).isEqualTo("hello");
        assertThat(peer.readLine()).isEqualTo("+");
      }

      Thread closing = new Thread(wire()::close);
      closing.start();
      assertThat(idle.readAll()).isEqualTo("stopping\r\n");
      finishing.send("bc");

      assertThat(finishing.readAll()).startsWith("took ").endsWith("\r\nstopping\r\n");
      assertThat(trickling.readAll()).isEqualTo("stopping\r\n"); // after the grace period
      closing.join(10_000);
      assertThat(closing.isAlive()).isFalse();
    }
  }

  @Test
  void tellsOfAnErrorAfterWhichNothingCanBeReliedUpon() throws Exception {
    Listener listener = listen();
    try (Peer peer = dial(listener)) {
      peer.send("fail\r\n");
      assertThat(peer.readAll()).isEqualTo("hello\r\n");
      assertThat(lifeline.death()).isEmpty();
    }
    try (Peer peer = dial(listener)) {
      peer.send("exhaust\r\n");
      assertThat(peer.readAll()).isEqualTo("hello\r\n");
    }

    assertThat(lifeline.death().orElseThrow().cause()).isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void talksToAServerAsAClient() throws Exception {
    Listener listener = listen();
    CompletableFuture<String> said = new CompletableFuture<>();

    Connection connection =
        wire()
            .connect(
                listener.address(),
                new ConnectOptions(Duration.ofSeconds(10), Optional.empty(), 1000),
                c -> new Caller(c, said))
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);

    assertThat(said.get(10, TimeUnit.SECONDS)).isEqualTo("hello <question>CRLF");
    assertThat(connection.remote().getPort()).isEqualTo(listener.address().getPort());
  }

  @Test
  void servesAThousandConnections() {
    Listener listener = listen();
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      peers.add(dial(listener));
    }
    for (int i = 0; i < 1000; i++) {
      peers.get(i).send("from " + i + "\r\n");
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(peers.get(i).readLine()).isEqualTo("hello");
      assertThat(peers.get(i).readLine()).isEqualTo("<from " + i + ">CRLF");
    }
    assertThat(listener.sessions()).isEqualTo(1000);
    peers.forEach(Peer::close);
  }

  /** The session of {@code peer}, which nobody has connected since. */
  EitherWay eitherWay(Peer peer) throws InterruptedException {
    assertThat(peer.readLine()).isEqualTo("hello");
    return eitherWays.take();
  }

  /** At another place, where the same one cannot be had twice. */
  ListenerOptions elsewhere(ListenerOptions options) {
    return options;
  }

  Listener listenEitherWay() {
    return wire()
        .listen(
            elsewhere(options(5000)),
            connection -> {
              begun.incrementAndGet();
              EitherWay session =
                  new EitherWay(connection, this::serverTls, () -> countEnd(connection));
              eitherWays.add(session);
              return session;
            });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void answersInOrderWhoeverDealsWithALine(long seed) throws Exception {
    Listener listener = listenEitherWay();
    Random random = new Random(seed);
    for (int round = 0; round < 5; round++) {
      StringBuilder input = new StringBuilder();
      StringBuilder expected = new StringBuilder("hello\r\n");
      for (int i = 0; i < 60; i++) {
        say(random, i, input, expected);
      }
      input.append("n quit\r\n");
      expected.append("bye\r\n");
      try (Peer peer = dial(listener)) {
        CompletableFuture<Void> sent =
            CompletableFuture.runAsync(() -> sendCut(peer, input.toString(), random), workers);

        assertThat(peer.readAll()).isEqualTo(expected.toString());
        sent.get(10, TimeUnit.SECONDS);
      }
    }
  }

  /** One line, with what follows it, and its answer. */
  private static void say(Random random, int i, StringBuilder input, StringBuilder expected) {
    String when = random.nextInt(3) == 0 ? "l" : "n";
    switch (random.nextInt(10)) {
      case 0 -> {
        // Much more than a socket takes; at once a few lines at most are written.
        int length = when.equals("l") && random.nextBoolean() ? 700_000 : random.nextInt(3000);
        input.append(when).append(" flood ").append(length).append("\r\n");
        expected.append("z".repeat(length)).append("\r\n");
      }
      case 1 -> {
        int length = random.nextInt(4) == 0 ? 100_000 : 1 + random.nextInt(20);
        String octets = "\r\nn x\n".repeat(length).substring(0, length);
        input.append(when).append(" octets ").append(length).append(" quiet\r\n").append(octets);
        int sum = 0;
        for (int at = 0; at < length; at++) {
          sum = sum * 31 + octets.charAt(at);
        }
        expected.append("took ").append(sum).append("\r\n");
      }
      case 2 -> {
        input.append(when).append(" task\r\n");
        expected.append("before the task\r\ntask\r\n");
      }
      case 3 -> {
        input.append(when).append(" flush\r\n");
        expected.append("flushed\r\n");
      }
      case 4 -> input.append(when).append(" leave\r\n");
      default -> {
        input.append(when).append(" line").append(i).append("\r\n");
        expected.append("<").append(when).append(" line").append(i).append(">\r\n");
      }
    }
  }

  private static void sendCut(Peer peer, String input, Random random) {
    int most = 1 + random.nextInt(200);
    for (int at = 0; at < input.length(); ) {
      boolean burst = random.nextInt(10) == 0;
      int end = Math.min(input.length(), at + 1 + random.nextInt(burst ? 40_000 : most));
      peer.send(input.substring(at, end));
      at = end;
    }
  }

  @Test
  void callsForEachArrivalOfOctetsAndThenForLinesAgain() throws Exception {
    Listener listener = listenEitherWay();
    try (Peer peer = dial(listener)) {
      EitherWay session = eitherWay(peer);
      settle(peer);
      peer.send("n octets 6\r\n");
      for (String octet : List.of("a", "\n", "c", "d", "\r")) {
        peer.send(octet);
        assertThat(peer.readLine()).isEqualTo("+");
      }
      assertThat(session.left).containsExactly("unread");

      peer.send("fn at once\r\nl lat");
      int sum = 0;
      for (char octet : "a\ncd\rf".toCharArray()) {
        sum = sum * 31 + octet;
      }

      assertThat(peer.readLine()).isEqualTo("took " + sum);
      assertThat(peer.readLine()).isEqualTo("<n at once>");
      peer.send("er\r\nn quit\r\n");
      assertThat(peer.readAll()).isEqualTo("<l later>\r\nbye\r\n");
    }
  }

  /** More of them than there are threads. */
  @Test
  void holdsNoThreadForOctetsThatAreAwaited() throws Exception {
    Listener listener = listenEitherWay();
    List<Peer> unfinished = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Peer peer = dial(listener);
      unfinished.add(peer);
      peer.send((i % 2 == 0 ? "n" : "l") + " octets 4\r\na");
      assertThat(peer.readLine()).isEqualTo("hello");
      assertThat(peer.readLine()).isEqualTo("+");
    }

    isServed(listener);

    for (Peer peer : unfinished) {
      peer.send("bcd");
      assertThat(peer.readLine()).startsWith("took ");
      peer.close();
    }
  }

  @Test
  void saysGoodbyeAtTheDeadlineWhileOctetsAreAwaited() throws Exception {
    Listener listener = listenEitherWay();
    try (Peer peer = dial(listener)) {
      EitherWay session = eitherWay(peer);
      peer.send("n octets 50\r\n");
      for (int i = 0; i < 4; i++) {
        peer.send("a");
        assertThat(peer.readLine()).isEqualTo("+");
        time.advance(Duration.ofSeconds(29)); // in time
      }

      passTimeUntil(closed(session.connection));

      assertThat(peer.readAll()).isEqualTo("too slow\r\n");
    }
  }

  /** Returns when no worker has the session: the event loop gets what comes next. */
  static void settle(Peer peer) {
    do {
      peer.send("n who\r\n");
    } while (!peer.readLine().equals("at once"));
  }

  @Test
  void aTurnAtOnceThatFailsEndsItsSessionAloneAndOnce() throws Exception {
    Listener listener = listenEitherWay();
    try (Peer failing = dial(listener)) {
      EitherWay session = eitherWay(failing);
      settle(failing);
      failing.send("n said before\r\nn fail\r\nn never\r\n");

      assertThat(failing.readAll()).isEqualTo("<n said before>\r\n");
      closed(session.connection).get(10, TimeUnit.SECONDS);
      isServed(listener);
    }
  }

  @ParameterizedTest
  @CsvSource({"n, waits on the event loop", "l, waits for its client"})
  void aTurnThatWouldWaitForItsClientFailsInsteadOfHoldingAThread(String when, String why)
      throws Exception {
    Listener listener = listenEitherWay();
    try (Peer waiting = dial(listener)) {
      EitherWay session = eitherWay(waiting);
      settle(waiting);
      waiting.send(when + " wait\r\n");

      if (when.equals("l")) {
        assertThat(session.left.poll(10, TimeUnit.SECONDS)).isEqualTo("l wait");
      }
      assertThat(session.left.poll(10, TimeUnit.SECONDS)).contains(why);
      assertThat(waiting.readAll()).isEmpty();
      isServed(listener);
    }
  }

  /** Another client is. */
  void isServed(Listener listener) {
    try (Peer peer = dial(listener)) {
      peer.send("n fine\r\nl fine\r\nn quit\r\n");
      assertThat(peer.readAll()).isEqualTo("hello\r\n<n fine>\r\n<l fine>\r\nbye\r\n");
    }
  }

  @Test
  void aTaskComesAfterALineThatIsLeftToAWorkerAlready() throws Exception {
    Listener listener = listenEitherWay();
    try (Peer peer = dial(listener)) {
      EitherWay session = eitherWay(peer);
      leaveToAWorker(session, peer, "l first");

      session.connection.execute(() -> session.connection.out().ascii("second\r\n"));
      workers.letGo();

      assertThat(peer.readLine()).isEqualTo("<l first>");
      assertThat(peer.readLine()).isEqualTo("second");
    }
  }

  /** The event loop has read the line; no worker has time for it. */
  void leaveToAWorker(EitherWay session, Peer peer, String line) throws Exception {
    settle(peer);
    workers.hold();
    peer.send(line + "\r\n");
    assertThat(session.left.poll(10, TimeUnit.SECONDS)).isEqualTo(line);
  }

  @Test
  void aLineThatIsLeftToAWorkerIsNotLate() throws Exception {
    Listener listener = listenEitherWay();
    try (Peer peer = dial(listener)) {
      leaveToAWorker(eitherWay(peer), peer, "l patience");

      time.advance(Duration.ofSeconds(31));
      workers.letGo();

      assertThat(peer.readLine()).isEqualTo("<l patience>");
    }
  }

  @Test
  void saysGoodbyeInsteadOfDealingWithALineThatWaitsForAWorker() throws Exception {
    Listener listener = listenEitherWay();
    try (Peer peer = dial(listener)) {
      EitherWay session = eitherWay(peer);
      leaveToAWorker(session, peer, "l too late");

      ((NettyConnection) session.connection).shutDown();
      workers.letGo();

      assertThat(peer.readAll()).isEqualTo("stopping\r\n");
      closed(session.connection).get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void tellsOfAPeerThatGoesAwayWhileItsLineWaitsForAWorker() throws Exception {
    Listener listener = listenEitherWay();
    Peer peer = dial(listener);
    EitherWay session = eitherWay(peer);
    leaveToAWorker(session, peer, "l quit");

    peer.close();
    workers.letGo();

    closed(session.connection).get(10, TimeUnit.SECONDS);
  }

  private final BlockingQueue<EitherWay> eitherWays = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> literals = new LinkedBlockingQueue<>();
  private final List<String> held = new java.util.concurrent.CopyOnWriteArrayList<>();
  private final java.util.concurrent.ConcurrentHashMap<Connection, CompletableFuture<Void>> ends =
      new java.util.concurrent.ConcurrentHashMap<>();

  CompletableFuture<Void> closed(Connection connection) {
    return ends.computeIfAbsent(connection, c -> new CompletableFuture<>());
  }

  /** Greets, sends the first line, keeps the answer. */
  private final class Caller implements Session {
    private final Connection connection;
    private final CompletableFuture<String> said;
    private final CountDownLatch openedOnce = new CountDownLatch(1);
    private String hello = "";

    Caller(Connection connection, CompletableFuture<String> said) {
      begun.incrementAndGet();
      this.connection = connection;
      this.said = said;
    }

    @Override
    public void opened() {
      openedOnce.countDown();
    }

    @Override
    public void ready() {
      assertThat(openedOnce.getCount()).isZero();
      String line = connection.in().readLine(500).latin1();
      if (hello.isEmpty()) {
        hello = line;
        connection.out().ascii("question\r\n").flush();
      } else {
        said.complete(hello + " " + line);
        connection.close();
      }
    }

    @Override
    public void timedOut() {}

    @Override
    public void shuttingDown() {}

    @Override
    public void closed() {
      ended.incrementAndGet();
      said.complete("closed");
    }
  }

  /** Waits for a second line, as only a client may. */
  private final class Waiting implements Session {
    private final Connection connection;

    Waiting(Connection connection) {
      begun.incrementAndGet();
      this.connection = connection;
    }

    @Override
    public void opened() {}

    @Override
    public void ready() {
      connection.in().readLine(500);
      literals.add(connection.id());
      connection.in().readLine(500);
    }

    @Override
    public void timedOut() {}

    @Override
    public void shuttingDown() {}

    @Override
    public void closed() {
      countEnd(connection);
    }
  }

  /** A server that says what it hears, and does some things on demand. */
  final class Talker implements Session {
    private final Connection connection;
    private int limit = 500;

    /** Octets that are still to come, whether they are repeated, and what is said behind them. */
    private long awaited;

    private boolean repeats;
    private String behind = "";
    private boolean strict;
    private Duration putOff;

    Talker(Connection connection) {
      begun.incrementAndGet();
      this.connection = connection;
      connections.add(connection);
    }

    @Override
    public void opened() {
      connection.out().ascii("hello\r\n").flush();
    }

    @Override
    public void ready() {
      if (awaited > 0) {
        take();
      } else if (putOff != null) {
        connection.hold(putOff);
        connection.execute(this::obey);
      } else {
        obey();
      }
    }

    private void obey() {
      Output out = connection.out();
      Line line = connection.in().readLine(limit);
      if (limit > 500) {
        limit = 500;
        connection.lineLimit(limit);
        out.ascii("read " + line.octets().length + "\r\n");
        return;
      }
      if (strict && line.end() == Line.End.TOO_LONG) {
        out.ascii("too long\r\n");
        connection.close();
        return;
      }
      String text = line.latin1();
      String[] words = text.split(" ", 2);
      switch (words[0]) {
        case "lit" -> {
          literals.add(connection.id());
          out.ascii("[");
          await(Long.parseLong(words[1]), true, "]\r\n");
        }
        case "count" -> await(Long.parseLong(words[1]), false, words[1] + "\r\n");
        case "flood" -> {
          new Flood(connection, Integer.parseInt(words[1]), "").say();
          return;
        }
        case "deadline" -> {
          connection.deadline(Duration.ofSeconds(Long.parseLong(words[1])));
          out.ascii("set\r\n");
        }
        case "strict" -> strict = true;
        case "long" -> {
          limit = Integer.parseInt(words[1]);
          connection.lineLimit(limit);
        }
        case "task" -> {
          connection.execute(() -> out.ascii("done by task\r\n"));
          echo(line);
        }
        case "hold" -> {
          connection.hold(Duration.ofSeconds(5));
          held.add(connection.id());
          out.ascii("holding\r\n").flush();
          connection.execute(() -> out.ascii("held answer\r\n").flush());
          return;
        }
        case "put" -> putOff = Duration.ofNanos(Long.parseLong(words[1].substring(4)));
        case "suspend" -> {
          connection.suspend();
          out.ascii("suspended\r\n").flush();
          return;
        }
        case "nap" -> {
          connection.suspend();
          connection.resume(() -> out.ascii("awake\r\n").flush());
          out.ascii("asleep\r\n").flush();
          return;
        }
        case "login" -> {
          connection.trusted();
          out.ascii("known\r\n");
        }
        case "exhaust" -> throw new OutOfMemoryError("as asked");
        case "fail" -> throw new IllegalStateException("as asked");
        case "ignore" -> {
          connection.close();
          return;
        }
        case "quit" -> {
          out.ascii("bye\r\n");
          connection.close();
        }
        case "starttls" -> {
          out.ascii("go\r\n");
          connection.startTls(serverTls());
          return;
        }
        default -> echo(line);
      }
      if (connection.in().isEmpty()) {
        out.flush();
      }
    }

    private void echo(Line line) {
      connection
          .out()
          .ascii("<")
          .write(line.octets())
          .ascii(">")
          .ascii(line.end().toString())
          .ascii("\r\n");
    }

    private void await(long octets, boolean repeat, String then) {
      awaited = octets;
      repeats = repeat;
      behind = then;
      connection.awaitOctets();
    }

    private void take() {
      ByteBuffer chunk = connection.in().available();
      int step = (int) Math.min(awaited, chunk.remaining());
      if (repeats) {
        connection.out().write(chunk.duplicate().limit(chunk.position() + step));
      }
      chunk.position(chunk.position() + step);
      awaited -= step;
      if (awaited == 0) {
        connection.lineLimit(limit);
        connection.out().ascii(behind);
      }
    }

    @Override
    public void timedOut() {
      connection.out().ascii("too slow\r\n");
    }

    @Override
    public void crowdedOut() {
      connection.out().ascii("crowded out\r\n");
    }

    @Override
    public void shuttingDown() {
      connection.out().ascii("stopping\r\n");
    }

    @Override
    public void closed() {
      countEnd(connection);
    }
  }

  private void countEnd(Connection gone) {
    ended.incrementAndGet();
    if (!closed(gone).complete(null)) {
      ended.addAndGet(1000); // twice: the count at the end will show it
    }
  }

  /** What {@code starttls} begins with; only where there is TLS. */
  TlsContext serverTls() {
    throw new UnsupportedOperationException();
  }
}
