package org.postroom.core.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.postroom.core.auth.Account;
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
import org.postroom.core.time.Timers;
import org.postroom.core.wire.Connection;
import org.postroom.core.wire.Workers;

/**
 * How clients of all protocols log in: one throttle and one queue for all of them, so that who
 * guesses by POP3 is slow by SMTP too. Tokens wait in a queue of their own, so that an issuer that
 * does not answer keeps nobody from his password. Threads share it. Closing it drops the attempts
 * that wait; their connections end.
 */
public final class LogIns implements AutoCloseable {
  /** Tokens looked at at the same time, most of which wait for their issuer. */
  private static final int TOKENS_AT_ONCE = 8;

  final Accounts accounts;
  final Mechanisms mechanisms;
  final LoginThrottle throttle;
  final PasswordQueue passwords;

  /** Where tokens wait; the same rules hold there. */
  final PasswordQueue tokens;

  final Timers timers;
  final Duration failureDelay;

  /** Those of app passwords. */
  final AppSessions ofApps;

  private final Sessions sessions;

  private final List<Workers> threads;

  private LogIns(
      Accounts accounts,
      Mechanisms mechanisms,
      LoginThrottle throttle,
      PasswordQueue passwords,
      PasswordQueue tokens,
      Timers timers,
      Duration failureDelay,
      AppSessions ofApps,
      Sessions sessions,
      List<Workers> threads) {
    this.accounts = accounts;
    this.mechanisms = mechanisms;
    this.throttle = throttle;
    this.passwords = passwords;
    this.tokens = tokens;
    this.timers = timers;
    this.failureDelay = failureDelay;
    this.ofApps = ofApps;
    this.sessions = sessions;
    this.threads = threads;
  }

  /**
   * Log-ins with threads of their own, which check passwords and tokens.
   *
   * @param settings must hold {@link AuthParams#ALL}
   * @param check checks tokens, and stays the caller's
   * @param timers what waiting goes by
   * @param random for nonces and keys: cryptographically strong
   * @param lifeline hears when a check has met an error after which nothing can be relied upon
   */
  public static LogIns open(
      Settings settings,
      Accounts accounts,
      Optional<TokenCheck> check,
      Timers timers,
      RandomGenerator random,
      Lifeline lifeline) {
    int atOnce = AuthParams.atOnce(settings);
    Workers threads = Workers.onPlatformThreads("postroom-login", atOnce, lifeline);
    Workers others = Workers.onPlatformThreads("postroom-token", TOKENS_AT_ONCE, lifeline);
    return new LogIns(
        accounts,
        Mechanisms.of(settings.get(AuthParams.MECHANISMS), accounts, check, random),
        throttle(settings, timers, random),
        new PasswordQueue(threads, atOnce),
        new PasswordQueue(others, TOKENS_AT_ONCE),
        timers,
        settings.get(AuthParams.FAILURE_DELAY),
        new AppSessions(accounts::livingAppPasswords, timers, threads),
        new Sessions(),
        List.of(threads, others));
  }

  /** Log-ins that share a throttle and a queue for all, which stay the caller's. */
  public static LogIns of(
      Accounts accounts,
      Mechanisms mechanisms,
      LoginThrottle throttle,
      PasswordQueue queue,
      Timers timers,
      Duration failureDelay) {
    return new LogIns(
        accounts,
        mechanisms,
        throttle,
        queue,
        queue,
        timers,
        failureDelay,
        new AppSessions(accounts::livingAppPasswords, timers, Runnable::run),
        new Sessions(),
        List.of());
  }

  /**
   * The same log-ins by other settings: who is slowed and what waits is known to both. Ends with
   * this one, and is not to be closed itself.
   */
  public LogIns obeying(Settings settings) {
    return new LogIns(
        accounts,
        mechanisms,
        throttle,
        passwords,
        tokens,
        timers,
        settings.get(AuthParams.FAILURE_DELAY),
        ofApps,
        sessions,
        List.of());
  }

  private static LoginThrottle throttle(Settings settings, Timers timers, RandomGenerator random) {
    return settings.get(AuthParams.THROTTLE)
        ? new LoginThrottle(timers, random)
        : LoginThrottle.off(timers, random);
  }

  /** Who has logged in, and is still there. */
  public Sessions sessions() {
    return sessions;
  }

  /** A client is let in; called by the protocol, in a turn of the session. */
  public void entered(Connection connection, AppPassword.Scope protocol, Account account) {
    sessions.add(connection, protocol, account.login());
  }

  /**
   * A client has left, whether or not it was let in; called by the protocol, at the latest by the
   * session's last call.
   */
  public void left(Connection connection) {
    sessions.remove(connection);
  }

  /** Who may log in. */
  public Accounts accounts() {
    return accounts;
  }

  /**
   * The names of the mechanisms that may be used now.
   *
   * @param inClear whether a password or token may be sent as it is
   */
  public List<String> offered(boolean inClear) {
    return mechanisms.offered(inClear);
  }

  /** Whether one may log in by showing a password. */
  public boolean takePasswords() {
    return mechanisms.takePasswords();
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
    return logIn(new ConnectedClient(connection, client, ofApps), log, words, later);
  }

  /** The log-in of a client of any kind. */
  public <R> LogIn<R> logIn(
      LoginClient client, MailLog log, LogIn.Words<R> words, Consumer<Supplier<R>> later) {
    return new LogIn<>(this, client, log, words, later);
  }

  /** Whether the caller is a thread that checks a password or a token. */
  public boolean isCaller() {
    return threads.stream().anyMatch(Workers::isCaller);
  }

  @Override
  public void close() {
    passwords.close();
    tokens.close();
    threads.forEach(Workers::close);
  }
}
