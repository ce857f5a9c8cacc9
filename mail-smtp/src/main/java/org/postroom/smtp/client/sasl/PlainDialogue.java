package org.postroom.smtp.client.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** PLAIN (RFC 4616). */
final class PlainDialogue implements Dialogue {
  private final LogIn logIn;

  PlainDialogue(LogIn logIn) {
    this.logIn = logIn;
  }

  @Override
  public Optional<byte[]> initial() {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(0);
    message.writeBytes(logIn.user().getBytes(UTF_8));
    message.write(0);
    message.writeBytes(logIn.password().octets());
    return Optional.of(message.toByteArray());
  }

  @Override
  public byte[] answer(byte[] challenge) {
    throw LogInFailed.malformed("the server asked for more than PLAIN says");
  }
}
