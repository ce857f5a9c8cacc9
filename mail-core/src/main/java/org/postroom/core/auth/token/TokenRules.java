package org.postroom.core.auth.token;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.postroom.core.people.TokenVerdict;

/**
 * What must be said of a token for it to let in.
 *
 * @param issuers whose tokens are taken; everybody's whom we ask, where there are none
 * @param audiences for one of whom it must be; for anybody, where there are none
 * @param scopes all of which it must be good for
 * @param username the claim that is the name
 * @param active the claim that must be {@code activeValue}, or there where that is empty; none
 *     where this is empty
 */
public record TokenRules(
    Set<String> issuers,
    Set<String> audiences,
    List<String> scopes,
    String username,
    String active,
    String activeValue) {

  /** How wrong clocks may be (RFC 7519, 4.1.4). */
  static final Duration LEEWAY = Duration.ofSeconds(60);

  public TokenRules {
    issuers = Set.copyOf(issuers);
    audiences = Set.copyOf(audiences);
    scopes = List.copyOf(scopes);
  }

  /** What {@code claims} come to, when they are true. */
  TokenVerdict judge(Claims claims, Instant now) {
    String why = fault(claims, now);
    if (!why.isEmpty()) {
      return new TokenVerdict.Refused(why);
    }
    if (!granted(claims).containsAll(scopes)) {
      return new TokenVerdict.TooNarrow("it is not good for " + String.join(" ", scopes));
    }
    return claims
        .text(username)
        .filter(name -> !name.isBlank() && name.indexOf('\0') < 0)
        .<TokenVerdict>map(TokenVerdict.Accepted::new)
        .orElseGet(() -> new TokenVerdict.Refused("it has no " + username));
  }

  private String fault(Claims claims, Instant now) {
    if (!issuers.isEmpty() && claims.text("iss").filter(issuers::contains).isEmpty()) {
      return "it is another issuer's";
    }
    double seconds = now.toEpochMilli() / 1000.0;
    if (claims.has("exp")
        && claims.seconds("exp").filter(end -> seconds < end + LEEWAY.toSeconds()).isEmpty()) {
      return "it has expired";
    }
    if (claims.has("nbf")
        && claims.seconds("nbf").filter(start -> seconds >= start - LEEWAY.toSeconds()).isEmpty()) {
      return "it is not valid yet";
    }
    if (!audiences.isEmpty() && claims.texts("aud").stream().noneMatch(audiences::contains)) {
      return "it is for somebody else";
    }
    if (!active.isEmpty()
        && claims
            .plain(active)
            .filter(said -> activeValue.isEmpty() || said.equals(activeValue))
            .isEmpty()) {
      return "its " + active + " is not as it should be";
    }
    // Whoever may type any address into his account at the issuer must not become its owner here.
    return username.equals("email") && isUnverified(claims) ? "its email is not verified" : "";
  }

  /** Some write the flag as a text. Issuers that have nobody choose his address say nothing. */
  private static boolean isUnverified(Claims claims) {
    return claims.has("email_verified")
        && claims.plain("email_verified").filter("true"::equals).isEmpty();
  }

  /** RFC 8693, 4.2: a text with spaces between; others have a list, or call it {@code scp}. */
  private static Set<String> granted(Claims claims) {
    Set<String> granted = new HashSet<>();
    for (String claim : List.of("scope", "scp")) {
      claims.texts(claim).forEach(text -> granted.addAll(List.of(text.split(" ", -1))));
    }
    return granted;
  }
}
