package org.postroom.core.auth.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLEncoder;
import java.time.Clock;
import java.util.Base64;
import java.util.Optional;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.secret.Secret;

/** Asks the issuer what a token is (RFC 7662), or for its bearer's sake who that is. */
final class Introspection implements TokenCheck {
  private final Issuer issuer;
  private final TokenParams.Mode mode;
  private final URI uri;
  private final Optional<String> credentials;
  private final TokenRules rules;
  private final RememberedTokens remembered;
  private final Clock clock;

  /**
   * An issuer to ask.
   *
   * @param credentials ours, as a header has them
   */
  Introspection(
      Issuer issuer,
      TokenParams.Mode mode,
      URI uri,
      Optional<String> credentials,
      TokenRules rules,
      RememberedTokens remembered,
      Clock clock) {
    this.issuer = issuer;
    this.mode = mode;
    this.uri = uri;
    this.credentials = credentials;
    this.rules = rules;
    this.remembered = remembered;
    this.clock = clock;
  }

  /** Name and password of a client as RFC 6749, 2.3.1 has them. */
  static Optional<String> basic(String id, Secret secret) {
    return id.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Basic "
                + Base64.getEncoder()
                    .encodeToString(
                        (encoded(id) + ":" + encoded(secret.reveal())).getBytes(UTF_8)));
  }

  @Override
  public Optional<TokenVerdict> recall(Secret token) {
    return remembered.recall(token);
  }

  @Override
  public TokenVerdict check(Secret token) {
    Optional<TokenVerdict> known = recall(token);
    if (known.isPresent()) {
      return known.get();
    }
    Issuer.Answer answer = ask(token.reveal());
    boolean asItself = mode != TokenParams.Mode.POST;
    if (asItself && (answer.status() == 400 || answer.status() == 401 || answer.status() == 403)) {
      return new TokenVerdict.Refused("the issuer answers " + answer.status());
    }
    if (answer.status() != 200) {
      throw Issuer.unavailable(uri, "it answers " + answer.status());
    }
    Claims said =
        answer.said().orElseThrow(() -> Issuer.unavailable(uri, "its answer is no object"));
    // RFC 7662, 2.2: of a token that is not active nothing else is said.
    if (asItself ? said.is("active", false) : !said.is("active", true)) {
      return new TokenVerdict.Refused("the issuer says that it is not active");
    }
    TokenVerdict verdict = rules.judge(said, clock.instant());
    if (verdict instanceof TokenVerdict.Accepted accepted) {
      remembered.accepted(token, accepted, said.seconds("exp"));
    }
    return verdict;
  }

  private Issuer.Answer ask(String token) {
    return switch (mode) {
      case POST ->
          issuer.post(
              uri, "token=" + encoded(token) + "&token_type_hint=access_token", credentials);
      case AUTH -> issuer.get(uri, Optional.of("Bearer " + token));
      case GET -> issuer.get(with(token), Optional.empty());
      case LOCAL -> throw new LookupUnavailable("nobody is to be asked");
    };
  }

  private URI with(String token) {
    return URI.create(uri + encoded(token));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  @Override
  public String scope() {
    return String.join(" ", rules.scopes());
  }
}
