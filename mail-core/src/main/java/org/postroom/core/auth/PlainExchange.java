package org.postroom.core.auth;

import java.util.Arrays;
import java.util.Optional;
import org.postroom.core.secret.Secret;

/** PLAIN (RFC 4616): {@code [authzid] NUL authcid NUL passwd}. */
final class PlainExchange implements SaslExchange {
  private final Accounts accounts;

  PlainExchange(Accounts accounts) {
    this.accounts = accounts;
  }

  @Override
  public SaslStep begin(Optional<byte[]> initial) {
    return initial.map(this::step).orElseGet(() -> new SaslStep.Challenge(new byte[0]));
  }

  @Override
  public SaslStep step(byte[] response) {
    int first = indexOfNul(response, 0);
    int second = first < 0 ? -1 : indexOfNul(response, first + 1);
    if (second < 0 || indexOfNul(response, second + 1) >= 0) {
      return PasswordCheck.malformed();
    }
    Optional<String> authzid = PasswordCheck.text(response, 0, first);
    Optional<String> authcid = PasswordCheck.text(response, first + 1, second);
    boolean noPassword = second + 1 == response.length;
    if (authzid.isEmpty() || authcid.isEmpty() || authcid.get().isEmpty() || noPassword) {
      return PasswordCheck.malformed();
    }
    String login = authcid.get();
    byte[] password = Arrays.copyOfRange(response, second + 1, response.length);
    return PasswordCheck.attempt(accounts, login, Secret.of(password), authzid.get());
  }

  private static int indexOfNul(byte[] octets, int from) {
    for (int i = from; i < octets.length; i++) {
      if (octets[i] == 0) {
        return i;
      }
    }
    return -1;
  }
}
