package org.postroom.core.auth;

/** The account has an app password of that name already, or as many as it may have. */
public final class AppPasswordExists extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AppPasswordExists(String message) {
    super(message);
  }
}
