package org.postroom.core.auth;

import java.util.Optional;

/** What comes of a client's response. Trouble of the store is an exception, never a failure. */
public sealed interface SaslStep {

  /** The exchange goes on: these octets go to the client, who answers. */
  final class Challenge implements SaslStep {
    private final byte[] octets;

    Challenge(byte[] octets) {
      this.octets = octets;
    }

    /** What to send; may be empty. */
    public byte[] octets() {
      return octets.clone();
    }
  }

  /** It is who it says. All data of the mechanism has been sent as challenges before. */
  record Success(Account account) implements SaslStep {}

  /**
   * It is over without success.
   *
   * @param login who it said to be, as far as that was understood: for log and throttle
   */
  record Failure(Kind kind, Optional<String> login) implements SaslStep {}

  /** Why an exchange failed. */
  enum Kind {
    /** The client does not keep to the mechanism. */
    MALFORMED,
    /** Unknown, or the wrong password: not said which. */
    REFUSED,
    /** The password is right, but it wants to act as somebody else. */
    NOT_AUTHORIZED,
    /** The password is right, but the account may not log in. */
    DISABLED
  }
}
