package org.postroom.smtp.protocol;

/** A command that is not understood or not possible now; nothing was done. Has no stack trace. */
public final class BadCommand extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient SmtpReply reply;

  public BadCommand(int code, String status, String text) {
    this(SmtpReply.of(code, status, text));
  }

  public BadCommand(SmtpReply reply) {
    super(reply.toString(), null, false, false);
    this.reply = reply;
  }

  /** What the client hears. */
  public SmtpReply reply() {
    return reply;
  }
}
