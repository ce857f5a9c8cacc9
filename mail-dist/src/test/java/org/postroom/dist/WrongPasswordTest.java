package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postroom.core.dns.lookup.ZoneResolver;
import org.postroom.core.testing.TestTls;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.wire.CertificateAuthority;
import org.postroom.storage.Storage;

/**
 * Somebody who mistypes a password, again and again: how long each answer takes. Time stands but
 * while the server waits for it, so that this is measured and not the machine.
 */
@EnabledOnOs(OS.LINUX) // has the whole of 127/8 on the loopback
@Timeout(60)
class WrongPasswordTest {
  private static final String OFFICE = "127.0.0.1";
  private static final String HOME = "127.9.9.9";
  private static final Duration STEP = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int FIRST = 3;

  /** How a protocol is spoken when somebody logs in, and how its answers begin. */
  enum Door {
    IMAP(
        Role.IMAP,
        "b NOOP",
        "(\\*|b) OK .*",
        "a OK",
        "a NO [AUTHENTICATIONFAILED]",
        "a NO [UNAVAILABLE]") {
      @Override
      String logIn(String password) {
        return "a LOGIN ada@example.org " + password;
      }
    },
    POP3(
        Role.POP3,
        "USER ada@example.org",
        "\\+OK.*",
        "+OK Logged in",
        "-ERR [AUTH]",
        "-ERR [SYS/TEMP]") {
      @Override
      String logIn(String password) {
        return "PASS " + password;
      }
    },
    SUBMISSION(Role.SUBMISSIONS, "EHLO client.example", "2.*", "235", "535", "454") {
      @Override
      String logIn(String password) {
        String response = "\0ada@example.org\0" + password;
        return "AUTH PLAIN " + Base64.getEncoder().encodeToString(response.getBytes(US_ASCII));
      }
    };

    @SuppressWarnings("ImmutableEnumChecker") // a name, a number and a flag
    private final org.postroom.core.door.Door role;

    private final String before;
    private final String good;
    private final String in;
    private final String wrong;
    private final String later;

    Door(
        org.postroom.core.door.Door role,
        String before,
        String good,
        String in,
        String wrong,
        String later) {
      this.role = role;
      this.before = before;
      this.good = good;
      this.in = in;
      this.wrong = wrong;
      this.later = later;
    }

    abstract String logIn(String password);
  }

  /** What was said, and how much later than the attempt. */
  private record Answer(String said, Duration after) {}

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  private MailServer server;

  /** Timers of a server without clients. */
  private int idle;

  @BeforeEach
  void start() {
    server =
        MailServer.builder()
            .hostname("mx.example.org")
            .domains("example.org")
            .storage(Storage.inMemory())
            .account("ada@example.org", "secret")
            .bind(InetAddress.getLoopbackAddress())
            .listen(Role.IMAP, 0)
            .listen(Role.POP3, 0)
            .listen(Role.SUBMISSIONS, 0)
            .set("pop3_lock_session", "off") // who has just left may still have the mailbox
            .resolver(ZoneResolver.of())
            .time(time, time)
            .start();
    time.advance(Duration.ZERO); // what begins with the server has begun
    idle = time.pending();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void isAnsweredSoonAtFirstAndNeverLateAndTheOwnerIsInFromElsewhereAtOnce(Door door)
      throws Exception {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      answers.add(logIn(door, OFFICE, "wrong" + i));
    }

    assertThat(answers.subList(0, FIRST))
        .allSatisfy(
            answer -> {
              assertThat(answer.said()).startsWith(door.wrong);
              assertThat(answer.after()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
            });
    assertThat(answers)
        .allSatisfy(
            answer -> {
              assertThat(answer.said())
                  .satisfiesAnyOf(
                      said -> assertThat(said).startsWith(door.wrong),
                      said -> assertThat(said).startsWith(door.later));
              assertThat(answer.after()).isLessThanOrEqualTo(Duration.ofSeconds(15));
            });
    Answer owner = logIn(door, HOME, "secret");
    assertThat(owner.said()).startsWith(door.in);
    assertThat(owner.after()).isZero();
    time.advance(Duration.ofSeconds(15));
    assertThat(logIn(door, OFFICE, "secret").said()).startsWith(door.in);
  }

  /** On a connection of its own. */
  private Answer logIn(Door door, String from, String password) throws Exception {
    Answer answered = answered(door, from, password);
    until(() -> time.pending() == idle, "the connection is forgotten");
    return answered;
  }

  private Answer answered(Door door, String from, String password) throws Exception {
    try (Socket socket = connect(door.role, from)) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
      assertThat(answer(in)).matches(door.good);
      say(socket, door.before);
      assertThat(answer(in)).matches(door.good);
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> answer(in), task -> thread(task).start());
      say(socket, door.logIn(password));
      Duration after = Duration.ZERO;
      while (waitsForTime(answer)) {
        time.advance(STEP);
        after = after.plus(STEP);
      }
      return new Answer(answer.get(30, TimeUnit.SECONDS), after);
    }
  }

  /** Beside the timer that each connection has there is one for the attempt; or the answer. */
  private boolean waitsForTime(CompletableFuture<String> answer) {
    until(() -> answer.isDone() || time.pending() > idle + 1, "time is waited for, or it is over");
    return !answer.isDone();
  }

  private void until(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as(() -> what + ": " + time.pending() + " timers, without clients " + idle)
          .isLessThan(end);
      Until.aMoment();
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "hears-the-answer");
    thread.setDaemon(true);
    return thread;
  }

  private Socket connect(org.postroom.core.door.Door role, String from) throws Exception {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(server.address(role));
    return role.implicitTls()
        ? TestTls.startTls(socket, CertificateAuthority.trusting(server.authority().orElseThrow()))
        : socket;
  }

  private static void say(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
  }

  /** The line that answers; of an SMTP answer the last. */
  private static String answer(BufferedReader in) {
    try {
      String line = in.readLine();
      while (line != null && line.matches("\\d{3}-.*")) {
        line = in.readLine();
      }
      return line == null ? "the end without a word" : line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
