package org.postroom.dist;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.auth.source.AccountSources;
import org.postroom.core.auth.source.SourceParams;
import org.postroom.core.auth.token.TokenIssuer;
import org.postroom.core.config.Settings;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.table.SqlSource;

/** Who is here, and what shows that it is he: what {@link ServerBuilder} was told of that. */
final class Residents {
  final Map<String, String> accounts = new LinkedHashMap<>();
  final Map<String, AccountSource> sources = new LinkedHashMap<>();
  @Nullable String openPassword;
  @Nullable TokenCheck tokens;

  /** Nothing is said yet. */
  Residents() {}

  /** The same, whatever is said to the other from now on. */
  Residents(Residents other) {
    accounts.putAll(other.accounts);
    sources.putAll(other.sources);
    openPassword = other.openPassword;
    tokens = other.tokens;
  }

  /**
   * Where people are known.
   *
   * @param base where relative paths begin
   */
  AccountSources known(Settings settings, Path base, SqlSource databases, Clock clock) {
    return AccountSources.of(settings, base, sources, databases, clock);
  }

  /**
   * Finds out whether {@link #tokens} would do.
   *
   * @return what an administrator should know of that
   */
  List<String> checkTokens(Settings settings, Clock clock, SecureRandom random) {
    if (tokens != null) {
      return List.of();
    }
    boolean isIssuers;
    try (Owned closed = new Owned()) {
      isIssuers = tokens(settings, clock, random, closed).isPresent();
    }
    return isIssuers && settings.get(SourceParams.USERNAME_FORMAT).dropsDomain()
        ? List.of(
            "auth_username_format drops the domain, so that whoever the issuer of tokens calls ada,"
                + " at whatever domain, is ada here: it must not know people of other domains than"
                + " yours")
        : List.of();
  }

  /**
   * Who knows whose tokens are, where somebody may log in with one. Nobody is asked yet.
   *
   * @param owned takes in what is to be closed
   * @throws org.postroom.core.report.BadConfiguration where a mechanism takes tokens and nobody
   *     checks them
   */
  Optional<TokenCheck> tokens(Settings settings, Clock clock, SecureRandom random, Owned owned) {
    return tokens != null
        ? Optional.of(tokens)
        : TokenIssuer.of(settings, clock, random).map(owned::add);
  }
}
