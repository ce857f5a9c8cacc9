package org.postroom.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.token.JwtCheck;
import org.postroom.core.auth.token.TokenRules;
import org.postroom.core.json.Json;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.secret.Secret;

/**
 * Mints the tokens with which clients log in at a test's server: signed, as issuers sign them, by a
 * key that is made with the first of them. Nothing but the server's clock is asked about them.
 * Threads share it.
 *
 * <pre>{@code
 * String good = mail.token("ada@example.org");
 * String expired = mail.tokens().of("ada@example.org").expired().mint();
 * mail.tokens().revoke(good);
 * }</pre>
 */
public final class Tokens {
  private static final String ISSUER = "https://issuer.test";
  private static final String AUDIENCE = "mail.test";
  private static final String SCOPE = "mail";
  private static final String KEY_ID = "1";

  private final Clock clock;
  private final AtomicLong minted = new AtomicLong();
  private final Set<String> revoked = ConcurrentHashMap.newKeySet();
  private @Nullable KeyPair key;
  private @Nullable TokenCheck check;

  Tokens(Clock clock) {
    this.clock = clock;
  }

  /** Begins a token of {@code login}; without another word it is good for an hour. */
  public Draft of(String login) {
    return new Draft(login);
  }

  /** A token that was good lets nobody in any more. Sessions that are open stay open. */
  public void revoke(String token) {
    revoked.add(token);
  }

  /** A token that is to be. */
  public final class Draft {
    private final Map<String, Object> claims = new LinkedHashMap<>();
    private Duration life = Duration.ofHours(1);
    private boolean isForged;

    private Draft(String login) {
      claims.put("iss", ISSUER);
      claims.put("aud", AUDIENCE);
      claims.put("scope", SCOPE);
      claims.put("email", login);
    }

    /** It was good until an hour ago. */
    public Draft expired() {
      return validFor(Duration.ofHours(-1));
    }

    /** It is good for so long, by the server's clock. */
    public Draft validFor(Duration time) {
      life = time;
      return this;
    }

    /** Another issuer has made it. */
    public Draft ofAnotherIssuer() {
      claims.put("iss", "https://another.test");
      return this;
    }

    /** It is good for something else than mail. */
    public Draft withoutScope() {
      claims.put("scope", "profile");
      return this;
    }

    /** It says something more, or something else than it would. */
    public Draft with(String claim, String value) {
      claims.put(claim, value);
      return this;
    }

    /** It looks as if the issuer had made it, which has not. */
    public Draft forged() {
      isForged = true;
      return this;
    }

    /** The token. */
    public String mint() {
      long now = clock.instant().getEpochSecond();
      long issued = Math.min(now, now + life.toSeconds());
      claims.put("iat", issued);
      claims.put("exp", now + life.toSeconds());
      claims.put("jti", minted.incrementAndGet());
      return signed(claims, isForged ? newKey() : key());
    }
  }

  /** Says of each token whether it is one of these. */
  TokenCheck check() {
    return new TokenCheck() {
      @Override
      public Optional<TokenVerdict> recall(Secret token) {
        return Optional.of(check(token));
      }

      @Override
      public TokenVerdict check(Secret token) {
        return revoked.contains(token.reveal())
            ? new TokenVerdict.Refused("it was revoked")
            : bySignature().check(token);
      }

      @Override
      public String scope() {
        return SCOPE;
      }
    };
  }

  private synchronized TokenCheck bySignature() {
    TokenCheck made = check;
    if (made == null) {
      TokenRules rules =
          new TokenRules(Set.of(ISSUER), Set.of(AUDIENCE), List.of(SCOPE), "email", "", "");
      made = JwtCheck.by(rules, KEY_ID, key().getPublic(), clock);
      check = made;
    }
    return made;
  }

  private synchronized KeyPair key() {
    KeyPair made = key;
    if (made == null) {
      made = newKey();
      key = made;
    }
    return made;
  }

  private static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JVM has no P-256", e);
    }
  }

  private static String signed(Map<String, Object> claims, KeyPair by) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("typ", "at+jwt");
    header.put("alg", "ES256");
    header.put("kid", KEY_ID);
    String signed = base64(Json.write(header)) + "." + base64(Json.write(claims));
    try {
      Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(by.getPrivate());
      signer.update(signed.getBytes(US_ASCII));
      return signed + "." + base64(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JVM cannot sign", e);
    }
  }

  private static String base64(byte[] octets) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
  }
}
