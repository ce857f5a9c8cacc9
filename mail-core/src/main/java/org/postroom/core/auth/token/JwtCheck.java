package org.postroom.core.auth.token;

import java.security.PublicKey;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.secret.Secret;

/** Checks tokens that are signed, by the keys of who has signed them. */
public final class JwtCheck implements TokenCheck {
  private final TokenRules rules;
  private final KeySource keys;
  private final Clock clock;

  JwtCheck(TokenRules rules, KeySource keys, Clock clock) {
    this.rules = rules;
    this.keys = keys;
    this.clock = clock;
  }

  /** By one key, whose id is {@code keyId}. */
  public static JwtCheck by(TokenRules rules, String keyId, PublicKey key, Clock clock) {
    VerifyingKey one = new VerifyingKey(Optional.of(keyId), Optional.empty(), key);
    return new JwtCheck(rules, KeySource.of(List.of(one)), clock);
  }

  @Override
  public Optional<TokenVerdict> recall(Secret token) {
    return judge(token, keys::recall);
  }

  @Override
  public TokenVerdict check(Secret token) {
    return judge(token, jwt -> Optional.of(keys.find(jwt))).orElseThrow();
  }

  @Override
  public String scope() {
    return String.join(" ", rules.scopes());
  }

  /** What would be no good if it were true costs no key. */
  private Optional<TokenVerdict> judge(
      Secret token, Function<Jwt, Optional<KeySource.Signer>> signerOf) {
    Optional<Jwt> parsed = Jwt.parse(token.reveal());
    if (parsed.isEmpty()) {
      return refused("it is no token that is understood");
    }
    Jwt jwt = parsed.get();
    if (!jwt.claims().has("exp")) {
      return refused("it has no end");
    }
    TokenVerdict verdict = rules.judge(jwt.claims(), clock.instant());
    return verdict instanceof TokenVerdict.Refused
        ? Optional.of(verdict)
        : signerOf.apply(jwt).map(signer -> signed(signer, verdict));
  }

  private static TokenVerdict signed(KeySource.Signer signer, TokenVerdict verdict) {
    return switch (signer) {
      case ISSUER -> verdict;
      case OTHER -> new TokenVerdict.Refused("its signature is not the issuer's");
      case UNKNOWN -> new TokenVerdict.Refused("the issuer has no such key");
    };
  }

  private static Optional<TokenVerdict> refused(String why) {
    return Optional.of(new TokenVerdict.Refused(why));
  }
}
