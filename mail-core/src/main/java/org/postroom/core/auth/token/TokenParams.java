package org.postroom.core.auth.token;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Trait;
import org.postroom.core.secret.Secret;

/** Whose tokens let in, by Dovecot's names where it has them. */
public final class TokenParams {
  private static final ParamSet.Builder SET = ParamSet.named("tokens");

  static final Param<Mode> INTROSPECTION_MODE =
      SET.choice(
          "oauth2_introspection_mode",
          "local",
          Mode.class,
          """
          Who checks tokens of oauthbearer and xoauth2. local: this server, by the issuer's keys; they \
          must be JWTs. post: the issuer, which is asked as RFC 7662 has it. auth: the issuer, which is \
          asked as the token's bearer would ask it (userinfo). get: the same with the token at the end \
          of the URL.""",
          Trait.RESTART);

  static final Param<Optional<URI>> INTROSPECTION_URL =
      url("oauth2_introspection_url", "Where the issuer is asked about a token.");

  static final Param<Optional<URI>> CONFIGURATION_URL =
      url(
          "oauth2_openid_configuration_url",
          """
          Where the issuer says who it is and where its keys are: it ends in \
          /.well-known/openid-configuration. Clients with a bad token are told it.""");

  static final Param<Optional<URI>> JWKS_URL =
      url(
          "oauth2_jwks_url",
          """
          Where the issuer's keys are, for one that does not say so at \
          oauth2_openid_configuration_url.""");

  static final Param<List<String>> ISSUERS =
      SET.list(
          "oauth2_issuers",
          "",
          """
          Whose tokens are taken (iss). Without a word it is the issuer of \
          oauth2_openid_configuration_url.""",
          Trait.RESTART);

  static final Param<String> CLIENT_ID =
      SET.text(
          "oauth2_client_id",
          "",
          """
          What the issuer calls this server: it says so with oauth2_client_secret when it asks (post), \
          and tokens must be for it (local, post), unless oauth2_audience names somebody else; where \
          the issuer is asked, oauth2_scope may say what they must be good for instead.""",
          Trait.RESTART);

  static final Param<Secret> CLIENT_SECRET =
      SET.secret(
          "oauth2_client_secret",
          "",
          "The password to oauth2_client_id, or file: and the path of a file that holds it.",
          Trait.RESTART);

  static final Param<List<String>> AUDIENCE =
      SET.list(
          "oauth2_audience", "", "For whom tokens must be (aud): for one of these.", Trait.RESTART);

  static final Param<List<String>> SCOPE =
      SET.list(
          "oauth2_scope",
          "",
          "What a token must be good for (scope): all of these.",
          Trait.RESTART);

  static final Param<String> USERNAME_ATTRIBUTE =
      SET.text(
          "oauth2_username_attribute",
          "email",
          "What in a token, or in the issuer's answer, is the name that its bearer logs in with.",
          Trait.RESTART);

  static final Param<String> ACTIVE_ATTRIBUTE =
      SET.text(
          "oauth2_active_attribute",
          "",
          "What in a token, or in the issuer's answer, must be oauth2_active_value.",
          Trait.RESTART);

  static final Param<String> ACTIVE_VALUE =
      SET.text(
          "oauth2_active_value",
          "",
          "What oauth2_active_attribute must be; without a word it must be there.",
          Trait.RESTART);

  static final Param<Duration> CACHE =
      SET.time(
          "oauth2_token_cache_ttl",
          "60s",
          Bounds.between("0s", "1h"),
          """
          How long the issuer is not asked again about a token that was good; not beyond its end. A \
          token that is taken back lets in so long.""",
          Trait.RESTART);

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private TokenParams() {}

  /** Who checks tokens. */
  enum Mode {
    LOCAL,
    POST,
    AUTH,
    GET
  }

  private static Param<Optional<URI>> url(String name, String doc) {
    return SET.value(
        name,
        "",
        "a URL that begins with https:// (http:// on this machine itself)",
        text -> text.isEmpty() ? Optional.empty() : Optional.of(uri(text)),
        uri -> uri.map(URI::toString).orElse(""),
        doc,
        Trait.RESTART);
  }

  private static URI uri(String text) {
    try {
      URI uri = new URI(text);
      if (!Issuer.mayBeAsked(uri)) {
        throw new BadValue("");
      }
      return uri;
    } catch (URISyntaxException e) {
      throw new BadValue("");
    }
  }
}
