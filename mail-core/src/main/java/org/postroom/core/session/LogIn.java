package org.postroom.core.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.Account;
import org.postroom.core.auth.AppPassword;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.auth.Mechanisms.SaslMechanism;
import org.postroom.core.auth.PasswordQueue;
import org.postroom.core.auth.SaslExchange;
import org.postroom.core.auth.SaslResponse;
import org.postroom.core.auth.SaslStep;
import org.postroom.core.config.Settings;
import org.postroom.core.log.MailLog;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.StrangerLimits;

/**
 * One client's way to being logged in, from line to line (RFC 4422): the same in SMTP (RFC 4954),
 * POP3 (RFC 5034) and IMAP (RFC 9051, 6.2.2; RFC 4959), which give it the {@link Words}. Every
 * attempt waits for its turn at the throttle before the password or token is looked at, and for a
 * thread when it has to be hashed, or somebody to be asked; no other thread waits meanwhile, and
 * nothing is done for a client that has left.
 *
 * <p>Belongs to its session: called in its turns, one call after the other. Whatever happens,
 * trouble of the store too, becomes one of those words; failures are logged here.
 *
 * @param <R> what the protocol's words are: what a command comes to
 */
public final class LogIn<R> {
  /** The longest line of a client in an exchange; RFC 4954, 4. */
  public static final int RESPONSE_LIMIT = StrangerLimits.LONGEST_LINE;

  private final LogIns house;
  private final LoginClient client;
  private final MailLog log;
  private final Words<R> words;
  private final Consumer<Supplier<R>> later;
  private String mechanism = "";
  private String login = "";
  private @Nullable SaslExchange exchange;

  LogIn(
      LogIns house, LoginClient client, MailLog log, Words<R> words, Consumer<Supplier<R>> later) {
    this.house = house;
    this.client = client;
    this.log = log;
    this.words = words;
    this.later = later;
  }

  /**
   * How a protocol says what comes of it.
   *
   * @param <R> what a command comes to there
   */
  public interface Words<R> {

    /**
     * Sends {@code challenge}.
     *
     * @param challenge in base64, perhaps empty
     * @param answer takes the client's next line, of up to {@link #RESPONSE_LIMIT} octets
     */
    R ask(String challenge, Function<Line, R> answer);

    /** What one logs in to. */
    AppPassword.Scope scope();

    /** It is who it says. */
    R accepted(Account account, String mechanism);

    /** It is over. */
    R refused(Refusal why);

    /** Nothing yet: the client is suspended until one of the others is said. */
    R pending();
  }

  /** What the session does next. */
  private sealed interface Step {
    record Challenge(String text) implements Step {}

    /** It is over, and the client is told why; whatever it answers to that. */
    record Told(String text, Refused refused) implements Step {}

    record Success(Account account, String mechanism, Optional<AppPassword> by) implements Step {}

    record Refused(Refusal why) implements Step {}

    record Pending() implements Step {}
  }

  /**
   * Whether a password or token may cross this connection as it is: under TLS, from the same
   * machine or a network that is trusted, or by the administrator's will.
   *
   * @param settings must hold {@link AuthParams#DISABLE_PLAINTEXT_AUTH} and {@link
   *     AuthParams#TRUSTED_NETWORKS}
   */
  public static boolean allowsPlaintext(Connection connection, Settings settings) {
    return allowsPlaintext(
        connection.remote().getAddress(), connection.tls().isPresent(), settings);
  }

  /** The same for a client at an address, whose connection is under TLS or not. */
  public static boolean allowsPlaintext(InetAddress client, boolean isSecured, Settings settings) {
    return isSecured
        || !settings.get(AuthParams.DISABLE_PLAINTEXT_AUTH)
        || client.isLoopbackAddress()
        || settings.get(AuthParams.TRUSTED_NETWORKS).stream().anyMatch(one -> one.contains(client));
  }

  /** Why it is over. */
  public enum Refusal {
    /** There is no such mechanism. */
    UNKNOWN_MECHANISM,
    /** The mechanism sends the password or token, and whoever listens would see it. */
    NEEDS_TLS,
    /** The client's line is no base64. */
    NOT_BASE64,
    /** The client's line is longer than {@link #RESPONSE_LIMIT}. */
    TOO_LONG,
    /** The client gives up: {@code *}. */
    CANCELLED,
    /** The client does not keep to the mechanism. */
    MALFORMED,
    /** Unknown, or the wrong password or token: not said which. */
    WRONG,
    /** The password or token is right, but it wants to act as somebody else. */
    NOT_AUTHORIZED,
    /** The password or token is right, but the account may not log in. */
    DISABLED,
    /** Nobody has looked: too many attempts of this network have failed, or too many wait. */
    BUSY,
    /** Nobody could look: the store, or who knows the token, cannot be asked. */
    UNAVAILABLE
  }

  /**
   * Begins an exchange.
   *
   * @param name of the mechanism, in any case
   * @param initial the initial response in base64, when the command has one
   * @param inClear whether a password or token may be sent as it is
   */
  public R byMechanism(String name, Optional<String> initial, boolean inClear) {
    return say(begin(name, initial, inClear));
  }

  /** Who the client says it is, as far as that was understood; may be empty. */
  public String login() {
    return login;
  }

  /**
   * Takes a login and a password that came without an exchange; in the log it is as good as PLAIN.
   *
   * @param password is taken over
   */
  public R byPassword(String login, Secret password) {
    mechanism = "PLAIN";
    exchange = null;
    if (house.mechanisms.takePasswords()) {
      return say(follow(house.mechanisms.withPassword(login, password)));
    }
    password.close();
    return say(refused(Refusal.UNKNOWN_MECHANISM, login, "passwords are not taken"));
  }

  private R say(Step step) {
    if (step instanceof Step.Challenge challenge) {
      return words.ask(challenge.text(), line -> say(answer(line)));
    }
    if (step instanceof Step.Told told) {
      return words.ask(told.text(), line -> say(told.refused()));
    }
    if (step instanceof Step.Success success) {
      success.by().ifPresent(app -> shown(app, success.account()));
      return words.accepted(success.account(), success.mechanism());
    }
    return step instanceof Step.Refused refused ? words.refused(refused.why()) : words.pending();
  }

  /** Who has shown an app password is let in for as long as that is good. */
  private void shown(AppPassword app, Account account) {
    client.shown(app);
    log.appPassword(client.caller(), app.name(), account.login());
  }

  private Step begin(String name, Optional<String> initial, boolean inClear) {
    Optional<SaslMechanism> found = house.mechanisms.named(name);
    if (found.isEmpty()) {
      return new Step.Refused(Refusal.UNKNOWN_MECHANISM);
    }
    if (found.get().sendsSecret() && !inClear) {
      return new Step.Refused(Refusal.NEEDS_TLS);
    }
    Optional<SaslResponse> response = initial.map(SaslResponse::parseInitial);
    if (response.isPresent() && response.get().value().isEmpty()) {
      return new Step.Refused(Refusal.NOT_BASE64);
    }
    mechanism = found.get().name();
    SaslExchange begun = house.mechanisms.start(found.get());
    exchange = begun;
    return guarded(() -> begun.begin(response.flatMap(SaslResponse::value)));
  }

  /** Takes the client's answer to the last challenge. */
  private Step answer(Line line) {
    SaslExchange asked = exchange;
    if (asked == null) {
      throw new IllegalStateException("nobody was asked");
    }
    if (line.end() == Line.End.TOO_LONG) {
      return new Step.Refused(Refusal.TOO_LONG);
    }
    SaslResponse response = SaslResponse.parse(line.latin1());
    if (response instanceof SaslResponse.Cancelled) {
      return new Step.Refused(Refusal.CANCELLED);
    }
    return response
        .value()
        .map(octets -> guarded(() -> asked.step(octets)))
        .orElseGet(() -> new Step.Refused(Refusal.NOT_BASE64));
  }

  private Step guarded(Supplier<SaslStep> work) {
    try {
      return follow(work.get());
    } catch (StorageUnavailable e) {
      log.fault(client.caller().session(), "authenticating", e);
      return new Step.Refused(Refusal.UNAVAILABLE);
    }
  }

  private Step follow(SaslStep step) {
    if (step instanceof SaslStep.Challenge challenge) {
      return new Step.Challenge(SaslResponse.encode(challenge.octets()));
    }
    if (step instanceof SaslStep.Success success) {
      return new Step.Success(success.account(), mechanism, success.by());
    }
    if (step instanceof SaslStep.Attempt attempt) {
      login = attempt.login();
      client.suspend();
      new Look(attempt).begin();
      return new Step.Pending();
    }
    SaslStep.Failure failure = (SaslStep.Failure) step;
    login = failure.login().orElse("");
    Step.Refused refused = refused(refusal(failure.kind()), login, failure.why());
    return failure
        .told()
        .<Step>map(text -> new Step.Told(SaslResponse.encode(text.getBytes(UTF_8)), refused))
        .orElse(refused);
  }

  private static Refusal refusal(SaslStep.Kind kind) {
    return switch (kind) {
      case MALFORMED -> Refusal.MALFORMED;
      case REFUSED -> Refusal.WRONG;
      case NOT_AUTHORIZED -> Refusal.NOT_AUTHORIZED;
      case DISABLED -> Refusal.DISABLED;
    };
  }

  /**
   * Says in the log that it is over.
   *
   * @param more of the reason; may be empty
   */
  private Step.Refused refused(Refusal why, String said, String more) {
    String reason =
        switch (why) {
          case MALFORMED -> "malformed response";
          case NOT_AUTHORIZED -> "not authorized to act as another";
          case DISABLED -> "account disabled";
          case BUSY -> "too many attempts, not looked at";
          case UNAVAILABLE -> "temporary failure";
          default -> "not accepted";
        };
    log.loginFailed(
        client.caller(), mechanism, said, more.isEmpty() ? reason : reason + ": " + more);
    return new Step.Refused(why);
  }

  /**
   * One attempt on its way: to its turn, to a thread that looks at it, to its answer. The session
   * is suspended from its beginning to its answer, so that only one thread has it at a time.
   */
  private final class Look implements LoginThrottle.Waiting, PasswordQueue.Job {
    private final SaslStep.Attempt attempt;
    private LoginThrottle.@Nullable Turn turn;

    Look(SaslStep.Attempt attempt) {
      this.attempt = attempt;
    }

    /** Whatever is thrown ends the attempt, else the session would stay suspended. */
    void begin() {
      LoginThrottle.Admission admission;
      try {
        String meant = house.accounts.meant(attempt.login());
        admission =
            client.isCounted()
                ? house.throttle.admit(client.address(), meant, this)
                : house.throttle.admitUncounted(client.address(), meant);
      } catch (RuntimeException e) {
        log.fault(client.caller().session(), "authenticating", e);
        end(LogIn.this.refused(Refusal.UNAVAILABLE, "", ""), Duration.ZERO);
        return;
      }
      if (admission instanceof LoginThrottle.Admission.Now now) {
        turn = now.turn();
        conclude(Optional::empty);
      } else if (admission instanceof LoginThrottle.Admission.Refused) {
        refused();
      }
    }

    @Override
    public boolean hasLeft() {
      return client.hasLeft();
    }

    @Override
    public boolean mayHaveLeft() {
      return client.mayHaveLeft();
    }

    /** On a thread that is not ours to work on, so that even what is remembered takes the queue. */
    @Override
    public void turn(LoginThrottle.Turn given) {
      turn = given;
      enqueue(given);
    }

    @Override
    public void refused() {
      end(LogIn.this.refused(Refusal.BUSY, attempt.login(), ""), Duration.ZERO);
    }

    @Override
    public void run() {
      conclude(() -> Optional.of(attempt.judge()));
    }

    @Override
    public void dropped() {
      if (turn != null) {
        turn.unused();
      }
      attempt.close();
      client.drop();
    }

    private void enqueue(LoginThrottle.Turn given) {
      PasswordQueue queue = attempt.isWithToken() ? house.tokens : house.passwords;
      if (!queue.add(given, this)) {
        turnedAway();
      }
    }

    /** Where too many wait, who has been in line waits on there, and others are to come again. */
    @Override
    public void turnedAway() {
      LoginThrottle.Turn mine = turn;
      if (mine != null && !mine.putOff()) {
        mine.unused();
        refused();
      }
    }

    /**
     * Takes what is known, or else what {@code judge} says; nothing: it is to be looked at.
     * Whatever is thrown ends the attempt, else the session would stay suspended.
     */
    private void conclude(Supplier<Optional<SaslStep>> judge) {
      LoginThrottle.Turn mine = turn;
      if (mine == null) {
        throw new IllegalStateException("looked at before its turn");
      }
      Optional<SaslStep> judged = Optional.empty();
      String trouble = "";
      boolean thrown = true;
      try {
        judged = attempt.recall().or(judge);
        thrown = false;
      } catch (LookupUnavailable e) {
        trouble = String.valueOf(e.getMessage()); // others' to mend
      } catch (RuntimeException e) {
        log.fault(client.caller().session(), "authenticating", e);
      } finally {
        if (thrown) {
          mine.unused();
          end(LogIn.this.refused(Refusal.UNAVAILABLE, attempt.login(), trouble), Duration.ZERO);
        }
      }
      if (thrown) {
        return;
      }
      if (judged.isEmpty()) {
        enqueue(mine);
      } else {
        settle(mine, judged.get());
      }
    }

    private void settle(LoginThrottle.Turn mine, SaslStep said) {
      SaslStep judged =
          said instanceof SaslStep.Success success
              ? success.at(words.scope(), attempt.login())
              : said;
      boolean wrong =
          judged instanceof SaslStep.Failure failure
              && (failure.kind() == SaslStep.Kind.REFUSED
                  || failure.kind() == SaslStep.Kind.NOT_AUTHORIZED);
      if (wrong) {
        mine.wrong(attempt.password());
      } else {
        mine.right();
      }
      end(follow(judged), wrong ? house.failureDelay : Duration.ZERO);
    }

    private void end(Step step, Duration delay) {
      attempt.close();
      if (delay.isZero()) {
        client.resume(() -> later.accept(() -> say(step)));
      } else {
        house.timers.after(delay, () -> client.resume(() -> later.accept(() -> say(step))));
      }
    }
  }
}
