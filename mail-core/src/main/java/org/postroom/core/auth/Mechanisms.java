package org.postroom.core.auth;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.postroom.core.secret.Secret;

/** The SASL mechanisms there are, best first. */
public final class Mechanisms {
  public static final List<SaslMechanism> ALL =
      List.of(
          new SaslMechanism("SCRAM-SHA-256", false, ScramExchange::new),
          new SaslMechanism("PLAIN", true, (accounts, random) -> new PlainExchange(accounts)),
          new SaslMechanism("LOGIN", true, (accounts, random) -> new LoginExchange(accounts)));

  private Mechanisms() {}

  /**
   * The names of those that may be used now.
   *
   * @param inClear whether a password may be sent as it is
   * @param withKeys whether there are the keys that the others need
   */
  public static List<String> offered(boolean inClear, boolean withKeys) {
    return ALL.stream()
        .filter(mechanism -> mechanism.sendsPassword() ? inClear : withKeys)
        .map(SaslMechanism::name)
        .toList();
  }

  /** The mechanism of that name, in any case. */
  public static Optional<SaslMechanism> named(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return ALL.stream().filter(mechanism -> mechanism.name().equals(upper)).findFirst();
  }

  /**
   * An attempt by the plain means of a protocol: LOGIN of IMAP, USER and PASS of POP3.
   *
   * @param password is taken over
   */
  public static SaslStep withPassword(Accounts accounts, String login, Secret password) {
    return PasswordCheck.attempt(accounts, login, password, "");
  }

  /**
   * One row.
   *
   * @param sendsPassword whether the password itself crosses the wire: to be offered and accepted
   *     under TLS only
   */
  public record SaslMechanism(String name, boolean sendsPassword, Starter starter) {

    /**
     * A new exchange.
     *
     * @param random for nonces: must be cryptographically strong
     */
    public SaslExchange start(Accounts accounts, RandomGenerator random) {
      return starter.start(accounts, random);
    }
  }

  /** Makes exchanges. */
  @FunctionalInterface
  public interface Starter {
    SaslExchange start(Accounts accounts, RandomGenerator random);
  }
}
