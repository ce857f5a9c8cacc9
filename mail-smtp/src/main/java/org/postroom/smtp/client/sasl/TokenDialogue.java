package org.postroom.smtp.client.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;

/** XOAUTH2, and OAUTHBEARER (RFC 7628): a token in place of a password. */
final class TokenDialogue implements Dialogue {
  private final String message;
  private final byte[] resignation;

  private TokenDialogue(String message, byte[] resignation) {
    this.message = message;
    this.resignation = resignation;
  }

  static TokenDialogue xoauth2(LogIn logIn) {
    return new TokenDialogue(
        "user=" + logIn.user() + "\u0001auth=Bearer " + logIn.password().reveal() + "\u0001\u0001",
        new byte[0]);
  }

  static TokenDialogue oauthBearer(LogIn logIn) {
    String user = logIn.user().replace("=", "=3D").replace(",", "=2C");
    return new TokenDialogue(
        "n,a=" + user + ",\u0001auth=Bearer " + logIn.password().reveal() + "\u0001\u0001",
        new byte[] {1});
  }

  @Override
  public Optional<byte[]> initial() {
    return Optional.of(message.getBytes(UTF_8));
  }

  /** The server says why it refuses, and wants an answer before it does (RFC 7628, 3.2.3). */
  @Override
  public byte[] answer(byte[] challenge) {
    return resignation.clone();
  }
}
