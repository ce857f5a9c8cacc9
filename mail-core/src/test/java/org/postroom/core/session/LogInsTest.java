package org.postroom.core.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AccountId;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.auth.PasswordQueue;
import org.postroom.core.config.Settings;
import org.postroom.core.life.Lifeline;
import org.postroom.core.log.MailLog;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.MemoryAccounts;
import org.postroom.core.testing.MemoryMailStore;
import org.postroom.core.testing.PassingTime;
import org.postroom.core.testing.TestTokens;
import org.postroom.core.testing.Until;
import org.postroom.core.time.VirtualTime;
import org.postroom.core.transcript.FarConnection;
import org.postroom.core.transcript.Peer;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Listener;
import org.postroom.core.wire.PipeWire;
import org.postroom.core.wire.Session;
import org.postroom.core.wire.Workers;
import org.slf4j.event.EventRecordingLogger;
import org.slf4j.event.SubstituteLoggingEvent;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.SubstituteLogger;

/** Log-ins by a protocol that has no words of its own, from any address that a client names. */
@Timeout(60)
class LogInsTest {
  private static final String HERE = "192.0.2.1";
  private static final String ELSEWHERE = "198.51.100.1";

  private final VirtualTime time = VirtualTime.startingAt(Instant.parse("2026-11-24T15:00:00Z"));
  private final Workers workers = Workers.named("sessions", 4);
  private final Workers hashing = Workers.onPlatformThreads("hashing", 2);
  private final PipeWire wire = PipeWire.open(time, workers);
  private final MemoryAccounts memory = new MemoryAccounts(new MemoryMailStore(Clock.systemUTC()));
  private final SecureRandom random = new SecureRandom();

  /** Whose password was looked at. */
  private final List<String> looked = new CopyOnWriteArrayList<>();

  /** Every password that came without an exchange. */
  private final List<Secret> brought = new CopyOnWriteArrayList<>();

  private final Queue<SubstituteLoggingEvent> lines = new ConcurrentLinkedQueue<>();

  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger turnedAway = new AtomicInteger();
  private volatile Consumer<String> before = login -> {};
  private volatile UnaryOperator<String> meant = typed -> typed;
  private final Accounts accounts = observed();
  private LogIns logIns =
      LogIns.of(
          accounts,
          TestTokens.mechanisms(accounts, random),
          new LoginThrottle(time, random),
          new PasswordQueue(hashing, 2),
          time,
          Duration.ofSeconds(2));
  private final Listener listener = wire.listen(Talker::new);

  @BeforeEach
  void addAda() {
    memory.add("ada", Secret.of("secret"));
  }

  @AfterEach
  void close() {
    wire.close();
    logIns.close();
    workers.close();
    hashing.close();
  }

  @Test
  void whoIsRightIsInAtOnceWhateverTheMechanism() {
    try (Peer peer = dial()) {
      peer.send(HERE + " PASS ada secret\r\n");
      assertThat(peer.readLine()).isEqualTo("ada is in by PLAIN");
      peer.send(HERE + " AUTH plain " + base64("\0ada\0secret") + "\r\n");
      assertThat(peer.readLine()).isEqualTo("ada is in by PLAIN");
      peer.send(HERE + " AUTH LOGIN\r\n");
      assertThat(peer.readLine()).isEqualTo("+ " + base64("Username:"));
      peer.send(base64("ada") + "\r\n");
      assertThat(peer.readLine()).isEqualTo("+ " + base64("Password:"));
      peer.send(base64("secret") + "\r\n");
      assertThat(peer.readLine()).isEqualTo("ada is in by LOGIN");
    }
  }

  @Test
  void whatIsNoAttemptIsRefusedAtOnce() {
    try (Peer peer = dial()) {
      String[][] dialogues = {
        {"AUTH KERBEROS", "UNKNOWN_MECHANISM"},
        {"CLEAR PLAIN", "NEEDS_TLS"},
        {"AUTH PLAIN !", "NOT_BASE64"},
        {"AUTH PLAIN *", "NOT_BASE64"},
        {"AUTH PLAIN =", "MALFORMED"},
        {"AUTH PLAIN " + base64("ada"), "MALFORMED"},
      };
      for (String[] dialogue : dialogues) {
        peer.send(HERE + " " + dialogue[0] + "\r\n");
        assertThat(peer.readLine()).as(dialogue[0]).isEqualTo("no: " + dialogue[1]);
      }
      String[][] answers = {
        {"*", "CANCELLED"},
        {"!", "NOT_BASE64"},
        {"", "MALFORMED"},
        {"A".repeat(LogIn.RESPONSE_LIMIT + 4), "TOO_LONG"},
      };
      for (String[] answer : answers) {
        peer.send(HERE + " AUTH PLAIN\r\n");
        assertThat(peer.readLine()).isEqualTo("+ ");
        peer.send(answer[0] + "\r\n");
        assertThat(peer.readLine()).isEqualTo("no: " + answer[1]);
      }
    }
    assertThat(looked).isEmpty();
  }

  @Test
  void aWrongPasswordIsAnsweredAfterTwoSecondsAndWhatFollowsWaits() {
    try (Peer peer = dial()) {
      peer.send(HERE + " PASS ada wrong\r\n" + HERE + " AUTH KERBEROS\r\n");
      awaitTimers(2);
      time.advance(Duration.ofMillis(1999));
      assertThat(time.pending()).isEqualTo(2);
      time.advance(Duration.ofMillis(1));

      assertThat(peer.readLine()).isEqualTo("no: WRONG");
      assertThat(peer.readLine()).isEqualTo("no: UNKNOWN_MECHANISM");
    }
  }

  @Test
  void ofTwoGuessesASecondFewAreLookedAtWhileTheOwnerLogsInFromElsewhere() {
    List<Peer> guessers = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      Peer guesser = dial();
      guesser.send(HERE + " PASS ada guess" + i + "\r\n");
      guessers.add(guesser);
      time.advance(Duration.ofMillis(500));
      if (i == 60) {
        try (Peer owner = dial()) {
          owner.send(ELSEWHERE + " PASS ada secret\r\n");
          assertThat(owner.readLine()).isEqualTo("ada is in by PLAIN");
        }
      }
    }

    assertThat(looked).hasSizeBetween(2, 29);
    guessers.forEach(Peer::close);
  }

  /** Else who guesses has as many tries as there are spellings. */
  @Test
  void oneAccountInManySpellingsIsOneCount() {
    meant = typed -> typed.replaceFirst("@.*", "");
    try (Peer owner = dial();
        Peer guesser = dial()) {
      owner.send(HERE + " PASS ada@one.example secret\r\n");
      assertThat(owner.readLine()).isEqualTo("ada is in by PLAIN");
      guesser.send(HERE + " PASS ada wrong\r\n");
      awaitTimers(2);
      for (String name : List.of("ada@two.example", "ada@three.example", "ada@four.example")) {
        owner.send(HERE + " PASS " + name + " secret\r\n");
        assertThat(owner.readLine()).as("at home, so at once").isEqualTo("ada is in by PLAIN");
      }
    }
  }

  @Test
  void nobodyLooksAtWhatAClientHasSentThatLeft() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch reached = new CountDownLatch(2);
    before =
        login -> {
          reached.countDown();
          await(gate);
        };
    List<Peer> crowd = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Peer peer = dial();
      peer.send("10.0." + i + ".1 PASS nobody" + i + " wrong\r\n");
      crowd.add(peer);
    }
    await(reached);
    Peer owner = dial();
    owner.send(ELSEWHERE + " PASS ada secret\r\n");

    crowd.forEach(Peer::close);
    while (ended.get() < 60) {
      Until.aMoment();
    }
    before = login -> {};
    gate.countDown();

    assertThat(owner.readLine()).isEqualTo("ada is in by PLAIN");
    assertThat(looked).hasSize(3).contains("ada");
    owner.close();
  }

  @Test
  void whoComesToAFullQueueIsToldSo() {
    CountDownLatch gate = new CountDownLatch(1);
    before = login -> await(gate);
    List<Peer> crowd = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Peer peer = dial();
      peer.send("10.0." + i + ".1 PASS ada secret\r\n");
      crowd.add(peer);
    }

    // Two are looked at and 64 wait: the others hear that, in whatever order they came.
    while (turnedAway.get() < 34) {
      Until.aMoment();
    }
    gate.countDown();

    List<String> heard = new ArrayList<>();
    crowd.forEach(peer -> heard.add(peer.readLine()));
    assertThat(heard).filteredOn("no: BUSY"::equals).hasSize(34);
    assertThat(heard).filteredOn("ada is in by PLAIN"::equals).hasSize(66);
    crowd.forEach(Peer::close);
  }

  @Test
  void troubleIsNobodysFault() {
    try (Peer peer = dial()) {
      for (RuntimeException trouble :
          List.of(
              new StorageUnavailable("the test's store fails"),
              new IllegalStateException("the test's bug"))) {
        before =
            login -> {
              throw trouble;
            };
        peer.send(HERE + " PASS ada secret\r\n");
        assertThat(peer.readLine()).isEqualTo("no: UNAVAILABLE");
        before = login -> {};
        peer.send(HERE + " PASS ada secret\r\n");
        assertThat(peer.readLine()).isEqualTo("ada is in by PLAIN");
      }
    }
  }

  @Test
  void closedItEndsTheConnectionsOfWhoWaits() {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch reached = new CountDownLatch(2);
    before =
        login -> {
          reached.countDown();
          await(gate);
        };
    List<Peer> crowd = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Peer peer = dial();
      peer.send("10.0." + i + ".1 PASS ada secret\r\n");
      crowd.add(peer);
    }
    await(reached);

    Peer late = dial();
    late.send("10.0.9.1 PASS ada secret\r\n");
    logIns.close();
    gate.countDown();

    assertThat(crowd).filteredOn(peer -> peer.readLine() == null).hasSizeLessThanOrEqualTo(1);
    assertThat(late.readLine()).isIn(null, "no: BUSY");
    crowd.forEach(Peer::close);
  }

  // --- tokens

  @Test
  void whoBringsATokenIsInAtOnce() {
    try (Peer peer = dial()) {
      for (String token : List.of("good.ada", "known-good.ada")) {
        peer.send(HERE + " AUTH xoauth2 " + xoauth2("ada", token) + "\r\n");
        assertThat(peer.readLine()).isEqualTo("ada is in by XOAUTH2");
      }
      peer.send(HERE + " CLEAR XOAUTH2 " + xoauth2("ada", "good.ada") + "\r\n");
      assertThat(peer.readLine()).isEqualTo("no: NEEDS_TLS");
    }
  }

  /** RFC 7628, 3.2.3: it must answer, and with what counts for nothing. */
  @Test
  void whoIsToldWhyMayAnswerWhatItLikes() throws Exception {
    try (Peer peer = dial()) {
      for (String answer : List.of("", "AQ==", "*", "!", "A".repeat(LogIn.RESPONSE_LIMIT + 4))) {
        peer.send(HERE + " AUTH XOAUTH2 " + xoauth2("ada", "bad.token") + "\r\n");
        String told = PassingTime.until(time, workers, peer::readLine);
        assertThat(new String(Base64.getDecoder().decode(told.substring(2)), UTF_8))
            .contains("\"status\":\"401\"");
        peer.send(answer + "\r\n");
        assertThat(peer.readLine()).isEqualTo("no: WRONG");
      }
    }
  }

  @Test
  void aTokenNobodyCanLookAtNowIsNoGuess() {
    try (Peer peer = dial()) {
      for (int i = 0; i < 20; i++) {
        peer.send(HERE + " AUTH XOAUTH2 " + xoauth2("ada", "away.ada" + i) + "\r\n");
        assertThat(peer.readLine()).isEqualTo("no: UNAVAILABLE");
      }
      peer.send(HERE + " PASS ada secret\r\n");
      assertThat(peer.readLine()).isEqualTo("ada is in by PLAIN");
    }
  }

  @Test
  void whoGuessesTokensHasToWaitAsWithPasswords() throws Exception {
    List<String> heard = new ArrayList<>();
    try (Peer peer = dial()) {
      for (int i = 0; i < 16; i++) {
        peer.send(HERE + " AUTH XOAUTH2 " + xoauth2("ada", "bad.token" + i) + "\r\n");
        String said = PassingTime.until(time, workers, peer::readLine);
        if (said.startsWith("+")) {
          peer.send("\r\n");
          said = peer.readLine();
        }
        heard.add(said);
      }
    }
    assertThat(heard).startsWith("no: WRONG").contains("no: BUSY");
  }

  /** The issuer may be slow, or not answer at all. */
  @Test
  void tokensThatAreLookedAtKeepNobodyFromHisPassword() {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(8);
    TokenCheck slow =
        token -> {
          asked.countDown();
          await(gate);
          return new TokenVerdict.Accepted("ada");
        };
    try (LogIns own =
        LogIns.open(
            Settings.builder(AuthParams.ALL).set("auth_mechanisms", "plain xoauth2").build(),
            accounts,
            Optional.of(slow),
            time,
            random,
            new Lifeline())) {
      logIns = own;
      List<Peer> crowd = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        Peer peer = dial();
        peer.send("10.0." + i + ".1 AUTH XOAUTH2 " + xoauth2("ada", "token") + "\r\n");
        crowd.add(peer);
      }
      await(asked);

      try (Peer peer = dial()) {
        peer.send(HERE + " PASS ada secret\r\n");
        assertThat(peer.readLine()).isEqualTo("ada is in by PLAIN");
      }
      gate.countDown();
      crowd.forEach(peer -> assertThat(peer.readLine()).isEqualTo("ada is in by XOAUTH2"));
      crowd.forEach(Peer::close);
    }
  }

  /** Without PLAIN and LOGIN no protocol's own command takes one either. */
  @Test
  void whereNoPasswordIsTakenNoneIsLookedAt() {
    Mechanisms scram = Mechanisms.of(List.of("SCRAM-SHA-256"), accounts, Optional.empty(), random);
    logIns =
        LogIns.of(
            accounts,
            scram,
            new LoginThrottle(time, random),
            new PasswordQueue(hashing, 2),
            time,
            Duration.ofSeconds(2));
    try (Peer peer = dial()) {
      peer.send(HERE + " PASS ada secret\r\n");
      assertThat(peer.readLine()).isEqualTo("no: UNKNOWN_MECHANISM");
      assertThat(brought).singleElement().isEqualTo(Secret.of(new byte["secret".length()]));
      assertThat(lines)
          .singleElement()
          .extracting(
              line ->
                  MessageFormatter.arrayFormat(line.getMessage(), line.getArgumentArray())
                      .getMessage())
          .asString()
          .contains("ada", "passwords are not taken");
      peer.send(HERE + " AUTH PLAIN " + base64("\0ada\0secret") + "\r\n");
      assertThat(peer.readLine()).isEqualTo("no: UNKNOWN_MECHANISM");
    }
    assertThat(looked).isEmpty();
  }

  @Test
  void whoCameByAnAppPasswordIsOutFiveSecondsAfterItIsRevoked() {
    AccountId ada = memory.byLogin("ada").orElseThrow().id();
    Set<AppPassword.Scope> imap = Set.of(AppPassword.Scope.IMAP);
    AppPassword.Made phone = memory.addAppPassword(ada, "phone", imap);
    AppPassword.Made tablet = memory.addAppPassword(ada, "tablet", imap);
    try (Peer onPhone = dial();
        Peer onTablet = dial();
        Peer onNeither = dial()) {
      onPhone.send(HERE + " PASS ada " + phone.secret().reveal() + "\r\n");
      assertThat(onPhone.readLine()).isEqualTo("ada is in by PLAIN");
      onTablet.send(HERE + " PASS ada " + tablet.secret().reveal() + "\r\n");
      assertThat(onTablet.readLine()).isEqualTo("ada is in by PLAIN");
      onNeither.send(HERE + " PASS ada secret\r\n");
      assertThat(onNeither.readLine()).isEqualTo("ada is in by PLAIN");
      assertThat(said()).contains("App password: user=<ada>, name=phone");

      time.advance(Duration.ofSeconds(20));
      memory.revokeAppPassword(ada, "phone");
      time.advance(Duration.ofSeconds(5));

      assertThat(onPhone.read()).isNegative();
      for (Peer other : List.of(onTablet, onNeither)) {
        other.send(HERE + " AUTH KERBEROS\r\n");
        assertThat(other.readLine()).isEqualTo("no: UNKNOWN_MECHANISM");
      }
    }
  }

  @Test
  void anAppPasswordIsGoodForWhatItWasMadeForAlone() {
    AccountId ada = memory.byLogin("ada").orElseThrow().id();
    AppPassword.Made one = memory.addAppPassword(ada, "script", Set.of(AppPassword.Scope.SMTP));
    try (Peer peer = dial()) {
      peer.send(HERE + " PASS ada " + one.secret().reveal() + "\r\n");
      awaitTimers(2);
      time.advance(Duration.ofSeconds(2));

      assertThat(peer.readLine()).isEqualTo("no: WRONG");
      assertThat(said()).contains("the app password \"script\" is not for imap");
    }
  }

  private String said() {
    StringBuilder all = new StringBuilder();
    for (SubstituteLoggingEvent line : lines) {
      all.append(
              MessageFormatter.arrayFormat(line.getMessage(), line.getArgumentArray()).getMessage())
          .append('\n');
    }
    return all.toString();
  }

  private static String xoauth2(String user, String token) {
    return base64("user=" + user + "\1auth=Bearer " + token + "\1\1");
  }

  private Peer dial() {
    return wire.dial(listener);
  }

  private void awaitTimers(int count) {
    while (looked.isEmpty() || time.pending() < count) {
      Until.aMoment();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  /** The accounts, seen when they check a password. */
  private Accounts observed() {
    return (Accounts)
        Proxy.newProxyInstance(
            Accounts.class.getClassLoader(),
            new Class<?>[] {Accounts.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("verify")) {
                looked.add((String) arguments[0]);
                before.accept((String) arguments[0]);
              }
              if (method.getName().equals("meant")) {
                return meant.apply((String) arguments[0]);
              }
              if (List.of("verify", "recall").contains(method.getName()) && arguments.length == 2) {
                arguments[0] = meant.apply((String) arguments[0]);
              }
              try {
                return method.invoke(memory, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** {@code ADDRESS PASS login password}, {@code ADDRESS AUTH mechanism [response]}, answers. */
  private final class Talker implements Session, LogIn.Words<String> {
    private final Connection connection;
    private Optional<Function<Line, String>> asked = Optional.empty();

    Talker(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void opened() {}

    @Override
    public void ready() {
      Line line = connection.in().readLine(LogIn.RESPONSE_LIMIT);
      if (asked.isPresent()) {
        Function<Line, String> taker = asked.get();
        asked = Optional.empty();
        say(taker.apply(line));
        return;
      }
      String[] words = line.latin1().split(" ");
      if (words.length < 3) {
        return;
      }
      Connection far = new FarConnection(connection, FarConnection.at(words[0]));
      MailLog log =
          new MailLog(
              "test",
              name -> new EventRecordingLogger(new SubstituteLogger(name, lines, true), lines));
      LogIn<String> logIn = logIns.logIn(far, () -> words[0], log, this, later -> say(later.get()));
      say(
          words[1].equals("PASS")
              ? logIn.byPassword(words[2], bring(words[3]))
              : logIn.byMechanism(
                  words[2],
                  words.length > 3 ? Optional.of(words[3]) : Optional.empty(),
                  words[1].equals("AUTH")));
    }

    private Secret bring(String password) {
      Secret secret = Secret.of(password);
      brought.add(secret);
      return secret;
    }

    private void say(String text) {
      connection.out().ascii(text).flush();
    }

    @Override
    public String ask(String challenge, Function<Line, String> answer) {
      asked = Optional.of(answer);
      connection.lineLimit(LogIn.RESPONSE_LIMIT);
      return "+ " + challenge + "\r\n";
    }

    @Override
    public AppPassword.Scope scope() {
      return AppPassword.Scope.IMAP;
    }

    @Override
    public String accepted(Account account, String mechanism) {
      return account.login() + " is in by " + mechanism + "\r\n";
    }

    @Override
    public String refused(LogIn.Refusal why) {
      turnedAway.addAndGet(why == LogIn.Refusal.BUSY ? 1 : 0);
      return "no: " + why + "\r\n";
    }

    @Override
    public String pending() {
      return "";
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
}
