package org.postroom.core.testing;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.postroom.core.auth.Accounts;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.secret.Secret;

/**
 * Tokens that say themselves what they are: {@code good.LOGIN}, {@code narrow.LOGIN}, {@code
 * away.LOGIN} (nobody can say it now), with {@code /} for {@code @}; any other is no good. Those
 * that begin with {@code known-} are known without asking anybody.
 */
public final class TestTokens implements TokenCheck {

  /** All there are, with these tokens. */
  public static Mechanisms mechanisms(Accounts accounts, RandomGenerator random) {
    return Mechanisms.of(
        List.of("SCRAM-SHA-256", "PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"),
        accounts,
        Optional.of(new TestTokens()),
        random);
  }

  @Override
  public Optional<TokenVerdict> recall(Secret token) {
    String text = token.reveal();
    return text.startsWith("known-") ? Optional.of(verdict(text.substring(6))) : Optional.empty();
  }

  @Override
  public TokenVerdict check(Secret token) {
    return verdict(token.reveal());
  }

  private static TokenVerdict verdict(String token) {
    int dot = token.indexOf('.');
    String login = token.substring(dot + 1).replace('/', '@');
    return switch (token.substring(0, Math.max(0, dot))) {
      case "good" -> new TokenVerdict.Accepted(login);
      case "narrow" -> new TokenVerdict.TooNarrow("it is good for nothing");
      case "away" -> throw new LookupUnavailable("issuer.test does not answer");
      default -> new TokenVerdict.Refused("it is none");
    };
  }

  @Override
  public String scope() {
    return "mail";
  }

  @Override
  public Optional<URI> configuration() {
    return Optional.of(URI.create("https://issuer.test/.well-known/openid-configuration"));
  }
}
