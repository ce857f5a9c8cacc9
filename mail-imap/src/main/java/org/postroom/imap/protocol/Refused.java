package org.postroom.imap.protocol;

/** A valid command that cannot be done: the client hears NO. Has no stack trace. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String text;
  private final boolean last;

  /**
   * A refusal.
   *
   * @param code the response code without brackets (RFC 9051, 7.1); empty for none
   */
  public Refused(String code, String text) {
    this(code, text, false);
  }

  private Refused(String code, String text, boolean last) {
    super(text, null, false, false);
    this.code = code;
    this.text = text;
    this.last = last;
  }

  /** One after which the octets that follow cannot be understood: the connection ends. */
  public static Refused last(String code, String text) {
    return new Refused(code, text, true);
  }

  /** Whether the conversation cannot go on. */
  public boolean isLast() {
    return last;
  }

  /** What the client hears. */
  public String text() {
    return text;
  }

  public String code() {
    return code;
  }
}
