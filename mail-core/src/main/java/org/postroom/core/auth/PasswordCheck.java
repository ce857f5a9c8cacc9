package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;
import org.postroom.core.secret.Secret;

/** What the mechanisms that send a password have in common. */
final class PasswordCheck {
  private PasswordCheck() {}

  /**
   * The attempt of {@code login} with {@code password}, which is taken over.
   *
   * @param authzid who it wants to act as: only itself, or nobody in particular
   */
  static SaslStep attempt(Accounts accounts, String login, Secret password, String authzid) {
    return new SaslStep.Attempt(
        login,
        password,
        () -> accounts.recall(login, password).map(known -> result(known, login, authzid)),
        () -> result(accounts.verify(login, password), login, authzid));
  }

  private static SaslStep result(Authentication result, String login, String authzid) {
    if (result instanceof Authentication.Success success) {
      return authzid.isEmpty() || authzid.equalsIgnoreCase(login)
          ? new SaslStep.Success(success.account(), success.by())
          : failed(SaslStep.Kind.NOT_AUTHORIZED, login);
    }
    boolean disabled = result instanceof Authentication.Disabled;
    return failed(disabled ? SaslStep.Kind.DISABLED : SaslStep.Kind.REFUSED, login);
  }

  static SaslStep failed(SaslStep.Kind kind, String login) {
    return new SaslStep.Failure(kind, Optional.of(login));
  }

  static SaslStep malformed() {
    return new SaslStep.Failure(SaslStep.Kind.MALFORMED, Optional.empty());
  }

  /** The text, or nothing when it is no UTF-8 or has a NUL. */
  static Optional<String> text(byte[] octets, int from, int to) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, from, to - from)).toString();
      return text.indexOf('\0') < 0 ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
