package org.postroom.imap.protocol;

/** A valid command that cannot be done: the client hears NO. Has no stack trace. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String text;

  /**
   * A refusal.
   *
   * @param code the response code without brackets (RFC 9051, 7.1); empty for none
   */
  public Refused(String code, String text) {
    super(text, null, false, false);
    this.code = code;
    this.text = text;
  }

  /** What the client hears. */
  public String text() {
    return text;
  }

  public String code() {
    return code;
  }
}
