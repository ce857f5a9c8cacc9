package org.postroom.dist.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.postroom.core.secret.Secret;

/**
 * What somebody logs in with elsewhere.
 *
 * @param isToken whether {@code password} is a bearer token
 */
public record Credentials(String user, Secret password, boolean isToken) {
  private static final String PLAIN = "PLAIN";
  private static final String BEARER = "OAUTHBEARER";
  private static final String OLDER_BEARER = "XOAUTH2";

  /** Mechanisms by which tokens are shown, the standard's first. */
  static final List<String> OF_TOKENS = List.of(BEARER, OLDER_BEARER);

  /** A password. */
  Credentials(String user, Secret password) {
    this(user, password, false);
  }

  /** By which of the mechanisms that a server has it is shown; empty where there is none. */
  Optional<String> mechanism(Collection<String> offered) {
    return (isToken ? OF_TOKENS : List.of(PLAIN)).stream().filter(offered::contains).findFirst();
  }

  /** What is said first, in a line: RFC 4616, RFC 7628, or Google's form that was before it. */
  String initial(String mechanism) {
    String secret = password.reveal();
    return base64(
        switch (mechanism) {
          case BEARER ->
              "n,a="
                  + user.replace("=", "=3D").replace(",", "=2C")
                  + ",\1auth=Bearer "
                  + secret
                  + "\1\1";
          case OLDER_BEARER -> "user=" + user + "\1auth=Bearer " + secret + "\1\1";
          default -> "\0" + user + "\0" + secret;
        });
  }

  /** What is said to a server that says why it refuses a token, before it refuses it. */
  static String understood(String mechanism) {
    return mechanism.equals(BEARER) ? base64("\1") : "";
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  /** What a server says of them, without the password: some repeat what they were told. */
  String hiddenIn(String said) {
    String secret = password.reveal();
    if (secret.isEmpty()) {
      return said;
    }
    String hidden = said;
    for (String mechanism : isToken ? OF_TOKENS : List.of(PLAIN)) {
      hidden = hidden.replace(initial(mechanism), "***");
    }
    return hidden
        .replace(new String(secret.getBytes(UTF_8), ISO_8859_1), "***")
        .replace(ImapTalk.quoted(secret), "***");
  }
}
