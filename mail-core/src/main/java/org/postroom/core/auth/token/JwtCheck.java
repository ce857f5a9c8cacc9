package org.postroom.core.auth.token;

import java.security.PublicKey;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.auth.TokenCheck;
import org.postroom.core.auth.TokenVerdict;
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
    return new JwtCheck(
        rules,
        new KeySource() {
          @Override
          public Optional<List<VerifyingKey>> recall(Optional<String> meant) {
            return Optional.of(find(meant));
          }

          @Override
          public List<VerifyingKey> find(Optional<String> meant) {
            return one.isMeant(meant) ? List.of(one) : List.of();
          }
        },
        clock);
  }

  @Override
  public Optional<TokenVerdict> recall(Secret token) {
    return judge(token, keys::recall);
  }

  @Override
  public TokenVerdict check(Secret token) {
    return judge(token, keyId -> Optional.of(keys.find(keyId))).orElseThrow();
  }

  @Override
  public String scope() {
    return String.join(" ", rules.scopes());
  }

  /** What would be no good if it were true costs no key. */
  private Optional<TokenVerdict> judge(
      Secret token, Function<Optional<String>, Optional<List<VerifyingKey>>> keysOf) {
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
        : keysOf.apply(jwt.keyId()).map(found -> signed(jwt, found, verdict));
  }

  private static TokenVerdict signed(Jwt jwt, List<VerifyingKey> keys, TokenVerdict verdict) {
    if (keys.isEmpty()) {
      return new TokenVerdict.Refused("the issuer has no such key");
    }
    return keys.stream().anyMatch(key -> key.verifies(jwt))
        ? verdict
        : new TokenVerdict.Refused("its signature is not the issuer's");
  }

  private static Optional<TokenVerdict> refused(String why) {
    return Optional.of(new TokenVerdict.Refused(why));
  }
}
