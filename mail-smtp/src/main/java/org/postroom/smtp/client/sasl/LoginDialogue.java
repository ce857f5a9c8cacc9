package org.postroom.smtp.client.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;

/**
 * LOGIN, which no RFC defines: the name, then the password, each when the server asks; it does so
 * in words of its own, which say nothing.
 */
final class LoginDialogue implements Dialogue {
  private final LogIn logIn;
  private int asked;

  LoginDialogue(LogIn logIn) {
    this.logIn = logIn;
  }

  @Override
  public Optional<byte[]> initial() {
    return Optional.empty();
  }

  @Override
  public byte[] answer(byte[] challenge) {
    return switch (asked++) {
      case 0 -> logIn.user().getBytes(UTF_8);
      case 1 -> logIn.password().octets().clone();
      default -> throw LogInFailed.malformed("the server asked for more than LOGIN says");
    };
  }

  @Override
  public boolean isComplete() {
    return asked == 2;
  }
}
