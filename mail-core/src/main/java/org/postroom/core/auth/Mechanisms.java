package org.postroom.core.auth;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.secret.Secret;

/** The SASL mechanisms there are, and those of them by which one may log in at a house. */
public final class Mechanisms {

  /** All there are, best first. */
  static final List<SaslMechanism> ALL =
      List.of(
          new SaslMechanism(
              "SCRAM-SHA-256",
              Shows.NOTHING,
              house -> new ScramExchange(house.accounts, house.random)),
          new SaslMechanism("PLAIN", Shows.PASSWORD, house -> new PlainExchange(house.accounts)),
          new SaslMechanism("LOGIN", Shows.PASSWORD, house -> new LoginExchange(house.accounts)),
          new SaslMechanism(
              "OAUTHBEARER", Shows.TOKEN, house -> house.exchange(TokenForm.OAUTHBEARER)),
          new SaslMechanism("XOAUTH2", Shows.TOKEN, house -> house.exchange(TokenForm.XOAUTH2)));

  private final List<SaslMechanism> taken;
  private final Accounts accounts;
  private final Optional<TokenCheck> tokens;
  private final RandomGenerator random;

  private Mechanisms(
      List<SaslMechanism> taken,
      Accounts accounts,
      Optional<TokenCheck> tokens,
      RandomGenerator random) {
    this.taken = taken;
    this.accounts = accounts;
    this.tokens = tokens;
    this.random = random;
  }

  /**
   * The mechanisms of a house.
   *
   * @param names those that it takes, as {@link AuthParams#MECHANISMS} has them; what takes tokens
   *     is none of them where nobody checks those
   * @param tokens checks tokens
   * @param random for nonces: must be cryptographically strong
   */
  public static Mechanisms of(
      List<String> names, Accounts accounts, Optional<TokenCheck> tokens, RandomGenerator random) {
    List<SaslMechanism> taken =
        ALL.stream()
            .filter(one -> names.contains(one.name()))
            .filter(one -> one.shows != Shows.TOKEN || tokens.isPresent())
            .toList();
    return new Mechanisms(taken, accounts, tokens, random);
  }

  /** All but those that take tokens. */
  public static Mechanisms withoutTokens(Accounts accounts, RandomGenerator random) {
    List<String> names = ALL.stream().map(SaslMechanism::name).toList();
    return of(names, accounts, Optional.empty(), random);
  }

  /** Whether there is one of that name, in upper case, and it takes tokens. */
  public static boolean takesTokens(String name) {
    return named(ALL, name).filter(one -> one.shows == Shows.TOKEN).isPresent();
  }

  /**
   * The names of those that may be used now.
   *
   * @param inClear whether a password or token may be sent as it is
   */
  public List<String> offered(boolean inClear) {
    boolean withKeys = accounts.haveScramKeys();
    return taken.stream()
        .filter(mechanism -> mechanism.shows == Shows.NOTHING ? withKeys : inClear)
        .map(SaslMechanism::name)
        .toList();
  }

  /** The mechanism of that name, in any case, where it is taken here. */
  public Optional<SaslMechanism> named(String name) {
    return named(taken, name.toUpperCase(Locale.ROOT));
  }

  private static Optional<SaslMechanism> named(List<SaslMechanism> among, String name) {
    return among.stream().filter(mechanism -> mechanism.name().equals(name)).findFirst();
  }

  /** A new exchange. */
  public SaslExchange start(SaslMechanism mechanism) {
    return mechanism.starter.apply(this);
  }

  /** Whether one may log in by showing a password. */
  public boolean takePasswords() {
    return taken.stream().anyMatch(mechanism -> mechanism.shows == Shows.PASSWORD);
  }

  /**
   * An attempt by the plain means of a protocol: LOGIN of IMAP, USER and PASS of POP3.
   *
   * @param password is taken over
   */
  public SaslStep withPassword(String login, Secret password) {
    return PasswordCheck.attempt(accounts, login, password, "");
  }

  private SaslExchange exchange(TokenForm form) {
    return new TokenExchange(accounts, tokens.orElseThrow(), form);
  }

  /** What of a secret crosses the wire. */
  enum Shows {
    /** A proof that is good for once: it needs keys. */
    NOTHING,
    PASSWORD,
    TOKEN
  }

  /** One row. */
  public static final class SaslMechanism {
    private final String name;
    private final Shows shows;
    private final Function<Mechanisms, SaslExchange> starter;

    SaslMechanism(String name, Shows shows, Function<Mechanisms, SaslExchange> starter) {
      this.name = name;
      this.shows = shows;
      this.starter = starter;
    }

    public String name() {
      return name;
    }

    /** Whether a secret itself crosses the wire: to be offered and accepted under TLS only. */
    public boolean sendsSecret() {
      return shows != Shows.NOTHING;
    }
  }
}
