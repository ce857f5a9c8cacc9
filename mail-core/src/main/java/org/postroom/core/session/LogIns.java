package org.postroom.core.session;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.auth.LoginThrottle;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.auth.PasswordQueue;
import org.postroom.core.config.Settings;
import org.postroom.core.life.Lifeline;
import org.postroom.core.log.MailLog;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Workers;

/**
 * How clients of all protocols log in: one throttle and one queue for all of them, so that who
 * guesses by POP3 is slow by SMTP too. Threads share it. Closing it drops the attempts that wait;
 * their connections end.
 */
public final class LogIns implements AutoCloseable {
  final Accounts accounts;
  final LoginThrottle throttle;
  final PasswordQueue passwords;
  final Timers timers;
  final RandomGenerator random;
  final Duration failureDelay;
  private final AutoCloseable threads;

  private LogIns(
      Accounts accounts,
      LoginThrottle throttle,
      PasswordQueue passwords,
      Timers timers,
      RandomGenerator random,
      Duration failureDelay,
      AutoCloseable threads) {
    this.accounts = accounts;
    this.throttle = throttle;
    this.passwords = passwords;
    this.timers = timers;
    this.random = random;
    this.failureDelay = failureDelay;
    this.threads = threads;
  }

  /**
   * Log-ins with threads of their own, which check passwords.
   *
   * @param settings must hold {@link AuthParams#ALL}
   * @param timers what waiting goes by
   * @param random for nonces and keys: cryptographically strong
   * @param lifeline hears when a check has met an error after which nothing can be relied upon
   */
  public static LogIns open(
      Settings settings,
      Accounts accounts,
      Timers timers,
      RandomGenerator random,
      Lifeline lifeline) {
    int atOnce = AuthParams.atOnce(settings);
    Workers threads = Workers.onPlatformThreads("postroom-login", atOnce, lifeline);
    return new LogIns(
        accounts,
        throttle(settings, timers, random),
        new PasswordQueue(threads, atOnce),
        timers,
        random,
        settings.get(AuthParams.FAILURE_DELAY),
        threads);
  }

  /** Log-ins that share a throttle and a queue, which stay the caller's. */
  public static LogIns of(
      Accounts accounts,
      LoginThrottle throttle,
      PasswordQueue passwords,
      Timers timers,
      RandomGenerator random,
      Duration failureDelay) {
    return new LogIns(accounts, throttle, passwords, timers, random, failureDelay, () -> {});
  }

  /**
   * The same log-ins by other settings: who is slowed and what waits is known to both. Ends with
   * this one, and is not to be closed itself.
   */
  public LogIns obeying(Settings settings) {
    return of(
        accounts, throttle, passwords, timers, random, settings.get(AuthParams.FAILURE_DELAY));
  }

  private static LoginThrottle throttle(Settings settings, Timers timers, RandomGenerator random) {
    return settings.get(AuthParams.THROTTLE)
        ? new LoginThrottle(timers, random)
        : LoginThrottle.off(timers, random);
  }

  /**
   * The names of the mechanisms that may be used now.
   *
   * @param inClear whether a password may be sent as it is
   */
  public List<String> offered(boolean inClear) {
    return Mechanisms.offered(inClear, accounts.haveScramKeys());
  }

  /**
   * The log-in of one session.
   *
   * @param client as log lines name it
   * @param later has said what {@link LogIn.Words#pending} stood for, in a turn of the session
   */
  public <R> LogIn<R> logIn(
      Connection connection,
      Supplier<String> client,
      MailLog log,
      LogIn.Words<R> words,
      Consumer<Supplier<R>> later) {
    return new LogIn<>(this, connection, client, log, words, later);
  }

  @Override
  public void close() {
    passwords.close();
    try {
      threads.close();
    } catch (Exception e) {
      throw new IllegalStateException("threads that cannot be closed", e);
    }
  }
}
