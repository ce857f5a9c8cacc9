package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.json.Json;
import org.postroom.core.people.TokenCheck;
import org.postroom.core.secret.Secret;

/** How a token is brought, and how its client is told that it was no good. */
enum TokenForm {
  /** RFC 7628: {@code n,a=user,^Ahost=…^Aport=…^Aauth=Bearer token^A^A}. */
  OAUTHBEARER {
    @Override
    Optional<Brought> parse(byte[] message) {
      Optional<Matcher> parts =
          PasswordCheck.text(message, 0, message.length)
              .map(BEARER::matcher)
              .filter(Matcher::matches);
      if (parts.isEmpty()) {
        return Optional.empty();
      }
      String authzid = parts.get().group("authzid");
      Optional<String> user = authzid == null ? Optional.of("") : SaslName.unescaped(authzid);
      Optional<Secret> token = pairs(parts.get().group("pairs")).flatMap(TokenForm::token);
      return user.isEmpty() || token.isEmpty()
          ? Optional.empty()
          : Optional.of(new Brought(user.get(), token.get()));
    }

    @Override
    String failure(boolean tooNarrow, TokenCheck tokens) {
      Map<String, Object> said = new LinkedHashMap<>();
      said.put("status", tooNarrow ? "insufficient_scope" : "invalid_token");
      return json(said, tokens);
    }
  },

  /** Google's form of it: {@code user=user^Aauth=Bearer token^A^A}. */
  XOAUTH2 {
    @Override
    Optional<Brought> parse(byte[] message) {
      Optional<Map<String, String>> pairs =
          PasswordCheck.text(message, 0, message.length).flatMap(TokenForm::pairs);
      Optional<String> user =
          pairs.map(all -> all.getOrDefault("user", "")).filter(name -> !name.isEmpty());
      Optional<Secret> token = pairs.flatMap(TokenForm::token);
      return user.isEmpty() || token.isEmpty()
          ? Optional.empty()
          : Optional.of(new Brought(user.get(), token.get()));
    }

    @Override
    String failure(boolean tooNarrow, TokenCheck tokens) {
      Map<String, Object> said = new LinkedHashMap<>();
      said.put("status", tooNarrow ? "403" : "401");
      said.put("schemes", "bearer");
      return json(said, tokens);
    }
  };

  private static final int MOST_PAIRS = 16;

  // gs2-header (RFC 5801, 4) without channel binding, kvsep, pairs, kvsep
  private static final Pattern BEARER =
      Pattern.compile("[ny],(?:a=(?<authzid>[^,\\x01]+))?,\\x01(?<pairs>.*)", Pattern.DOTALL);
  private static final Pattern KEY = Pattern.compile("[A-Za-z]+");

  /** RFC 6750, 2.1: the scheme, then {@code b64token}; without any it asks how to get one. */
  private static final Pattern AUTH =
      Pattern.compile("(?i:bearer)(?: +(?<token>[A-Za-z0-9._~+/-]+=*))?|");

  /**
   * What a client has brought.
   *
   * @param user who it says it is; empty where it leaves that to the token
   * @param token empty where it has none yet
   */
  record Brought(String user, Secret token) {}

  /** The parts of a message; nothing where it is none. */
  abstract Optional<Brought> parse(byte[] message);

  /**
   * What a client is told whose token is no good.
   *
   * @param tooNarrow whether it is good for something else
   */
  abstract String failure(boolean tooNarrow, TokenCheck tokens);

  /** {@code *(key "=" value ^A) ^A} (RFC 7628, 3.1); no key twice. */
  private static Optional<Map<String, String>> pairs(String text) {
    Map<String, String> pairs = new HashMap<>();
    int at = 0;
    while (at < text.length() - 1) {
      int end = text.indexOf('\1', at);
      int equals = text.indexOf('=', at);
      if (equals < 0 || equals > end || pairs.size() == MOST_PAIRS) {
        return Optional.empty();
      }
      String key = text.substring(at, equals);
      String value = text.substring(equals + 1, end);
      if (!KEY.matcher(key).matches() || !isValue(value) || pairs.put(key, value) != null) {
        return Optional.empty();
      }
      at = end + 1;
    }
    return at == text.length() - 1 && text.charAt(at) == '\1'
        ? Optional.of(pairs)
        : Optional.empty();
  }

  /** Visible characters and white space; of users' names, those beyond ASCII too. */
  private static boolean isValue(String value) {
    return value
        .chars()
        .allMatch(c -> c >= ' ' && c != 0x7F || c == '\t' || c == '\r' || c == '\n');
  }

  private static Optional<Secret> token(Map<String, String> pairs) {
    String auth = pairs.get("auth");
    if (auth == null) {
      return Optional.empty();
    }
    Matcher parts = AUTH.matcher(auth.strip());
    if (!parts.matches()) {
      return Optional.empty();
    }
    String token = parts.group("token");
    return Optional.of(Secret.of(token == null ? "" : token));
  }

  private static String json(Map<String, Object> said, TokenCheck tokens) {
    if (!tokens.scope().isEmpty()) {
      said.put("scope", tokens.scope());
    }
    tokens.configuration().ifPresent(at -> said.put("openid-configuration", at.toString()));
    return new String(Json.write(said), UTF_8);
  }
}
