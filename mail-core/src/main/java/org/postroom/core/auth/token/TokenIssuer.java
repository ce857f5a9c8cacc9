package org.postroom.core.auth.token;

import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.auth.Mechanisms;
import org.postroom.core.config.Param;
import org.postroom.core.config.Settings;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.people.TokenVerdict;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.report.Fault;
import org.postroom.core.secret.Secret;

/**
 * The issuer whose tokens let in, as settings name it. It is not asked before the first token
 * comes. Closing it ends what it is asked.
 */
public final class TokenIssuer implements TokenCheck, AutoCloseable {
  private static final String WELL_KNOWN = "/.well-known/openid-configuration";

  private final Issuer issuer;
  private final TokenCheck check;
  private final Optional<URI> configuration;

  private TokenIssuer(Issuer issuer, TokenCheck check, Optional<URI> configuration) {
    this.issuer = issuer;
    this.check = check;
    this.configuration = configuration;
  }

  /**
   * The one that settings name; nothing where no mechanism is to take tokens.
   *
   * @param settings must hold {@link AuthParams#ALL} and {@link TokenParams#ALL}
   * @param random for keys: cryptographically strong
   * @throws BadConfiguration where there is not enough to check tokens by
   */
  public static Optional<TokenIssuer> of(Settings settings, Clock clock, RandomGenerator random) {
    if (settings.get(AuthParams.MECHANISMS).stream().noneMatch(Mechanisms::takesTokens)) {
      return Optional.empty();
    }
    boolean isLocal = settings.get(TokenParams.INTROSPECTION_MODE) == TokenParams.Mode.LOCAL;
    List<Fault> faults = isLocal ? faultsOfLocal(settings) : faultsOfAsked(settings);
    if (!faults.isEmpty()) {
      throw new BadConfiguration(faults);
    }
    Issuer issuer = new Issuer();
    return Optional.of(
        new TokenIssuer(
            issuer,
            isLocal ? local(settings, issuer, clock) : asked(settings, issuer, clock, random),
            settings.get(TokenParams.CONFIGURATION_URL)));
  }

  private static List<Fault> faultsOfLocal(Settings settings) {
    List<Fault> faults = new ArrayList<>();
    boolean isDescribed = settings.get(TokenParams.CONFIGURATION_URL).isPresent();
    if (!isDescribed && settings.get(TokenParams.JWKS_URL).isEmpty()) {
      faults.add(
          lacking(
              settings,
              TokenParams.CONFIGURATION_URL,
              "needs oauth2_openid_configuration_url, or oauth2_introspection_mode and"
                  + " oauth2_introspection_url"));
      return faults;
    }
    if (issuers(settings).isEmpty()) {
      faults.add(
          lacking(settings, TokenParams.ISSUERS, "needs oauth2_issuers: whose tokens are taken?"));
    }
    faults.addAll(faultsOfPurpose(settings));
    return faults;
  }

  private static List<Fault> faultsOfPurpose(Settings settings) {
    return audiences(settings).isEmpty() && settings.get(TokenParams.SCOPE).isEmpty()
        ? List.of(
            lacking(
                settings,
                TokenParams.CLIENT_ID,
                "needs oauth2_client_id, oauth2_audience or oauth2_scope: else tokens that the"
                    + " issuer has made for anything else would let in"))
        : List.of();
  }

  private static List<Fault> faultsOfAsked(Settings settings) {
    if (settings.get(TokenParams.INTROSPECTION_URL).isEmpty()) {
      return List.of(
          lacking(settings, TokenParams.INTROSPECTION_URL, "needs oauth2_introspection_url"));
    }
    return saysForWhom(settings) ? faultsOfPurpose(settings) : List.of();
  }

  /** Who is asked as the bearer would ask tells about the bearer, and nothing about his token. */
  private static boolean saysForWhom(Settings settings) {
    return settings.get(TokenParams.INTROSPECTION_MODE) == TokenParams.Mode.POST;
  }

  /** Said where mechanisms were asked for: what is lacking stands nowhere. */
  private static Fault lacking(Settings settings, Param<?> param, String text) {
    return settings.isGiven(param)
        ? settings.fault(param, text)
        : settings.fault(AuthParams.MECHANISMS, "a mechanism that takes tokens " + text);
  }

  private static TokenCheck local(Settings settings, Issuer issuer, Clock clock) {
    FetchedKeys.Place place =
        settings
            .get(TokenParams.JWKS_URL)
            .<FetchedKeys.Place>map(FetchedKeys.Place.Keys::new)
            .orElseGet(
                () ->
                    new FetchedKeys.Place.Described(
                        settings.get(TokenParams.CONFIGURATION_URL).orElseThrow(),
                        issuers(settings)));
    TokenRules rules = rules(settings, issuers(settings), audiences(settings));
    return new JwtCheck(rules, new FetchedKeys(issuer, place, clock), clock);
  }

  private static TokenCheck asked(
      Settings settings, Issuer issuer, Clock clock, RandomGenerator random) {
    return new Introspection(
        issuer,
        settings.get(TokenParams.INTROSPECTION_MODE),
        settings.get(TokenParams.INTROSPECTION_URL).orElseThrow(),
        Introspection.basic(
            settings.get(TokenParams.CLIENT_ID), settings.get(TokenParams.CLIENT_SECRET)),
        rules(
            settings,
            Set.copyOf(settings.get(TokenParams.ISSUERS)),
            saysForWhom(settings) && settings.get(TokenParams.SCOPE).isEmpty()
                ? audiences(settings)
                : Set.copyOf(settings.get(TokenParams.AUDIENCE))),
        new RememberedTokens(clock, settings.get(TokenParams.CACHE), random),
        clock);
  }

  private static TokenRules rules(Settings settings, Set<String> issuers, Set<String> audiences) {
    return new TokenRules(
        issuers,
        audiences,
        settings.get(TokenParams.SCOPE),
        settings.get(TokenParams.USERNAME_ATTRIBUTE),
        settings.get(TokenParams.ACTIVE_ATTRIBUTE),
        settings.get(TokenParams.ACTIVE_VALUE));
  }

  /** Those that are named, or the one whose description it is, with a slash at its end or not. */
  private static Set<String> issuers(Settings settings) {
    Set<String> issuers = new HashSet<>(settings.get(TokenParams.ISSUERS));
    String described = settings.get(TokenParams.CONFIGURATION_URL).map(URI::toString).orElse("");
    if (issuers.isEmpty() && described.endsWith(WELL_KNOWN)) {
      String base = described.substring(0, described.length() - WELL_KNOWN.length());
      issuers.add(base);
      issuers.add(base + "/");
    }
    return issuers;
  }

  private static Set<String> audiences(Settings settings) {
    Set<String> audiences = new HashSet<>(settings.get(TokenParams.AUDIENCE));
    String self = settings.get(TokenParams.CLIENT_ID);
    if (audiences.isEmpty() && !self.isEmpty()) {
      audiences.add(self);
    }
    return audiences;
  }

  @Override
  public TokenVerdict check(Secret token) {
    return check.check(token);
  }

  @Override
  public Optional<TokenVerdict> recall(Secret token) {
    return check.recall(token);
  }

  @Override
  public String scope() {
    return check.scope();
  }

  @Override
  public Optional<URI> configuration() {
    return configuration;
  }

  @Override
  public void close() {
    issuer.close();
  }
}
