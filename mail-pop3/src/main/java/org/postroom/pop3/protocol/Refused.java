package org.postroom.pop3.protocol;

/** The command was right and cannot be done; the message is what {@code -ERR} says. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ResponseCode code;

  public Refused(ResponseCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  public Refused(String message) {
    this(ResponseCode.NONE, message);
  }

  public ResponseCode code() {
    return code;
  }
}
