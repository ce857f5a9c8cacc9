package org.postroom.core.refusal;

/** A list or table cannot be read now, so that there is no answer; a retry can help. */
public final class LookupUnavailable extends RuntimeException {

  private static final long serialVersionUID = 1;

  public LookupUnavailable(String message) {
    super(message);
  }
}
