package org.postroom.core.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.secret.Secret;

/** LOGIN (draft-murchison-sasl-login): asks for the name, then for the password. */
final class LoginExchange implements SaslExchange {
  private final Accounts accounts;
  private @Nullable String login;

  LoginExchange(Accounts accounts) {
    this.accounts = accounts;
  }

  @Override
  public SaslStep begin(Optional<byte[]> initial) {
    return initial.map(this::step).orElseGet(() -> ask("Username:"));
  }

  @Override
  public SaslStep step(byte[] response) {
    if (login == null) {
      Optional<String> name = PasswordCheck.text(response, 0, response.length);
      if (name.isEmpty() || name.get().isEmpty()) {
        return PasswordCheck.malformed();
      }
      login = name.get();
      return ask("Password:");
    }
    return response.length == 0
        ? PasswordCheck.malformed()
        : PasswordCheck.attempt(accounts, login, Secret.of(response.clone()), "");
  }

  private static SaslStep ask(String prompt) {
    return new SaslStep.Challenge(prompt.getBytes(US_ASCII));
  }
}
