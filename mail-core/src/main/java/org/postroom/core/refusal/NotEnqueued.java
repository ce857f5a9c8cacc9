package org.postroom.core.refusal;

/**
 * A mail is not in the application's transaction, and the message says what was expected. Nothing
 * of it was written: the transaction can go on as if nobody had asked. The same question gets the
 * same answer.
 */
public final class NotEnqueued extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NotEnqueued(String message) {
    super(message);
  }

  public NotEnqueued(String message, Throwable cause) {
    super(message, cause);
  }
}
