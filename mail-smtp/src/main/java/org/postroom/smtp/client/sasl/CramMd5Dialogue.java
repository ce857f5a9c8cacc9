package org.postroom.smtp.client.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;
import java.util.Optional;

/** CRAM-MD5 (RFC 2195). */
final class CramMd5Dialogue implements Dialogue {
  private final LogIn logIn;
  private boolean answered;

  CramMd5Dialogue(LogIn logIn) {
    this.logIn = logIn;
  }

  @Override
  public Optional<byte[]> initial() {
    return Optional.empty();
  }

  @Override
  public byte[] answer(byte[] challenge) {
    if (answered) {
      throw LogInFailed.malformed("the server asked for more than CRAM-MD5 says");
    }
    answered = true;
    byte[] digest = Scram.mac("HmacMD5", logIn.password().octets(), challenge);
    return (logIn.user() + " " + HexFormat.of().formatHex(digest)).getBytes(UTF_8);
  }

  @Override
  public boolean isComplete() {
    return answered;
  }
}
