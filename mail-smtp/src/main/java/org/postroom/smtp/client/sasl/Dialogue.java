package org.postroom.smtp.client.sasl;

import java.util.Optional;

/** The client's side of a mechanism, for one log-in (RFC 4422, 3). */
public interface Dialogue {

  /** What goes out with the mechanism's name; empty where the server speaks first. */
  Optional<byte[]> initial();

  /**
   * The answer to what the server says.
   *
   * @throws LogInFailed when it does not keep to the mechanism
   */
  byte[] answer(byte[] challenge);

  /** Whether the server may say by now that we are logged in. */
  default boolean isComplete() {
    return true;
  }
}
