package org.postroom.core.policy.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postroom.core.testing.SmallPolicyServer.CLOSE;
import static org.postroom.core.testing.SmallPolicyServer.action;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.config.MainCf;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.testing.SmallPolicyServer;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.Wire;
import org.postroom.core.wire.WireOptions;
import org.postroom.core.wire.Wires;
import org.postroom.core.wire.Workers;

/** Policy servers that answer, and all the ways in which they do not. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("seconds")
final class PolicyServersTest {
  private static final Settings SETTINGS =
      Settings.read(List.of(PolicyParams.ALL), MainCf.parse("main.cf", ""), Map.of());

  private final VirtualTime time = VirtualTime.startingAt(Instant.EPOCH);
  private final Workers workers = Workers.named("policy-test", 32);
  private final Wire wire =
      Wires.open(WireOptions.defaults().withGrace(Duration.ofMillis(10)), time, workers);
  private final PolicyServers servers =
      PolicyServers.open(
          wire, ZoneResolver.of("policy.test A 127.0.0.1", "gone.test SERVFAIL"), time, workers);
  private final List<SmallPolicyServer> opened = new ArrayList<>();

  @TempDir private Path folder;

  @AfterEach
  void close() {
    servers.close();
    wire.close();
    workers.close();
    opened.forEach(SmallPolicyServer::close);
  }

  private SmallPolicyServer server(boolean tcp, UnaryOperator<String> answers) {
    SmallPolicyServer server =
        tcp
            ? SmallPolicyServer.byTcp(answers)
            : SmallPolicyServer.at(folder.resolve("policy" + opened.size()), answers);
    opened.add(server);
    return server;
  }

  private CompletableFuture<String> ask(String service, String request) {
    return servers.ask(PolicyService.of(service, SETTINGS), request + "\n\n").toCompletableFuture();
  }

  /** What is answered without time passing. */
  private String answer(String service, String request) {
    return ask(service, request).join();
  }

  /** What comes of a question whose first try fails. */
  private String outcome(CompletableFuture<String> answer) {
    while (!answer.isDone()) {
      time.advance(Duration.ofMillis(10)); // less than what comes by sockets takes in all
      Until.aMoment();
    }
    try {
      return "answered " + answer.join();
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(PolicyTrouble.class);
      return Connections.told(e);
    }
  }

  private String outcome(String service) {
    return outcome(ask(service, "a=b"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneConnectionServesOneQuestionAfterTheOther(boolean tcp) {
    SmallPolicyServer server =
        server(tcp, request -> action(request.contains("good") ? "DUNNO" : "REJECT no"));

    assertThat(answer(server.name(), "is=good")).isEqualTo("DUNNO");
    assertThat(answer(server.name(), "is=bad")).isEqualTo("REJECT no");
    assertThat(server.requests()).containsExactly("is=good\n", "is=bad\n");
    assertThat(server.connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoIsAskedAtTheSameTimeHasAConnectionEach(boolean tcp) {
    CountDownLatch both = new CountDownLatch(2);
    SmallPolicyServer server =
        server(
            tcp,
            request -> {
              both.countDown();
              try {
                both.await();
              } catch (InterruptedException e) {
                return CLOSE;
              }
              return action(request.strip());
            });

    CompletableFuture<String> first = ask(server.name(), "a=1");
    CompletableFuture<String> second = ask(server.name(), "a=2");

    assertThat(first.join()).isEqualTo("a=1");
    assertThat(second.join()).isEqualTo("a=2");
    assertThat(server.connections()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'action=OK\n\n' | OK",
        "'action=OK\r\n\r\n' | OK",
        "'action=\n\n' | ''",
        "'action=REJECT a=b, c\n\n' | REJECT a=b, c",
        "'other=1\naction=DUNNO\naction=REJECT\n\n' | DUNNO",
      })
  void anAnswerIsItsFirstAction(String octets, String action) {
    for (boolean tcp : new boolean[] {true, false}) {
      assertThat(answer(server(tcp, request -> octets).name(), "a=b")).isEqualTo(action);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "silence | no answer within 100 s",
        "half | no answer within 100 s",
        "half, then closes | lost connection in the middle of an answer",
        "closes | lost connection",
        "no action | an answer without an action",
        "nonsense | a line that is not name=value",
        "an endless line | a line of more than 8192 octets",
        "an endless answer | an answer without end",
      })
  void whatIsNoAnswer(String behaviour, String why) {
    String octets =
        switch (behaviour) {
          case "silence" -> "";
          case "half" -> "action=OK\n";
          case "half, then closes" -> "action=OK\n" + CLOSE;
          case "closes" -> CLOSE;
          case "no action" -> "reason=none\n\n";
          case "nonsense" -> "OK\n\n";
          case "an endless line" -> "action=" + "x".repeat(20_000);
          case "an endless answer" -> "more=x\n".repeat(200);
          default -> throw new IllegalArgumentException(behaviour);
        };
    for (boolean tcp : new boolean[] {true, false}) {
      SmallPolicyServer server = server(tcp, request -> octets);
      CompletableFuture<String> answer = ask(server.name(), "a=b");
      if (why.startsWith("no answer")) {
        for (int asked = 1; asked <= 2; asked++) {
          int times = asked;
          Until.so(() -> server.requests().size() == times);
          time.advance(Duration.ofSeconds(100));
          time.advance(Duration.ofSeconds(1));
        }
      }

      assertThat(outcome(answer)).isEqualTo(why);
      assertThat(server.requests()).as("tries").hasSize(2);
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void oneThatIsNotThere() {
    SmallPolicyServer gone = server(true, request -> "");
    String name = gone.name();
    gone.close();

    assertThat(outcome(name)).startsWith("Cannot connect to ");
    assertThat(outcome("unix:" + folder.resolve("none"))).isNotEmpty();
    assertThat(outcome("inet:gone.test:1")).isEqualTo("no address of gone.test is known now");
  }

  @Test
  void oneThatIsNamed() {
    SmallPolicyServer server = server(true, request -> action("OK"));

    assertThat(answer(server.name().replace("127.0.0.1", "policy.test"), "a=b")).isEqualTo("OK");
    assertThat(answer(server.name().replace("127.0.0.1", "localhost"), "a=b")).isEqualTo("OK");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneThatIsBackAtTheSecondTryHasAnswered(boolean tcp) {
    AtomicInteger asked = new AtomicInteger();
    SmallPolicyServer server =
        server(tcp, request -> asked.incrementAndGet() == 1 ? "OK\n\n" : action("DUNNO"));

    assertThat(outcome(server.name())).isEqualTo("answered DUNNO");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionThatTheServerHasEndedIsMadeAnewAtOnce(boolean tcp) {
    SmallPolicyServer server = server(tcp, request -> action("OK"));
    String once = server.name() + ", try_limit=1";
    answer(once, "a=1");

    server.endConnections();

    assertThat(answer(once, "a=2")).isEqualTo("OK");
    assertThat(server.connections()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aServerThatSpeaksUnaskedIsNotListenedTo(boolean tcp) {
    SmallPolicyServer server = server(tcp, request -> action("OK") + action("REJECT"));

    assertThat(outcome(server.name())).isEqualTo("answered OK");
    assertThat(outcome(server.name())).isEqualTo("answered OK");
    assertThat(server.connections()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"request_limit=2, 2", "max_ttl=10s, 4", "max_idle=3s, 4", "timeout=5s, 1"})
  void aConnectionIsUsedForSoLong(String option, int connections) {
    SmallPolicyServer server = server(true, request -> action("OK"));

    for (int i = 0; i < 4; i++) {
      assertThat(answer(server.name() + ", " + option, "n=" + i)).isEqualTo("OK");
      time.advance(Duration.ofSeconds(10));
    }

    assertThat(server.connections()).isEqualTo(connections);
  }

  @Test
  void moreQuestionsThanConnectionsWaitForOne() {
    CountDownLatch go = new CountDownLatch(1);
    SmallPolicyServer server =
        server(
            true,
            request -> {
              try {
                go.await();
              } catch (InterruptedException e) {
                return CLOSE;
              }
              return action(request.strip());
            });
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      answers.add(ask(server.name(), "n=" + i));
    }
    Until.so(() -> server.connections() == 100);

    go.countDown();

    for (int i = 0; i < 250; i++) {
      assertThat(answers.get(i).join()).isEqualTo("n=" + i);
    }
    assertThat(server.connections()).isEqualTo(100);
  }

  @Test
  void whoWaitsForAConnectionHasItWhenOthersGiveUp() {
    SmallPolicyServer server =
        server(false, request -> request.startsWith("slow") ? "" : action("OK"));
    String once = server.name() + ", try_limit=1";
    List<CompletableFuture<String>> slow = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      slow.add(ask(once, "slow=" + i));
    }
    Until.so(() -> server.requests().size() == 16);
    time.advance(Duration.ofSeconds(1));
    CompletableFuture<String> waits = ask(once, "a=b");
    assertThat(waits).isNotDone();

    time.advance(Duration.ofSeconds(99));

    assertThat(slow).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThat(waits.join()).isEqualTo("OK");
  }

  @Test
  void soManyWaitForAConnectionAndNotMore() {
    SmallPolicyServer server =
        server(false, request -> request.startsWith("a=b") ? action("OK") : "");
    String once = server.name() + ", try_limit=1";
    List<CompletableFuture<String>> slow = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      slow.add(ask(once, "slow=" + i));
    }
    Until.so(() -> server.requests().size() == 16);
    List<CompletableFuture<String>> waiting = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      waiting.add(ask(once, "n=" + i));
    }

    assertThat(waiting.subList(1000, 3000))
        .as("more than these do not wait")
        .allSatisfy(
            answer ->
                assertThat(outcome(answer)).isEqualTo("too many questions wait for a connection"));
    assertThat(waiting.subList(0, 1000)).noneMatch(CompletableFuture::isDone);

    time.advance(Duration.ofSeconds(100));

    assertThat(slow).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
    // The small server may still have to take those who came and went at once.
    Until.so(() -> outcome(ask(once, "a=b")).equals("answered OK"));
  }

  /** However many wait, each hears of it, and no stack is too small for them. */
  @Test
  void whereTheServerHasGoneAllWhoWaitHearOfIt() {
    SmallPolicyServer server = server(false, request -> "");
    String once = server.name() + ", try_limit=1";
    List<CompletableFuture<String>> all = new ArrayList<>();
    for (int i = 0; i < 1016; i++) {
      all.add(ask(once, "n=" + i));
    }
    Until.so(() -> server.requests().size() == 16);

    server.close();

    all.forEach(answer -> assertThat(outcome(answer)).doesNotStartWith("answered"));
    assertThat(time.instant()).isBefore(Instant.EPOCH.plusSeconds(100));
  }

  @Test
  void nobodyIsAskedAfterTheEnd() {
    SmallPolicyServer server = server(true, request -> action("OK"));
    answer(server.name(), "a=b");

    servers.close();

    assertThat(outcome(server.name())).isEqualTo("nobody is asked any more");
  }
}
