package org.postroom.core.refusal;

/**
 * The account has an app password of that name already, or as many as it may have. Trying again
 * does not help.
 */
public final class AppPasswordExists extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AppPasswordExists(String message) {
    super(message);
  }
}
